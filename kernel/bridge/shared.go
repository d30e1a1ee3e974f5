package bridge

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/bridge/process"
	"gomri/kernel/check"
	"gomri/kernel/gate"
)

// shared is what a program uses and sets of the state that it shares with the rest of its
// process through packages.
type shared struct {
	names   map[string]token.Pos // functions and variables of packages, "path.Name", and where
	foreign bool                 // it has packages that are not of the standard library
	// set is what it may set that cannot be carried to another process, by its name.
	set map[string]setting
}

// setting is where a program sets something of its process, and an expression that tells by
// its value whether that has happened, "" if nothing tells.
type setting struct {
	at  token.Pos
	now string
}

// logOutput is the name of where package log writes to.
const logOutput = "the output of package log"

// theVariable and a variable's name are the name of the value that a package holds in it.
const theVariable = "the variable "

// piece is something that packages keep for the whole process, apart from variables.
type piece struct {
	sets, uses []string
	now        string // tells whether it has changed, "" if nothing does
	instead    string // what works over several cells, "" if nothing does
}

// pieces are the ones of the standard library that programs fill and read by functions.
var pieces = map[string]piece{
	"the handlers of http.DefaultServeMux": {
		sets:    []string{"net/http.Handle", "net/http.HandleFunc", "net/http.DefaultServeMux"},
		uses:    []string{"net/http.ListenAndServe", "net/http.ListenAndServeTLS", "net/http.Serve", "net/http.ServeTLS", "net/http.Server", "net/http.DefaultServeMux"},
		instead: "A server that goes on beside other cells is a program: begin its cell with %%serve and package main.",
	},
	"the flags of package flag": {
		sets: each("flag.", "Bool BoolVar BoolFunc Duration DurationVar Float64 Float64Var Func Int IntVar Int64 Int64Var Parse Set String StringVar TextVar Uint UintVar Uint64 Uint64Var Var"),
		uses: each("flag.", "Parse Parsed Arg Args NArg NFlag Lookup Visit VisitAll PrintDefaults Set"),
	},
	"the variables of package expvar": {
		sets: each("expvar.", "Publish NewFloat NewInt NewMap NewString"), uses: each("expvar.", "Get Do Handler"),
	},
	"the types that encoding/gob knows": {
		sets: each("encoding/gob.", "Register RegisterName"), uses: each("encoding/gob.", "NewEncoder NewDecoder"),
	},
	"the drivers of database/sql": {
		sets: each("database/sql.", "Register"), uses: each("database/sql.", "Open Drivers"),
	},
	"the types that package mime knows": {
		sets: each("mime.", "AddExtensionType"), uses: each("mime.", "TypeByExtension ExtensionsByType"),
	},
	"the formats that package image knows": {
		sets: each("image.", "RegisterFormat"), uses: each("image.", "Decode DecodeConfig"),
	},
	"the default logger of log/slog": {
		sets:    each("log/slog.", "SetDefault"),
		uses:    append(each("log/slog.", "Default Debug DebugContext Info InfoContext Warn WarnContext Error ErrorContext Log LogAttrs With"), logging...),
		now:     "{log/slog}.Default()",
		instead: "Or keep the logger in a variable, which cells share: logger := slog.New(...), then logger.Info(...).",
	},
	"what the runtime profiles": {
		sets: each("runtime.", "SetBlockProfileRate SetMutexProfileFraction"),
		uses: []string{"runtime.BlockProfile", "runtime.MutexProfile", "runtime/pprof.Lookup"},
	},
	logOutput: {sets: []string{"log.SetOutput"}, uses: append([]string{"log.Writer"}, logging...)},
}

// logging are the functions of package log that write.
var logging = each("log.", "Print Printf Println Fatal Fatalf Fatalln Panic Panicf Panicln Output Default")

// each puts the path of a package before names.
func each(path, names string) (list []string) {
	for name := range strings.FieldsSeq(names) {
		list = append(list, path+name)
	}
	return list
}

// implied are the functions that use a variable of a package without naming it.
var implied = map[string][]string{
	"os.Stdout":                 each("fmt.", "Print Printf Println"),
	"os.Stdin":                  each("fmt.", "Scan Scanf Scanln"),
	"os.Args":                   each("flag.", "Parse Args NArg Arg Usage CommandLine"),
	"flag.CommandLine":          each("flag.", "Parse Parsed Arg Args NArg PrintDefaults Bool Int String Duration"),
	"flag.Usage":                each("flag.", "Parse"),
	"net/http.DefaultClient":    each("net/http.", "Get Head Post PostForm"),
	"net/http.DefaultTransport": each("net/http.", "Get Head Post PostForm DefaultClient Client"),
	"net/http.DefaultServeMux":  each("net/http.", "Handle HandleFunc ListenAndServe ListenAndServeTLS Serve ServeTLS Server"),
	"crypto/rand.Reader":        each("crypto/rand.", "Int Prime Read Text"),
	"runtime.MemProfileRate":    {"runtime.MemProfile", "runtime/pprof.Lookup", "runtime/pprof.WriteHeapProfile"},
	"net.DefaultResolver":       each("net.", "LookupHost LookupIP LookupAddr Dial"),
}

// stateful are the functions that change what State tells, by the limit that it is, if any.
var stateful = map[string]string{
	"os.Setenv": "", "os.Unsetenv": "", "os.Clearenv": "", "os.Chdir": "",
	"syscall.Setenv": "", "syscall.Unsetenv": "", "syscall.Clearenv": "", "syscall.Chdir": "", "syscall.Fchdir": "",
	"log.SetFlags": "", "log.SetPrefix": "", "log.SetOutput": "", "log.Default": "", "log/slog.SetDefault": "",
	"time.Local":                   "",
	"runtime.GOMAXPROCS":           process.Procs,
	"runtime/debug.SetGCPercent":   process.GC,
	"runtime/debug.SetMemoryLimit": process.Memory,
}

// sharedBy finds what a program uses and sets.
func sharedBy(p *check.Program) shared {
	s := shared{names: map[string]token.Pos{}, set: map[string]setting{}}
	for id, obj := range p.Info.Uses {
		if obj == nil || obj.Pkg() == nil || obj.Pkg() == p.Pkg {
			continue
		}
		if obj.Parent() == obj.Pkg().Scope() {
			if at, had := s.names[nameOf(obj)]; !had || id.Pos() < at {
				s.names[nameOf(obj)] = id.Pos()
			}
		}
		first, _, _ := strings.Cut(obj.Pkg().Path(), "/")
		s.foreign = s.foreign || strings.Contains(first, ".")
	}
	for name, piece := range pieces {
		for _, set := range piece.sets {
			if at, ok := s.names[set]; ok && name != logOutput {
				s.set[name] = setting{at, piece.now}
			}
		}
	}
	s.assigned(p)
	return s
}

func nameOf(obj types.Object) string { return obj.Pkg().Path() + "." + obj.Name() }

// assigned adds the variables of packages that the program assigns to.
func (s *shared) assigned(p *check.Program) {
	target := func(x ast.Expr) {
		v, whole := gate.PackageVar(p.Info, p.Pkg, x)
		if v == nil || nameOf(v) == "time.Local" {
			return
		}
		now := "{" + v.Pkg().Path() + "}." + v.Name()
		if !whole || !comparable(v.Type()) {
			now = ""
		}
		s.set[theVariable+nameOf(v)] = setting{x.Pos(), now}
	}
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				target(x)
			}
		case *ast.IncDecStmt:
			target(n.X)
		}
		return true
	}
	ast.Inspect(p.Body, look)
	for _, f := range p.Funcs {
		ast.Inspect(f, look)
	}
	for _, d := range p.Reach {
		if f, ok := d.Node.(*ast.FuncDecl); ok {
			ast.Inspect(f, look)
		}
	}
}

// comparable is true for the types of which a value says whether it has changed.
func comparable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic, *types.Pointer:
		return true
	case *types.Interface:
		return !u.Empty()
	}
	return false
}

// uses is true if the program uses a piece.
func (s shared) uses(name string) bool {
	list := pieces[name].uses
	if v, ok := strings.CutPrefix(name, theVariable); ok {
		list = append([]string{v}, implied[v]...)
	}
	for _, use := range list {
		if _, ok := s.names[use]; ok {
			return true
		}
	}
	return false
}

// sets is true if the program sets a piece itself, and so does not need what was set before.
func (s shared) sets(name string) bool {
	if strings.HasPrefix(name, theVariable) {
		_, ok := s.set[name]
		return ok
	}
	for _, set := range pieces[name].sets {
		if _, ok := s.names[set]; ok && !slices.Contains(pieces[name].uses, set) {
			return true
		}
	}
	return false
}

// leaves is true if the program may change what State tells, or what cannot be carried.
func (s shared) leaves() bool {
	if s.foreign || len(s.set) > 0 {
		return true
	}
	for name := range stateful {
		if _, ok := s.names[name]; ok {
			return true
		}
	}
	return false
}

// limits are the limits of the runtime that the program may set.
func (s shared) limits() (list []string) {
	for _, name := range []string{"runtime.GOMAXPROCS", "runtime/debug.SetGCPercent", "runtime/debug.SetMemoryLimit"} {
		if _, ok := s.names[name]; ok {
			list = append(list, stateful[name])
		}
	}
	return list
}
