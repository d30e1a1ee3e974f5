package faithful

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// cellText is one cell of the corpus and what its directives say.
type cellText struct {
	text   string
	panics bool   // "// panics": the program goes on after it
	fails  string // "// fails NAME": it has no part in the program
}

// readCell reads the directives in front of a cell. They stay in its text.
func readCell(text string) cellText {
	c := cellText{text: text}
	first, _, _ := strings.Cut(text, "\n")
	if name, ok := strings.CutPrefix(first, "// fails "); ok {
		c.fails = strings.TrimSpace(name)
	}
	c.panics = first == "// panics"
	return c
}

// goText is the cell's Go: without its %%go line.
func (c cellText) goText() string {
	if first, rest, _ := strings.Cut(c.text, "\n"); strings.HasPrefix(first, "%%") {
		return rest
	}
	return c.text
}

// piece is one declaration or statement of a cell.
type piece struct {
	text string
	kind string // "import", "func", "type", "const", "var", "define" or "statement"
	// names are what a var or define declares.
	names []string
}

// pieces takes the text of a cell apart at its top level.
func pieces(text string) []piece {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	s.Init(file, []byte(text), nil, 0)
	var list []piece
	var toks []string
	start, depth := -1, 0
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		if tok == token.SEMICOLON && depth == 0 && !(lit == ";" && inHead(toks)) || tok == token.EOF {
			if start >= 0 {
				list = append(list, newPiece(strings.TrimSpace(text[start:min(at, len(text))]), toks))
			}
			start, toks = -1, nil
			if tok == token.EOF {
				return list
			}
			continue
		}
		if start < 0 {
			start = at
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		toks = append(toks, tok.String())
	}
}

// inHead is true if a semicolon that follows the tokens belongs to the head of an if, for
// or switch.
func inHead(toks []string) bool {
	for i := len(toks) - 1; i >= 0; i-- {
		switch toks[i] {
		case "{":
			return false
		case "if", "for", "switch":
			return true
		}
	}
	return false
}

// newPiece finds out what a piece is from its text and tokens.
func newPiece(text string, toks []string) piece {
	p := piece{text: text, kind: "statement"}
	switch toks[0] {
	case "import", "type", "const":
		p.kind = toks[0]
	case "func":
		if declaresFunc(toks) {
			p.kind = "func"
		}
	case "var":
		p.kind = "var"
		if f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, 0); err == nil {
			p.names = declared(f.Decls[0])
		}
	default:
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+text+"\n}", 0)
		if err != nil {
			return p
		}
		if list := f.Decls[0].(*ast.FuncDecl).Body.List; len(list) == 1 {
			if a, ok := list[0].(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
				p.kind, p.names = "define", declaredIn(a)
			}
		}
	}
	return p
}

// declaresFunc tells a function or method from a function literal.
func declaresFunc(toks []string) bool {
	if len(toks) < 2 || toks[1] == "IDENT" {
		return true
	}
	depth := 0
	for i, t := range toks[1:] {
		switch t {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return i+3 < len(toks) && toks[i+2] == "IDENT" && (toks[i+3] == "(" || toks[i+3] == "[")
		}
	}
	return false
}

// assembler makes one program of the cells of a session.
type assembler struct {
	marks  bool   // the program tells where each cell ends and shows last values
	funcs  string // the functions of all cells
	top    strings.Builder
	main   strings.Builder
	names  map[string]bool // local variables so far
	fresh  map[string]bool // those of this cell
	blocks int
	values bool // gomriShow is needed
}

// assemble returns the program that the cells are when they stand one after the
// other. Types, constants and functions go to the top level, and so do variables that
// functions mention; the others are local, and one that is declared again in a later
// cell opens a block.
func assemble(cells []cellText, marks bool) map[string]string {
	a := &assembler{marks: marks, names: map[string]bool{}}
	list := make([][]piece, len(cells))
	for i, c := range cells {
		if c.fails != "" {
			continue
		}
		list[i] = pieces(c.goText())
		for _, p := range list[i] {
			if p.kind == "func" {
				a.funcs += p.text + "\n"
			}
		}
	}
	var imports []string
	for i, c := range cells {
		a.fresh = map[string]bool{}
		if c.panics {
			a.main.WriteString("func() {\ndefer gomriGuard()\n")
		}
		for k, p := range list[i] {
			if p.kind == "import" {
				imports = append(imports, p.text)
				continue
			}
			a.piece(p, k == len(list[i])-1)
		}
		if strings.Contains("\n"+c.goText(), "\nfunc main()") {
			a.main.WriteString("cellMain()\n")
		}
		if c.panics {
			a.main.WriteString("}()\n")
		}
		if marks {
			a.main.WriteString("gomriMark()\n")
		}
	}
	a.main.WriteString(strings.Repeat("}\n", a.blocks))
	body := a.top.String() + "\nfunc main() {\n" + a.main.String() + "}\n"
	files := map[string]string{"main.go": "package main\n\n" + strings.Join(imports, "\n") + "\n" + found(imports, body) + body}
	if marks {
		files["rt.go"] = oracleRuntime
		if a.values {
			files["show.go"] = oracleShow
		}
	}
	return files
}

// piece writes one piece; last is true for the last one of its cell.
func (a *assembler) piece(p piece, last bool) {
	switch p.kind {
	case "type", "const", "func":
		a.top.WriteString(strings.Replace(p.text, "func main()", "func cellMain()", 1) + "\n")
	case "var", "define":
		a.variable(p)
	default:
		if last && shown(p.text, a.funcs) {
			if a.marks {
				a.values = true
				a.main.WriteString("gomriShow(" + p.text + ")\n")
				return
			}
			if _, call := ast.Unparen(expr(p.text)).(*ast.CallExpr); !call {
				a.main.WriteString("_ = ")
			}
		}
		a.main.WriteString(p.text + "\n")
	}
}

// variable writes the declaration of variables: at the top level if a function
// mentions one of them.
func (a *assembler) variable(p piece) {
	global := slices.ContainsFunc(p.names, func(name string) bool {
		return regexp.MustCompile(`\b` + name + `\b`).MatchString(a.funcs)
	})
	if global {
		a.global(p)
		return
	}
	again := 0
	for _, name := range p.names {
		if a.names[name] && !a.fresh[name] {
			again++
		}
	}
	if again > 0 {
		a.main.WriteString("{\n")
		a.blocks++
	}
	a.main.WriteString(p.text + "\n")
	for _, name := range p.names {
		if name != "_" {
			a.names[name], a.fresh[name] = true, true
			a.main.WriteString("_ = " + name + "\n")
		}
	}
}

// global writes a variable at the top level. One with a type gets its value where
// its statement stands.
func (a *assembler) global(p piece) {
	if p.kind == "define" {
		names, values, _ := strings.Cut(p.text, ":=")
		a.top.WriteString("var " + names + "=" + values + "\n")
		return
	}
	head, value, has := strings.Cut(p.text, "=")
	if words := strings.Fields(head); has && len(words) > 2 && !strings.Contains(head, ",") && words[1] != "(" {
		a.top.WriteString(head + "\n")
		a.main.WriteString(words[1] + " = " + value + "\n")
		return
	}
	a.top.WriteString(p.text + "\n")
}

var (
	printing  = regexp.MustCompile(`^(fmt\.F?[Pp]rint|log\.|println|print|panic|close|clear|delete|os\.Exit)`)
	voidCalls = regexp.MustCompile(`\.(Wait|Lock|Unlock|Done|Ints|Strings|Float64s|Slice|SliceStable|Sort|Sleep|Store|Close|Reset|Reverse|SortFunc|Stop|Do|Set|ForEach|Goexit|Gosched|Swap|SetInt|Warn)\(`)
)

// expr is the expression that a text is, or an invalid one.
func expr(text string) ast.Expr {
	x, err := parser.ParseExpr(text)
	if err != nil {
		return &ast.BadExpr{}
	}
	return x
}

// shown is true if a cell that ends in the text shows its value.
func shown(text, funcs string) bool {
	x, err := parser.ParseExpr(text)
	if err != nil || printing.MatchString(text) {
		return false
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return true
	}
	name, method := "", false
	fun := ast.Unparen(call.Fun)
	if x, ok := fun.(*ast.IndexExpr); ok {
		fun = x.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name, method = fun.Sel.Name, true
	case *ast.FuncLit:
		return fun.Type.Results.NumFields() > 0
	}
	decl := regexp.MustCompile(`(?m)^func (?:\([^)]*\) )?` + name + `(?:\[[^\]]*\])?\([^{]*\{`)
	if d := decl.FindString(funcs); d != "" && name != "" {
		return resulting(strings.TrimSpace(strings.TrimSuffix(d, "{")))
	}
	return !method || !voidCalls.MatchString("."+name+"(")
}

// resulting is true if the head of a function, which ends in a parenthesis, has results.
func resulting(head string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+head+" {}", 0)
	if err != nil || len(f.Decls) != 1 {
		return false
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	return ok && fn.Type.Results.NumFields() > 0
}

// standard are the packages that cells find without an import.
var standard = map[string]string{}

func init() {
	for _, path := range strings.Fields(`bufio bytes cmp context encoding/json encoding/base64 encoding/binary encoding/csv encoding/hex
		encoding/xml errors fmt io iter log maps math math/big math/bits math/cmplx net/url os path path/filepath reflect regexp
		runtime slices sort strconv strings sync sync/atomic text/tabwriter time unicode unicode/utf8 unicode/utf16 unique unsafe
		container/heap container/list container/ring hash/fnv hash/crc32 crypto/sha256 crypto/md5 crypto/sha1 html log/slog testing
		net/http net/http/httptest io/fs embed flag go/ast go/parser go/token image image/color mime net/netip os/signal
		index/suffixarray strings unicode text/scanner archive/zip compress/gzip hash encoding encoding/gob expvar weak
		math/rand/v2 text/template runtime/debug go/format hash/adler32 hash/maphash`) {
		name := path[strings.LastIndexByte(path, '/')+1:]
		if name == "v2" {
			name = "rand"
		}
		standard[name] = path
	}
}

// found are the imports that a program needs and does not write.
func found(written []string, body string) string {
	text := strings.Join(written, "\n")
	f, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+text+"\n"+body, 0)
	if err != nil {
		return ""
	}
	have := map[string]bool{}
	for _, imp := range f.Imports {
		path := strings.Trim(imp.Path.Value, `"`)
		have[path[strings.LastIndexByte(path, '/')+1:]] = true
		if imp.Name != nil {
			have[imp.Name.Name] = true
		}
		if strings.HasSuffix(path, "rand/v2") {
			have["rand"] = true
		}
	}
	need := map[string]bool{}
	unresolved := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		unresolved[id] = true
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && unresolved[id] && !have[id.Name] && standard[id.Name] != "" {
				need[standard[id.Name]] = true
			}
		}
		return true
	})
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(need)) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	return b.String()
}

// oracleRuntime marks the ends of cells on both streams, and tells of a panic after
// which the session goes on.
const oracleRuntime = `package main

import (
	"fmt"
	"os"
)

func gomriMark() {
	os.Stdout.WriteString("\x01end\x01")
	os.Stderr.WriteString("\x01end\x01")
}

func gomriGuard() {
	switch r := recover().(type) {
	case nil:
	case error:
		os.Stdout.WriteString("\x03panic\x03" + r.Error())
	case fmt.Stringer:
		os.Stdout.WriteString("\x03panic\x03" + r.String())
	default:
		os.Stdout.WriteString("\x03panic\x03" + fmt.Sprint(r))
	}
}
`

// oracleShow shows the value of a cell's last expression as both engines do.
const oracleShow = `package main

import (
	"os"

	"natives/value"
)

func gomriShow(vs ...any) { os.Stdout.WriteString("\x02value\x02" + value.Of(vs...).Text()) }
`

// byCell takes the output of an assembled program apart by cells.
func byCell(r nativeRun) []outcome {
	outs := strings.Split(string(r.Out), "\x01end\x01")
	o := r.outcome()
	errs := strings.Split(o.Err, "\x01end\x01")
	list := make([]outcome, 0, len(outs))
	for i, text := range outs {
		text, panicked, ended := strings.Cut(text, "\x03panic\x03")
		text, value, _ := strings.Cut(text, "\x02value\x02")
		c := outcome{Out: text, Value: value}
		if ended {
			c.End = "panic: " + plain(panicked)
		}
		if i < len(errs) {
			c.Err = errs[i]
		}
		if i == len(outs)-1 {
			if text == "" && o.End == "" {
				break
			}
			c.End = o.End
		}
		list = append(list, c)
	}
	return list
}

// TestAssembledProgramIsWhatTheCellsAre looks at the shape of one assembled program.
func TestAssembledProgramIsWhatTheCellsAre(t *testing.T) {
	cells := []cellText{
		readCell("import \"strings\"\nx := 1\nvar total int = 5\nfunc add(n int) { total += n }"),
		readCell("// fails CompileError\ny"),
		readCell("x := strings.Repeat(\"a\", 3)\nadd(2)\nx"),
	}
	got := assemble(cells, true)["main.go"]
	for _, want := range []string{"var total int", "total =  5", "{\nx := strings.Repeat", "gomriShow(x)", "func add(n int)"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}
