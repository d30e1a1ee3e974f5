package load

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	o, err := ParseArgs([]string{s.URL + "/a", "-rate", "100", s.URL + "/b", "-duration=200ms", "-body", "hi there", "-header", "X-Test: yes: it is"}, "", Lookup{})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Run(t.Context(), o, nil)
	if err != nil || rep.Failed != 0 {
		t.Fatalf("%v, errors %v", err, rep.Errors)
	}
	// A machine that is busy may send one less before the time is over.
	if n := a.Load() - b.Load(); a.Load() < 8 || n < 0 || n > 1 || rep.BytesOut != uint64(8*(a.Load()+b.Load())) {
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
	o, err := ParseArgs([]string{s.URL, "-rate", "max", "-duration", "300ms", "-workers", "4"}, "", Lookup{})
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
		if _, err := ParseArgs([]string{u}, "", Lookup{}); err == nil || !strings.Contains(err.Error(), "-remote") {
			t.Errorf("%s: %v", u, err)
		}
		if _, err := ParseArgs([]string{u, "-remote"}, "", Lookup{}); err != nil {
			t.Errorf("%s -remote: %v", u, err)
		}
	}
	for _, u := range []string{"http://localhost:8080", "https://127.0.0.1", "http://[::1]:80/", "http://app.localhost/"} {
		if _, err := ParseArgs([]string{u}, "", Lookup{}); err != nil {
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
		_, err := ParseArgs(c.args, "", Lookup{})
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
	r := Report{Targets: []Target{{Method: "GET", URL: "http://localhost:1/"}}, Rate: 50, Duration: 5 * time.Second}
	if got, want := r.Command(), "echo 'GET http://localhost:1/' | vegeta attack -rate=50 -duration=5s | vegeta report"; got != want {
		t.Errorf("got %s", got)
	}
	r.Targets[0] = Target{Method: "POST", URL: "http://localhost:1/?q='", Header: http.Header{"X-B": {"2"}, "X-A": {"it's 1"}}, Body: []byte("x")}
	if got, want := r.Command(), `echo 'POST http://localhost:1/?q='\''' | vegeta attack -rate=50 -duration=5s -header='X-A: it'\''s 1' -header='X-B: 2' -body=body.txt | vegeta report`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestTargetsAreReadInVegetasFormat(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "order.json"), []byte(`{"n":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	inDir := func(name string) string { return filepath.Join(dir, name) }
	address := func(u string) (string, error) { return strings.Replace(u, "shop/", "http://localhost:1/", 1), nil }
	o, err := ParseArgs([]string{"-rate", "10", "-header", "X-All: yes"}, `
# what customers do
GET shop/list

POST shop/order
Content-Type: application/json
@order.json
GET shop/end
X-Last: yes
GET shop/end`, Lookup{Address: address, File: inDir})
	if err != nil || len(o.Targets) != 4 || o.Rate != 10 {
		t.Fatalf("%+v, %v", o, err)
	}
	order := o.Targets[1]
	if order.String() != "POST http://localhost:1/order" || string(order.Body) != `{"n":1}` || order.Header.Get("Content-Type") != "application/json" || order.Header.Get("X-All") != "yes" {
		t.Errorf("target %+v", order)
	}
	if o.Targets[2].String() != "GET http://localhost:1/end" || len(o.Targets[2].Body) != 0 || o.Targets[2].Headers() != "X-All: yes; X-Last: yes" || o.Targets[3].Headers() != "X-All: yes" {
		t.Errorf("target %+v", o.Targets[2])
	}
	for text, want := range map[string]string{
		"# nothing":                         "names no target",
		"get http://localhost/":             "METHOD URL",
		"GET http://localhost/\nnonsense":   "Name: value",
		"GET http://example.com/":           "-remote",
		"POST http://localhost/\n@none.txt": "cannot be read",
	} {
		if _, err := ParseArgs(nil, text, Lookup{File: inDir}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := ParseArgs([]string{"http://localhost"}, "GET http://localhost", Lookup{}); err == nil {
		t.Error("a URL above targets passes")
	}
	if o, err := ParseArgs([]string{"http://localhost", "-body", "@order.json"}, "", Lookup{File: inDir}); err != nil || string(o.Targets[0].Body) != `{"n":1}` || o.Targets[0].Method != "POST" {
		t.Errorf("a body from a file: %+v, %v", o, err)
	}
}

func TestEachTargetIsReportedAndTheHistogramHoldsAll(t *testing.T) {
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" && r.URL.RawQuery == "x=1" {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	rep, err := Run(t.Context(), Options{Targets: []Target{{Method: "GET", URL: s.URL + "/good"}, {Method: "PUT", URL: s.URL + "/bad?x=1#y"}}, Rate: 100, Duration: 200 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.ByTarget) != 2 || rep.ByTarget[0].Failed != 0 || rep.ByTarget[1].Failed != rep.ByTarget[1].Requests || rep.ByTarget[1].Failed != rep.Failed {
		t.Errorf("by target %+v", rep.ByTarget)
	}
	sum := 0
	for i, b := range rep.Buckets {
		sum += b.N
		if b.From >= b.To || i > 0 && rep.Buckets[i-1].To != b.From {
			t.Errorf("buckets %+v", rep.Buckets)
		}
	}
	if sum != rep.Requests || rep.Buckets[0].N == 0 || rep.Buckets[len(rep.Buckets)-1].N == 0 {
		t.Errorf("%d requests in buckets %+v", sum, rep.Buckets)
	}
}

func TestHistogramPutsEachLatencyBetweenItsBounds(t *testing.T) {
	for _, d := range []time.Duration{0, 1, time.Microsecond, 999 * time.Microsecond, time.Millisecond, 1499 * time.Microsecond, 3 * time.Second, time.Hour} {
		var h histogram
		h.add(d)
		if b := h.buckets(); len(b) != 1 || b[0].N != 1 || d < b[0].From || d >= b[0].To {
			t.Errorf("%s is in %+v", d, b)
		}
	}
}
