package magic_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	hpprof "net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/magic"
)

// traces runs "go tool trace ARGS".
func traces(t *testing.T, env *magic.Env, args ...string) (*page, error) {
	t.Helper()
	out := &page{}
	return out, magic.GoTool(context.WithoutCancel(t.Context()), env, out, append([]string{"tool", "trace"}, args...), nil)
}

// handOver lets two goroutines wait for each other.
func handOver() {
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range c {
			runtime.Gosched()
		}
	})
	for i := range 200 {
		c <- i
	}
	close(c)
	wg.Wait()
}

// snapshots serves what a flight recorder has, as a program would on its own path,
// and the traces of net/http/pprof.
func snapshots(t *testing.T) (url string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/flight", func(w http.ResponseWriter, _ *http.Request) {
		r := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Second})
		if err := r.Start(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer r.Stop()
		handOver()
		if _, err := r.WriteTo(w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/debug/pprof/trace", hpprof.Trace)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestSnapshotOfAFlightRecorderIsDrawnKeptAndSaved(t *testing.T) {
	env := environment(t)
	out, err := traces(t, env, snapshots(t)+"/debug/flight")
	if err != nil {
		t.Fatal(err)
	}
	html, text := out.last().Data[display.MIMEHTML], out.last().Data[display.MIMEText]
	if !strings.Contains(html, "kept as trace-1") || !strings.Contains(html, "data:image/svg+xml") || !strings.Contains(text, "magic_test.handOver") {
		t.Errorf("drawn is\n%s", text)
	}
	again, err := traces(t, env)
	if err != nil || again.last().Data[display.MIMEText] != text {
		t.Errorf("the last trace is not the one that was fetched: %v", err)
	}
	if _, err := traces(t, env, "-output=saved.trace", "trace-1"); err != nil {
		t.Fatal(err)
	}
	fromFile, err := traces(t, env, "program", "saved.trace")
	if err != nil || fromFile.last().Data[display.MIMEText] != text {
		t.Errorf("the saved trace is another one: %v", err)
	}
}

func TestBareHostIsAskedForATrace(t *testing.T) {
	env := environment(t)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				handOver()
			}
		}
	})
	out, err := traces(t, env, snapshots(t))
	close(done)
	wg.Wait()
	if err != nil || !strings.Contains(out.last().Data[display.MIMEText], "handOver") {
		t.Errorf("%v: %s", err, out.last().Data[display.MIMEText])
	}
}

// traceFile writes a trace into the notebook's folder.
func traceFile(t *testing.T, env *magic.Env) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Skipf("this test is itself being traced: %v", err)
	}
	handOver()
	trace.Stop()
	if err := os.WriteFile(filepath.Join(env.Dir, "trace.out"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTraceBecomesAProfile(t *testing.T) {
	env := environment(t)
	traceFile(t, env)
	out, err := traces(t, env, "-pprof=sync", "trace.out")
	if err != nil {
		t.Fatal(err)
	}
	text := out.last().Data[display.MIMEText]
	if !strings.Contains(text, "Type: delay") || !strings.Contains(text, "runtime.chansend1") {
		t.Errorf("the profile is\n%s", text)
	}
	for _, report := range []string{"-top", "-flame", "-tree"} {
		again, err := pprofs(t, env, report, "sync-1")
		if err != nil {
			t.Fatalf("%s: %v", report, err)
		}
		if html := again.last().Data[display.MIMEHTML]; !strings.Contains(html, "&lt;(go tool trace -pprof=sync trace.out)") {
			t.Errorf("%s does not say how a terminal gets it", report)
		}
	}
}

func TestTraceSaysWhatIsWrong(t *testing.T) {
	env := environment(t)
	data := traceFile(t, env)
	heapFile(t, env)
	for name, content := range map[string][]byte{"empty": {}, "text": []byte("hello"), "cut": data[:40]} {
		if err := os.WriteFile(filepath.Join(env.Dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"", "%bench -trace trace.out"},
		{"nothing.out", "there is no file nothing.out"},
		{"empty", "call trace.Stop"},
		{"text", "it does not begin as one"},
		{"cut", "broken from its start"},
		{"mem.out", "a profile, which %pprof shows"},
		{"a b c", "takes one trace"},
		{"-pprof=io trace.out", "net, sync, syscall and sched"},
		{"-pprof=net trace.out", "no goroutine waited for that"},
		{"-from=1h trace.out", "after the trace's end"},
		{"-from=2ms -to=1ms trace.out", "no part of a trace"},
		{"-http=:0 trace.out", "leave it out"},
		{"-d=parsed trace.out", "type !go tool trace"},
		{"-output=../x trace.out", "outside the notebook's folder"},
	} {
		if _, err := traces(t, env, strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.args, err, c.want)
		}
	}
	if _, err := pprofs(t, env, "trace.out"); err == nil || !strings.Contains(err.Error(), "%trace draws it") {
		t.Errorf("as a profile: %v", err)
	}
	if _, err := pprofs(t, env, "sched"); err == nil || !strings.Contains(err.Error(), "%trace -pprof=sched") {
		t.Errorf("a kind that was not made: %v", err)
	}
}
