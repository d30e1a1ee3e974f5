package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/run"
	"gomri/kernel/session"
)

func TestDeclarationsAndVariablesPersist(t *testing.T) {
	n := open(t)
	n.gives("x := 20", "")
	n.gives("func double(n int) int { return 2 * n }", "")
	n.gives("double(x) + 2", "42")
	n.gives("x++", "")
	n.gives("fmt.Println(double(x))", "42")
}

func TestImportsDeclarationsAndStatementsMixInAnyOrder(t *testing.T) {
	n := open(t)
	n.gives("total := 0\nfor i := range 4 {\n\ttotal += square(i)\n}\nfunc square(n int) int { return n * n }\nimport \"strings\"\nstrings.Repeat(\"=\", total)", `"=============="`)
}

func TestRedefinitionReachesEarlierCallers(t *testing.T) {
	n := open(t)
	n.gives("func rate() int { return 1 }", "")
	n.gives("func price() int { return 10 * rate() }", "")
	n.gives("price()", "10")
	n.gives("func rate() int { return 3 }", "")
	n.gives("price()", "30")
}

func TestVariableTakesAnotherType(t *testing.T) {
	n := open(t)
	n.gives("x := 5", "")
	n.gives("x := fmt.Sprint(x, x)\nx", `"5 5"`)
}

func TestCompileErrorsNameCellLineAndColumn(t *testing.T) {
	n := open(t)
	f := n.fails("a := 1\nb := a + \"x\"\nfmt.Println(undefinedName)")
	if f.Name != "CompileError" {
		t.Errorf("the error is called %q", f.Name)
	}
	for _, want := range []string{"cell-1:2:", "mismatched types", "cell-1:3:13: undefined: undefinedName"} {
		if !strings.Contains(f.Value, want) {
			t.Errorf("the message lacks %q:\n%s", want, f.Value)
		}
	}
	n.gives("1 + 1", "2") // nothing is lost
}

func TestPanicNamesCellAndLine(t *testing.T) {
	n := open(t)
	n.run("func at(s []int, i int) int {\n\treturn s[i]\n}")
	for _, engine := range []string{"", "%%go\n"} {
		f := n.fails(engine + "at([]int{1, 2}, 5)")
		text := strings.Join(f.Traceback, "\n")
		if f.Name != "Panic" || !strings.Contains(text, "index out of range") || !strings.Contains(text, "cell-1") {
			t.Errorf("with %q: %s\n%s", engine, f.Name, text)
		}
	}
}

func TestOsExitEndsTheCellAndKeepsTheSession(t *testing.T) {
	n := open(t)
	n.run("kept := 7")
	n.failsWith("os.Exit(3)", "Exit", "exit status 3")
	n.failsWith("%%go\nos.Exit(4)", "Exit", "exit status 4")
	n.gives("kept", "7")
}

func TestWorkerThatDiesIsReplacedWithItsDeclarations(t *testing.T) {
	n := open(t)
	n.run("func one() int { return 1 }\nv := 2")
	f := n.fails("func down(n int) int { return down(n+1) + 1 }\ndown(0)")
	if !strings.Contains(f.Value, "stack overflow") {
		t.Errorf("the failure does not say why: %s", f.Value)
	}
	n.gives("one()", "1")
	n.failsWith("v", "LostVariable", "cell-1")
}

func TestInterruptStopsTheCellAndKeepsTheSession(t *testing.T) {
	n := open(t)
	n.run("kept := 7")
	for _, code := range []string{"for {}", "time.Sleep(time.Hour)", "%%go\nfor {}", "!sleep 60"} {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		n.count++
		err := n.s.Execute(ctx, session.Request{Code: code, Count: n.count}, &shown{})
		cancel()
		if err == nil || !strings.Contains(err.Error(), "Interrupted") {
			t.Errorf("%q interrupted: %v", code, err)
		}
	}
	n.gives("kept", "7")
}

func TestLastCallOfPrintShowsNoValue(t *testing.T) {
	n := open(t)
	n.gives(`fmt.Println("only this")`, "only this")
	n.gives("func two() (int, error) { return 2, nil }\ntwo()", "2, nil")
}

func TestStringerSpeaksAsWithGoRun(t *testing.T) {
	n := open(t)
	n.run("type Celsius float64\nfunc (c Celsius) String() string { return fmt.Sprintf(\"%.1f°C\", float64(c)) }")
	n.gives("fmt.Println(Celsius(21.5), []Celsius{1})", "21.5°C [1.0°C]")
	n.gives("%why", "cell-2 was compiled: Celsius, which has a method that shows it, meets an interface (line 1)")
}

func TestMistypedCommandSuggestsTheNearest(t *testing.T) {
	n := open(t)
	n.failsWith("%flmae cpu.out", "UsageError", "%flame")
	n.failsWith("%ps -x", "UsageError", "flag provided but not defined: -x")
	n.failsWith("%%serve a b\npackage main", "UsageError", "one name is wanted")
	n.failsWith("%bench \"unclosed", "SyntaxError", "cell-4:1:")
}

func TestFileStaysInTheWorkspace(t *testing.T) {
	n := open(t)
	n.gives("%%file notes/a.txt\nfirst\n\tsecond\n", "wrote notes/a.txt (14 bytes)")
	for _, name := range []string{"../out.txt", "/tmp/out.txt", "a/../../out.txt"} {
		n.failsWith("%%file "+name+"\nx", "UsageError", "workspace")
	}
}

func TestResetEmptiesTheSession(t *testing.T) {
	n := open(t)
	n.run("x := 1")
	n.run("%reset")
	n.failsWith("x", "CompileError", "undefined: x")
	n.gives("%who", "nothing is declared yet")
}

func TestCompletionOfCommandsAndGo(t *testing.T) {
	n := open(t)
	n.run("counter := 1")
	for code, want := range map[string]string{"%fl": "%flame", "%%be": "%%bench", "fmt.Pr": "Println", "coun": "counter"} {
		c := n.s.Complete(t.Context(), code, len(code))
		if !strings.Contains(strings.Join(c.Matches, " "), want) {
			t.Errorf("completing %q gives %v, which lacks %s", code, c.Matches, want)
		}
	}
	if b, ok := n.s.Inspect(t.Context(), "fmt.Println", 6, 0); !ok || !strings.Contains(b.Data["text/plain"], "func") {
		t.Errorf("inspecting fmt.Println gives %v", b)
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s, err := run.New(t.Context(), run.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Execute(t.Context(), session.Request{Code: "%%go\nfmt.Println(1)", Count: 1}, &shown{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
}

func TestSyntaxErrorsAreInTheCompilersWords(t *testing.T) {
	n := open(t)
	n.failsWith("for i := 0; i < 3; i++ {", "SyntaxError", "syntax error: unexpected EOF, expected }")
}

func TestBenchmarkCellDrawsATableAndKeepsItsProfile(t *testing.T) {
	n := open(t)
	n.run("func pieces(s string) []string { return strings.Fields(s) }")
	out := n.run("%%bench -benchtime 20ms -cpuprofile cpu.out\nfunc BenchmarkPieces(b *testing.B) {\n\tfor b.Loop() {\n\t\tpieces(\"a b c\")\n\t}\n}")
	if text := out.text(); !strings.Contains(text, "BenchmarkPieces") || !strings.Contains(text, "allocs/op") || !strings.Contains(text, "PASS") {
		t.Errorf("the text is not what go test prints:\n%s", text)
	}
	if page := out.html(); !strings.Contains(page, "<table") || strings.Contains(page, "<svg") {
		t.Errorf("no table is drawn: %.200s", page)
	}
	if page := n.run("%flame cpu.out").html(); !strings.Contains(page, `<img alt="`) || !strings.Contains(page, "data:image/svg+xml;base64,") {
		t.Errorf("no flame graph is drawn: %.200s", page)
	}
}

// TestPanicBehindHalfALineOfStderr panics while the program's own line on stderr is open, in
// both engines and in a goroutine, which ends the interpreter.
func TestPanicBehindHalfALineOfStderr(t *testing.T) {
	n := open(t)
	for _, cell := range []string{
		"fmt.Fprint(os.Stderr, \"half\"); panic(\"boom\")",
		"%%go\nfmt.Fprint(os.Stderr, \"half\"); panic(\"boom\")",
		"fmt.Fprint(os.Stderr, \"half\")\ngo func() { panic(\"boom\") }()\nselect {}",
	} {
		out, err := n.try(cell)
		var f *display.Failure
		if !errors.As(err, &f) || f.Name != "Panic" || f.Value != "boom" || out.err.String() != "half" {
			t.Errorf("%s\nfails with %+v, stderr %q", cell, err, out.err.String())
		}
	}
}

// TestVariableHidesThePackageThatItIsMadeWith declares it as in a function's body, and runs
// the cell again.
func TestVariableHidesThePackageThatItIsMadeWith(t *testing.T) {
	n := open(t)
	for range 2 {
		n.gives("strings := strings.Fields(\"a b\")\nlen(strings)", "2")
		n.gives("%%go\nvar strings = strings.Fields(\"a b c\")\nfmt.Println(len(strings))", "3")
		n.gives("path := path.Join(\"a\", \"b\")\nfilepath := filepath.Join(path, \"c\")\nfilepath", `"a/b/c"`)
	}
	n.gives("strings = append(strings, \"d\")\nlen(strings)", "4")
	n.gives("strings := append(strings, \"e\")\nlen(strings)", "5")
	n.failsWith("strings.ToUpper(\"x\")", "CompileError", "strings.ToUpper undefined")
}
