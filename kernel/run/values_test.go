package run_test

import (
	"strings"
	"testing"
)

func TestCompiledCellsReadAndWriteTheSessionsVariables(t *testing.T) {
	n := open(t)
	n.gives("x := 20\nxs := []int{3, 1, 2}\nname := \"gopher\"\nm := map[string][]int{\"a\": {1}}", "")
	n.gives("%%go\nx += 2\nxs[0] = 30\nxs = append(xs, 4)\nm[\"b\"] = xs[:2]\nfmt.Println(name, x, xs)", "gopher 22 [30 1 2 4]")
	n.gives("%why", "cell-2 was compiled: %%go asked for it")
	n.gives("fmt.Println(x, xs, m)", "22 [30 1 2 4] map[a:[1] b:[30 1]]")
	n.gives("%why", "cell-4 was interpreted")
	n.gives("xs[1] = 10\nm[\"b\"]", "[]int{30, 10}")
}

func TestVariableOfACompiledCellGoesToTheInterpreter(t *testing.T) {
	n := open(t)
	n.gives("%%go\ny := 21\nwords := strings.Fields(\"a b c\")", "")
	n.gives("y * 2", "42")
	n.gives("%why", "cell-2 was interpreted")
	n.gives("len(words)", "3")
}

func TestVariableWithMethodsIsKept(t *testing.T) {
	n := open(t)
	n.gives("type Celsius float64\nfunc (c Celsius) String() string { return fmt.Sprintf(\"%.1f°C\", float64(c)) }", "")
	n.gives("temps := map[string]fmt.Stringer{\"bern\": Celsius(21.5)}\nlist := []int{1, 2}", "")
	n.gives("temps[\"rome\"] = Celsius(30)\nlist = append(list, len(temps))", "")
	n.gives("fmt.Println(temps, list)", "map[bern:21.5°C rome:30.0°C] [1 2 2]")
	n.gives("list", "[]int{1, 2, 2}")
	n.gives("%why", "cell-5 was interpreted")
}

func TestAliasThatTheCellDoesNotMentionSeesTheChange(t *testing.T) {
	n := open(t)
	n.run("type S struct { list []int }\nfunc (s S) String() string { return fmt.Sprint(\"S\", s.list) }")
	n.run("xs := []int{1, 2, 3}\nys := xs[1:]\nlone := []int{7}")
	n.gives("s := S{xs}\ns.list[1] = 20\nfmt.Println(s)", "S[1 20 3]")
	n.gives("ys[0] = 21\nfmt.Println(s, xs)", "S[1 21 3] [1 21 3]")
	n.gives("lone", "[]int{7}")
	n.gives("%why", "cell-5 was interpreted")
}

func TestMethodOfAValueUsesItsOwnVariables(t *testing.T) {
	n := open(t)
	n.run("made := 0\ntype Tick struct{ step int }\nfunc (t Tick) String() string { made += t.step; return fmt.Sprint(\"tick \", made) }")
	n.run("var v any = Tick{5}")
	n.gives("fmt.Println(v)", "tick 5")
	n.gives("fmt.Println(v)", "tick 10")
	n.gives("made", "10")
}

func TestPanicKeepsWhatWasDoneBeforeIt(t *testing.T) {
	n := open(t)
	n.run("xs := []int{1, 2, 3}\nn := 0")
	f := n.fails("%%go\nn = 1\nxs[0] = 10\nfresh := 5\nvar m map[string]int\nm[\"a\"] = fresh\nxs[1] = 20")
	if text := strings.Join(f.Traceback, "\n"); f.Name != "Panic" || !strings.Contains(text, "cell-2") || strings.Contains(text, "gomri") {
		t.Errorf("%s\n%s", f.Name, text)
	}
	n.gives("fmt.Println(n, xs, fresh)", "1 [10 2 3] 5")
	n.failsWith("%%go\nn = 2\nmore := 3\nos.Exit(7)", "Exit", "exit status 7")
	n.gives("n", "1")
	n.failsWith("more", "LostVariable", "ended before it could leave its values")
}

func TestTheFirstStatementOfACellWithValuesHasItsLine(t *testing.T) {
	n := open(t)
	n.run("xs := []int{1, 2, 3}\ni := 7")
	n.failsWith("%%go\nfmt.Println(xs[i])", "Panic", "at cell-2, line 2")
}

func TestWhatCannotBeCarriedIsRefusedByItsPath(t *testing.T) {
	n := open(t)
	n.run("f := func(i int) int { return i + 1 }\nn := 1")
	n.failsWith("%%go\nfmt.Println(f(n))", "SessionValue", "f (func(int) int) is a function")
	n.gives("%%go\nn++", "")
	n.gives("f(n)", "3")
	n.gives("type conn struct { name string; c chan int }\nfunc (c conn) Name() string { return c.name }\nvar named interface{ Name() string } = conn{\"a\", make(chan int)}\nkept := 5", "")
	f := n.fails("named.Name()")
	if text := strings.Join(f.Traceback, "\n"); f.Name != "LostVariable" || !strings.Contains(text, "named.(conn).c (chan int) is a channel") || !strings.Contains(text, "cell-5") {
		t.Errorf("%s: %s", f.Name, text)
	}
	n.gives("kept", "5")
}

func TestLostValueOfAnEarlierVariableIsSaid(t *testing.T) {
	n := open(t)
	n.run("var c chan int")
	n.gives("%%go\nc = make(chan int, 1)", "note: the value of c (cell-1) is gone: c (chan int) is a channel, which has no value to carry")
	n.failsWith("%%go\nc <- 1", "LostVariable", "c (cell-1, line 1) cannot be kept")
}

func TestGoroutinesThatEndWithTheirCellAreSaid(t *testing.T) {
	n := open(t)
	n.gives("%%go\nn := 0\ngo func() { select {} }()\nruntime.Gosched()\nn = 1",
		"note: a goroutine was still running when the cell ended, and ended with it: a compiled cell is a program of its own")
	n.gives("n", "1")
}

func TestFunctionValueInTheInterpreterSeesWhatACompiledCellSets(t *testing.T) {
	n := open(t)
	n.run("n := 1\nlist := []int{1, 2}\nlocal := func() func() int { own := list; return func() int { n++; return n + own[0] } }()")
	n.gives("%%go\nn = 10\nlist[0] = 100", "")
	n.gives("local()", "111")
	n.gives("%%go\nfmt.Println(n)", "11")
	n.run("type Box struct { l []int }\nfunc (b Box) String() string { return \"box\" }\nvar boxes []fmt.Stringer")
	f := n.fails("boxes = append(boxes, Box{list})")
	if text := strings.Join(f.Traceback, "\n"); f.Name != "SessionValue" || !strings.Contains(text, "boxes now shares memory with list") {
		t.Errorf("%s: %s", f.Name, text)
	}
	n.gives("list", "[]int{100, 2}")
}

func TestOldVariableOfARedeclarationIsRead(t *testing.T) {
	n := open(t)
	n.run("x := []int{1, 2}\np := &x\nalias := x")
	n.gives("%%go\nx := fmt.Sprint(x, len(x))\nalias[0] = 9", "")
	n.gives("fmt.Println(x, alias, *p)", "[1 2] 2 [9 2] [9 2]")
	n.gives("%%go\nalias := len(alias)\nfmt.Println(alias, *p)", "2 [9 2]")
	n.gives("alias", "2")
}

func TestKeptValuesOutliveTheInterpreter(t *testing.T) {
	n := open(t)
	n.run("type C float64\nfunc (c C) String() string { return fmt.Sprintf(\"%.0fC\", float64(c)) }\nvar s fmt.Stringer\nx := 1")
	n.run("s = C(20)")
	n.fails("func down(n int) int { return down(n+1) + 1 }\ndown(0)")
	n.gives("fmt.Println(s)", "20C")
	n.failsWith("%%go\nfmt.Println(x)", "LostVariable", "x (cell-1, line 4) was held by an interpreter that had to be started again")
	n.gives("%%go\nx := 5", "")
	n.gives("x + 1", "6")
}

func TestValueOfATypeThatIsDeclaredAnew(t *testing.T) {
	n := open(t)
	n.run("type P struct{ A int }\nfunc (p P) String() string { return fmt.Sprint(\"P\", p.A) }\nvar v any = P{1}\nkeep := 2")
	n.gives("fmt.Println(v)", "P1")
	n.run("type P struct{ A, B int }")
	f := n.fails("%%go\nfmt.Println(v, P{1, 2})")
	if text := strings.Join(f.Traceback, "\n"); !strings.Contains(text, "P as it was declared in cell-1") {
		t.Errorf("%s: %s", f.Name, text)
	}
	n.gives("%%go\nfmt.Println(v)", "P1")
	n.gives("keep", "2")
}

func TestBenchmarksAndTestsSeeTheSession(t *testing.T) {
	n := open(t)
	n.run("data := make([]int, 1000)\nfor i := range data { data[i] = 1000 - i }\nname := \"bench\"")
	out := n.run("func TestData(t *testing.T) {\n\tif len(data) != 1000 || data[0] != 1000 || name != \"bench\" {\n\t\tt.Error(len(data), name)\n\t}\n\tdata[0] = -1\n}")
	if !strings.Contains(out.text(), "--- PASS: TestData") {
		t.Error(out.text())
	}
	text := n.run("%%bench -benchtime=10x\nfunc BenchmarkSort(b *testing.B) {\n\tfor b.Loop() {\n\t\tif c := slices.Clone(data); len(c) != 1000 || c[0] != 1000 {\n\t\t\tb.Fatal(c[0])\n\t\t}\n\t}\n}").text()
	if !strings.Contains(text, "Sort") || !strings.Contains(text, "ns/op") {
		t.Error(text)
	}
	n.gives("data[0]", "1000") // what tests do to it is not kept
	n.run("size := len(data)\nfunc TestSize(t *testing.T) { if size != 1000 { t.Error(size) } }")
	n.gives("size + 1", "1001")
	if text := n.run("%bench Sort -benchtime=10x").text(); !strings.Contains(text, "Sort") {
		t.Error(text)
	}
}

func TestResetForgetsValues(t *testing.T) {
	n := open(t)
	n.run("%%go\nvar s fmt.Stringer = time.Second\nx := 1")
	n.run("%reset")
	n.failsWith("x", "CompileError", "undefined: x")
}

func TestRunningGoroutinesOfTheInterpreterKeepTheirValues(t *testing.T) {
	n := open(t)
	n.run("n := 0\ndone := make(chan bool)\nout := make(chan int, 9)\ngo func() {\n\tfor i := 0; i < 3; i++ { n++; out <- n; <-done }\n}()")
	n.gives("<-out", "1")
	n.gives("%why", "cell-2 was interpreted")
	n.gives("%%go\nn = 10", "") // the goroutine waits
	n.gives("done <- true\n<-out", "11")
	n.run("stop := false\ngo func() { for !stop { n++ } }()")
	n.failsWith("%%go\nfmt.Println(n)", "SessionValue", "still running (1)")
	n.run("stop = true")
	n.run("%%go\nfmt.Println(n > 11)")
}

func TestVariableNamedLikeWhatItIsMadeOf(t *testing.T) {
	n := open(t)
	n.run("%%go\nlen := len(\"abc\")")
	n.gives("%%go\nfmt.Println(len)\nlen++", "3")
	n.gives("len", "4")
	n.gives("%%go\nlen := fmt.Sprint(len)\nlen", `"4"`)
}

func TestCellMayGiveNilAndTrueOtherMeanings(t *testing.T) {
	n := open(t)
	n.gives("%%go\nlen := func(s string) int { return 42 }\ntrue := false\nnil := 3\nfmt.Println(len(\"x\"), true, nil)", "42 false 3")
	n.gives("%%go\nfmt.Println(true, nil+1)", "false 4")
}

func TestConstraintsAreNoTypesOfValues(t *testing.T) {
	n := open(t)
	n.run("type Number interface{ ~int | ~float64 }\ntype Ordered interface {\n\tcomparable\n\tLess(int) bool\n}\nfunc Sum[T Number](xs []T) (s T) { for _, x := range xs { s += x }; return }")
	n.run("xs := []int{1, 2, 3}\nvar held any = xs")
	n.gives("%%go\nfunc Has[T Ordered](t T) bool { return t.Less(1) }\nfmt.Println(Sum(xs), held)", "6 [1 2 3]")
}
