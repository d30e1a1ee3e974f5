package check

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
	"sync"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// Checker checks the cells of one session. Its methods may be called from
// several goroutines, one runs at a time.
type Checker struct {
	mu    sync.Mutex
	fset  *token.FileSet
	pkgs  *packages
	std   map[string][]string
	sizes types.Sizes
	names map[string]string // see qualifier
}

// New returns a Checker that finds imported packages with exp.
func New(exp Exporter) *Checker {
	fset := token.NewFileSet()
	return &Checker{
		fset: fset, pkgs: newPackages(exp, fset), std: stdNames(),
		sizes: types.SizesFor("gc", runtime.GOARCH), names: map[string]string{},
	}
}

// Check type-checks one chunk of Go of a cell against the session. It changes
// nothing in the session; Program.Commit does that. If the code is at fault the
// error is Errors, with all messages; another error means that the check itself
// could not be made.
//
// The top level of a chunk is the body of a function as far as statements go: a
// name is declared once, before it is used, and := needs a new one on its left.
// It differs from one in this: functions and methods may be declared in it,
// constants and types are known in all of it, unused variables and imports are
// no errors, nor is an expression at the end that is not used, and its variables
// live on in the session, where they replace others of their name.
func (k *Checker) Check(ctx context.Context, c *cell.Cell, g *cell.Go, led *ledger.Ledger) (*Program, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ch, es := k.parse(ctx, c, g)
	if len(es) > 0 {
		return nil, es
	}
	prog, es, err := k.check(ctx, ch, led)
	if err != nil {
		k.forget(ch)
		return nil, fmt.Errorf("checking %s: %w", c.Name, err)
	}
	if len(es) > 0 {
		k.forget(ch)
		return nil, ch.finish(es)
	}
	return prog, nil
}

// check checks a chunk that has been parsed.
func (k *Checker) check(ctx context.Context, ch *chunk, led *ledger.Ledger) (*Program, Errors, error) {
	es := ch.callSpecial(k.fset)
	p := k.newPlan(ch, led)
	imports, more, err := k.resolveImports(ctx, ch, led, p.own)
	if err != nil {
		return nil, nil, err
	}
	if es = append(es, more...); len(es) > 0 {
		return nil, es, nil
	}
	p.imports = imports
	r := &rewriter{plan: p}
	if len(ch.vars) > 0 {
		r.inferVars()
	}
	u := r.final()
	es = append(r.errs, p.chunkErrors(u, r)...)
	if len(es) > 0 {
		return nil, es, nil
	}
	b := newBuilder(p, u, r)
	prog, es := b.program()
	return prog, es, nil
}

// file returns the chunk as a file of the package.
func (p *plan) file(signatures bool) *ast.File {
	f := newFile(p.ch.body.Pos())
	g := f.Decls[0].(*ast.GenDecl)
	for _, s := range p.imports.specs {
		g.Specs = append(g.Specs, s)
	}
	for _, d := range p.ch.gens {
		f.Decls = append(f.Decls, d)
	}
	for _, d := range p.ch.funcs {
		if signatures {
			d = bare(d)
		}
		f.Decls = append(f.Decls, d)
	}
	f.Decls = append(f.Decls, p.ch.body)
	return f
}
