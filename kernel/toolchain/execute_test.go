package toolchain

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"gomri/kernel/display"
)

// answering is an Output whose user types the given lines, and then waits until the
// question is withdrawn.
type answering struct {
	*recorder
	lines []string
	seen  []string // what stdout held when each question was asked
}

func (a *answering) Input(ctx context.Context, _ string, _ bool) (string, error) {
	a.seen = append(a.seen, a.out())
	a.Stream(display.Stderr, "?")
	if len(a.lines) == 0 {
		<-ctx.Done()
		return "", ctx.Err()
	}
	line := a.lines[0]
	a.lines = a.lines[1:]
	return line, nil
}

func TestCompiledCellAsksForTheInputThatItReads(t *testing.T) {
	nb := open(t)
	p := nb.check("var name string\nvar age int\nfmt.Print(\"name? \")\nfmt.Scanln(&name)\nfmt.Print(\"age? \")\nfmt.Scanln(&age)\nfmt.Println(name, age+1)")
	out := &answering{recorder: newRecorder(), lines: []string{"Ada", "36"}}
	if _, err := nb.w.Program(context.Background(), p, out); err != nil {
		t.Fatal(err)
	}
	if out.out() != "name? age? Ada 37\n" {
		t.Errorf("printed %q", out.out())
	}
	if strings.Join(out.seen, "|") != "name? |name? age? " {
		t.Errorf("asked at %q", out.seen)
	}
}

func TestInputEndsWhereTheUserEndsIt(t *testing.T) {
	nb := open(t)
	p := nb.check("n := 0\nfor s := bufio.NewScanner(os.Stdin); s.Scan(); {\n\tn += len(s.Text())\n}\nfmt.Println(n)")
	out := &answering{recorder: newRecorder(), lines: []string{"one", "three", endOfInput}}
	if _, err := nb.w.Program(context.Background(), p, out); err != nil {
		t.Fatal(err)
	}
	if out.out() != "8\n" {
		t.Errorf("printed %q", out.out())
	}
}

func TestWithoutAnybodyToAskInputIsAtItsEnd(t *testing.T) {
	nb := open(t)
	p := nb.check("var s string\n_, err := fmt.Scan(&s)\nfmt.Println(err)")
	out := newRecorder()
	if _, err := nb.w.Program(context.Background(), p, out); err != nil || out.out() != "EOF\n" {
		t.Errorf("%q, %v", out.out(), err)
	}
}

func TestInterruptStopsACellThatWaitsForInput(t *testing.T) {
	nb := open(t)
	l := nb.listing("package main\n\nimport \"fmt\"\n\nfunc main() {\n\tvar s string\n\tfmt.Print(\"wait \")\n\tfmt.Scan(&s)\n}\n")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := &answering{recorder: newRecorder()}
	out.wrote = make(chan struct{}, 10)
	done := make(chan error, 1)
	go func() { done <- nb.w.RunListing(ctx, l, out) }()
	for out.err() != "?" {
		select {
		case <-out.wrote:
		case err := <-done:
			t.Fatalf("the program ended: %v", err)
		}
	}
	cancel()
	failure(t, <-done, "Interrupted")
}

func TestDataRaceIsNamedWithItsLines(t *testing.T) {
	nb := open(t)
	p := nb.check("x := 0\ndone := make(chan bool)\ngo func() {\n\tx++\n\tdone <- true\n}()\nx++\n<-done\nfmt.Println(\"end\")")
	out := newRecorder()
	_, err := nb.w.Program(context.Background(), p, out, "-race")
	if err != nil && strings.Contains(err.Error(), "-race") {
		t.Skip("no race detector here: ", err)
	}
	f := failure(t, err, "DataRace")
	text := strings.Join(f.Traceback, "\n")
	contains(t, "traceback", text, "by goroutine ", "at cell-1, line 4, in main.func1", "by main goroutine", "at cell-1, line 7", "was started\n    at cell-1, line 3")
	if strings.Contains(text, "0x") || strings.Contains(text, "/") || out.err() != "" || out.out() != "end\n" {
		t.Errorf("%s\nout %q err %q", text, out.out(), out.err())
	}
}

const raceReport = "before\n==================\nWARNING: DATA RACE\nWrite at 0x00c000012345 by goroutine 7:\n" +
	"  main.main.func1()\n      /tmp/x/cell-3:4 +0x33\n\nPrevious read at 0x00c000012345 by main goroutine:\n" +
	"  runtime.foo()\n      /usr/local/go/src/runtime/x.go:9 +0x1\n  main.(*T).get()\n      cell-2:8 +0x44\n\n" +
	"Goroutine 7 (running) created at:\n  main.main.gowrap2()\n      cell-3:3 +0x2\n==================\nafter\n==================\nno report\nFound 1 data race(s)\nend"

func TestRaceReportsAreTakenOutOfStandardError(t *testing.T) {
	for _, size := range []int{1, 7, 10_000} {
		var to strings.Builder
		r := &raceWatch{to: &to}
		for rest := raceReport; rest != ""; {
			n := min(size, len(rest))
			if _, err := r.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := r.flush(); err != nil {
			t.Fatal(err)
		}
		if to.String() != "before\nafter\n==================\nno report\nend" || r.count != 1 {
			t.Errorf("%d races, passed on %q", r.count, to.String())
		}
		want := "write by goroutine 7\n    at cell-3, line 4, in main.func1\nprevious read by main goroutine\n    at cell-2, line 8, in (*T).get\ngoroutine 7 was started\n    at cell-3, line 3"
		if got := strings.Join(r.lines, "\n"); got != want {
			t.Errorf("reduced to\n%s", got)
		}
	}
}

func TestCellsTakeOnlyFlagsThatChangeTheProgram(t *testing.T) {
	for _, good := range [][]string{nil, {"-race"}, {"-tags", "a,b", "-gcflags=-m"}, {"--ldflags", "-X main.v=1"}} {
		if err := CheckFlags(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, bad := range [][]string{{"-o", "x"}, {"main.go"}, {"-toolexec=sh"}, {"-C", "/"}, {"-race", "./..."}, {"-args", "x"}, {"-exec=x"}} {
		if CheckFlags(bad) == nil {
			t.Errorf("%v is let through", bad)
		}
	}
}

func TestFlagsReachTheCompilerAndTheLinker(t *testing.T) {
	nb := open(t)
	p := nb.check("var version string\nfmt.Println(version)")
	out := newRecorder()
	if _, err := nb.w.Program(context.Background(), p, out, "-ldflags=-X main.version=1.2"); err != nil || out.out() != "1.2\n" {
		t.Errorf("%q, %v", out.out(), err)
	}
	out = newRecorder()
	if _, err := nb.w.Program(context.Background(), p, out, "-gcflags=-m"); err != nil {
		t.Error(err)
	}
	contains(t, "standard error", out.err(), fmt.Sprintf("%s:2:12: ... argument does not escape", p.Cell.Name))
}

func TestEnvironmentReachesProgramsAndTheGoCommand(t *testing.T) {
	nb := open(t)
	nb.w.SetEnv(append(os.Environ(), "GREETING=hi", "GOFLAGS=-trimpath"))
	out := newRecorder()
	if _, err := nb.w.Program(context.Background(), nb.check("fmt.Println(os.Getenv(\"GREETING\"))"), out); err != nil || out.out() != "hi\n" {
		t.Errorf("%q, %v", out.out(), err)
	}
	res, err := nb.w.Go(context.Background(), GoRun{Args: []string{"env", "GOFLAGS"}})
	if err != nil || !strings.HasPrefix(res.Text, "-trimpath") {
		t.Errorf("%q, %v", res.Text, err)
	}
}
