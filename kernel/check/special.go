package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// callSpecial makes the chunk's functions init and main ordinary functions of
// other names, and adds the calls that the runtime of a program would make.
func (ch *chunk) callSpecial(fset *token.FileSet) Errors {
	var es Errors
	statements := len(ch.body.Body.List) > 0
	var last []ast.Stmt
	for _, f := range ch.funcs {
		name := f.Name.Name
		if f.Recv != nil || name != "init" && name != "main" {
			continue
		}
		at := fset.Position(f.Name.Pos())
		if msg := signatureFault(f); msg != "" {
			es = append(es, Error{Msg: msg, Position: ch.src.clamp(at)})
			continue
		}
		if name == "main" && slices.Contains(sortedNames(ch.special), "main") {
			es = append(es, Error{Msg: "main redeclared in this block", Position: ch.src.clamp(at)})
			continue
		}
		id := &ast.Ident{NamePos: f.Name.NamePos, Name: fmt.Sprintf("%s_%s_%d", name, identifier(ch.cell.Name), at.Line)}
		ch.special[id.Name] = name
		f.Name = id
		call := &ast.ExprStmt{X: &ast.CallExpr{Fun: &ast.Ident{NamePos: id.NamePos, Name: id.Name}, Lparen: id.NamePos, Rparen: id.NamePos}}
		if name == "init" && statements {
			ch.insert(call)
			continue
		}
		if name == "main" {
			last = append(last, call)
		} else {
			last = slices.Insert(last, 0, ast.Stmt(call))
		}
	}
	ch.body.Body.List = append(ch.body.Body.List, last...)
	return es
}

// insert puts a call among the statements where its function stands.
func (ch *chunk) insert(call ast.Stmt) {
	list := ch.body.Body.List
	at := ch.place(call.Pos())
	i := slices.IndexFunc(list, func(s ast.Stmt) bool { return ch.place(s.Pos()) > at })
	if i < 0 {
		i = len(list)
	}
	ch.body.Body.List = slices.Insert(list, i, call)
}

// signatureFault is the compiler's message about a main or init with parameters.
func signatureFault(f *ast.FuncDecl) string {
	switch {
	case f.Type.TypeParams != nil:
		return "func " + f.Name.Name + " must have no type parameters"
	case f.Type.Params.NumFields() > 0 || f.Type.Results.NumFields() > 0:
		return "func " + f.Name.Name + " must have no arguments and no return values"
	}
	return ""
}

// identifier makes a cell's name part of a Go identifier.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}

// sortedNames returns the values of a map, sorted.
func sortedNames(m map[string]string) []string {
	var list []string
	for _, v := range m {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}
