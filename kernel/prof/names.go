package prof

import (
	"net/url"
	"path/filepath"
	"strings"
)

// Kind says whose code a function is.
type Kind int

// The kinds, in the order in which a legend lists them.
const (
	Yours      Kind = iota // the program's own module
	Std                    // the standard library
	ThirdParty             // other modules
	Runtime                // the Go runtime and garbage collector, and the C and kernel code below it
)

// String names the kind in the words of a legend.
func (k Kind) String() string {
	switch k {
	case Std:
		return "standard library"
	case ThirdParty:
		return "other modules"
	case Runtime:
		return "runtime and GC"
	default:
		return "your code"
	}
}

// stdTop holds the first elements of the standard library's import paths.
var stdTop = stringSet(`archive arena bufio bytes cmp compress container context crypto database debug embed
	encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path
	plugin reflect regexp simd slices sort strconv strings structs sync syscall testing text time unicode
	unique unsafe vendor weak`)

// asmPackages are directories of assembly whose symbols carry no package.
var asmPackages = []string{"/runtime/", "/internal/bytealg/", "/internal/runtime/"}

func stringSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// splitName cuts a Go symbol into its import path and the rest: "a/b.(*T).M" is
// "a/b" and "(*T).M". What is not of that form has no import path.
func splitName(name string) (pkg, rest string) {
	plain := name
	// Type arguments and receivers may hold slashes and dots of their own.
	if i := strings.IndexAny(plain, "[("); i >= 0 {
		plain = plain[:i]
	}
	slash := strings.LastIndexByte(plain, '/')
	dot := strings.IndexByte(plain[slash+1:], '.')
	if dot <= 0 || strings.ContainsAny(plain, " :<>") {
		return "", name
	}
	cut := slash + 1 + dot
	return name[:cut], name[cut+1:]
}

// PackageOf returns the import path of a function, "" if its name has none, as
// names of assembly and C have.
func PackageOf(name string) string {
	pkg, _ := splitName(name)
	// The linker writes dots in the last element of a path as %2e.
	if plain, err := url.PathUnescape(pkg); err == nil {
		return plain
	}
	return pkg
}

// ShortName returns the function's name with only the last element of its
// import path: "json.(*decodeState).object".
func ShortName(name string) string {
	pkg, rest := splitName(name)
	if pkg == "" {
		return name
	}
	pkg = PackageOf(name)
	if i := strings.LastIndexByte(pkg, '/'); i >= 0 {
		last := pkg[i+1:]
		if isVersion(last) {
			if j := strings.LastIndexByte(pkg[:i], '/'); j >= 0 {
				last = pkg[j+1 : i]
			}
		}
		pkg = last
	}
	return pkg + "." + shortenArgs(rest)
}

// BareName returns the function's name without its package.
func BareName(name string) string {
	_, rest := splitName(name)
	return shortenArgs(rest)
}

// shortenArgs writes type arguments as "[…]": they are the compiler's, not the reader's.
func shortenArgs(name string) string {
	open, end := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if open < 0 || end < open {
		return name
	}
	return name[:open] + "[…]" + name[end+1:]
}

// isVersion says whether a path element is a major version, such as "v2".
func isVersion(s string) bool {
	return len(s) > 1 && s[0] == 'v' && strings.Trim(s[1:], "0123456789") == ""
}

// KindOf says whose code a function is, from its name, the file it is in, and the
// paths of the modules that are the user's own. Without such paths, a function is
// taken for the user's own if it is in no module cache, vendor folder or standard library.
func KindOf(name, file string, own []string) Kind {
	pkg := PackageOf(name)
	for _, m := range own {
		if m != "" && (pkg == m || strings.HasPrefix(pkg, m+"/")) {
			return Yours
		}
	}
	file = filepath.ToSlash(file)
	if pkg == "" {
		return kindOfFile(name, file)
	}
	first, _, _ := strings.Cut(pkg, "/")
	switch {
	case pkg == "runtime", strings.HasPrefix(pkg, "runtime/internal/"), strings.HasPrefix(pkg, "internal/runtime/"), pkg == "internal/bytealg":
		return Runtime
	case first == "runtime", stdTop[first]:
		return Std
	case strings.Contains(file, "@v"), strings.Contains(file, "/vendor/"), file == "" && strings.Contains(first, "."):
		return ThirdParty
	}
	return Yours
}

// kindOfFile decides for symbols without a package.
func kindOfFile(name, file string) Kind {
	if file == "" {
		return Runtime
	}
	for _, dir := range asmPackages {
		if strings.Contains("/"+file, dir) {
			return Runtime
		}
	}
	if strings.HasPrefix(name, "[") {
		return Runtime
	}
	return Yours
}
