package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	hpprof "net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/prof/driver"
)

// asDriver in the environment makes this test binary one run of pprof's driver.
const asDriver = "GOMRI_TEST_DRIVER"

func TestMain(m *testing.M) {
	if os.Getenv(asDriver) == "" {
		os.Exit(m.Run())
	}
	if err := driver.Run(os.Args[1:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "gomri:", err)
		os.Exit(2)
	}
}

// heap is a heap profile of this process.
func heap(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("heap").WriteTo(&b, 0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// server serves the profiles of this process, and what else is in handlers.
func server(t *testing.T, handlers map[string]http.HandlerFunc) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", hpprof.Index)
	mux.HandleFunc("/debug/pprof/profile", hpprof.Profile)
	for path, h := range handlers {
		mux.HandleFunc(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// failure returns the value of a *display.Failure.
func failure(t *testing.T, err error) string {
	t.Helper()
	var f *display.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure of the user's", err)
	}
	return f.Value
}

func TestProfileReadsAFileRelativeToDir(t *testing.T) {
	dir := t.TempDir()
	want := heap(t)
	if err := os.WriteFile(filepath.Join(dir, "mem.out"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	got, info, err := fetch.Profile(t.Context(), "mem.out", fetch.Options{Dir: dir})
	if err != nil || !bytes.Equal(got, want) || info.Remote || info.Parsed == nil || info.Source != filepath.Join(dir, "mem.out") {
		t.Errorf("got %d bytes, %+v, %v", len(got), info, err)
	}
}

func TestProfileSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("empty.out", "")
	write("page.html", "<!DOCTYPE html><title>x</title>")
	write("text.txt", "hello")
	write("heap.txt", "heap profile: x")
	write("cover.out", "mode: set\n")
	for source, want := range map[string]string{
		"empty.out":     "is empty",
		"page.html":     "a web page, not a profile",
		"text.txt":      "not a profile",
		"heap.txt":      "leave out debug=1",
		"cover.out":     "go tool cover",
		".":             "is a folder",
		"missing.out":   "there is no file missing.out",
		"ftp://x/y":     "there is no file ftp://x/y",
		"":              "no profile is named",
		"localhost":     "there is no file localhost",
		"http://[::1/x": "there is no file",
	} {
		_, _, err := fetch.Profile(t.Context(), source, fetch.Options{Dir: dir})
		if got := failure(t, err); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

func TestProfileRefusesALargeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(prof.MaxSize+1), f.Close()); err != nil {
		t.Fatal(err)
	}
	_, _, err = fetch.Profile(t.Context(), path, fetch.Options{})
	if got := failure(t, err); !strings.Contains(got, "too large") {
		t.Errorf("got %q", got)
	}
}

func TestBareHostGetsACPUProfileWithProgress(t *testing.T) {
	s := server(t, nil)
	calls := 0
	var total time.Duration
	_, info, err := fetch.Profile(t.Context(), strings.TrimPrefix(s.URL, "http://"), fetch.Options{
		Seconds:  1,
		Progress: func(_, all time.Duration) { calls++; total = all },
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(info.Source, "/debug/pprof/profile?seconds=1") || !info.Remote || info.Seconds < 0.9 {
		t.Errorf("got %+v", info)
	}
	if calls < 2 || total != time.Second {
		t.Errorf("progress was called %d times, with a total of %v", calls, total)
	}
	if types := info.Parsed.SampleTypes(); types[1].Type != "cpu" {
		t.Errorf("got %v", types)
	}
	// This process slept meanwhile, unless the machine is very busy.
	if info.Parsed.Empty() != strings.Contains(info.Doubt, "it was idle") {
		t.Errorf("empty %v, doubt %q", info.Parsed.Empty(), info.Doubt)
	}
}

func TestHeapOfAServerComesAtOnce(t *testing.T) {
	s := server(t, nil)
	_, info, err := fetch.Profile(t.Context(), s.URL+"/debug/pprof/heap", fetch.Options{})
	if err != nil || info.Parsed.SampleTypes()[0].Type != "alloc_objects" {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestEmptyMutexProfileSaysThatTheRateIsZero(t *testing.T) {
	s := server(t, nil)
	_, info, err := fetch.Profile(t.Context(), s.URL+"/debug/pprof/mutex", fetch.Options{})
	if err != nil || !strings.Contains(info.Doubt, "SetMutexProfileFraction") {
		t.Errorf("got %q, %v", info.Doubt, err)
	}
}

func TestProfileSaysWhichStepFailed(t *testing.T) {
	s := server(t, map[string]http.HandlerFunc{
		"/html":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><body>hello") },
		"/login": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"/loop":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) },
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "x")
		},
		"/busy": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Go-Pprof", "1")
			http.Error(w, "Could not enable CPU profiling: cpu profiling already in use", http.StatusInternalServerError)
		},
		"/slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/bomb": func(w http.ResponseWriter, _ *http.Request) {
			for range prof.MaxSize>>20 + 2 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		},
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := closed.Addr().String()
	closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	for _, c := range []struct{ source, want string }{
		{"http://" + refused + "/debug/pprof/heap", "connection refused: nothing listens there. Start the server (%%serve NAME)"},
		{s.URL + "/html", "a web page, not a profile"},
		{s.URL + "/login", "it wants a login"},
		{s.URL + "/loop", "more than 5 redirects"},
		{s.URL + "/cut", "closed the connection before its answer was complete"},
		{s.URL + "/busy", "another CPU profile of this server is running"},
		{s.URL + "/slow", "did not finish within 300ms"},
		{s.URL + "/bomb", "too large"},
		{s.URL + "/nothing", `import _ "net/http/pprof"`},
		{s.URL + "/debug/pprof/nothing", "it has no such profile"},
		{s.URL + "/debug/pprof/profile?seconds=-1", "not a number of seconds"},
		{s.URL + "/debug/pprof/profile?seconds=1e9", "not a number of seconds"},
		{"https" + strings.TrimPrefix(s.URL, "http") + "/x", "does not speak HTTPS"},
		{secure.URL + "/x", "https+insecure://"},
		{"https+insecure" + strings.TrimPrefix(secure.URL, "https") + "/x", "404"},
		{"http://no-such-host.invalid:80/x", "no-such-host.invalid"},
	} {
		_, _, err := fetch.Profile(t.Context(), c.source, fetch.Options{Timeout: 300 * time.Millisecond})
		if c.want == "too large" {
			_, _, err = fetch.Profile(t.Context(), c.source, fetch.Options{})
		}
		if got := failure(t, err); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.source, got, c.want)
		}
	}
}

func TestPasswordOfAURLIsNotShown(t *testing.T) {
	s := server(t, nil)
	source := strings.Replace(s.URL, "http://", "http://me:secret@", 1)
	for _, path := range []string{"/nothing", "/debug/pprof/heap"} {
		_, info, err := fetch.Profile(t.Context(), source+path, fetch.Options{})
		if strings.Contains(info.Source, "secret") || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("got %q, %v", info.Source, err)
		}
	}
}

func TestInterruptStopsFetching(t *testing.T) {
	started := make(chan struct{})
	s := server(t, map[string]http.HandlerFunc{"/wait": func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, _, err := fetch.Profile(ctx, s.URL+"/wait", fetch.Options{})
		done <- err
	}()
	<-started
	cancel()
	var f *display.Failure
	if err := <-done; !errors.As(err, &f) || f.Name != "Interrupted" {
		t.Errorf("got %v, want Interrupted", err)
	}
}

// reporter runs the driver in a copy of this test binary.
func reporter(t *testing.T) fetch.Reporter {
	t.Helper()
	t.Setenv(asDriver, "1")
	return fetch.Reporter{Program: os.Args[0]}
}

func TestReportIsPprofsOwn(t *testing.T) {
	r := reporter(t)
	request, err := prof.ParseArgs([]string{"-top", "-sample_index=alloc_space", "-nodecount=3", "x"})
	if err != nil {
		t.Fatal(err)
	}
	data := heap(t)
	out, _, err := r.Report(t.Context(), fetch.ReportRequest{Profile: data, Args: request.Args()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := prof.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	top, err := p.Top(request.Options)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != top.Text() {
		t.Errorf("the driver prints\n%s\nwe print\n%s", out, top.Text())
	}
}

func TestReportSubtractsABase(t *testing.T) {
	data := heap(t)
	out, _, err := reporter(t).Report(t.Context(), fetch.ReportRequest{Profile: data, Base: data, Diff: true, Args: []string{"-top"}})
	if err != nil || !strings.Contains(string(out), "Showing nodes accounting for 0, 0% of") {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestReportAnswersLinesAtThePrompt(t *testing.T) {
	out, messages, err := reporter(t).Report(t.Context(), fetch.ReportRequest{Profile: heap(t), Lines: []string{"top 1", "frobnicate", "tree 1"}})
	if err != nil || strings.Count(string(out), "Showing nodes") != 2 || !strings.Contains(messages, `unrecognized command: "frobnicate"`) {
		t.Errorf("got %q, %q, %v", out, messages, err)
	}
}

func TestReportFailsInPprofsWords(t *testing.T) {
	r := reporter(t)
	for args, want := range map[string]string{
		"-list=no_such_function": "no matches found for regexp: no_such_function",
		"-bogus":                 "flag provided but not defined: -bogus",
	} {
		_, _, err := r.Report(t.Context(), fetch.ReportRequest{Profile: heap(t), Args: []string{args}})
		if got := failure(t, err); got != want {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

func TestReportWithoutGraphvizSaysWhatToInstall(t *testing.T) {
	r := reporter(t)
	t.Setenv("PATH", t.TempDir())
	_, _, err := r.Report(t.Context(), fetch.ReportRequest{Profile: heap(t), Args: []string{"-svg"}})
	if got := failure(t, err); !strings.Contains(got, "needs Graphviz") {
		t.Errorf("got %q", got)
	}
}

func TestReportLeavesNoFilesBehind(t *testing.T) {
	r := reporter(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if _, _, err := r.Report(t.Context(), fetch.ReportRequest{Profile: heap(t), Args: []string{"-raw"}}); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestReportOfAMissingProgramIsOurFault(t *testing.T) {
	_, _, err := fetch.Reporter{Program: "/no/such/program"}.Report(t.Context(), fetch.ReportRequest{Profile: []byte("x")})
	var f *display.Failure
	if err == nil || errors.As(err, &f) || !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
