package toolchain

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// run runs a cell as a closed program.
func (nb *notebook) run(text string) (Result, *recorder, error) {
	nb.t.Helper()
	p := nb.check(text)
	out := newRecorder()
	res, err := nb.w.Program(context.Background(), p, out)
	return res, out, err
}

func TestProgramShowsOutputAndLastValue(t *testing.T) {
	nb := open(t)
	res, out, err := nb.run("type point struct{ X, Y int }\n\nfunc (p point) String() string { return fmt.Sprintf(\"<%d,%d>\", p.X, p.Y) }\n\n" +
		"ps := []point{{1, 2}}\nfor i := range 2 {\n\tfmt.Println(\"line\", i)\n}\nos.Stderr.WriteString(\"warn\\n\")\nvar a, b = 3, \"four\"\n_ = b\na++\nps[0].X = a\nps")
	if err != nil {
		t.Fatal(err)
	}
	if !res.HasValue || res.Value != "[]point{<4,2>}" && !strings.Contains(res.Value, "<4,2>") {
		t.Errorf("value %+v", res)
	}
	if out.out() != "line 0\nline 1\n" || out.err() != "warn\n" {
		t.Errorf("stdout %q stderr %q", out.out(), out.err())
	}
}

func TestProgramShowsSeveralValuesAndNone(t *testing.T) {
	nb := open(t)
	res, _, err := nb.run("strconv.Atoi(\"12\")")
	if err != nil || res.Value != "12, nil" {
		t.Errorf("value %+v, error %v", res, err)
	}
	res, out, err := nb.run("fmt.Print(\"no line end\")")
	if err != nil || res.HasValue || out.out() != "no line end" {
		t.Errorf("value %+v, error %v, out %q", res, err, out.out())
	}
}

func TestProgramHasExactlyWhatItReaches(t *testing.T) {
	nb := open(t)
	nb.check("func double(x int) int { return 2 * x }\nconst (\n\tone = iota + 1\n\ttwo\n)\ntype pair[T any] struct{ a, b T }\nfunc (p pair[T]) first() T { return p.a }")
	nb.check("func broken() int { return double(1) }")
	res, _, err := nb.run("pair[int]{double(two), one}.first()")
	if err != nil || res.Value != "4" {
		t.Errorf("value %+v, error %v", res, err)
	}
}

func TestTwoPackagesOfOneNameLiveInOneSession(t *testing.T) {
	nb := open(t)
	nb.check("import \"text/template\"\nfunc plain() *template.Template { return template.New(\"p\") }")
	nb.check("import \"html/template\"\nfunc safe() *template.Template { return template.New(\"s\") }")
	res, _, err := nb.run("plain().Name() + safe().Name()")
	if err != nil || res.Value != `"ps"` {
		t.Errorf("value %+v, error %v", res, err)
	}
	if _, err := nb.w.Go(context.Background(), GoRun{Args: []string{"build", "./session"}}); err != nil {
		t.Error(err)
	}
}

func TestPanicNamesCellAndLine(t *testing.T) {
	nb := open(t)
	nb.check("\nfunc at(xs []int, i int) int {\n\treturn xs[i]\n}")
	_, out, err := nb.run("fmt.Println(\"before\")\nxs := []int{1}\nx := func() int {\n\treturn at(xs, 5)\n}()\nx")
	f := failure(t, err, "Panic")
	if f.Value != "runtime error: index out of range [5] with length 1" {
		t.Errorf("value %q", f.Value)
	}
	contains(t, "traceback", strings.Join(f.Traceback, "\n"), "panic: runtime error: index", "at cell-1, line 3, in at", "called from cell-2, line 4")
	if strings.Contains(strings.Join(f.Traceback, "\n"), "gomri") || out.err() != "" || out.out() != "before\n" {
		t.Errorf("traceback %q stderr %q", f.Traceback, out.err())
	}
}

func TestPanicInGoroutineAndOfErrorValue(t *testing.T) {
	nb := open(t)
	_, _, err := nb.run("done := make(chan bool)\ngo func() {\n\tpanic(fmt.Errorf(\"two\\nlines\"))\n}()\n<-done")
	f := failure(t, err, "Panic")
	contains(t, "value", f.Value, "two\nlines")
	contains(t, "traceback", strings.Join(f.Traceback, "\n"), "cell-1, line 3")
}

func TestDeadlockIsToldInTheRuntimesWords(t *testing.T) {
	_, _, err := open(t).run("ch := make(chan int)\n\n<-ch")
	f := failure(t, err, "FatalError")
	if f.Value != "all goroutines are asleep - deadlock!" {
		t.Errorf("value %q", f.Value)
	}
	contains(t, "traceback", strings.Join(f.Traceback, "\n"), "fatal error: all goroutines are asleep - deadlock!", "at cell-1, line 3")
}

func TestADeadlockWithoutGoroutinesIsTold(t *testing.T) {
	_, _, err := open(t).run("runtime.Goexit()")
	if f := failure(t, err, "FatalError"); f.Value != "no goroutines (main called runtime.Goexit) - deadlock!" {
		t.Errorf("value %q", f.Value)
	}
}

func TestExitStatusIsTheFailure(t *testing.T) {
	nb := open(t)
	_, out, err := nb.run("fmt.Fprintln(os.Stderr, \"panic: not really\")\nos.Exit(3)")
	if f := failure(t, err, "Exit"); f.Value != "exit status 3" {
		t.Errorf("value %q", f.Value)
	}
	if out.err() != "panic: not really\n" {
		t.Errorf("stderr %q", out.err())
	}
	if _, _, err := nb.run("os.Exit(0)"); err != nil {
		t.Error(err)
	}
}

func TestStackOverflowIsAFailure(t *testing.T) {
	nb := open(t)
	_, _, err := nb.run("import \"runtime/debug\"\nfunc f(n int) int { return f(n+1) + 1 }\ndebug.SetMaxStack(1 << 20)\nf(0)")
	f := failure(t, err, "FatalError")
	contains(t, "value", f.Value, "stack overflow")
	contains(t, "traceback", strings.Join(f.Traceback, "\n"), "cell-1, line 2, in f")
}

func TestSessionVariableOfAnotherCellIsRefusedByName(t *testing.T) {
	nb := open(t)
	nb.check("words := []string{\"a\"}\n")
	nb.check("func count() int { return len(words) }")
	_, _, err := nb.run("count()")
	f := failure(t, err, "SessionValue")
	contains(t, "failure", strings.Join(f.Traceback, "\n"), "words is a variable of cell-1, line 1", "count (cell-2", "Declare words in this cell")
}

func TestInterruptStopsProgramAndWhatItStarted(t *testing.T) {
	nb := open(t)
	p := nb.check("import \"os/exec\"\ncmd := exec.Command(\"sleep\", \"300\")\nif err := cmd.Start(); err != nil {\n\tpanic(err)\n}\nfmt.Println(\"started\", cmd.Process.Pid, \".\")\nfor {\n}")
	ctx, cancel := context.WithCancel(context.Background())
	out := newRecorder()
	done := make(chan error)
	go func() {
		_, err := nb.w.Program(ctx, p, out)
		done <- err
	}()
	out.wait(t, " .")
	cancel()
	failure(t, <-done, "Interrupted")
	pid, err := strconv.Atoi(strings.Fields(out.out())[1])
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	// A process that was killed stays known until it is reaped by the init process.
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("process %d, which the cell started, is still there", pid)
		}
	}
}

// alive is true if a process runs and is no zombie.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

func TestPositionsSurviveRewrittenStatements(t *testing.T) {
	nb := open(t)
	for _, c := range []struct{ text, place string }{
		{"var (\n\ta = 1\n\tm map[string]int\n)\nb, c :=\n\ta, func() int {\n\t\tm[\"x\"] = 1\n\t\treturn 2\n\t}()\n_, _ = b, c", "line 7"},
		{"if x := 1; x > 0 {\n\ty := []int{}\n\n\t// comment\n\t_ = y[x]\n}", "line 5"},
		{"func main() {\n\tpanic(\"in main\")\n}", "line 2"},
		{"func init() { panic(\"in init\") }", "line 1"},
		{"defer fmt.Println(\"deferred\")\npanic(1)", "line 2"},
	} {
		_, _, err := nb.run(c.text)
		f := failure(t, err, "Panic")
		contains(t, c.text, f.Traceback[1], c.place)
	}
}
