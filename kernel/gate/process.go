package gate

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Touch is one place where a cell has to do with its process: it changes or sees what
// packages keep and no variable of the session holds.
type Touch struct {
	State string // "the standard logger", or the variable: "http.DefaultClient"
	By    string // "log.SetFlags", "os.Stdout = …", with a key where there is one: `os.Setenv("HOME")`
	Cell  string
	Line  int
}

// state is what packages keep for a process, with the functions that change and see it.
type state struct {
	name       string
	sets, sees []string // "os.Setenv", "log.Print*" for all that begin so
	keyed      bool     // the first constant string of a call that sets says which part
}

var states = []state{
	{
		"the environment",
		[]string{"os.Setenv", "os.Unsetenv", "os.Clearenv"},
		[]string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.TempDir", "os.User*", "os/exec.Command*", "os.StartProcess"},
		true,
	},
	{
		"the working directory",
		[]string{"os.Chdir"},
		[]string{
			"os.Getwd", "os.Open*", "os.Create*", "os.ReadFile", "os.WriteFile", "os.ReadDir", "os.Mkdir*", "os.Remove*", "os.Rename",
			"os.Stat", "os.Lstat", "os.DirFS", "path/filepath.Abs", "path/filepath.Glob", "path/filepath.Walk*", "os/exec.Command*", "os.StartProcess",
		},
		false,
	},
	{
		"the standard logger",
		[]string{"log.SetFlags", "log.SetPrefix", "log.SetOutput", "log/slog.SetDefault", "log/slog.SetLogLoggerLevel"},
		[]string{
			"log.Print*", "log.Fatal*", "log.Panic*", "log.Output", "log.Flags", "log.Prefix", "log.Writer", "log.Default",
			"log/slog.Debug*", "log/slog.Info*", "log/slog.Warn*", "log/slog.Error*", "log/slog.Log*", "log/slog.Default", "log/slog.With",
		},
		false,
	},
	{
		"the handlers of package http",
		[]string{"net/http.Handle", "net/http.HandleFunc"},
		[]string{"net/http.ListenAndServe*", "net/http.Serve*", "net/http.DefaultServeMux"},
		true,
	},
	{
		"the flags of the command line",
		[]string{"flag.Bool*", "flag.Int*", "flag.Uint*", "flag.String*", "flag.Float64*", "flag.Duration*", "flag.Func", "flag.BoolFunc", "flag.Var", "flag.TextVar", "flag.Set", "flag.Parse"},
		[]string{"flag.Parse", "flag.Parsed", "flag.Lookup", "flag.Visit*", "flag.Arg*", "flag.NArg", "flag.NFlag", "flag.PrintDefaults"},
		true,
	},
	{
		"the sequence of math/rand",
		[]string{"math/rand.Seed"},
		[]string{
			"math/rand.Int*", "math/rand.Uint*", "math/rand.Float*", "math/rand.NormFloat64", "math/rand.ExpFloat64",
			"math/rand.Perm", "math/rand.Shuffle", "math/rand.Read",
		},
		false,
	},
	{
		"the types that package gob knows",
		[]string{"encoding/gob.Register*"},
		[]string{"encoding/gob.NewEncoder", "encoding/gob.NewDecoder"},
		false,
	},
	{
		"what the runtime profiles",
		[]string{"runtime.SetBlockProfileRate", "runtime.SetMutexProfileFraction"},
		[]string{"runtime.BlockProfile", "runtime.MutexProfile", "runtime/pprof.Lookup"},
		false,
	},
}

// behind are functions that use a variable of their package.
var behind = map[string][]string{
	"http.DefaultClient":     {"net/http.Get", "net/http.Head", "net/http.Post*"},
	"http.DefaultTransport":  {"net/http.Get", "net/http.Head", "net/http.Post*", "net/http.DefaultClient"},
	"os.Stdout":              {"fmt.Print*"},
	"runtime.MemProfileRate": {"runtime.MemProfile", "runtime/pprof.Lookup", "runtime/pprof.WriteHeapProfile"},
}

// changers are the methods that change what a variable of a package stands for.
var changers = []string{"Handle", "HandleFunc", "Init", "Parse", "Set", "SetFlags", "SetOutput", "SetPrefix"}

// Process tells what of its process a cell changes, and what it sees of it: by its
// statements, and by the functions that they reach.
func Process(p *check.Program) (sets, sees []Touch) {
	l := &looker{p: p, calls: map[ast.Expr]*ast.CallExpr{}}
	done := map[*ledger.Decl]bool{}
	var visit func(n ast.Node)
	visit = func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			l.node(n)
			if id, ok := n.(*ast.Ident); ok {
				l.reach(p.Objects[p.Info.Uses[id]], done, visit)
			}
			return true
		})
	}
	if p.Body != nil {
		visit(p.Body)
	}
	return l.sets, l.sees
}

// looker collects what a program touches.
type looker struct {
	p          *check.Program
	calls      map[ast.Expr]*ast.CallExpr // by the function that is called
	sets, sees []Touch
}

// reach visits a declaration and what it uses, once.
func (l *looker) reach(d *ledger.Decl, done map[*ledger.Decl]bool, visit func(ast.Node)) {
	if d == nil || done[d] {
		return
	}
	done[d] = true
	if d.Kind == ledger.Func && d.Node != nil {
		visit(d.Node)
	}
	for _, u := range d.Uses {
		l.reach(u, done, visit)
	}
}

func (l *looker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		l.calls[ast.Unparen(n.Fun)] = n
		l.method(n)
	case *ast.AssignStmt:
		for _, lhs := range n.Lhs {
			l.assigned(lhs)
		}
	case *ast.IncDecStmt:
		l.assigned(n.X)
	case *ast.SelectorExpr:
		l.mention(n, n.Sel)
	}
}

// object is what an expression names of another package, and its name with the path; nil if
// it is something else.
func (l *looker) object(x ast.Expr) (types.Object, string) {
	sel, ok := ast.Unparen(x).(*ast.SelectorExpr)
	if !ok {
		return nil, ""
	}
	obj := l.p.Info.Uses[sel.Sel]
	if obj == nil || obj.Pkg() == nil || obj.Pkg() == l.p.Pkg || obj.Parent() != obj.Pkg().Scope() {
		return nil, ""
	}
	return obj, obj.Pkg().Path() + "." + obj.Name()
}

// short is the name of an object as code writes it.
func short(obj types.Object) string { return obj.Pkg().Name() + "." + obj.Name() }

// mention notes a function or variable of a package that the program names.
func (l *looker) mention(x *ast.SelectorExpr, id *ast.Ident) {
	obj, name := l.object(x)
	if obj == nil {
		return
	}
	by := short(obj)
	for _, s := range states {
		if matches(s.sets, name) {
			key := ""
			if s.keyed {
				key = l.key(l.calls[x])
			}
			l.add(&l.sets, s.name, by+key, id)
		}
		if matches(s.sees, name) {
			l.add(&l.sees, s.name, by, id)
		}
	}
	for variable, users := range behind {
		if matches(users, name) {
			l.add(&l.sees, variable, by, id)
		}
	}
	if _, ok := obj.(*types.Var); ok {
		l.add(&l.sees, by, by, id)
	}
}

// key is the first constant string among the arguments of a call, in parentheses; "" for none.
func (l *looker) key(call *ast.CallExpr) string {
	if call == nil {
		return ""
	}
	for _, arg := range call.Args {
		if v := l.p.Info.Types[arg].Value; v != nil && v.Kind() == constant.String {
			return "(" + strconv.Quote(constant.StringVal(v)) + ")"
		}
	}
	return ""
}

// assigned notes that a variable of a package, or a part of it, is given a value.
func (l *looker) assigned(x ast.Expr) {
	for {
		if obj, _ := l.object(x); obj != nil {
			if _, ok := obj.(*types.Var); ok {
				l.add(&l.sets, short(obj), short(obj)+" = …", x)
			}
			return
		}
		switch e := ast.Unparen(x).(type) {
		case *ast.SelectorExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		default:
			return
		}
	}
}

// method notes a method of a package's variable, or of log.Default(), that changes it.
func (l *looker) method(call *ast.CallExpr) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || !slices.Contains(changers, sel.Sel.Name) {
		return
	}
	if inner, ok := ast.Unparen(sel.X).(*ast.CallExpr); ok {
		if _, name := l.object(inner.Fun); name == "log.Default" {
			l.add(&l.sets, "the standard logger", "log."+sel.Sel.Name, sel)
		}
		return
	}
	obj, name := l.object(sel.X)
	switch {
	case obj == nil:
	case name == "net/http.DefaultServeMux":
		l.add(&l.sets, "the handlers of package http", "http."+sel.Sel.Name+l.key(call), sel)
	case name == "flag.CommandLine":
		l.add(&l.sets, "the flags of the command line", "flag."+sel.Sel.Name+l.key(call), sel)
	}
}

func (l *looker) add(to *[]Touch, name, by string, at interface{ Pos() token.Pos }) {
	place := l.p.Fset.Position(at.Pos())
	*to = append(*to, Touch{State: name, By: by, Cell: place.Filename, Line: place.Line})
}

// matches is true if a list has the name, or its beginning with a *.
func matches(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool {
		begin, all := strings.CutSuffix(s, "*")
		return s == name || all && strings.HasPrefix(name, begin)
	})
}
