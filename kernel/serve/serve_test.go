package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gomri/kernel/display"
)

// TestMain lets the test binary be the background programs.
func TestMain(m *testing.M) {
	if mode := os.Getenv("SERVE_TEST"); mode != "" {
		background(mode, os.Getenv("SERVE_ADDR"))
	}
	os.Exit(m.Run())
}

// background is the programs that the tests start.
func background(mode, addr string) {
	switch mode {
	case "serve":
		l, err := net.Listen("tcp", addr)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("listening at " + l.Addr().String())
		err = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "hello")
		}))
		fmt.Fprintln(os.Stderr, err)
	case "dies":
		l, err := net.Listen("tcp", addr)
		if err != nil {
			panic(err)
		}
		_ = http.Serve(l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			go panic("out of luck")
		}))
	case "silent": // as in many a listing: the error of ListenAndServe is dropped
		_ = http.ListenAndServe(addr, nil)
	case "crash":
		for i := range 100 {
			fmt.Println("line", i)
		}
		panic("out of luck")
	case "work":
		fmt.Println("working")
		time.Sleep(time.Hour)
	case "grandchild":
		os.Setenv("SERVE_TEST", "serve")
		child, err := os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{Files: []*os.File{nil, os.Stdout, os.Stderr}})
		if err != nil {
			panic(err)
		}
		_, _ = child.Wait()
	case "chatter":
		for i := range 200_000 {
			fmt.Println("this is line", i)
		}
		time.Sleep(time.Hour)
	}
	os.Exit(0)
}

func spec(t *testing.T, name, mode, addr string) Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Name: name, Path: self, Env: append(os.Environ(), "SERVE_TEST="+mode, "SERVE_ADDR="+addr)}
}

func manager(t *testing.T) *Manager {
	t.Helper()
	m := NewManager(Options{Grace: 2 * time.Second, Wait: 10 * time.Second})
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func get(url string) (string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func failure(t *testing.T, err error) *display.Failure {
	t.Helper()
	var f *display.Failure
	if !errors.As(err, &f) {
		t.Fatalf("error %v is no failure of the user's", err)
	}
	return f
}

func TestStartReturnsWhenTheProgramListens(t *testing.T) {
	m := manager(t)
	s, err := m.Start(t.Context(), spec(t, "web", "serve", "localhost:0"))
	if err != nil {
		t.Fatal(err)
	}
	if s.State != Running || s.Pid == 0 || len(s.URLs()) != 1 || len(s.Warnings()) != 0 {
		t.Fatalf("status %+v", s)
	}
	if body, err := get(s.URLs()[0]); err != nil || body != "hello" {
		t.Errorf("%q, %v", body, err)
	}
	lines, _, err := m.Logs("web", 1)
	if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "listening at 127.0.0.1:") {
		t.Errorf("log %q, %v", lines, err)
	}
	s, err = m.Stop("web")
	if err != nil || s.State != Stopped || len(s.Addrs) != 0 {
		t.Errorf("after stop: %+v, %v", s, err)
	}
	if l := m.List(); len(l) != 1 || l[0].State != Stopped {
		t.Errorf("list %+v", l)
	}
}

func TestPortsOfChildrenOfTheProgramAreFound(t *testing.T) {
	m := manager(t)
	s, err := m.Start(t.Context(), spec(t, "wrapped", "grandchild", "127.0.0.1:0"))
	if err != nil || len(s.URLs()) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	url := s.URLs()[0]
	if _, err := m.Stop("wrapped"); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if _, err := get(url); err == nil {
		t.Error("the grandchild still answers after the stop")
	}
}

func TestCrashBeforeListeningGivesExitStatusAndLog(t *testing.T) {
	m := manager(t)
	began := time.Now()
	s, err := m.Start(t.Context(), spec(t, "web", "crash", ""))
	f := failure(t, err)
	if !strings.Contains(f.Value, "web ended before it listened: exit status 2") {
		t.Errorf("value %q", f.Value)
	}
	trace := strings.Join(f.Traceback, "\n")
	if !strings.Contains(trace, "panic: out of luck") || strings.Contains(trace, "line 1\n") {
		t.Errorf("traceback\n%s", trace)
	}
	if s.State != Ended || time.Since(began) > 8*time.Second {
		t.Errorf("state %s after %s", s.State, time.Since(began))
	}
	if lines, _, err := m.Logs("web", 0); err != nil || !slices.Contains(lines, "  line 1") && !slices.Contains(lines, "line 1") {
		t.Errorf("the whole log is not kept: %v", err)
	}
}

func TestTakenPortNamesItsHolderInTheSession(t *testing.T) {
	m := manager(t)
	one, err := m.Start(t.Context(), spec(t, "one", "serve", "localhost:0"))
	if err != nil {
		t.Fatal(err)
	}
	addr := one.Addrs[0].String()
	_, err = m.Start(t.Context(), spec(t, "two", "serve", addr))
	if f := failure(t, err); !strings.Contains(f.Value, addr+" is taken by one of this session (%stop one)") {
		t.Errorf("value %q", f.Value)
	}
	quiet := spec(t, "three", "silent", addr)
	quiet.Expect = []string{addr}
	_, err = m.Start(t.Context(), quiet)
	if f := failure(t, err); !strings.Contains(f.Value, "is taken by one of this session") {
		t.Errorf("without a log: value %q", f.Value)
	}
}

func TestTakenPortNamesTheForeignProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only /proc tells who holds a port")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = manager(t).Start(t.Context(), spec(t, "web", "serve", l.Addr().String()))
	if f := failure(t, err); !strings.Contains(f.Value, fmt.Sprintf("process %d (serve.test)", os.Getpid())) {
		t.Errorf("value %q", f.Value)
	}
}

func TestSameNameReplacesTheProgram(t *testing.T) {
	m := manager(t)
	one, err := m.Start(t.Context(), spec(t, "web", "serve", "localhost:0"))
	if err != nil {
		t.Fatal(err)
	}
	// The same port at once: it must be free again when the second one starts.
	two, err := m.Start(t.Context(), spec(t, "web", "serve", one.Addrs[0].String()))
	if err != nil {
		t.Fatal(err)
	}
	if l := m.List(); len(l) != 1 || l[0].Pid != two.Pid || one.Pid == two.Pid {
		t.Errorf("list %+v", l)
	}
}

func TestProgramWithoutAPortRunsWithAWarning(t *testing.T) {
	m := NewManager(Options{Wait: 200 * time.Millisecond})
	defer m.Close()
	s, err := m.Start(t.Context(), spec(t, "job", "work", ""))
	if err != nil || s.State != Running {
		t.Fatal(s, err)
	}
	if w := s.Warnings(); len(w) != 1 || !strings.Contains(w[0], "%logs job") {
		t.Errorf("warnings %q", w)
	}
}

func TestListeningBeyondLoopbackWarnsAndNamesTheSafeAddress(t *testing.T) {
	s, err := manager(t).Start(t.Context(), spec(t, "web", "serve", ":0"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("the address is known only from the log")
	}
	if len(s.Exposed()) != 1 || len(s.Warnings()) != 1 || !strings.Contains(s.Warnings()[0], fmt.Sprintf(`"localhost:%d"`, s.Addrs[0].Port())) {
		t.Errorf("warnings %q", s.Warnings())
	}
	if !strings.HasPrefix(s.URLs()[0], "http://localhost:") {
		t.Errorf("urls %q", s.URLs())
	}
}

func TestInterruptedWaitStopsTheProgram(t *testing.T) {
	m := manager(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	s, err := m.Start(ctx, spec(t, "job", "work", ""))
	if f := failure(t, err); f.Name != "Interrupted" || s.State != Stopped {
		t.Errorf("%v, state %s", f, s.State)
	}
}

func TestCloseLeavesNothingAndForbidsStarts(t *testing.T) {
	m := manager(t)
	var urls []string
	for i := range 3 {
		s, err := m.Start(t.Context(), spec(t, fmt.Sprint("web", i), "serve", "localhost:0"))
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, s.URLs()...)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for _, u := range urls {
		if _, err := get(u); err == nil {
			t.Errorf("%s still answers", u)
		}
	}
	if _, err := m.Start(t.Context(), spec(t, "late", "work", "")); err == nil {
		t.Error("a program starts after Close")
	}
}

func TestManagerMayBeUsedFromManyGoroutines(t *testing.T) {
	m := NewManager(Options{Wait: 100 * time.Millisecond, Grace: time.Second})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprint("job", i%3)
			_, _ = m.Start(t.Context(), spec(t, name, "work", ""))
			_ = m.List()
			_, _, _ = m.Logs(name, 5)
			_, _ = m.Stop(name)
		})
	}
	wg.Wait()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for _, s := range m.List() {
		if s.State == Running || s.State == Starting {
			t.Errorf("%s is %s after Close", s.Name, s.State)
		}
	}
}

func TestLogKeepsItsEndInBoundedMemory(t *testing.T) {
	m := NewManager(Options{Wait: 5 * time.Second, LogBytes: 4096})
	defer m.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // ends with the test's Start below, which cancel ends
		for ctx.Err() == nil {
			if lines, _, err := m.Logs("noise", 1); err == nil && slices.Contains(lines, "this is line 199999") {
				cancel()
			}
			time.Sleep(5 * time.Millisecond) // polls the log
		}
	}()
	_, _ = m.Start(ctx, spec(t, "noise", "chatter", ""))
	lines, _, err := m.Logs("noise", 0)
	if err != nil || len(lines) == 0 || lines[len(lines)-1] != "this is line 199999" {
		t.Fatalf("last lines %q, %v", lines[max(0, len(lines)-2):], err)
	}
	if n := len(strings.Join(lines, "\n")); n > 4096 || !strings.HasPrefix(lines[0], "this is line ") {
		t.Errorf("%d bytes kept, from %q", n, lines[0])
	}
}

func TestUnknownNamesSayWhichThereAre(t *testing.T) {
	m := manager(t)
	_, err := m.Stop("web")
	if f := failure(t, err); !strings.Contains(f.Value, "%%serve NAME") {
		t.Errorf("value %q", f.Value)
	}
	if _, err := m.Start(t.Context(), spec(t, "web", "serve", "localhost:0")); err != nil {
		t.Fatal(err)
	}
	_, _, err = m.Logs("wed", 3)
	if f := failure(t, err); !strings.Contains(f.Value, "there are: web") {
		t.Errorf("value %q", f.Value)
	}
	_, err = m.Start(t.Context(), Spec{Name: "two words", Path: "x"})
	if f := failure(t, err); f.Name != "UsageError" {
		t.Errorf("failure %v", f)
	}
}

func TestAddressesAreReadFromSourceAndLog(t *testing.T) {
	for text, want := range map[string][]string{
		`http.ListenAndServe(":8080", nil)`:                      {":8080"},
		"net.Listen(\"tcp\", `localhost:6060`)":                  {"localhost:6060"},
		`go tool pprof http://localhost:8080/debug "[::1]:9090"`: {"localhost:8080", "[::1]:9090"},
		`listening on 127.0.0.1:3000`:                            {"127.0.0.1:3000"},
		`at 12:30:45 x:99999 example.com:80 ":0"`:                nil,
		`":8080" and ":8080"`:                                    {":8080"},
	} {
		if got := Addresses(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestAddressesAreFoundByDialling(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	p := newProgram(Spec{Expect: []string{closed.Addr().String()}}, Options{LogBytes: 100})
	defer p.cancel()
	_, _ = p.log.Write([]byte("listening at " + l.Addr().String() + "\n"))
	if got := p.dial(); len(got) != 1 || got[0].String() != l.Addr().String() {
		t.Errorf("found %v", got)
	}
}

func FuzzAddresses(f *testing.F) {
	f.Add(`http.ListenAndServe(":8080", nil)`)
	f.Add(`"[::1]:80"`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range Addresses(text) {
			if !strings.Contains(text, a) {
				t.Errorf("%q is not in the text", a)
			}
			if portOf(a) == 0 {
				t.Errorf("%q has no port", a)
			}
		}
	})
}
