package magic_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	hpprof "net/http/pprof"
	"strings"
	"sync/atomic"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/magic"
)

// types runs one line as a cell.
func types(ctx context.Context, t *testing.T, env *magic.Env, line string) (*page, error) {
	t.Helper()
	c, err := cell.Parse("cell-1", line)
	if err != nil {
		t.Fatal(err)
	}
	out := &page{}
	return out, magic.Run(ctx, env, magic.Call{Cell: c, Line: 1, Magic: c.Parts[0].Magic, Out: out})
}

// leaks is what the handler of leaky keeps for ever.
var leaks [][]byte

//go:noinline
func keepForEver() { leaks = append(leaks, make([]byte, 4<<20)) }

// leaky serves the profiles of this process, keeps 4 MB more each time, and does so
// at most the given number of times.
func leaky(t *testing.T, most int64) string {
	t.Helper()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > most {
			panic(http.ErrAbortHandler)
		}
		keepForEver()
		hpprof.Index(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		leaks = nil
	})
	return s.URL
}

func TestWatchFindsTheLeakAndKeepsEveryProfile(t *testing.T) {
	env := environment(t)
	out, err := types(t.Context(), t, env, "%watch -n 5 -interval 50ms "+leaky(t, 5)+"/debug/pprof/heap")
	if err != nil {
		t.Fatal(err)
	}
	if len(out.shown) != 1 {
		t.Errorf("%d outputs, want one that is updated", len(out.shown))
	}
	text := out.last().Data[display.MIMEText]
	if !strings.Contains(text, "magic_test.keepForEver grows: ") || !strings.Contains(text, "up in 4 of 4 steps") || strings.Contains(text, "profile 5 of 5") {
		t.Errorf("the text is\n%s", text)
	}
	if list := env.Profiles.List(); len(list) != 5 || list[4].Name != "heap-5" || !strings.Contains(list[0].Info.Source, "gc=1") {
		t.Errorf("%d profiles are kept", len(list))
	}
	diff, err := pprofs(t, env, "-top", "-diff_base", "heap-1", "heap-5")
	if err != nil || !strings.Contains(diff.last().Data[display.MIMEText], "keepForEver") {
		t.Errorf("the difference of first and last: %v", err)
	}
}

func TestWatchThatEndsEarlyShowsWhatItHas(t *testing.T) {
	env := environment(t)
	out, err := types(t.Context(), t, env, "%watch -n 9 -interval 50ms "+leaky(t, 4))
	var f *display.Failure
	if !errors.As(err, &f) || !strings.Contains(f.Value, "closed the connection") {
		t.Errorf("got %v", err)
	}
	if text := out.last().Data[display.MIMEText]; !strings.Contains(text, "keepForEver grows") || !strings.Contains(text, "ended after 4 of 9 profiles") {
		t.Errorf("the text is\n%s", text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hpprof.Index(w, r)
		cancel() // the user interrupts
	}))
	defer s.Close()
	_, err = types(ctx, t, env, "%watch -n 3 -interval 1h "+s.URL)
	if !errors.As(err, &f) || f.Name != "Interrupted" {
		t.Errorf("interrupted: %v", err)
	}
}

func TestWatchRefusesWhatItCannotAddUp(t *testing.T) {
	env := environment(t)
	url, asked := server(t)
	for line, want := range map[string]string{
		"%watch":                               "one URL is wanted",
		"%watch -flat -cum " + url:             "exclude each other",
		"%watch -n 1 " + url:                   "out of range",
		"%watch -focus ( " + url:               "parsing focus regexp",
		"%watch heap.out":                      "is no URL",
		"%watch " + url + "/debug/pprof/trace": "over a span of time",
	} {
		if _, err := types(t.Context(), t, env, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
	if asked.Load() != 0 {
		t.Error("the server was asked before the mistake was said")
	}
	if _, err := types(t.Context(), t, env, "%watch -sample_index words "+url); err == nil || !strings.Contains(err.Error(), "sample_index") {
		t.Errorf("a sample type that there is not: %v", err)
	}
}
