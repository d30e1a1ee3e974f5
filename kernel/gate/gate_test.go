package gate

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// judged checks the cells of a session in order and judges the last one.
func judged(t *testing.T, k *check.Checker, cells ...string) Verdict {
	t.Helper()
	led := ledger.New()
	var p *check.Program
	for i, text := range cells {
		c, err := cell.Parse(fmt.Sprintf("cell-%d", i+1), text)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = k.Check(context.Background(), c, c.Parts[0].Go, led); err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		p.Commit(led)
	}
	return Judge(p)
}

func TestWhatALearnerTypesIsInterpreted(t *testing.T) {
	k := check.New(&check.GoList{})
	for _, cell := range []string{
		"x := 5\nx * 2",
		"for i := range 3 {\n\tfmt.Println(i)\n}",
		"m := map[string][]int{}\nm[\"a\"] = append(m[\"a\"], 1)\nfmt.Println(m, len(m))",
		"func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\nfib(10)",
		"type P struct{ X, y int }\np := P{1, 2}\np.X++\nfmt.Println(p)\np",
		"type R struct{ W, H float64 }\nfunc (r R) Area() float64 { return r.W * r.H }\nR{2, 3}.Area()",
		"n, err := strconv.Atoi(\"12\")\nfmt.Println(n, err)",
		"s := []int{2, 1}\nsort.Ints(s)\nsort.Slice(s, func(i, j int) bool { return s[i] > s[j] })\ns",
		"var b strings.Builder\nfmt.Fprintf(&b, \"%d %v\", 1, []string{\"a\"})\nb.String()",
		"add := func(n int) func(int) int { return func(m int) int { return n + m } }\nadd(1)(2)",
		"panic(fmt.Sprint(1))",
		"c := make(chan int)\ngo func() { c <- 1 }()\nselect {\ncase v := <-c:\n\tfmt.Println(v)\n}",
		"var wg sync.WaitGroup\nwg.Go(func() {})\nwg.Wait()",
		"xs := []int{2, 1}\nslices.Sort(xs)\nslices.Sorted(maps.Keys(map[string]int{}))",
		"func f() (err error) {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\terr = fmt.Errorf(\"%v\", r)\n\t\t}\n\t}()\n\tpanic(1)\n}\nf()",
		"xs := []any{1, \"a\", nil}\nfmt.Println(xs...)",
		"type V struct{ X float64; n int }\nfunc (v V) Neg() V { return V{-v.X, v.n} }\nfmt.Println(V{1, 2}.Neg())\nV{}",
		"d := 2 * time.Second\nfmt.Println(d, d.Seconds(), math.Sqrt(2))",
		"func f() (int, error) { return 0, errors.New(\"no\") }\n_, err := f()\nerr != nil",
	} {
		if v := judged(t, k, cell); !v.Interpret {
			t.Errorf("%s\n%s at %s", cell, v.Reason, v.Pos)
		}
	}
}

func TestDoubtfulCellsAreCompiledAndTheReasonIsSaid(t *testing.T) {
	k := check.New(&check.GoList{})
	for _, tt := range []struct{ cell, reason string }{
		{"\nc := make(chan int)\nfmt.Println(c)", "a channel meets an interface"},
		{"\nvar c sync.Cond", "sync.Cond"},
		{"\ntype T struct{}\nvar x any = T{}", "a value of type T meets an interface"},
		{"\nvar x any = 5\n_ = x == 5", "comparison with an interface"},
		{"\nvar w io.Writer = os.Stdout", "a value of interface type io.Writer"},
		{"\nfunc Map[T any](x T) T { return x }\nMap(1)", "generic"},
		{"\nfor i := range slices.Values([]int{1}) {\n\t_ = i\n}", "range over a function"},
		{"\nx := slices.Chunk([]int{1}, 2)\n_ = x", "slices.Chunk"},
		{"type T int\nfunc (t T) String() string { return \"\" }\nfmt.Println(T(1))", "T, which has a method that shows it, meets an interface"},
		{"type T struct{ X int }\nfmt.Printf(\"%T\", T{})", "a value of type T meets an interface"},
		{"type N struct{ in struct{ n *N } }\nvar n N", "a type that contains itself in a struct without a name"},
		{"type A struct{ b *B }\ntype B struct{ kids map[string]*struct{ a *A } }\nvar a A", "a type that contains itself in a struct without a name"},
		{"type N struct {\n\tb  *B\n\tin struct{ b *B }\n}\ntype B struct{ n *N }\nvar n N", "a type that contains itself in a struct without a name"},
		{"type T struct{ X int }\nfmt.Printf(\"%+v %T\", T{}, T{})", "a value of type T meets an interface"},
		{"type T struct{ x int }\nfmt.Printf(\"%+v\", T{})", "the field x"},
		{"type T struct{ d time.Duration }\nfmt.Println(T{})", "the field d"},
		{"type E struct{}\nfunc (E) Error() string { return \"\" }\nvar err error = E{}", "a value of type E meets an interface"},
		{"x := 1\nx = x\nx2 := reflect.TypeOf(x)", "reflect"},
		{"\nf := strings.NewReader(\"x\").Len\n_ = f", "method value"},
		{"\nc := 1i\n_ = c", "complex128"},
		{"\nb, _ := json.Marshal(1)\n_ = b", "encoding/json"},
		{"\ni := 0\nL:\n\tif i < 3 {\n\t\ti++\n\t\tgoto L\n\t}", "goto"},
		{"x := 1\n_ = unsafe.Sizeof(x)\ny := uintptr(x)", "uintptr"},
		{"\nfor i := range func(yield func(int) bool) {} {\n\t_ = i\n}", "range over a function"},
	} {
		v := judged(t, k, tt.cell)
		if v.Interpret || !strings.Contains(v.Reason, tt.reason) {
			t.Errorf("%s\ngot %+v, want %q", tt.cell, v, tt.reason)
		}
		if !v.Interpret && v.Pos.Filename != "cell-1" {
			t.Errorf("%s\n%s has no place: %v", tt.cell, v.Reason, v.Pos)
		}
	}
}

func TestReachedFunctionOfAnEarlierCellDecides(t *testing.T) {
	k := check.New(&check.GoList{})
	v := judged(t, k, "func f() { _ = 1i }", "func g() int { return 1 }", "g()")
	if !v.Interpret {
		t.Errorf("a function that is not reached decides: %+v", v)
	}
	v = judged(t, k, "func f() {\n\tvar c complex128\n\t_ = c\n}", "func g() { f() }", "g()")
	if v.Interpret || v.Reason != "the type complex128" || v.Pos.String() != "cell-1:2:8" {
		t.Errorf("got %+v", v)
	}
}

func TestCapacityThatDependsOnTheCompilerIsCompiled(t *testing.T) {
	k := check.New(&check.GoList{})
	for cell, want := range map[string]bool{
		"var s []int\nfor i := range 9 {\n\ts = append(s, i)\n\tfmt.Println(len(s), cap(s))\n}":                                          true,
		"type B struct{ s []int }\nb := B{}\nb.s = append(b.s, 1)\ncap(b.s)":                                                             true,
		"c := make(chan int, 3)\nfunc f(a [4]int) int { return cap(a) + cap(c) }\nf([4]int{})":                                           true,
		"func f() (out []int) {\n\tfor i := range 9 {\n\t\tout = append(out, i)\n\t}\n\treturn\n}\nf()":                                  true,
		"func f(s []int, i int) []int { s = append(s[:i], s[i+1:]...); return s }\nf([]int{1}, 0)":                                       true,
		"xs := []int{1, 2, 3}\na := append(xs, 4)\nb := append([]int(nil), xs...)":                                                       true,
		"func f() int { var s []int; s = append(s, 1); return cap(s) }\nf()":                                                             false,
		"{\n\tvar s []int\n\ts = append(s, 1)\n\tfmt.Println(cap(s))\n}":                                                                 false,
		"func f() []int { var s []int; s = append(s, 1, 2, 3); t := append(s, 4); append1(s); return t }\nfunc append1(s []int) {}\nf()": false,
		"func f(s []int) []int { return append(s, 1) }\nf(nil)":                                                                          false,
	} {
		if v := judged(t, k, cell); v.Interpret != want {
			t.Errorf("%s\ninterpreted %v, want %v: %s", cell, v.Interpret, want, v.Reason)
		}
	}
}
