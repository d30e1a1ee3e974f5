package gate

import (
	"fmt"
	"go/ast"
	"go/types"
	"time"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Slow says that compiling a cell costs less time than interpreting it, with the work
// that the interpreter would have; "" if it does not, or if the cell has to do with
// what a compiled program cannot keep alive or be given: goroutines, channels, functions
// in variables, values of which the type does not tell all.
func Slow(p *check.Program) string {
	work := Work(p)
	if work <= SlowAfter {
		return ""
	}
	own := map[*ledger.Decl]bool{}
	for _, list := range [][]*ledger.Decl{p.Reach, p.Decls} {
		for _, d := range list {
			own[d] = d.Kind == ledger.Var
			if spawns(d.Node) {
				return ""
			}
		}
	}
	if spawns(p.Body) {
		return ""
	}
	j := &judge{p: p, info: p.Info}
	for obj, d := range p.Objects {
		if own[d] && j.bound(obj.Type(), nil) {
			return ""
		}
	}
	return "it is about " + roughly(work) + " of work for the interpreter"
}

// roughly writes a duration by its size.
func roughly(d time.Duration) string {
	switch {
	case d > time.Hour:
		return "hours"
	case d > 2*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// spawns is true if a piece of a program starts a goroutine.
func spawns(n ast.Node) bool {
	found := false
	if n == nil {
		return false
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.SelectorExpr:
			found = found || n.Sel.Name == "Go"
		}
		return !found
	})
	return found
}

// bound is true for a type whose values live in one process: functions, channels, those of
// packages that are more than a number, and interfaces, which may hold them.
func (j *judge) bound(t types.Type, seen []types.Type) bool {
	for _, s := range seen {
		if s == t {
			return false
		}
	}
	seen = append(seen, t)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return false
	case *types.Pointer:
		return j.bound(u.Elem(), seen)
	case *types.Slice:
		return j.bound(u.Elem(), seen)
	case *types.Array:
		return j.bound(u.Elem(), seen)
	case *types.Map:
		return j.bound(u.Key(), seen) || j.bound(u.Elem(), seen)
	case *types.Struct:
		if j.foreign(t) {
			return true
		}
		for f := range u.Fields() {
			if j.bound(f.Type(), seen) {
				return true
			}
		}
		return false
	}
	return true
}
