package kernel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says on which floor each room stands, as doc.go draws it. An import
// goes to a lower floor, or sideways to a room of leaves.
var layers = map[string]int{
	"msg": 0, "display": 0, "cell": 0, "ledger": 0, "prof": 0, "bench": 0, "escape": 0, "exectrace": 0, "nbformat": 0, "value": 0,
	"wire":    1,
	"session": 2, "spec": 2,
	"child": 3, "check": 3, "gate": 3, "lower": 3, "interp": 3, "toolchain": 3, "bridge": 3, "serve": 3, "load": 3, "fetch": 3,
	"render": 4, "html": 4,
	"magic": 5, "run": 5,
}

// testsOnly are folders that hold tests of the whole and no room.
var testsOnly = map[string]bool{"kernel/e2e": true, "kernel/faithful": true}

// sideways lists the imports between rooms of one floor, importer → imported,
// with the reason each is allowed. "*" is every room of the floor.
var sideways = map[string]string{
	"* → child":         "whoever runs a process runs it there",
	"gate → check":      "the program it judges",
	"lower → check":     "the program it rewrites",
	"toolchain → check": "the program it compiles",
	"interp → lower":    "the code it runs",
	"interp → bridge":   "the values it gives and takes",
	"bridge → check":    "the program that gets the values",
	"bridge → gate":     "what the interpreter can hold",
	"bridge → lower":    "what the interpreter calls it",
	"run → magic":       "the commands in a cell",
}

// libraryRooms gives each third-party module the rooms that may import it.
var libraryRooms = map[string][]string{
	"github.com/go-zeromq/zmq4":       {"kernel/wire"},
	"github.com/traefik/yaegi":        {"kernel/interp"},
	"github.com/google/pprof":         {"kernel/prof"},
	"golang.org/x/exp":                {"kernel/exectrace"},
	"golang.org/x/perf":               {"kernel/bench"},
	"github.com/tsenart/vegeta/v12":   {"kernel/load"},
	"github.com/yuin/goldmark":        {"kernel/html"},
	"github.com/alecthomas/chroma/v2": {"kernel/html"},
	"golang.org/x/tools":              {"kernel/check"},
	"golang.org/x/arch":               {"kernel/prof"},
	"golang.org/x/term":               {"cmd/gomri"},
	"github.com/chromedp/":            {"kernel/e2e", "kernel/render"},
	"golang.org/x/sys":                {"kernel/child", "kernel/wire", "kernel"},
}

// source is one non-test Go file of the project.
type source struct {
	path string // slash-separated, from the project's root
	room string // the folder
	test bool
	ast  *ast.File
	fset *token.FileSet
}

// sources parses every Go file of the project, testdata left out.
func sources(t *testing.T) []source {
	t.Helper()
	var files []source
	root := ".."
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "testdata" || n != ".." && strings.HasPrefix(n, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		files = append(files, source{rel, path.Dir(rel), strings.HasSuffix(rel, "_test.go"), f, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d Go files found: the walk is wrong", len(files))
	}
	return files
}

// imports returns the import paths of f.
func imports(f *ast.File) []string {
	var paths []string
	for _, spec := range f.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// roomOf returns the first folder under kernel/ of an import path or folder.
func roomOf(p string) string {
	p = strings.TrimPrefix(strings.TrimPrefix(p, "gomri/"), "kernel/")
	room, _, _ := strings.Cut(p, "/")
	return room
}

func TestImportsPointDown(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || !strings.HasPrefix(f.room, "kernel/") || testsOnly[f.room] {
			continue
		}
		from := roomOf(f.room)
		floor, known := layers[from]
		if !known {
			t.Errorf("%s: room %s has no floor in house_test.go and doc.go", f.path, from)
			continue
		}
		for _, p := range imports(f.ast) {
			if !strings.HasPrefix(p, "gomri/kernel/") {
				continue
			}
			to := roomOf(p)
			if to == from {
				continue
			}
			arrow := from + " → " + to
			beside := sideways[arrow] != "" || sideways["* → "+to] != ""
			if layers[to] < floor || layers[to] == floor && beside {
				continue
			}
			t.Errorf("%s: import %s does not point down", f.path, arrow)
		}
	}
}

func TestOneLibraryOneRoom(t *testing.T) {
	for _, f := range sources(t) {
		for _, p := range imports(f.ast) {
			first, _, _ := strings.Cut(p, "/")
			if !strings.Contains(first, ".") {
				continue
			}
			allowed := false
			for module, rooms := range libraryRooms {
				if strings.HasPrefix(p, module) {
					allowed = slices.ContainsFunc(rooms, func(r string) bool {
						return f.room == r || strings.HasPrefix(f.room, r+"/")
					})
				}
			}
			if !allowed && !f.test {
				t.Errorf("%s: %s is imported outside its room", f.path, p)
			}
		}
	}
}

// edges gives the rooms that may touch the world outside, and what they need of
// it: the rest takes bytes, readers, writers and values.
var edges = map[string][]string{
	"os/exec":   {"kernel/child", "kernel/check", "kernel/toolchain", "kernel/fetch", "cmd/gomri", "kernel/e2e"},
	"net":       {"kernel/wire", "kernel/interp", "kernel/serve", "kernel/load", "kernel/fetch", "kernel/e2e", "cmd/gomri"},
	"net/http":  {"kernel/load", "kernel/fetch", "kernel/html", "kernel/e2e", "cmd/gomri"}, // html: content types
	"os/signal": {"cmd/gomri", "kernel", "kernel/interp"},                                  // interp: the worker ignores the interrupt
	"log":       {"kernel/interp", "kernel/gate", "kernel/bridge/process"},                 // the log that cells see
	"unsafe":    {"kernel/value", "kernel/child", "kernel/bridge/codec"},                   // unexported fields; the Windows API
}

// userEnd is the one other place that exits: there the worker ends as the user's
// own program would, by a panic in a goroutine.
const userEnd = "kernel/interp/tasks.go"

func TestTheEdgeIsThin(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for _, p := range imports(f.ast) {
			if rooms, limited := edges[p]; limited && !slices.Contains(rooms, f.room) {
				t.Errorf("%s imports %s, which belongs to %v", f.path, p, rooms)
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch name := x.Name + "." + sel.Sel.Name; name {
			case "os.Exit", "log.Fatal", "log.Fatalf":
				if f.path != "cmd/gomri/main.go" && f.path != userEnd {
					t.Errorf("%s: %s: only main exits", f.fset.Position(n.Pos()), name)
				}
			case "time.Sleep":
				t.Errorf("%s: nothing is ordered by sleeping", f.fset.Position(n.Pos()))
			}
			return true
		})
	}
}

// constants lists package variables that hold what never changes after start:
// tables, compiled patterns and error values. A name is allowed by its shape.
func isConstantLike(spec *ast.ValueSpec, doc *ast.CommentGroup) bool {
	if doc != nil && strings.Contains(doc.Text(), "go:embed") {
		return true
	}
	for i := range spec.Names {
		if spec.Names[i].Name == "_" {
			continue
		}
		if i >= len(spec.Values) {
			return len(spec.Values) == 0 && hasEmbed(doc)
		}
	}
	return true
}

func hasEmbed(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	return slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed") })
}

func TestNoPackageVariableChanges(t *testing.T) {
	declared := map[string]map[string]token.Position{} // room → name
	files := sources(t)
	for _, f := range files {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: there is no init function in this house", f.fset.Position(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR {
					continue
				}
				for _, s := range d.Specs {
					spec := s.(*ast.ValueSpec)
					doc := spec.Doc
					if doc == nil {
						doc = d.Doc
					}
					if !isConstantLike(spec, doc) {
						t.Errorf("%s: package variable %s has no value: it can only be state", f.fset.Position(spec.Pos()), spec.Names[0].Name)
					}
					for _, n := range spec.Names {
						if declared[f.room] == nil {
							declared[f.room] = map[string]token.Position{}
						}
						declared[f.room][n.Name] = f.fset.Position(n.Pos())
					}
				}
			}
		}
	}
	for _, f := range files {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			for name, pos := range assignedGlobals(fn, declared[f.room]) {
				t.Errorf("%s: package variable %s is changed here", pos2(f, pos), name)
			}
		}
	}
}

func pos2(f source, p token.Pos) token.Position { return f.fset.Position(p) }

// assignedGlobals finds assignments in fn to names of globals that fn does not
// declare itself.
func assignedGlobals(fn *ast.FuncDecl, globals map[string]token.Position) map[string]token.Pos {
	local := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						local[id.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok {
					local[id.Name] = true
				}
			}
		case *ast.Field:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		}
		return true
	})
	found := map[string]token.Pos{}
	mark := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.ParenExpr:
				e = x.X
				continue
			}
			break
		}
		if id, ok := e.(*ast.Ident); ok && !local[id.Name] {
			if _, global := globals[id.Name]; global {
				found[id.Name] = id.Pos()
			}
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, l := range n.Lhs {
					mark(l)
				}
			}
		case *ast.IncDecStmt:
			mark(n.X)
		}
		return true
	})
	return found
}

// mapsAllowed are the rooms whose business is data of any shape: the protocol,
// the bundle, the notebook file, which keeps what it does not understand, and the
// native functions that the interpreter finds by name.
var mapsAllowed = []string{"kernel/msg", "kernel/display", "kernel/nbformat", "kernel/interp"}

func TestTypesNotMaps(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || slices.Contains(mapsAllowed, f.room) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			m, ok := n.(*ast.MapType)
			if !ok {
				return true
			}
			key, kok := m.Key.(*ast.Ident)
			val, vok := m.Value.(*ast.Ident)
			if kok && vok && key.Name == "string" && val.Name == "any" {
				t.Errorf("%s: map[string]any stands outside msg and display", f.fset.Position(m.Pos()))
			}
			return true
		})
	}
}

var firstSentence = regexp.MustCompile(`(?s)^Package (\w+) (.*?\.)(?:\s|$)`)

// sentences returns each room's one sentence: the first of its package comment,
// without "Package NAME".
func sentences(t *testing.T) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, f := range sources(t) {
		if f.test || f.ast.Doc == nil || !strings.HasPrefix(f.room, "kernel/") || strings.Count(f.room, "/") > 1 {
			continue
		}
		m := firstSentence.FindStringSubmatch(strings.Join(strings.Fields(f.ast.Doc.Text()), " "))
		if m == nil {
			t.Errorf("%s: the package comment does not begin with a sentence \"Package %s …\"", f.path, f.ast.Name.Name)
			continue
		}
		if other, twice := said[roomOf(f.room)]; twice && other != m[2] {
			t.Errorf("%s: room %s is described twice", f.path, f.room)
		}
		said[roomOf(f.room)] = m[2]
	}
	return said
}

func TestOneRoomOneSentence(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	flat := func(b []byte) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(string(b), "//", " ")), " ")
	}
	readmeText, docText := flat(readme), flat(doc)
	said := sentences(t)
	for room := range layers {
		s, ok := said[room]
		if !ok {
			t.Errorf("room %s has no package comment, or is not there", room)
			continue
		}
		if !strings.Contains(readmeText, strings.TrimSuffix(s, ".")) {
			t.Errorf("README.md does not carry the sentence of %s: %q", room, s)
		}
		if !strings.Contains(docText, strings.TrimSuffix(s, ".")) {
			t.Errorf("doc.go does not carry the sentence of %s: %q", room, s)
		}
	}
}
