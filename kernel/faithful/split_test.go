package faithful

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestSplitKeepsEveryDeclaration splits a program whose declarations need each other.
func TestSplitKeepsEveryDeclaration(t *testing.T) {
	got := splitProgram("package main\n\nimport \"fmt\"\n\nvar a = f()\nvar b = a + 1\nfunc f() int { return T(2).n() }\ntype T int\nfunc (t T) n() int { return int(t) }\nfunc main() {\n\tx := b\n\tfmt.Println(x)\n}\n")
	text := strings.Join(got, "\n---\n")
	for _, order := range [][2]string{{"type T", "func f"}, {"func f", "var a"}, {"var a", "var b"}, {"var b", "x := b"}, {"x := b", "fmt.Println"}, {"import", "type T"}} {
		if i, j := strings.Index(text, order[0]), strings.Index(text, order[1]); i < 0 || i > j {
			t.Errorf("%q is not before %q in\n%s", order[0], order[1], text)
		}
	}
	if len(got) < 3 {
		t.Errorf("only %d cells", len(got))
	}
}

// splitter takes a program apart into cells.
type splitter struct {
	text  string
	fset  *token.FileSet
	file  *ast.File
	decls []ast.Decl
	owner map[string][]int // package-level name → declarations: a type and its methods
	done  map[int]bool
	order [][]int // groups of declarations that need each other, in an order that works
	stack []int
	on    map[int]bool
	low   map[int]int
	index map[int]int
}

// splitProgram returns a program as several cells, or nil if that would be another program:
// its variables would be set in another order, or it is one function.
func splitProgram(text string) []string {
	s := &splitter{text: text, fset: token.NewFileSet(), owner: map[string][]int{}, done: map[int]bool{}, on: map[int]bool{}, low: map[int]int{}, index: map[int]int{}}
	var err error
	if s.file, err = parser.ParseFile(s.fset, "", text, 0); err != nil {
		return nil
	}
	var imports, inits []string
	var main *ast.FuncDecl
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				imports = append(imports, s.source(d))
				continue
			}
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				inits = append(inits, s.source(d))
				continue
			}
			if d.Recv == nil && d.Name.Name == "main" {
				main = d
				continue
			}
		}
		s.decls = append(s.decls, d)
	}
	if main == nil || main.Body == nil || strings.Contains(text, "//go:") || strings.Contains(text, `import "C"`) {
		return nil
	}
	groups, ok := s.sorted()
	if !ok || s.calls("main") {
		return nil
	}
	cells := slices.Concat([]string{strings.Join(imports, "\n")}, gather(groups, 3), inits)
	if len(imports) > 0 && len(cells) > 1 {
		cells[1] = cells[0] + "\n" + cells[1] // a cell of imports alone is a special case of its own
		cells = cells[1:]
	}
	cells = append(cells, s.statements(main)...)
	cells = slices.DeleteFunc(cells, func(c string) bool { return strings.TrimSpace(c) == "" })
	if len(cells) < 2 {
		return nil
	}
	return cells
}

// source is the text of a node.
func (s *splitter) source(n ast.Node) string {
	return s.text[s.fset.Position(n.Pos()).Offset:s.fset.Position(n.End()).Offset]
}

// calls is true if some declaration refers to the name.
func (s *splitter) calls(name string) bool {
	return slices.ContainsFunc(s.decls, func(d ast.Decl) bool { return mentions(d, name) })
}

func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// sorted returns the declarations in an order in which each comes after what it needs. It
// fails if variables would be set in another order than that of the text.
func (s *splitter) sorted() ([]string, bool) {
	for i, d := range s.decls {
		for _, name := range declared(d) {
			s.owner[name] = append(s.owner[name], i)
		}
	}
	for i := range s.decls {
		s.visit(i)
	}
	var texts []string
	lastVar := -1
	for _, group := range s.order {
		slices.Sort(group)
		var b strings.Builder
		for _, i := range group {
			if g, ok := s.decls[i].(*ast.GenDecl); ok && g.Tok == token.VAR {
				if i < lastVar {
					return nil, false
				}
				lastVar = i
			}
			b.WriteString(s.source(s.decls[i]) + "\n")
		}
		texts = append(texts, b.String())
	}
	return texts, true
}

// declared are the names that a declaration declares; of a method, its type.
func declared(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && names == nil {
				names = append(names, id.Name)
			}
			return names == nil
		})
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

// visit finds the groups of declarations that need each other (Tarjan's algorithm).
func (s *splitter) visit(i int) {
	if s.done[i] {
		return
	}
	s.done[i] = true
	n := len(s.index)
	s.index[i], s.low[i] = n, n
	s.stack = append(s.stack, i)
	s.on[i] = true
	for _, k := range s.needs(i) {
		if !s.done[k] {
			s.visit(k)
			s.low[i] = min(s.low[i], s.low[k])
		} else if s.on[k] {
			s.low[i] = min(s.low[i], s.index[k])
		}
	}
	if s.low[i] != s.index[i] {
		return
	}
	at := slices.Index(s.stack, i)
	group := slices.Clone(s.stack[at:])
	s.stack = s.stack[:at]
	for _, k := range group {
		s.on[k] = false
	}
	s.order = append(s.order, group)
}

// needs are the declarations that one refers to, perhaps through a local variable of the same name.
func (s *splitter) needs(i int) []int {
	found := map[int]bool{}
	ast.Inspect(s.decls[i], func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			for _, k := range s.owner[id.Name] {
				found[k] = true
			}
		}
		return true
	})
	for _, name := range declared(s.decls[i]) {
		for _, k := range s.owner[name] {
			found[k] = true // a type goes with its methods
		}
	}
	delete(found, i)
	return slices.Sorted(maps.Keys(found))
}

// gather joins texts into at most n.
func gather(texts []string, n int) []string {
	if len(texts) <= n {
		return texts
	}
	var cells []string
	for i := range n {
		cells = append(cells, strings.Join(texts[len(texts)*i/n:len(texts)*(i+1)/n], ""))
	}
	return cells
}

// statements are those of main as some cells, or main itself where they would mean something else.
func (s *splitter) statements(main *ast.FuncDecl) []string {
	whole := []string{s.source(main)}
	if len(main.Body.List) < 2 || !s.separable(main.Body) {
		return whole
	}
	var texts []string
	for _, stmt := range main.Body.List {
		texts = append(texts, s.source(stmt)+"\n")
	}
	return gather(texts, 3)
}

// separable is true if statements of main mean the same when each stands alone: none
// returns, jumps or defers, and no name is declared that means something else elsewhere.
func (s *splitter) separable(body *ast.BlockStmt) bool {
	ok := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt, *ast.DeferStmt, *ast.LabeledStmt:
			ok = false
		case *ast.BranchStmt:
			ok = ok && n.Label == nil && n.Tok != token.GOTO
		case *ast.CallExpr:
			id, name := n.Fun.(*ast.Ident)
			ok = ok && !(name && id.Name == "recover")
		}
		return ok
	})
	seen := map[string]bool{}
	for _, imp := range s.file.Imports {
		seen[strings.Trim(imp.Path.Value[strings.LastIndexAny(imp.Path.Value, "/\"")+1:], `"`)] = true
		if path := strings.Split(strings.Trim(imp.Path.Value, `"`), "/"); len(path) > 0 {
			seen[path[len(path)-1]] = true
		}
		if imp.Name != nil {
			seen[imp.Name.Name] = true
		}
	}
	for name := range s.owner {
		seen[name] = true
	}
	for _, stmt := range body.List {
		for _, name := range declaredIn(stmt) {
			if name != "_" && seen[name] || name == "main" || name == "init" {
				return false
			}
			seen[name] = true
		}
	}
	return ok
}

// declaredIn are the names that a statement declares in the block that it stands in.
func declaredIn(stmt ast.Stmt) []string {
	var names []string
	switch stmt := stmt.(type) {
	case *ast.DeclStmt:
		return declared(stmt.Decl)
	case *ast.AssignStmt:
		if stmt.Tok == token.DEFINE {
			for _, l := range stmt.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}
