package check

import (
	"go/ast"
	"go/types"

	"gomri/kernel/ledger"
)

// addVar records a variable of the first check.
func (r *rewriter) addVar(id *ast.Ident, obj *types.Var, u *universe) {
	v := &newVar{id: id, name: id.Name, obj: obj, shape: shapeOf(obj.Type(), u.pkg)}
	for _, name := range r.plan.imports.local {
		if name == id.Name {
			v.name = newPrefix + id.Name
		}
	}
	if d := r.plan.led.Lookup(id.Name); d != nil && d.Kind == ledger.Var && r.plan.stale[d] == "" {
		v.was = d
		if was := u.pkg.Scope().Lookup(d.Name); was != nil && types.Identical(was.Type(), obj.Type()) {
			v.seed = was.Type()
		}
	}
	r.vars = append(r.vars, v)
}

// rename gives identifiers of the body other names where one name means two
// things in it. The old x of x := x + 1 gets a name of its own; but if the body
// uses a package, a builtin, a function or a type of the name of a variable that
// it declares (len := len(s)), it is the variable that is renamed.
func (r *rewriter) rename(u *universe, info *types.Info) {
	byObj := map[types.Object]*newVar{}
	for _, v := range r.vars {
		byObj[v.obj] = v
	}
	uses := r.identifiers(info)
	for id, obj := range uses {
		if byObj[obj] == nil && r.plan.isVar(id.Name) && r.clashes(obj, u) {
			for _, v := range r.vars {
				if v.id.Name == id.Name {
					v.name = newPrefix + id.Name
				}
			}
		}
	}
	for id, obj := range uses {
		d := r.plan.led.Lookup(id.Name)
		switch v := byObj[obj]; {
		case v != nil:
			id.Name = v.name
		case d != nil && r.plan.replaced[d] && d.Kind == ledger.Var && obj == u.pkg.Scope().Lookup(d.Name):
			r.old[d] = true
			id.Name = oldPrefix + id.Name
		}
	}
}

// identifiers returns the identifiers of the body with what they mean.
func (r *rewriter) identifiers(info *types.Info) map[*ast.Ident]types.Object {
	uses := map[*ast.Ident]types.Object{}
	ast.Inspect(r.plan.ch.body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if uses[id] = info.Uses[id]; uses[id] == nil {
				uses[id] = info.Defs[id]
			}
		}
		return true
	})
	return uses
}

// clashes reports whether an object of the first check would be hidden by a
// variable of its name in the package.
func (r *rewriter) clashes(obj types.Object, u *universe) bool {
	if obj == nil || obj.Parent() == nil {
		return false
	}
	if obj.Parent() == types.Universe {
		return true
	}
	if obj.Parent() != u.pkg.Scope() {
		_, imported := obj.(*types.PkgName)
		return imported
	}
	d := r.plan.led.Lookup(obj.Name())
	if d == nil || d.Kind == ledger.Var || !r.plan.replaced[d] {
		return false
	}
	r.plan.visible[d] = true
	return true
}
