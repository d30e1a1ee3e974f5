package fetch_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	hpprof "net/http/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"gomri/kernel/fetch"
)

// parked waits until it may go on.
//
//go:noinline
func parked(there func(), done <-chan struct{}) {
	there()
	<-done
}

// spins computes until it is told to stop.
//
//go:noinline
func spins(there func(), stop *atomic.Bool) (n int) {
	there()
	for !stop.Load() {
		n++
	}
	return n
}

// wallServer serves the goroutines of this process, among them three that wait and
// one that computes, and counts how often it is asked.
func wallServer(t *testing.T, delay time.Duration) (url string, asked *atomic.Int64) {
	t.Helper()
	done := make(chan struct{})
	var stop atomic.Bool
	var wg, there sync.WaitGroup
	there.Add(4)
	for range 3 {
		wg.Go(func() { parked(there.Done, done) })
	}
	wg.Go(func() { spins(there.Done, &stop) })
	there.Wait()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(delay)
		hpprof.Index(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		close(done)
		stop.Store(true)
		wg.Wait()
	})
	return s.URL, asked
}

// timeIn is the time that a wall-clock profile has of a function, by the end of its name.
func timeIn(t *testing.T, data []byte, suffix string) time.Duration {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, s := range p.Sample {
		if slices.ContainsFunc(s.Location, func(l *profile.Location) bool {
			return slices.ContainsFunc(l.Line, func(line profile.Line) bool { return strings.HasSuffix(line.Function.Name, suffix) })
		}) {
			sum += s.Value[1]
		}
	}
	return time.Duration(sum)
}

func TestWallClockProfileCountsWhoWaitsAndWhoRuns(t *testing.T) {
	url, asked := wallServer(t, 0)
	data, info, err := fetch.Wall(t.Context(), url, fetch.Options{Seconds: 1}, 20)
	if err != nil {
		t.Fatal(err)
	}
	whole := info.Parsed.Duration()
	if whole < time.Second || whole > 20*time.Second {
		t.Errorf("it took %v", whole)
	}
	// What is always there is in every snapshot, whenever these were taken.
	if got := timeIn(t, data, ".parked"); got != 3*whole {
		t.Errorf("three that wait have %v of %v", got, whole)
	}
	if got := timeIn(t, data, ".spins"); got != whole {
		t.Errorf("one that computes has %v of %v", got, whole)
	}
	if got := timeIn(t, data, "pprof.handler.ServeHTTP"); got != 0 {
		t.Errorf("the snapshots themselves have %v", got)
	}
	if n := asked.Load(); n < 2 || n > 21 || !strings.HasPrefix(info.Measured, fmt.Sprintf("%d snapshots in ", n)) {
		t.Errorf("%d were taken; said is %s", n, info.Measured)
	}
	if fetch.KindOf(info) != "wall" || info.Terminal == "" || info.Doubt == "" {
		t.Errorf("kind %s, %+v", fetch.KindOf(info), info)
	}
}

func TestWallClockProfileSparesASlowServer(t *testing.T) {
	url, asked := wallServer(t, 50*time.Millisecond)
	_, info, err := fetch.Wall(t.Context(), url+"/debug/pprof/?seconds=1", fetch.Options{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	// Each answer of 50 ms is followed by a rest of three times as long.
	if n := asked.Load(); n > 6 {
		t.Errorf("it was asked %d times in a second", n)
	}
	if !strings.Contains(info.Doubt, "fewer were taken than -rate=100") {
		t.Errorf("the doubt is %q", info.Doubt)
	}
}

func TestWallClockProfileKeepsWhatItHasWhenTheServerGoes(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 3 {
			http.Error(w, "gone", http.StatusServiceUnavailable)
			return
		}
		hpprof.Index(w, r)
	}))
	defer s.Close()
	data, info, err := fetch.Wall(t.Context(), s.URL, fetch.Options{Seconds: 60}, 50)
	if err != nil || !strings.Contains(info.Doubt, "gave no more snapshots") || !strings.HasPrefix(info.Measured, "3 snapshots") || len(data) == 0 {
		t.Errorf("%v, %q, %q", err, info.Doubt, info.Measured)
	}
}

func TestWallClockProfileSaysWhatIsWrong(t *testing.T) {
	url, _ := wallServer(t, 0)
	var other bytes.Buffer
	heap := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(other.Bytes()) }))
	defer heap.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct {
		source string
		rate   int
		want   string
	}{
		{url + "/debug/pprof/heap", 0, "leave the path away"},
		{url, 1000, "-rate=1000 is out of range"},
		{url + "/debug/pprof/goroutine?seconds=700", 0, "is too long"},
		{"://", 0, "is no URL"},
		{heap.URL, 0, "cannot be used"},
		{closed.URL, 0, "connection refused"},
	} {
		_, _, err := fetch.Wall(t.Context(), c.source, fetch.Options{}, c.rate)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.source, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if data, _, err := fetch.Wall(ctx, url, fetch.Options{}, 0); data != nil || err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("interrupted before the first snapshot: %v", err)
	}
}

func TestAnInterruptedWallProfileKeepsItsSnapshots(t *testing.T) {
	url, _ := wallServer(t, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	data, info, err := fetch.Wall(ctx, url, fetch.Options{Seconds: 60}, 0)
	if err == nil || !strings.Contains(err.Error(), "interrupted") || len(data) == 0 || info.Parsed == nil || info.Seconds <= 0 {
		t.Errorf("%d bytes, %+v, %v", len(data), info, err)
	}
}
