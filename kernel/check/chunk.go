package check

import (
	"context"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"gomri/kernel/cell"
)

// chunk is a parsed chunk of Go.
type chunk struct {
	cell    *cell.Cell
	src     *source
	line    int // on which the chunk begins
	text    string
	split   cell.Chunk
	imports []*ast.ImportSpec
	funcs   []*ast.FuncDecl
	gens    []*ast.GenDecl // constants and types of the top level
	body    *ast.FuncDecl  // func _() { statements }
	files   []*token.File
	// special are the new names of functions init and main, see callSpecial.
	special map[string]string
	// unresolved are the identifiers that nothing in their file declares.
	unresolved map[*ast.Ident]bool
	// vars are the names that the top level of the body declares as variables,
	// with where each first stands.
	vars map[string]token.Pos
	// only says that the chunk has no statements, only declarations.
	only bool
}

// declsHead and bodyHead are what the parser sees in front of the cell's text.
const (
	declsHead = "package main\n"
	bodyHead  = "package main;func _() {\n"
)

// parse reads a chunk of Go of a cell.
func (k *Checker) parse(ctx context.Context, c *cell.Cell, g *cell.Go) (*chunk, Errors) {
	ch := &chunk{cell: c, src: newSource(c.Name, c.Text), vars: map[string]token.Pos{}, unresolved: map[*ast.Ident]bool{}, special: map[string]string{}}
	ch.text = maskLineDirectives(g.Text)
	ch.line = 1 + strings.Count(g.Text[:len(g.Text)-len(strings.TrimLeft(g.Text, " \t\n"))], "\n")
	ch.split = cell.Split(ch.text)
	if at := ch.split.Closed; at >= 0 {
		p := token.Position{Line: 1 + strings.Count(ch.text[:at], "\n"), Column: at - strings.LastIndexByte(ch.text[:at], '\n')}
		msg := "syntax error: unexpected " + ch.text[at:at+1] + ", there is nothing open that it closes"
		return nil, ch.finish(Errors{{Msg: msg, Position: ch.src.clamp(p), Syntax: true}})
	}
	decls, body := ch.split.Parts(ch.text)
	declFile, es := k.parseFile(ch, declsHead, decls, "\n")
	bodyFile, more := k.parseFile(ch, bodyHead, body, "\n}")
	if es = append(es, more...); len(es) > 0 {
		k.forget(ch)
		return nil, ch.finish(k.syntaxWords(ctx, ch, es))
	}
	ch.takeDecls(declFile)
	ch.takeBody(bodyFile)
	ch.only = ch.onlyDeclares()
	if es := append(ch.bodyless(k.fset), ch.embeds()...); len(es) > 0 {
		k.forget(ch)
		return nil, ch.finish(es)
	}
	return ch, nil
}

// parseFile parses text between a head and a tail; positions are the text's.
func (k *Checker) parseFile(ch *chunk, head, text, tail string) (*ast.File, Errors) {
	name := ch.cell.Name
	src := head + "//line " + name + ":1:1\n" + text + tail
	file, err := parser.ParseFile(k.fset, name, src, parser.AllErrors)
	if file != nil && file.FileStart.IsValid() {
		ch.files = append(ch.files, k.fset.File(file.FileStart))
	}
	if es := syntaxErrors(err, ch.src); len(es) > 0 {
		return nil, es
	}
	for _, id := range file.Unresolved {
		ch.unresolved[id] = true
	}
	return file, nil
}

// forget drops the chunk's files from the file set: nothing refers to them any more.
func (k *Checker) forget(ch *chunk) {
	for _, f := range ch.files {
		k.fset.RemoveFile(f)
	}
}

// place returns the byte offset in the cell of a position in the chunk.
func (ch *chunk) place(pos token.Pos) int {
	head := len("//line " + ch.cell.Name + ":1:1\n")
	f := ch.files[1]
	if int(pos) < f.Base() {
		return ch.files[0].Offset(pos) - head - len(declsHead)
	}
	return f.Offset(pos) - head - len(bodyHead)
}

// contains reports whether pos is in the chunk.
func (ch *chunk) contains(pos token.Pos) bool {
	last := ch.files[len(ch.files)-1]
	return int(pos) >= ch.files[0].Base() && int(pos) <= last.Base()+last.Size()
}

// maskLineDirectives makes //line comments of the cell ordinary ones, so that
// every position stays a position of the cell. Length and lines are kept, and so
// is what looks like one within a string.
func maskLineDirectives(text string) string {
	if !strings.Contains(text, "//line ") && !strings.Contains(text, "/*line ") {
		return text
	}
	masked := []byte(text)
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, masked, nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return string(masked)
		}
		if tok == token.COMMENT && strings.HasPrefix(lit[2:], "line ") {
			masked[file.Offset(pos)+2] = 'L'
		}
	}
}

// finish completes errors with their source lines, in order.
func (ch *chunk) finish(es Errors) Errors {
	for i := range es {
		if es[i].Position.Filename == ch.src.name {
			es[i].Line = ch.src.line(es[i].Position.Line)
		}
	}
	return sorted(es)
}

// takeDecls sorts the declarations of the file of imports and functions.
func (ch *chunk) takeDecls(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			ch.funcs = append(ch.funcs, d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.ImportSpec); ok {
					ch.imports = append(ch.imports, s)
				}
			}
		}
	}
}

// takeBody takes constants and types out of the statements: they are declared at
// package level, where methods and functions see them.
func (ch *chunk) takeBody(f *ast.File) {
	ch.body = f.Decls[0].(*ast.FuncDecl)
	kept := ch.body.Body.List[:0]
	for _, s := range ch.body.Body.List {
		if d, ok := s.(*ast.DeclStmt); ok {
			if g := d.Decl.(*ast.GenDecl); g.Tok != token.VAR {
				ch.gens = append(ch.gens, g)
				continue
			}
		}
		kept = append(kept, s)
		ch.noteVars(s)
	}
	ch.body.Body.List = kept
}

// noteVars records the variables that a top-level statement declares.
func (ch *chunk) noteVars(s ast.Stmt) {
	for _, id := range declaredBy(s) {
		if _, had := ch.vars[id.Name]; !had && id.Name != "_" {
			ch.vars[id.Name] = id.Pos()
		}
	}
}

// declared returns the identifiers that stand where the top level of the body
// declares variables: on the left of a := there may be some that it only assigns.
func (ch *chunk) declared() (ids []*ast.Ident) {
	for _, s := range ch.body.Body.List {
		ids = append(ids, declaredBy(s)...)
	}
	return ids
}

func declaredBy(s ast.Stmt) (ids []*ast.Ident) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		return declaredBy(s.Stmt)
	case *ast.AssignStmt:
		for _, e := range s.Lhs {
			if id, ok := e.(*ast.Ident); ok && s.Tok == token.DEFINE {
				ids = append(ids, id)
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				ids = append(ids, spec.Names...)
			}
		}
	}
	return ids
}

// bodyless reports functions without a body, which go/types lets pass.
func (ch *chunk) bodyless(fset *token.FileSet) Errors {
	var es Errors
	for _, f := range ch.funcs {
		if f.Body == nil {
			es = append(es, Error{Msg: "missing function body", Position: ch.src.clamp(fset.Position(f.Name.Pos()))})
		}
	}
	return es
}

// embeds reports //go:embed directives: a cell is no file of a folder whose files could
// be embedded, and a variable that silently stays empty would be worse.
func (ch *chunk) embeds() Errors {
	if !strings.Contains(ch.text, "//go:embed") {
		return nil
	}
	var es Errors
	var s scanner.Scanner
	file := token.NewFileSet().AddFile(ch.cell.Name, -1, len(ch.text))
	s.Init(file, []byte(ch.text), nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return es
		}
		if tok == token.COMMENT && strings.HasPrefix(lit, "//go:embed") {
			at := file.Position(pos)
			es = append(es, Error{Msg: "a cell cannot embed files; read them with os.ReadFile", Position: ch.src.clamp(at)})
		}
	}
}
