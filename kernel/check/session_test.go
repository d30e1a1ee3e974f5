package check

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"strings"
	"sync"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// shared keeps the export data that tests look up, so that the go command runs
// once for each package.
var shared = sync.OnceValue(func() *cached { return &cached{found: map[string]Export{}} })

// cached is an Exporter that asks GoList once for each path.
type cached struct {
	mu    sync.Mutex
	found map[string]Export
}

func (c *cached) Export(ctx context.Context, paths []string) (map[string]Export, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for _, p := range paths {
		if _, ok := c.found[p]; !ok {
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		more, err := NewExporter(ExporterOptions{}).Export(ctx, missing)
		if err != nil {
			return nil, err
		}
		for k, v := range more {
			c.found[k] = v
		}
	}
	return c.found, nil
}

// Parse asks the compiler.
func (c *cached) Parse(ctx context.Context, files []string) (string, error) {
	return NewExporter(ExporterOptions{}).Parse(ctx, files)
}

// notebook is a session under test.
type notebook struct {
	k   *Checker
	led *ledger.Ledger
	n   int
}

func newNotebook() *notebook { return &notebook{k: New(shared()), led: ledger.New()} }

// run checks and commits a cell, all its chunks. It returns the last program.
func (nb *notebook) run(text string) (*Program, error) {
	nb.n++
	c, err := cell.Parse(fmt.Sprintf("cell-%d", nb.n), text)
	if err != nil {
		return nil, err
	}
	var p *Program
	for _, part := range c.Parts {
		if part.Go == nil {
			continue
		}
		if p, err = nb.k.Check(context.Background(), c, part.Go, nb.led); err != nil {
			return nil, err
		}
		p.Commit(nb.led)
	}
	return p, nil
}

// must is run for a cell that has to pass.
func (nb *notebook) must(t *testing.T, text string) *Program {
	t.Helper()
	p, err := nb.run(text)
	if err != nil {
		t.Fatalf("cell-%d:\n%s\n%v", nb.n, text, err)
	}
	return p
}

// fails is run for a cell that has to have errors; it returns their text.
func (nb *notebook) fails(t *testing.T, text string) string {
	t.Helper()
	_, err := nb.run(text)
	var es Errors
	if !errors.As(err, &es) {
		t.Fatalf("cell-%d has no errors, but: %v\n%s", nb.n, err, text)
	}
	return es.Error()
}

// body prints the statements of a program, one a line.
func body(p *Program) string {
	var b strings.Builder
	for _, s := range p.Body.List {
		_ = format.Node(&b, p.Fset, s)
		b.WriteByte('\n')
	}
	return b.String()
}

// keys lists declarations by their keys.
func keys(ds []*ledger.Decl) string {
	var list []string
	for _, d := range ds {
		list = append(list, d.Key)
	}
	return strings.Join(list, " ")
}

func TestVariablesBecomeAssignmentsToThePackage(t *testing.T) {
	nb := newNotebook()
	p := nb.must(t, "x, y := 1, \"a\"\nvar z float64\nfmt.Println(x, y, z)\nx")
	if got, want := body(p), "x, y = 1, \"a\"\nfmt.Println(x, y, z)\nx\n"; got != want {
		t.Errorf("body:\n%s\nwant:\n%s", got, want)
	}
	if got := keys(p.Decls); got != "x_v1 y_v1 z_v1" {
		t.Error(got)
	}
	if id, ok := p.Last.(*ast.Ident); !ok || id.Name != "x" {
		t.Errorf("last is %v", p.Last)
	}
	if len(p.Imports) != 1 || p.Imports[0].Path != "fmt" {
		t.Error(p.Imports)
	}
	p = nb.must(t, "x := x + 1")
	if got := body(p); got != "x = ǀold_x + 1\n" {
		t.Error(got)
	}
	if got := keys(p.Reach); got != "x_v1 x_v2" && got != "x_v2 x_v1" {
		t.Error(got)
	}
}

// Doc asks the go command.
func (c *cached) Doc(ctx context.Context, path, name string) string {
	return NewExporter(ExporterOptions{}).Doc(ctx, path, name)
}

// fileNames lists the files of cells in a Checker's file set.
func fileNames(k *Checker) (list []string) {
	k.fset.Iterate(func(f *token.File) bool {
		if strings.HasPrefix(f.Name(), "cell") {
			list = append(list, f.Name())
		}
		return true
	})
	return list
}
