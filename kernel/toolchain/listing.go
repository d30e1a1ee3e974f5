package toolchain

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/display"
)

// Listing is a cell with a package clause, as a file of the workspace.
type Listing struct {
	Cell    string // the cell's name
	Package string // the name in the package clause
	Dir     string // the folder below the root, with slashes
	File    string // the file's name there
	Main    bool   // it is package main and has func main
	Tests   Tests
	// Dropped are the paths of imports that the listing does not use: the compiled
	// copy has them not, for with them it would not compile.
	Dropped []string

	reads bool // it may read standard input
}

// Note says what was changed in the compiled copy, "" if nothing was.
func (l Listing) Note() string {
	if len(l.Dropped) == 0 {
		return ""
	}
	quoted := make([]string, len(l.Dropped))
	for i, p := range l.Dropped {
		quoted[i] = fmt.Sprintf("%q", p)
	}
	return fmt.Sprintf("%s imported and not used: left out when %s was compiled, as goimports would", strings.Join(quoted, ", "), l.Cell)
}

// listings are the files made of cells with a package clause, by folder.
type listings map[string][]listed

// listed is one such file.
type listed struct {
	file, cell, id, pkg string
	test                bool
	names               map[string]bool // what it declares at top level
}

// WriteListing writes a cell with a package clause as a file: package main as
// main/main.go, package math as math/math.go, with tests as math/math_test.go. The
// text is the cell's, under a //line directive. A cell of the same package that declares one of
// the same names is replaced, and so is what the cell with this id (that of the
// notebook; may be "") held before; other cells of the package stay beside it. Text
// that is no Go file is a *display.Failure.
func (w *Workspace) WriteListing(c *cell.Cell, id string) (Listing, error) {
	w.remember(c.Name, c.Text)
	text, dropped := dropUnusedImports(c.Name, c.Text)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, c.Name, text, parser.SkipObjectResolution)
	if err != nil {
		return Listing{}, w.syntaxFailure(c, err)
	}
	l := Listing{
		Cell: c.Name, Package: file.Name.Name, Dir: w.folder(listingDir(file.Name.Name)),
		Tests: testsIn(file), Dropped: dropped,
	}
	names := topLevel(file)
	l.Main = l.Package == "main" && names["main"]
	l.reads = mentionsInput(text)
	test := l.Tests.Any() || strings.HasSuffix(l.Package, "_test")

	w.mu.Lock()
	defer w.mu.Unlock()
	entry := listed{cell: c.Name, id: id, pkg: l.Package, test: test, names: names}
	if err := w.makeRoom(l.Dir, entry); err != nil {
		return Listing{}, err
	}
	entry.file = w.list.fileName(l, test)
	l.File = entry.file
	w.list[l.Dir] = append(w.list[l.Dir], entry)
	if err := w.put(path.Join(l.Dir, l.File), []byte(lineDirective(c.Name, 1, 1)+text)); err != nil {
		return Listing{}, fmt.Errorf("write %s: %w", c.Name, err)
	}
	w.places.wrote(l.Dir, test)
	return l, nil
}

// listingDir is the folder of a package: its name, an external test beside what it
// tests. The session's own folder is taken.
func listingDir(pkg string) string {
	if base := strings.TrimSuffix(pkg, "_test"); base != "" {
		pkg = base
	}
	if pkg == sessionDir || pkg == "testdata" || pkg == "vendor" || pkg == "internal" {
		return pkg + "_cell"
	}
	if strings.HasPrefix(pkg, "_") {
		return "cell" + pkg
	}
	return pkg
}

// folder is dir, or another name where a file stands in its place: "go build
// main.go" has left a program named main.
func (w *Workspace) folder(dir string) string {
	if info, err := w.files.Lstat(dir); err == nil && !info.IsDir() {
		return dir + "_cell"
	}
	return dir
}

// fileName is the name that a reader expects, main.go or math_test.go, or one with
// the cell's number if another cell of the package has that.
func (ls listings) fileName(l Listing, test bool) string {
	base, suffix := strings.TrimSuffix(l.Package, "_test"), ".go"
	if base == "" {
		base = l.Package
	}
	if test {
		suffix = "_test.go"
	}
	name := base + suffix
	taken := func(name string) bool {
		return slices.ContainsFunc(ls[l.Dir], func(e listed) bool { return e.file == name })
	}
	for i := 1; taken(name); i++ {
		name = base + "_" + strings.ReplaceAll(l.Cell, "-", "") + suffix
		if i > 1 {
			name = fmt.Sprintf("%s_%s_%d%s", base, strings.ReplaceAll(l.Cell, "-", ""), i, suffix)
		}
	}
	return name
}

// makeRoom removes the files that a new one takes the place of: from the same cell,
// and those of the same package that declare one of its names. The caller holds w.mu.
func (w *Workspace) makeRoom(dir string, entry listed) error {
	for at, list := range w.list {
		kept := list[:0:0]
		for _, old := range list {
			same := old.cell == entry.cell || entry.id != "" && old.id == entry.id
			clash := at == dir && (old.pkg == entry.pkg && overlap(old.names, entry.names) ||
				strings.TrimSuffix(old.pkg, "_test") != strings.TrimSuffix(entry.pkg, "_test"))
			if !same && !clash {
				kept = append(kept, old)
				continue
			}
			if err := w.files.Remove(path.Join(at, old.file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("replace %s: %w", old.cell, err)
			}
		}
		w.list[at] = kept
		has := func(test bool) bool {
			return slices.ContainsFunc(kept, func(e listed) bool { return e.test == test })
		}
		w.places.holds(at, has(true), has(false))
	}
	return nil
}

// overlap is true if two files of one package cannot stand beside each other.
func overlap(a, b map[string]bool) bool {
	for name := range a {
		if b[name] && name != "init" && name != "_" {
			return true
		}
	}
	return false
}

// topLevel returns the names that a file declares: "f", "T", "T.M".
func topLevel(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = receiver(d.Recv.List[0].Type) + "." + name
			}
			names[name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.ParenExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// syntaxFailure is the failure of a cell that is no Go file.
func (w *Workspace) syntaxFailure(c *cell.Cell, err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return display.Failf("SyntaxError", "%s: %v", c.Name, err)
	}
	lines := strings.Split(c.Text, "\n")
	var es check.Errors
	for _, e := range list {
		ce := check.Error{Msg: "syntax error: " + e.Msg, Position: e.Pos, Syntax: true}
		if e.Pos.Line >= 1 && e.Pos.Line <= len(lines) {
			ce.Line = lines[e.Pos.Line-1]
		}
		es = append(es, ce)
	}
	return es.Failure()
}
