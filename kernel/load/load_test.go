package load

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gomri/kernel/display"
)

func server(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestLoadKeepsTheRateAndCountsEveryRequest(t *testing.T) {
	var seen atomic.Int64
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		_, _ = io.WriteString(w, "0123456789")
	})
	var shots []Snapshot
	rep, err := Run(t.Context(), Options{URLs: []string{s.URL}, Rate: 100, Duration: time.Second},
		func(s Snapshot) { shots = append(shots, s) })
	if err != nil {
		t.Fatal(err)
	}
	if rep.Requests != 100 || seen.Load() != 100 || rep.Failed != 0 || rep.Success() != 1 {
		t.Errorf("sent %d, server saw %d, failed %d, success %v", rep.Requests, seen.Load(), rep.Failed, rep.Success())
	}
	if rep.BytesIn != 1000 {
		t.Errorf("BytesIn = %d", rep.BytesIn)
	}
	l := rep.Latency
	if l.Min <= 0 || l.Min > l.P50 || l.P50 > l.P95 || l.P95 > l.P99 || l.P99 > l.Max || l.Mean > l.Max {
		t.Errorf("latencies out of order: %+v", l)
	}
	if len(rep.Codes) != 1 || rep.Codes[0] != (Count{"200", 100}) || len(rep.Errors) != 0 {
		t.Errorf("codes %v, errors %v", rep.Codes, rep.Errors)
	}
	if rep.Starved() {
		t.Error("an idle server is said not to keep up")
	}
	if len(shots) < 2 || len(shots) > 6 {
		t.Errorf("%d snapshots in one second", len(shots))
	}
	for _, want := range []string{"Requests", "100, ", "Latencies", "200:100"} {
		if !strings.Contains(rep.Text, want) {
			t.Errorf("text lacks %q:\n%s", want, rep.Text)
		}
	}
}

func TestLoadSendsMethodBodyAndHeadersToTargetsInTurn(t *testing.T) {
	var a, b atomic.Int64
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || string(body) != "hi there" || r.Header.Get("X-Test") != "yes: it is" {
			w.WriteHeader(http.StatusBadRequest)
		}
		if r.URL.Path == "/a" {
			a.Add(1)
		} else {
			b.Add(1)
		}
	})
	o, err := ParseArgs([]string{s.URL + "/a", "-rate", "100", s.URL + "/b", "-duration=200ms", "-body", "hi there", "-header", "X-Test: yes: it is"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Run(t.Context(), o, nil)
	if err != nil || rep.Failed != 0 {
		t.Fatalf("%v, errors %v", err, rep.Errors)
	}
	if a.Load() != 10 || b.Load() != 10 || rep.BytesOut != 160 {
		t.Errorf("a %d, b %d, bytes out %d", a.Load(), b.Load(), rep.BytesOut)
	}
}

func TestErrorsAreCountedByKind(t *testing.T) {
	var n atomic.Int64
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 3 {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			panic(http.ErrAbortHandler)
		default:
			time.Sleep(300 * time.Millisecond) // the slow server that the timeout is for
		}
	})
	// Not GET, which net/http sends again when a kept connection breaks.
	rep, err := Run(t.Context(), Options{URLs: []string{s.URL}, Method: "POST", Rate: 60, Duration: 500 * time.Millisecond, Timeout: 100 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, e := range rep.Errors {
		kinds[e.Name] = e.N
	}
	if kinds["503 Service Unavailable"] != 10 || kinds["timeout"] != 10 || kinds["connection closed"]+kinds["connection reset"] != 10 {
		t.Errorf("errors %v", rep.Errors)
	}
	if rep.Failed != 30 || rep.Success() != 0 {
		t.Errorf("failed %d of %d", rep.Failed, rep.Requests)
	}
}

func TestCancelStopsAtOnceAndStillReports(t *testing.T) {
	release := make(chan struct{})
	var n atomic.Int64
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > 3 {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	rep, err := Run(ctx, Options{URLs: []string{s.URL}, Rate: 10, Duration: time.Minute, Timeout: time.Minute}, func(s Snapshot) {
		if n.Load() >= 5 {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %s to stop", took)
	}
	if !rep.Interrupted || rep.Requests != 3 || rep.Failed != 0 {
		t.Errorf("interrupted %v, %d requests, errors %v", rep.Interrupted, rep.Requests, rep.Errors)
	}
}

func TestFewWorkersMakeAStarvedLoad(t *testing.T) {
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond) // the slow server that is measured
	})
	rep, err := Run(t.Context(), Options{URLs: []string{s.URL}, Rate: 200, Duration: 500 * time.Millisecond, Workers: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !rep.Starved() || rep.Requests > 30 {
		t.Errorf("starved %v with %d requests", rep.Starved(), rep.Requests)
	}
}

func TestFastestSendsMoreThanTheDefaultRate(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) {})
	o, err := ParseArgs([]string{s.URL, "-rate", "max", "-duration", "300ms", "-workers", "4"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Run(t.Context(), o, nil)
	if err != nil || rep.Requests < 100 || rep.Failed > 0 {
		t.Errorf("%d requests, errors %v, %v", rep.Requests, rep.Errors, err)
	}
}

func TestNobodyListeningEndsEarlyWithAdvice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	began := time.Now()
	_, err = Run(t.Context(), Options{URLs: []string{"http://" + addr}, Rate: 100, Duration: time.Minute}, nil)
	var f *display.Failure
	if !errors.As(err, &f) || !strings.Contains(f.Value, "%%serve") || !strings.Contains(f.Value, addr) {
		t.Errorf("err = %v", err)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("it did not end early")
	}
}

func TestTargetsBeyondThisMachineNeedTheRemoteFlag(t *testing.T) {
	for _, u := range []string{"http://example.com/", "http://10.0.0.1", "http://192.168.1.1:80/x", "http://localhost.example.com"} {
		if _, err := ParseArgs([]string{u}, nil); err == nil || !strings.Contains(err.Error(), "-remote") {
			t.Errorf("%s: %v", u, err)
		}
		if _, err := ParseArgs([]string{u, "-remote"}, nil); err != nil {
			t.Errorf("%s -remote: %v", u, err)
		}
	}
	for _, u := range []string{"http://localhost:8080", "https://127.0.0.1", "http://[::1]:80/", "http://app.localhost/"} {
		if _, err := ParseArgs([]string{u}, nil); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestDialRefusesANameThatResolvesBeyondThisMachine(t *testing.T) {
	if err := onlyLocal("tcp", "10.1.2.3:80", nil); err == nil {
		t.Error("10.1.2.3 passes")
	}
	if err := onlyLocal("tcp6", "[::1]:80", nil); err != nil {
		t.Error(err)
	}
}

func TestRedirectToAnotherHostIsNotFollowed(t *testing.T) {
	var other atomic.Int64
	s2 := server(t, func(http.ResponseWriter, *http.Request) { other.Add(1) })
	s := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s2.URL, http.StatusFound) })
	rep, err := Run(t.Context(), Options{URLs: []string{s.URL}, Rate: 20, Duration: 100 * time.Millisecond}, nil)
	if err != nil || other.Load() != 0 || len(rep.Codes) != 1 || rep.Codes[0].Name != "302" {
		t.Errorf("%v: other host saw %d requests, codes %v", err, other.Load(), rep.Codes)
	}
}

func TestMistypedOptionsSayWhatToType(t *testing.T) {
	const u = "http://localhost:1"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no URL"},
		{[]string{"localhost:8080"}, "http://"},
		{[]string{"ftp://localhost"}, "http://localhost:PORT"},
		{[]string{"http://"}, "no URL to send a load to"},
		{[]string{u, "-rate", "lots"}, "whole number"},
		{[]string{u, "-rate", "1000000"}, "100000"},
		{[]string{u, "-duration", "2h"}, "10m"},
		{[]string{u, "-duration", "-1s"}, "more than 0"},
		{[]string{u, "-workers", "100000"}, "1 to 1000"},
		{[]string{u, "-timeout", "10m"}, "1m"},
		{[]string{u, "-header", "nonsense"}, "Name: value"},
		{[]string{u, "-method", "GE T"}, "-method"},
		{[]string{u, "-speed", "1"}, "-speed"},
		{[]string{"-h"}, "%load URL"},
	} {
		_, err := ParseArgs(c.args, nil)
		var f *display.Failure
		if !errors.As(err, &f) || f.Name != "UsageError" || !strings.Contains(f.Value, c.want) {
			t.Errorf("%q: error %v lacks %q", c.args, err, c.want)
		}
	}
}

func TestKindsOfErrorsAreBounded(t *testing.T) {
	c := newCollector(Options{}, &client{})
	for i := range 1000 {
		c.add(t.Context(), vegetaResult(strings.Repeat("x", i)+"!"))
	}
	if n := len(c.report(false).Errors); n > maxKinds+1 {
		t.Errorf("%d kinds kept", n)
	}
}

func TestCommandNamesVegeta(t *testing.T) {
	r := Report{URLs: []string{"http://localhost:1/"}, Method: "GET", Rate: 50, Duration: 5 * time.Second}
	if got, want := r.Command(), "echo 'GET http://localhost:1/' | vegeta attack -rate=50 -duration=5s | vegeta report"; got != want {
		t.Errorf("got %s", got)
	}
}
