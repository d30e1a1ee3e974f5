package gate

import (
	"go/ast"
	"go/token"
	"go/types"
)

//go:generate go test gomri/kernel/interp -run TestGateKnowsTheInterpretersSymbols -update

// denied are functions of allowed packages that do not do in the interpreter what they do in
// a program, or whose results depend on the program's own code.
var denied = map[string]bool{
	"errors.As": true,
	"fmt.Scan":  true, "fmt.Scanf": true, "fmt.Scanln": true, "fmt.Formatter": true, "fmt.State": true,
	"log.Output": true,
	"os.Stdin":   true, "os.Args": true, "os.Executable": true, "os.Getpid": true, "os.Getppid": true,
	"os.FindProcess": true, "os.StartProcess": true, "os.NewFile": true, "os.Pipe": true, "os.CopyFS": true,
	"sort.Sort": true, "sort.Stable": true, "sort.Reverse": true, "sort.IsSorted": true,
	"sync.Cond": true, "sync.NewCond": true, "sync.Pool": true, "sync.Locker": true, "sync.Map": true,
	"time.AfterFunc": true, "time.Tick": true, "time.NewTimer": true, "time.NewTicker": true,
	"bufio.NewReadWriter": true,
}

// generics are the generic functions of packages for which the interpreter has compiled
// ones; the functions of maps that give an iterator only where it is sorted or collected at once.
var generics = map[string]bool{
	"slices.Sort": true, "slices.IsSorted": true, "slices.Max": true, "slices.Min": true, "slices.Compare": true,
	"slices.BinarySearch": true, "slices.Contains": true, "slices.Index": true, "slices.Equal": true,
	"slices.Reverse": true, "slices.Compact": true, "slices.Clone": true, "slices.Insert": true, "slices.Delete": true,
	"slices.SortFunc": true, "slices.SortStableFunc": true, "slices.IsSortedFunc": true, "slices.MaxFunc": true,
	"slices.MinFunc": true, "slices.ContainsFunc": true, "slices.IndexFunc": true, "slices.DeleteFunc": true,
	"slices.Sorted": true, "slices.Collect": true,
	"maps.Clone": true, "maps.Copy": true, "maps.Equal": true, "maps.Keys": true, "maps.Values": true,
	"cmp.Compare": true, "cmp.Less": true,
}

// generic judges a generic function of a package with its type arguments.
func (j *judge) generic(x *ast.SelectorExpr) {
	obj := j.info.Uses[x.Sel]
	name := obj.Pkg().Path() + "." + obj.Name()
	if !generics[name] || !j.called[x] {
		j.refuse(x.Pos(), "generic function %s", name)
	}
	args := j.info.Instances[x.Sel].TypeArgs
	for i := range args.Len() {
		t := args.At(i)
		j.typ(x.Pos(), t)
		if parts := elements(t); parts != nil && types.IsInterface(parts) && obj.Name() != "Clone" && obj.Name() != "Reverse" {
			j.refuse(x.Pos(), "generic function %s of interfaces", name)
		}
	}
}

// elements is the type of a slice's or a map's elements, or the type itself.
func elements(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	}
	return t
}

// typesOf is true for the packages whose types may be used: those of symbols, and one
// whose types their functions give.
func typesOf(path string) bool { return symbols[path] != nil || path == "io/fs" }

// symbol refuses a function or variable of a package that is not known to be right.
func (j *judge) symbol(at token.Pos, obj types.Object) {
	if obj == nil || obj.Pkg() == nil {
		return
	}
	j.pkg(at, obj.Pkg())
	name := obj.Pkg().Path() + "." + obj.Name()
	if _, method := obj.(*types.Func); method && obj.(*types.Func).Signature().Recv() != nil {
		return
	}
	if v, ok := obj.(*types.Var); ok && v.IsField() {
		return
	}
	if denied[name] {
		j.refuse(at, "%s", name)
	}
	if !symbols[obj.Pkg().Path()][obj.Name()] {
		j.refuse(at, "%s, which the interpreter does not have", name)
	}
	if fn, ok := obj.(*types.Func); ok && fn.Signature().TypeParams().Len() > 0 {
		j.refuse(at, "generic function %s", name)
	}
}

// pkg refuses a package of which nothing is allowed.
func (j *judge) pkg(at token.Pos, p *types.Package) {
	if !typesOf(p.Path()) {
		j.refuse(at, "package %s", p.Path())
	}
}

// Packages lists the packages of which the interpreter's symbols are allowed.
func Packages() []string {
	return []string{
		"bufio", "bytes", "crypto/md5", "crypto/sha1", "crypto/sha256", "crypto/sha512",
		"encoding/base64", "encoding/binary", "encoding/hex", "errors", "fmt", "hash/adler32",
		"hash/crc32", "hash/crc64", "hash/fnv", "html", "io", "log", "math", "math/big", "math/bits", "math/rand",
		"math/rand/v2", "net/url", "os", "path", "path/filepath", "regexp", "sort", "strconv", "strings", "sync", "sync/atomic",
		"text/tabwriter", "time", "unicode", "unicode/utf16", "unicode/utf8",
	}
}

// Symbols returns the names of a package that the interpreter has, sorted in no order.
func Symbols(path string) []string {
	var names []string
	for name := range symbols[path] {
		names = append(names, name)
	}
	return names
}
