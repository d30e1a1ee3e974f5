package check

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"gomri/kernel/ledger"
)

func TestRedefinedFunctionIsSeenByItsCallers(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "func g() int { return 1 }\nfunc f() int { return g() }\nfunc h() int { return f() }\nfunc other() {}")
	p := nb.must(t, "func g() int { return 2 }")
	if got := keys(p.Reissued); got != "f_v2 h_v2" {
		t.Error("reissued:", got)
	}
	p = nb.must(t, "h()")
	if got := keys(p.Reach); got != "g_v2 f_v2 h_v2" {
		t.Error("reach:", got)
	}
}

func TestBrokenDependantIsNamedAndHealsAgain(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "func g() int { return 1 }")
	nb.must(t, "func f() int {\n\treturn g()\n}\nfunc h() int { return f() }")
	p := nb.must(t, "func g() string { return \"\" }")
	if len(p.Broken) != 2 || p.Broken[0].Decl.Name != "f" || !strings.Contains(p.Broken[0].Why, "cell-2:2:9: cannot use g()") {
		t.Fatalf("broken: %+v", p.Broken)
	}
	nb.must(t, "1 + 1") // an unrelated cell runs
	got := nb.fails(t, "h()")
	if got != "cell-2:2:9: cannot use g() (value of type string) as int value in return statement" {
		t.Error(got)
	}
	_, err := nb.run("f()")
	var es Errors
	if !errors.As(err, &es) || strings.Contains(es[0].Hint, "cell-6") || !strings.Contains(es[0].Hint, "with what later cells declare; correct cell-2") {
		t.Errorf("a cell that only uses f is said to have broken it: %+v", err)
	}
	p = nb.must(t, "func g() int { return 3 }")
	if got := keys(p.Reissued); got != "f_v2 h_v2" {
		t.Error("reissued:", got)
	}
	nb.must(t, "h()")
}

func TestTheCellThatBreaksAndUsesADependantFails(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "x := 1\nfunc f() int { return x }")
	got := nb.fails(t, "x := \"a\"\nf()")
	if !strings.HasPrefix(got, "cell-1:2:23: cannot use x (variable of type string) as int value") {
		t.Error(got)
	}
	nb.must(t, "f()") // nothing was committed
}

func TestRepeatedTypeStaysTheSameType(t *testing.T) {
	nb := newNotebook()
	decl := "type U struct{ n int }\ntype T struct {\n\tu U\n}\nfunc (t T) M() int { return t.u.n }"
	nb.must(t, decl)
	nb.must(t, "v := T{}")
	p := nb.must(t, "// again\n"+strings.ReplaceAll(decl, "n int", "n   int"))
	if got := keys(p.Decls); got != "U_v1 T_v1 T.M_v2" {
		t.Error(got)
	}
	nb.must(t, "v.M()")
	if d := nb.led.Lookup("T"); d.Cell != "cell-3" || d.NameLine != 3 {
		t.Error(d.Position())
	}
}

func TestVariableOfAChangedTypeSaysSo(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type U struct{ n int }\ntype T struct{ u U }\nfunc (T) M() {}")
	nb.must(t, "v := []T{{}}\nfunc use() { _ = v }")
	p := nb.must(t, "type U struct{ n, m int }")
	if got := keys(p.Reissued); got != "T_v2 T.M_v2" {
		t.Error("reissued:", got)
	}
	if len(p.Broken) != 2 {
		t.Error(p.Broken)
	}
	want := "cell-4:1:1: v holds a value of the type T as cell-1 declared it, and cell-3 changes that type; run cell-2 again, which declares v"
	if got := nb.fails(t, "v"); got != want {
		t.Error(got)
	}
	nb.must(t, "v := []T{{U{1, 2}}}")
	nb.must(t, "use(); v[0].M()")
}

func TestVariableOfAChangedTypeInTheSameCellIsToBeDeclaredAgain(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type T struct{ n int }\nv := T{1}")
	nb.must(t, "type T struct{ n, m int }")
	want := "cell-3:1:1: v holds a value of the type T as cell-1 declared it, and cell-2 changes that type; declare v again with a value of the new type"
	if got := nb.fails(t, "v.m"); got != want {
		t.Error(got)
	}
	nb.must(t, "v := T{1, 2}; v.m++")
}

func TestRedefinedTypeDropsItsMethods(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type T int\nfunc (T) A() {}")
	nb.must(t, "func (T) B() {}")
	p := nb.must(t, "type T string\nfunc (T) A() {}")
	if nb.led.Lookup("T.B") != nil || keys(p.Decls) != "T_v2 T.A_v2" {
		t.Error(keys(p.Decls))
	}
	if got := nb.fails(t, "T(\"\").B()"); got != "cell-4:1:7: T(\"\").B undefined (type T has no field or method B)" {
		t.Error(got)
	}
}

func TestMethodsInLaterCells(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type P struct{ x int }")
	nb.must(t, "func (p *P) Inc() { p.x++ }")
	p := nb.must(t, "p := &P{}\np.Inc()\np.x")
	if got := keys(p.Reach); got != "P_v1 P.Inc_v1 p_v1" {
		t.Error(got)
	}
	nb.must(t, "var i interface{ Inc() } = p")
}

func TestOldValueIsReadByFunctionsCalledBeforeTheNewOne(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "x := 5\nfunc f() int { return x }")
	p := nb.must(t, "y := f()\nvar x int\ny + f()")
	if got := body(p); got != "x = ǀold_x\ny = f()\nx = *new(int)\ny + f()\n" {
		t.Error(got)
	}
}

func TestShadowing(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "import \"sort\"\nsort := []int{1}\nlen := len(sort)\nsort[0] = len")
	nb.must(t, "sort[0]++\nlen + 1")
	nb.must(t, "type error int\nvar e error = 3")
	nb.must(t, "e + 1")
	nb.must(t, "import \"sort\"\nsort.Ints(nil)")
	nb.must(t, "sort.Ints(nil)")
	nb.must(t, "sort := 1.5")
	nb.must(t, "sort * 2")
	nb.must(t, "type string []int\ns := string{1}\nn := \"text\"")
	nb.must(t, "s[0]++\nn + \"x\"")
}

func TestVariablesOfTypesThatCannotBeWritten(t *testing.T) {
	nb := newNotebook()
	p := nb.must(t, "l := reflect.TypeOf(1)\nv := reflect.ValueOf(l).Elem\nd, _ := fs.Sub(os.DirFS(\".\"), \".\")\nerr := errors.New(\"\")")
	_ = p
	nb.must(t, "l.Kind(); v(); d.Open(\"x\"); err.Error()")
}

func TestTypesThatTheSessionHidesAreNotWritten(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type error int\ntype bytes []byte")
	p := nb.must(t, "_, err := os.Open(\"x\")\nb := strings.NewReader(\"\")\nimport by \"bytes\"\nbuf := by.NewBufferString(\"\")\nvar own bytes")
	want := []string{"", "*strings.Reader", "*bytes_2.Buffer", "bytes"}
	for i, d := range p.Decls {
		if d.TypeText != want[i] {
			t.Errorf("%s: %q, want %q", d.Name, d.TypeText, want[i])
		}
	}
	nb.must(t, "err.Error(); buf.Len(); own[0]++")
}

func TestGenericTypesOfVariables(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "type Pair[K comparable, V any] struct { k K; v V }\nfunc (p Pair[K, V]) Key() K { return p.k }\ntype N int")
	p := nb.must(t, "p := Pair[N, []string]{k: 1}\nvar a atomic.Pointer[N]\nm := map[N]func(N, ...*N) (chan<- N, error){}\ns := struct { A N `json:\"a\"`; b []struct{ N } }{}\nvar i interface { M(N); fmt.Stringer }")
	want := "Pair[N, []string]|atomic.Pointer[N]|map[N]func(N, ...*N) (chan<- N, error)|struct{A N \"json:\\\"a\\\"\"; b []struct{N}}|interface{M(N); fmt.Stringer}"
	var got []string
	for _, d := range p.Decls {
		got = append(got, d.TypeText)
	}
	if strings.Join(got, "|") != want {
		t.Error(strings.Join(got, "|"))
	}
	nb.must(t, "_ = p.Key() + 1\na.Load()\n_, _ = m[1](2, nil, nil)\ns.b = nil\ni = nil")
	p = nb.must(t, "q := p\nq = p\ns2 := s\ns = s2")
	if got := keys(p.Reach); !strings.Contains(got, "Pair_v1 Pair.Key_v1") {
		t.Error(got)
	}
}

func TestInitAndMain(t *testing.T) {
	nb := newNotebook()
	p := nb.must(t, "var x = 1\nfunc init() { x++ }\nfunc init() { x *= 2 }\nfunc main() { println(x) }")
	if got := body(p); got != "x = 1\ninit_cell_1_2()\ninit_cell_1_3()\nmain_cell_1_4()\n" {
		t.Error(got)
	}
	if d := p.Decls[3]; d.Name != "main" || d.Source != "func main_cell_1_4() { println(x) }" {
		t.Error(d.Name, d.Source)
	}
	if nb.led.Lookup("main") != nil || nb.led.Lookup("init") != nil {
		t.Error("init or main is part of the session")
	}
}

func TestSources(t *testing.T) {
	nb := newNotebook()
	p := nb.must(t, `import tt "text/template"

type (
	A int
	B struct {
		t *tt.Template
	}
)

const (
	X A = iota + 1
	Y
	_
	Z
)
const R, F, S, C = 'a', 1.5, "s\n", 2i
const pi = math.Pi

// Doc of f.
//
//go:noinline
func f[T any](b *B) { }
func (b *B) M() {}
var v *tt.Template
`)
	want := []string{
		"type A int", "type B struct {\n\t\tt *tt.Template\n\t}",
		"const X A = 1", "const Y A = 2", "const Z A = 4",
		"const R = '\\x00' + 97", "const F = (3.0 / 2.0)", "const S = \"s\\n\"", "const C = ((0.0 / 1.0) + (2.0 / 1.0)*1i)",
		"const pi = math.Pi", "// Doc of f.\n//\n//go:noinline\nfunc f[T any](b *B) { }", "func (b *B) M() {}", "var v *template.Template",
	}
	for i, d := range p.Decls {
		if d.Source != want[i] {
			t.Errorf("%s: %q, want %q", d.Name, d.Source, want[i])
		}
	}
	if d := p.Decls[1]; d.Line != 5 || d.Column != 1 || d.NameLine != 5 || d.NameColumn != 2 || d.Imports[0].Name != "tt" {
		t.Errorf("%+v", d)
	}
	if d := p.Decls[10]; d.Line != 19 || d.NameLine != 22 {
		t.Errorf("%+v", d)
	}
}

func TestACellOfDeclarationsFollowsTheRulesOfAPackage(t *testing.T) {
	nb := newNotebook()
	p := nb.must(t, "var a, _ = b + n, 1\nvar _ I = T{}\nconst n = len(arr)\nvar b = f()\nvar arr [3]int\nfunc f() int { return c }\nvar c = 4\n"+
		"type T struct{}\ntype I interface{}\nfunc init() { a++ }")
	want := "_ = 1\nvar _ I = T{}\nc = 4\nb = f()\na = b + n\ninit_cell_1_10()\n"
	if got := body(p); got != want {
		t.Errorf("%s", got)
	}
	if got := nb.fails(t, "var x = y\nvar y = x"); !strings.HasPrefix(got, "cell-2:1:5: initialization cycle or refers to itself") && !strings.Contains(got, "initialization cycle") {
		t.Error(got)
	}
	nb.must(t, "var b = b + 1") // the old b, as among statements
}

func TestStatementsOfEveryKindStandAtTheTopLevel(t *testing.T) {
	nb := newNotebook()
	nb.must(t, `
defer fmt.Println("end")
i := 0
loop:
if i < 3 { i++; goto loop }
outer:
	for j := range 3 { for { if j == 1 { break outer }; continue outer } }
switch v := any(i).(type) { case int: _ = v }
ch := make(chan int, 1)
select { case ch <- 1: default: }
go func() { <-ch }()
func() { i++ }()
{ inner := 1; _ = inner }
x, y := 1, 2
y, z := 3, 4
var ( p, q = 1, "a"; r float64 )
var _ io.Reader = (*os.File)(nil)
_, _, _ = x, z, p
if i > 100 { return }
label: x2 := 3
_, err := strconv.Atoi("1")
_, err = strconv.Atoi("2")
if err == nil { goto label2 }
label2:
println(y, q, r, x2)
if false { goto label }
`)
	for _, name := range []string{"i", "ch", "x", "y", "z", "p", "q", "r", "x2", "err"} {
		if nb.led.Lookup(name) == nil {
			t.Errorf("%s is no session variable", name)
		}
	}
	if nb.led.Lookup("inner") != nil || nb.led.Lookup("j") != nil {
		t.Error("a variable of a block is in the session")
	}
}

func TestUnusedVariablesOfBlocksAreErrors(t *testing.T) {
	nb := newNotebook()
	if got := nb.fails(t, "x := 1\nif true {\n\ty := 2\n}\nf := func() { z := 3 }"); got != "cell-1:3:2: declared and not used: y\ncell-1:5:15: declared and not used: z" {
		t.Error(got)
	}
}

func TestAllErrorsOfACellAreReported(t *testing.T) {
	nb := newNotebook()
	got := nb.fails(t, "x := undefined1\nfunc f() int { return \"a\" }\nvar y int = \"b\"\nfunc g() { undefined2() }\ny.z()\nx.whatever()")
	want := `cell-1:1:6: undefined: undefined1
cell-1:2:23: cannot use "a" (untyped string constant) as int value in return statement
cell-1:3:13: cannot use "b" (untyped string constant) as int value in variable declaration
cell-1:4:12: undefined: undefined2
cell-1:5:3: y.z undefined (type int has no field or method z)`
	if got != want {
		t.Error(got)
	}
}

func TestConstantsOfAGroupFollowWhatTheyUse(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "const n = 10")
	p := nb.must(t, "const (\n\ta = n * iota\n\tb\n\tc\n)\ntype T [b]int\nvar v T\nfunc f() int { return len(v) + c }")
	if d := p.Decls[1]; d.Source != "const b = 10" {
		t.Error(d.Source)
	}
	p = nb.must(t, "const n = 20")
	if got := keys(p.Reissued); got != "a_v2 b_v2 c_v2 T_v2" || p.Reissued[1].Source != "const b = 20" {
		t.Error(got, p.Reissued[1].Source)
	}
	if len(p.Broken) != 2 || p.Broken[0].Decl.Name != "f" || p.Broken[1].Decl.Name != "v" {
		t.Errorf("%+v", p.Broken)
	}
	nb.must(t, "const b = 7\nx := a + b + c")
	p = nb.must(t, "a + b + c")
	for _, d := range p.Reach {
		if d.Name == "b" && d.Source != "const b = 7" || d.Name == "c" && d.Source != "const c = 40" {
			t.Error(d.Source)
		}
	}
}

func TestChunksOfOneCellSeeEachOther(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "import \"text/template\"\nx := template.New(\"\")\n%who\nimport \"html/template\"\ny := template.New(x.Name())\nfunc f() *template.Template { return y }")
	p := nb.must(t, "f()\nx.Name()")
	if got := keys(p.Reach); got != "y_v1 f_v1 x_v1" {
		t.Error(got)
	}
	if d := nb.led.Lookup("y"); d.TypeText != "template_2.Template" && d.TypeText != "*template_2.Template" {
		t.Error(d.TypeText, d.Imports)
	}
}

func TestStandardNamesAreThoseOfTheToolchain(t *testing.T) {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, p := range strings.Fields(stdPaths) {
		have[p] = true
	}
	for _, p := range strings.Fields(string(out)) {
		if hidden := strings.Contains("/"+p+"/", "/internal/") || strings.HasPrefix(p, "vendor/"); !hidden && !have[p] {
			t.Errorf("%s is missing in stdPaths", p)
		}
		delete(have, p)
	}
	if len(have) > 0 {
		t.Errorf("stdPaths has what the toolchain has not: %v", have)
	}
}

func TestPrefetchedPackagesAreNotLookedUpAgain(t *testing.T) {
	counted := &counter{Exporter: shared()}
	k := New(counted)
	k.Prefetch(context.Background(), "fmt", "strings")
	nb := &notebook{k: k, led: ledger.New()}
	nb.must(t, "fmt.Println(strings.ToUpper(\"a\"))")
	if counted.n != 1 {
		t.Errorf("%d look-ups", counted.n)
	}
	nb.must(t, "os.Args")
	if err := k.Close(); err != nil || counted.n != 2 {
		t.Error(err, counted.n)
	}
}

// counter counts look-ups.
type counter struct {
	Exporter
	n int
}

func (c *counter) Export(ctx context.Context, paths []string) (map[string]Export, error) {
	c.n++
	return c.Exporter.Export(ctx, paths)
}
