package gate

import (
	"go/ast"
	"go/token"
	"go/types"
	"math"
)

// recursion is how often a function runs for one call, by the calls of itself: f(n-1) + f(n-2)
// grows as the golden ratio, two calls with half of n as n itself.
func (w *worker) recursion(fn *ast.FuncDecl, obj types.Object, args values) float64 {
	calls := w.selfCalls(fn.Body, obj)
	if len(calls) == 0 {
		return 1
	}
	var steps []float64
	halves := 0
	top := 0.0
	for _, call := range calls {
		for i, arg := range call.Args {
			param := paramAt(w.info, fn, i)
			n, ok := args[param]
			op, by := w.change(arg, param)
			if !ok || op == token.ILLEGAL {
				continue
			}
			top = max(top, n)
			if op == token.SUB {
				steps = append(steps, by)
			} else {
				halves++
			}
			break
		}
	}
	switch {
	case len(steps) > 0:
		return min(math.Pow(growth(steps), top)+top, 1e15)
	case halves > 0:
		return math.Max(1, math.Pow(top, math.Log2(float64(halves)))) + math.Log2(top+2)
	}
	return 1
}

// selfCalls are the calls that one run of a body makes of itself: of branches that
// exclude each other those of the one with the most.
func (w *worker) selfCalls(n ast.Node, obj types.Object) []*ast.CallExpr {
	var calls, branch []*ast.CallExpr
	ast.Inspect(n, func(c ast.Node) bool {
		switch c := c.(type) {
		case *ast.IfStmt:
			calls = append(calls, w.selfCalls(c.Cond, obj)...)
			for _, part := range []ast.Node{c.Body, c.Else} {
				if part != nil {
					if own := w.selfCalls(part, obj); len(own) > len(branch) {
						branch = own
					}
				}
			}
			return false
		case *ast.CallExpr:
			if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok && w.info.Uses[id] == obj {
				calls = append(calls, c)
			}
		}
		return true
	})
	if len(branch) > len(calls) {
		return branch
	}
	return calls
}

// paramAt is the object of a parameter, or nil.
func paramAt(info *types.Info, fn *ast.FuncDecl, at int) types.Object {
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if at == 0 {
				return info.Defs[name]
			}
			at--
		}
	}
	return nil
}

// change tells how an argument comes of a parameter: n-1, n/2.
func (w *worker) change(x ast.Expr, param types.Object) (token.Token, float64) {
	b, ok := ast.Unparen(x).(*ast.BinaryExpr)
	if !ok || param == nil {
		return token.ILLEGAL, 0
	}
	id, ok := ast.Unparen(b.X).(*ast.Ident)
	by, known := w.size(b.Y, nil)
	if !ok || !known || by <= 0 || w.info.Uses[id] != param || b.Op != token.SUB && b.Op != token.QUO {
		return token.ILLEGAL, 0
	}
	return b.Op, by
}

// growth is the x for which the powers of 1/x by all steps add up to one.
func growth(steps []float64) float64 {
	low, high := 1.0, 1+float64(len(steps))
	for range 50 {
		mid, sum := (low+high)/2, 0.0
		for _, step := range steps {
			sum += math.Pow(mid, -step)
		}
		if sum > 1 {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
