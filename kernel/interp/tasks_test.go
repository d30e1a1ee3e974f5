package interp

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDeadlockIsSaidAndTheVariablesSurvive(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 41\nvar wg sync.WaitGroup\nvar mu sync.Mutex\nc := make(chan int)")
	for _, cell := range []string{
		"x++\nc <- 1",
		"defer fmt.Println(\"a deferred call\")\n<-c",
		"for range c {\n}",
		"select {}",
		"var none chan int\n<-none",
		"wg.Add(1)\nwg.Wait()",
		"mu.Lock()\nmu.Lock()",
		"d := make(chan int)\ngo func() { d <- <-c }()\n<-d",
		"select {\ncase c <- 1:\ncase <-c:\n}",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		out := &recorder{}
		res := s.run(t, ctx, cell, out)
		cancel()
		f := res.Failure
		if f == nil || f.Kind != Fatal || f.Value != "all goroutines are asleep - deadlock!" || res.Lost || out.out.String() != "" {
			t.Errorf("%s\ngot %+v, %q", cell, f, out.out.String())
		}
	}
	if got := s.value(t, "x"); got != "42" {
		t.Errorf("x = %s", got)
	}
}

func TestWaitingIsNoDeadlockWhileSomethingCanCome(t *testing.T) {
	s := newSession(t)
	for _, cell := range []string{
		"c := make(chan int)\ngo func() {\n\ttime.Sleep(200 * time.Millisecond)\n\tc <- 1\n}()\n<-c",
		"<-time.After(200 * time.Millisecond)\n1",
		"var wg sync.WaitGroup\nwg.Go(func() {\n\tfor i := 0; i < 300000; i++ {\n\t}\n})\nwg.Wait()\n1",
		"a, b := make(chan int), make(chan int)\ngo func() {\n\tfor v := range a {\n\t\tb <- v\n\t}\n}()\nn := 0\nfor range 3000 {\n\ta <- 1\n\tn += <-b\n}\nn / 3000",
	} {
		if got := s.value(t, cell); got != "1" {
			t.Errorf("%s\ngot %s", cell, got)
		}
	}
}

func TestInterruptWakesWhatWaits(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1\nvar mu sync.Mutex\nvar wg sync.WaitGroup\nc := make(chan int)\nwg.Add(1)\n"+
		"keep := func() {\n\tfor {\n\t\ttime.Sleep(time.Hour)\n\t}\n}")
	for _, cell := range []string{
		"go keep()\nfmt.Println(1)\n<-c",
		"go keep()\nmu.Lock()\ndefer mu.Unlock()\nfmt.Println(1)\nwg.Wait()",
		"go keep()\nfmt.Println(1)\nselect {\ncase c <- 1:\ncase <-time.After(time.Hour):\n}",
		"go func() {\n\tfor {\n\t}\n}()\nfmt.Println(1)\nfor {\n}",
	} {
		res := s.interrupt(t, cell)
		if res.Failure == nil || res.Failure.Kind != Interrupted || res.Lost {
			t.Errorf("%s\ngot %+v %+v", cell, res, res.Failure)
		}
	}
	if got := s.value(t, "mu.TryLock()"); got != "true" {
		t.Error("an interrupt left the mutex locked")
	}
}

func TestPanicOfAGoroutineEndsTheProgram(t *testing.T) {
	s := newSession(t)
	out := &recorder{}
	res := s.run(t, t.Context(), "done := make(chan int)\ngo func() {\n\tvar m map[string]int\n\tm[\"a\"] = 1\n}()\n<-done", out)
	if f := res.Failure; f == nil || f.Kind != Panic || !res.Lost || f.Value != "assignment to entry in nil map" {
		t.Errorf("got %+v", res.Failure)
	}
	if strings.Contains(out.err.String(), "yaegi") {
		t.Errorf("stderr %q", out.err.String())
	}
	if got := s.value(t, "1 + 1"); got != "2" {
		t.Errorf("got %s", got)
	}
}

func TestExitInAGoroutineEndsTheCell(t *testing.T) {
	s := newSession(t)
	res := s.run(t, t.Context(), "x := 7\nc := make(chan int)\ngo func() { os.Exit(3) }()\n<-c", &recorder{})
	if f := res.Failure; f == nil || f.Kind != Exit || f.Code != 3 || res.Lost {
		t.Errorf("got %+v", res.Failure)
	}
	if got := s.value(t, "x"); got != "7" {
		t.Errorf("x = %s", got)
	}
}

// TestExitInAGoroutineEndsTheOthers gives values away after it, which needs all goroutines
// to be at rest.
func TestExitInAGoroutineEndsTheOthers(t *testing.T) {
	s := newSession(t)
	s.cells(t, "x := 1")
	for _, cell := range []string{
		"go os.Exit(3)\ntime.Sleep(time.Minute)",
		"for range 3 {\n\tgo func() {\n\t\tdefer fmt.Println(\"never\")\n\t\tos.Exit(3)\n\t}()\n}\ntime.Sleep(time.Minute)",
		"go func() {\n\tfor {\n\t}\n}()\ngo func() {\n\ttime.Sleep(time.Hour)\n}()\ngo func() {\n\tos.Exit(3)\n}()\nselect {}",
		"func deep(n int) {\n\tif n == 0 {\n\t\tos.Exit(3)\n\t}\n\tdeep(n - 1)\n}\ngo deep(500)\ntime.Sleep(time.Minute)",
	} {
		out := &recorder{}
		res := s.run(t, t.Context(), cell, out)
		if f := res.Failure; f == nil || f.Kind != Exit || res.Lost || out.out.String() != "" {
			t.Errorf("%s\ngot %+v, %q", cell, f, out.out.String())
		}
		if got := s.value(t, "x"); got != "1" {
			t.Errorf("%s\nthen x = %s", cell, got)
		}
		if err := s.client.Give(t.Context(), s.variables("x"), filepath.Join(t.TempDir(), "values")); err != nil {
			t.Errorf("%s\nthen %v", cell, err)
		}
	}
}
