package interp

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gomri/kernel/lower"
)

func TestLastExpressionIsShown(t *testing.T) {
	s := newSession(t)
	for _, tt := range []struct{ cell, value string }{
		{"x := 5", ""},
		{"x * 2", "10"},
		{"x = 7\nx", "7"},
		{`name := "gopher"; name + "!"`, `"gopher!"`},
		{"[]int{1, 2}", "[]int{1, 2}"},
		{`map[string]int{"b": 1, "a": 2}`, `map[string]int{"a": 2, "b": 1}`},
		{"type P struct{ X int; y string }\np := P{1, \"q\"}\np", `P{X: 1, y: "q"}`},
		{"[]P{p}", `[]P{{X: 1, y: "q"}}`},
		{"&p", `&P{X: 1, y: "q"}`},
		{"3.0", "3"},
		{"'x'", "120"},
		{"strconv.Atoi(\"12\")", "12, nil"},
		{"func add(a, b int) int { return a + b }\nadd(2, 3)", "5"},
		{"time.Duration(1500) * time.Millisecond", "1.5s"},
		{"errors.New(\"it broke\")", "it broke"},
		{"fmt.Println(x)", ""},
	} {
		res := s.run(t, t.Context(), tt.cell, &recorder{})
		if res.Failure != nil {
			t.Errorf("%s: %v", tt.cell, res.Failure)
		}
		if res.Value != tt.value || res.HasValue != (tt.value != "") {
			t.Errorf("%s: got %q, want %q", tt.cell, res.Value, tt.value)
		}
	}
}

// cells runs cells that have to succeed.
func (s *session) cells(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if res := s.run(t, t.Context(), text, &recorder{}); res.Failure != nil {
			t.Fatalf("%s\n%v", text, res.Failure)
		}
	}
}

// value runs a cell and returns the text of its value.
func (s *session) value(t *testing.T, text string) string {
	t.Helper()
	res := s.run(t, t.Context(), text, &recorder{})
	if res.Failure != nil {
		t.Fatalf("%s\n%v", text, res.Failure)
	}
	return res.Value
}

func TestPanicNamesTheFailingLine(t *testing.T) {
	s := newSession(t)
	s.cells(t, "func third(s []int) int {\n\tn := 2\n\treturn s[n]\n}", "xs := []int{1}")
	for _, tt := range []struct {
		cell, panics, at string
		line             int
	}{
		{"a := 1\nb := 0\nfmt.Println(a)\nfmt.Println(a / b)", "runtime error: integer divide by zero", "cell-3", 4},
		{"y := 1\n\nthird(xs) + y", "runtime error: index out of range [2] with length 1", "cell-1", 3},
		{"fmt.Println(1)\nz := len(xs) +\n\txs[7]\nz", "runtime error: index out of range [7] with length 1", "cell-5", 2},
		{"third([]int{1, 2, 3})\nxs[9] = 1", "runtime error: index out of range [9] with length 1", "cell-6", 2},
		{"n := third([]int{1, 2, 3}) + xs[8]", "runtime error: index out of range [8] with length 1", "cell-7", 1},
		{"for i := range 3 {\n\tif i == 2 {\n\t\tpanic(i)\n\t}\n}", "2", "cell-8", 3},
		{"for i := 5; 10/i > 0; i-- {\n\tx := i\n\tx++\n}", "runtime error: integer divide by zero", "cell-9", 1},
	} {
		res := s.run(t, t.Context(), tt.cell, &recorder{})
		f := res.Failure
		if f == nil || f.Kind != Panic || f.Value != tt.panics || f.Pos.Filename != tt.at || f.Pos.Line != tt.line {
			t.Errorf("%s\ngot %+v, want %s at %s:%d", tt.cell, f, tt.panics, tt.at, tt.line)
		}
	}
}

// TestAPanicTellsOfTheOneThatItFollows has the words that compiled programs end with.
func TestAPanicTellsOfTheOneThatItFollows(t *testing.T) {
	s := newSession(t)
	for _, tt := range []struct{ cell, panics string }{
		{`defer func() { panic("second") }(); panic("first")`, "first\n\tpanic: second"},
		{"defer func() { panic(3) }()\ndefer func() { panic(2) }()\npanic(1)", "1\n\tpanic: 2\n\tpanic: 3"},
		{"defer func() { panic(fmt.Sprint(\"b\", recover())) }()\npanic(\"a\")", "a [recovered]\n\tpanic: ba"},
		{"defer func() { panic(recover()) }()\npanic(\"a\")", "a [recovered, repanicked]"},
		{"defer func() {\n\tdefer func() { recover() }()\n\tpanic(2)\n}()\npanic(1)", "1"},
		{"defer func() {\n\tdefer func() { panic(3) }()\n\tpanic(2)\n}()\npanic(1)", "1\n\tpanic: 2\n\tpanic: 3"},
		{"func() {\n\tdefer func() { recover() }()\n\tdefer func() { panic(2) }()\n\tpanic(1)\n}()\npanic(3)", "3"},
		{"var p *int\ndefer func() { *p = 2 }()\n*p = 1", "runtime error: invalid memory address or nil pointer dereference"},
	} {
		if f := s.run(t, t.Context(), tt.cell, &recorder{}).Failure; f == nil || f.Kind != Panic || f.Value != tt.panics {
			t.Errorf("%s\ngot %+v, want %q", tt.cell, f, tt.panics)
		}
	}
}

func TestCallersSeeARedefinedFunction(t *testing.T) {
	s := newSession(t)
	s.cells(t, "func f() int { return 1 }", "func g() int { return f() * 10 }", "x := g()")
	s.cells(t, "func f() int { return 2 }")
	if got := s.value(t, "g() + x"); got != "30" {
		t.Errorf("got %s", got)
	}
}

func TestVariableAndTypeAreRedefined(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1\ntype T struct{ A int }\nv := T{1}", `x := "text"`, "type T struct{ B string }", "w := T{x}")
	if got := s.value(t, "w"); got != `T{B: "text"}` {
		t.Errorf("got %s", got)
	}
}

// interrupt runs a cell and cancels it when it has printed something.
func (s *session) interrupt(t *testing.T, text string) Result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &recorder{seen: make(chan struct{}, 1)}
	done := make(chan Result, 1)
	go func() { done <- s.run(t, ctx, text, out) }()
	<-out.seen
	cancel()
	return <-done
}

func TestInterruptStopsALoopAndKeepsTheState(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 41", "func spin() {\n\tfor {\n\t}\n}")
	for _, cell := range []string{
		"x++\nfmt.Println(x)\nfor {\n}",
		"fmt.Println(1)\nspin()",
		"fmt.Println(1)\nfunc() {\n\tfor {\n\t}\n}()",
		"fmt.Println(1)\nfor i := 0; ; i++ {\n\t_ = i\n}",
		"func r(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn r(n-1) + r(n-1)\n}\nfmt.Println(1)\nr(64)",
		"fmt.Println(1)\ns := []int{3, 2, 1}\nsort.Slice(s, func(i, j int) bool {\n\tfor {\n\t}\n\treturn true\n})",
		"fmt.Println(1)\ntime.Sleep(time.Hour)",
		"defer fmt.Println(2)\nfmt.Println(1)\nfor {\n}",
		"defer func() { recover() }()\nfunc() {\n\tdefer func() {\n\t\tfor recover() != nil {\n\t\t}\n\t}()\n\tfmt.Println(1)\n\tfor {\n\t}\n}()\nfor {\n}",
		"fmt.Println(1)\ndefer func() {\n\tfor {\n\t}\n}()",
		"defer func() {\n\tfmt.Println(1)\n\ttime.Sleep(time.Hour)\n}()\npanic(2)",
	} {
		res := s.interrupt(t, cell)
		if res.Failure == nil || res.Failure.Kind != Interrupted || res.Lost {
			t.Errorf("%s\ngot %+v %+v", cell, res, res.Failure)
		}
	}
	if got := s.value(t, "x"); got != "42" {
		t.Errorf("x = %s", got)
	}
}

func TestExitEndsTheCellAndKeepsTheState(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1")
	for _, tt := range []struct {
		cell string
		code int
		out  string
	}{
		{"x = 2\nfmt.Print(\"bye\")\nos.Exit(3)\nx = 100", 3, "bye"},
		{"log.Fatalf(\"no %s\", \"way\")", 1, ""},
	} {
		out := &recorder{}
		res := s.run(t, t.Context(), tt.cell, out)
		if f := res.Failure; f == nil || f.Kind != Exit || f.Code != tt.code || res.Lost || out.out.String() != tt.out {
			t.Errorf("%s\ngot %+v, %q", tt.cell, res.Failure, out.out.String())
		}
	}
	if got := s.value(t, "x"); got != "2" {
		t.Errorf("x = %s", got)
	}
	res := s.run(t, t.Context(), "func leave() { os.Exit(0) }\nfor {\n\tleave()\n}", &recorder{})
	if res.Failure != nil || res.Lost || s.value(t, "x") != "2" {
		t.Errorf("exit status 0 is %+v", res.Failure)
	}
}

func TestDeadWorkerIsReplacedAndFunctionsAreLoadedAgain(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1", "const k = 5\ntype P struct{ A int }\nfunc twice(n int) int { return n * 2 }")
	out := &recorder{}
	res := s.run(t, t.Context(), "func down(n int) int { return down(n+1) + 1 }\nfmt.Println(\"down\")\ndown(0)", out)
	if f := res.Failure; f == nil || f.Kind != Fatal || !res.Lost || f.Value != "stack overflow" {
		t.Fatalf("got %+v", res.Failure)
	}
	if out.out.String() != "down\n" || strings.Contains(out.err.String(), "yaegi") {
		t.Errorf("out %q, err %.200q", out.out.String(), out.err.String())
	}
	if got := s.value(t, "twice(k) + P{3}.A"); got != "13" {
		t.Errorf("got %s", got)
	}
	res = s.run(t, t.Context(), "x + 1", &recorder{})
	if f := res.Failure; f == nil || f.Kind != LostValue || !strings.Contains(f.Value, "x") {
		t.Errorf("got %+v", f)
	}
	s.cells(t, "x := 7")
	if got := s.value(t, "x + 1"); got != "8" {
		t.Errorf("got %s", got)
	}
}

func TestKilledWorkerIsSaid(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1")
	s.client.live.process.Kill()
	<-s.client.live.process.Done()
	if res := s.run(t, t.Context(), "x", &recorder{}); res.Failure == nil || res.Failure.Kind != LostValue {
		t.Errorf("got %+v", res.Failure)
	}
	if got := s.value(t, "1 + 1"); got != "2" {
		t.Errorf("got %s", got)
	}
}

func TestOutputIsCompleteAndInOrder(t *testing.T) {
	s := newSession(t)
	out := &recorder{}
	res := s.run(t, t.Context(), "for i := range 20000 {\n\tfmt.Println(i, \"é世\")\n}\nfmt.Fprint(os.Stderr, \"err\")\nos.Stdout.WriteString(\"end\")\nprintln(1)", out)
	if res.Failure != nil {
		t.Fatal(res.Failure)
	}
	var want strings.Builder
	for i := range 20000 {
		fmt.Fprintln(&want, i, "é世")
	}
	if out.out.String() != want.String()+"end" || out.err.String() != "err1\n" {
		t.Errorf("out ends %q, err %q", out.out.String()[max(0, out.out.Len()-40):], out.err.String())
	}
}

func TestTextThatLooksLikeACrashIsShown(t *testing.T) {
	s := newSession(t)
	out := &recorder{}
	s.run(t, t.Context(), "fmt.Fprintln(os.Stderr, \"a\\npanic: not really\\nmore\")", out)
	if out.err.String() != "a\npanic: not really\nmore\n" {
		t.Errorf("got %q", out.err.String())
	}
}

func TestClosingEndsTheWorker(t *testing.T) {
	s := newSession(t)
	p := s.client.live.process
	if err := s.client.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	default:
		t.Error("the worker is still there")
	}
	if _, err := s.client.Run(t.Context(), lower.Code{}, &recorder{}); err == nil {
		t.Error("a closed client ran a cell")
	}
}

func TestRefusedCellRunsNothing(t *testing.T) {
	s := newSession(t)
	res, err := s.client.Run(t.Context(), lower.Code{Call: "f", Source: "func f() { undefinedName() }\n"}, &recorder{})
	if err != nil || res.Refused == "" || res.Failure != nil {
		t.Errorf("got %+v, %v", res, err)
	}
	if got := s.value(t, "2"); got != "2" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkSmallCell(b *testing.B) {
	s := newSession(b)
	for b.Loop() {
		s.run(b, b.Context(), "x := 20\nx + 1", &recorder{})
	}
}
