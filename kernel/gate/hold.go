package gate

import (
	"go/token"
	"go/types"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Holds says why the interpreter cannot hold a variable of the program without losing
// something of its type; "" if it can.
func Holds(p *check.Program, d *ledger.Decl) (why string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			why = r.reason
		default:
			panic(r)
		}
	}()
	j := newJudge(p)
	for obj, decl := range p.Objects {
		if decl == d {
			j.typ(token.NoPos, obj.Type())
			if j.open(obj.Type(), nil) {
				return "a value of interface type"
			}
			return ""
		}
	}
	return "a variable that is not known"
}

// open is true for a type that contains the empty interface: a compiled cell may put a
// value of a type of the session into it, and the interpreter would lose what it is.
func (j *judge) open(t types.Type, seen []types.Type) bool {
	for _, s := range seen {
		if s == t {
			return false
		}
	}
	seen = append(seen, t)
	if j.foreign(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return isAny(u)
	case *types.Pointer:
		return j.open(u.Elem(), seen)
	case *types.Slice:
		return j.open(u.Elem(), seen)
	case *types.Array:
		return j.open(u.Elem(), seen)
	case *types.Chan:
		return j.open(u.Elem(), seen)
	case *types.Map:
		return j.open(u.Key(), seen) || j.open(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if j.open(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
