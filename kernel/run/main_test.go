package run_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/prof/driver"
	"gomri/kernel/run"
	"gomri/kernel/session"
)

// TestMain lets the test binary stand for gomri: the session starts it again as
// its worker and as pprof's driver.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "worker":
			exitOn(interp.Worker())
		case "pprof":
			exitOn(driver.Run(os.Args[2:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		}
	}
	os.Exit(m.Run())
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// shown is what a cell has shown: an Output that keeps everything.
type shown struct {
	mu       sync.Mutex
	out, err strings.Builder
	results  []display.Bundle
	displays []display.Bundle
	ids      map[string]int
}

func (s *shown) Stream(name display.StreamName, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == display.Stderr {
		s.err.WriteString(text)
		return
	}
	s.out.WriteString(text)
}

func (s *shown) Display(b display.Bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.displays = append(s.displays, b)
}

func (s *shown) Update(id string, b display.Bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]int{}
	}
	if i, ok := s.ids[id]; ok {
		s.displays[i] = b
		return
	}
	s.ids[id] = len(s.displays)
	s.displays = append(s.displays, b)
}

func (s *shown) Result(b display.Bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results = append(s.results, b)
}

func (s *shown) Clear(bool) {}

// text is the plain text of everything shown, displays before the value.
func (s *shown) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	b.WriteString(s.out.String())
	for _, d := range append(append([]display.Bundle{}, s.displays...), s.results...) {
		b.WriteString(d.Data[display.MIMEText] + "\n")
	}
	return b.String()
}

// html is the HTML of everything shown.
func (s *shown) html() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, d := range s.displays {
		b.WriteString(d.Data[display.MIMEHTML])
	}
	return b.String()
}

// notebook is a session as a test uses it.
type notebook struct {
	*testing.T
	s     *run.Session
	count int
}

// open starts a session in a temporary folder and closes it at the test's end.
func open(t *testing.T) *notebook {
	t.Helper()
	s, err := run.New(t.Context(), run.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &notebook{T: t, s: s}
}

// try runs a cell.
func (n *notebook) try(code string) (*shown, error) {
	n.count++
	out := &shown{}
	err := n.s.Execute(context.WithoutCancel(n.Context()), session.Request{Code: code, Count: n.count}, out)
	return out, err
}

// run runs a cell that must succeed, and returns what it has shown. A cell that
// succeeds has nothing on stderr.
func (n *notebook) run(code string) *shown {
	n.Helper()
	out, err := n.try(code)
	if err != nil {
		n.Fatalf("cell %q failed: %v", code, err)
	}
	if out.err.Len() > 0 {
		n.Errorf("cell %q succeeded and wrote to stderr: %s", code, out.err.String())
	}
	return out
}

// gives runs a cell that must succeed and show exactly the text.
func (n *notebook) gives(code, want string) {
	n.Helper()
	if got := strings.TrimRight(n.run(code).text(), "\n"); got != want {
		n.Errorf("cell %q shows %q, want %q", code, got, want)
	}
}

// fails runs a cell that must fail, and returns its failure.
func (n *notebook) fails(code string) *display.Failure {
	n.Helper()
	_, err := n.try(code)
	f, ok := err.(*display.Failure)
	if !ok {
		n.Fatalf("cell %q: %v, want a failure of the user's", code, err)
	}
	return f
}

// failsWith runs a cell that must fail with a name and a text in its traceback.
func (n *notebook) failsWith(code, name, text string) {
	n.Helper()
	f := n.fails(code)
	if f.Name != name || !strings.Contains(strings.Join(f.Traceback, "\n"), text) {
		n.Errorf("cell %q fails with %s:\n%s\nwant %s with %q", code, f.Name, strings.Join(f.Traceback, "\n"), name, text)
	}
}
