package fetch_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gomri/kernel/fetch"
)

func TestWatchURLAsksForAHeapWithoutGarbage(t *testing.T) {
	for source, want := range map[string]string{
		"localhost:8080":                                      "http://localhost:8080/debug/pprof/heap?gc=1",
		"http://localhost:8080/":                              "http://localhost:8080/debug/pprof/heap?gc=1",
		"localhost:8080/debug/pprof/heap?gc=0":                "http://localhost:8080/debug/pprof/heap?gc=0",
		"http://user:secret@localhost:8080/admin/pprof/heap":  "http://user:secret@localhost:8080/admin/pprof/heap?gc=1",
		"https+insecure://localhost:8080/debug/pprof/mutex":   "https+insecure://localhost:8080/debug/pprof/mutex",
		"http://localhost:8080/debug/pprof/goroutine?debug=0": "http://localhost:8080/debug/pprof/goroutine?debug=0",
	} {
		if got, err := fetch.WatchURL(source); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", source, got, err, want)
		}
	}
	for source, want := range map[string]string{
		"localhost:8080/debug/pprof/profile":                  "watch heap, goroutine",
		"http://localhost:8080/debug/pprof/profile?seconds=5": "watch heap, goroutine",
		"http://localhost:8080/debug/pprof/heap?seconds=5":    "leave it out",
		"http://localhost:8080/debug/pprof/trace?seconds=1":   "over a span of time",
		"heap.out": "is no URL",
		"":         "is no URL",
	} {
		if _, err := fetch.WatchURL(source); !strings.Contains(failure(t, err), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

func TestWatchGetsAProfileAgainAndAgain(t *testing.T) {
	s := server(t, nil)
	var times []time.Duration
	err := fetch.Watch(t.Context(), s.URL+"/debug/pprof/goroutine", fetch.WatchOptions{N: 3, Interval: 60 * time.Millisecond},
		func(at time.Duration, data []byte, info fetch.Info) error {
			if info.Parsed == nil || len(data) == 0 || info.Goroutines != nil {
				t.Errorf("%d bytes, %+v", len(data), info)
			}
			times = append(times, at)
			return nil
		})
	if err != nil || len(times) != 3 || times[0] > 20*time.Millisecond || times[2] < 100*time.Millisecond {
		t.Errorf("taken at %v, %v", times, err)
	}
}

func TestWatchKeepsWhatItGotWhenTheServerGoesOrTheUserStopsIt(t *testing.T) {
	asked := 0
	s := server(t, map[string]http.HandlerFunc{"/debug/pprof/gone": func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 2 {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(heap(t))
	}})
	got := 0
	count := func(time.Duration, []byte, fetch.Info) error { got++; return nil }
	err := fetch.Watch(t.Context(), s.URL+"/debug/pprof/gone", fetch.WatchOptions{N: 5, Interval: 50 * time.Millisecond}, count)
	if value := failure(t, err); got != 2 || !strings.Contains(value, "closed the connection") {
		t.Errorf("%d profiles, %s", got, value)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got = 0
	err = fetch.Watch(ctx, s.URL+"/debug/pprof/heap", fetch.WatchOptions{N: 5, Interval: time.Hour}, func(time.Duration, []byte, fetch.Info) error {
		got++
		cancel()
		return nil
	})
	if value := failure(t, err); got != 1 || !strings.Contains(value, "interrupted") {
		t.Errorf("%d profiles, %s", got, value)
	}
}

func TestWatchBoundsItsNumbers(t *testing.T) {
	for _, o := range []fetch.WatchOptions{{N: 1, Interval: time.Second}, {N: 1000, Interval: time.Second}, {N: 5}, {N: 5, Interval: 48 * time.Hour}} {
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
