package gate

import (
	"go/ast"
	"go/types"
)

// PackageVar is the variable of another package that an expression is or is a part of, nil
// if it is none, and whether it is the whole of it.
func PackageVar(info *types.Info, own *types.Package, x ast.Expr) (v *types.Var, whole bool) {
	whole = true
	for {
		var id *ast.Ident
		switch e := x.(type) {
		case *ast.Ident:
			id = e
		case *ast.ParenExpr:
			x = e.X
			continue
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.TypeAssertExpr:
			x = e.X
		case *ast.SelectorExpr:
			if info.Selections[e] == nil {
				id = e.Sel
			} else {
				x = e.X
			}
		default:
			return nil, false
		}
		if id != nil {
			v, ok := info.Uses[id].(*types.Var)
			if !ok || v.Pkg() == nil || v.Pkg() == own || v.Parent() != v.Pkg().Scope() {
				return nil, false
			}
			return v, whole
		}
		whole = false
	}
}

// changes refuses what sets a variable of a package: the interpreter has packages of its
// own in which that changes nothing. The session carries time.Local to other processes.
func (j *judge) changes(x ast.Expr) {
	v, whole := PackageVar(j.info, j.p.Pkg, x)
	if v != nil && !(whole && v.Pkg().Path() == "time" && v.Name() == "Local") {
		j.refuse(x.Pos(), "a change of %s.%s", v.Pkg().Name(), v.Name())
	}
}
