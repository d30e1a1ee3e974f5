package lower

import (
	"go/types"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Var rewrites the declaration of a variable, and of the types that it needs, without
// giving it a value. In the interpreter the variable has the name of its Key. The
// error is an *Unsupported.
func Var(p *check.Program, d *ledger.Decl) (units []Unit, err error) {
	defer func() {
		r := recover()
		u, ok := r.(*Unsupported)
		if r != nil && !ok {
			panic(r)
		}
		if ok {
			units, err = nil, u
		}
	}()
	l := &lowerer{p: p, cells: map[uint32]string{}, objects: map[*ledger.Decl]types.Object{}}
	for obj, d := range p.Objects {
		l.objects[d] = obj
	}
	needed := map[*ledger.Decl]bool{}
	reaches(d, needed)
	for _, r := range p.Reach {
		if !needed[r] || r.Kind != ledger.Type && r != d {
			continue
		}
		if u, ok := l.unit(r); ok {
			units = append(units, u)
		}
	}
	return units, nil
}

// reaches adds a declaration and all that it uses to a set.
func reaches(d *ledger.Decl, set map[*ledger.Decl]bool) {
	if set[d] {
		return
	}
	set[d] = true
	for _, u := range d.Uses {
		reaches(u, set)
	}
}
