package e2e

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/load"
	"gomri/kernel/run"
	"gomri/kernel/session"
)

// shown is the Output of one cell in a test: all that it showed.
type shown struct {
	mu     sync.Mutex
	text   strings.Builder // streams and text/plain
	html   strings.Builder
	update map[string]display.Bundle
}

func (s *shown) Stream(_ display.StreamName, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.WriteString(text)
}

func (s *shown) Display(b display.Bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.WriteString(b.Data[display.MIMEText] + "\n")
	s.html.WriteString(b.Data[display.MIMEHTML])
}

func (s *shown) Update(id string, b display.Bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.update == nil {
		s.update = map[string]display.Bundle{}
	}
	s.update[id] = b
}

func (s *shown) Result(b display.Bundle) { s.Display(b) }

func (s *shown) Clear(bool) {}

// end adds what the last updates show and returns everything.
func (s *shown) end() (text, html string) {
	s.mu.Lock()
	updates := s.update
	s.update = nil
	s.mu.Unlock()
	for _, b := range updates {
		s.Display(b)
	}
	return s.text.String(), s.html.String()
}

// TestMissionListingsRunUnedited runs the listings and commands of the lesson that
// gomri brings to life, each as one cell, just as they are printed there.
func TestMissionListingsRunUnedited(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a profile of ten seconds is taken")
	}
	const addr = "localhost:8080" // the listing's own
	if l, err := net.Listen("tcp", addr); err != nil {
		cannot(t, "the lesson's server needs port 8080, which is taken: %v", err)
	} else if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := run.New(t.Context(), run.Options{Dir: t.TempDir(), Self: gomri(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if conn, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			conn.Close()
			t.Error("the server still listens after the session has been closed")
		}
	}()
	for i, step := range []struct {
		file  string
		load  bool // requests are sent while the cell runs
		wants []string
	}{
		{file: "1-benchmark", wants: []string{"BenchmarkStringAppend", "ns/op", "allocs/op"}},
		{file: "2-test", wants: []string{"goos: ", "BenchmarkStringAppend", "ns/op", "PASS"}},
		{file: "3-server", wants: []string{addr}},
		{file: "4-cpu", load: true, wants: []string{"Showing nodes accounting for", "flat  flat%   sum%        cum   cum%", "runtime."}},
		{file: "5-heap", wants: []string{"Showing nodes accounting for", "flat  flat%   sum%        cum   cum%"}},
		{file: "6-escape"},
		{file: "7-build", wants: []string{"moved to heap: x", "can inline SlowCalculation"}},
	} {
		ok := t.Run(step.file, func(t *testing.T) {
			code, err := os.ReadFile(filepath.Join("testdata", "mission", step.file+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			if step.load {
				defer underLoad(t, "http://"+addr+"/")()
			}
			out := &shown{}
			if err := s.Execute(t.Context(), session.Request{Code: string(code), Count: i + 1}, out); err != nil {
				text, _ := out.end()
				t.Fatalf("%v\n%s", err, text)
			}
			text, html := out.end()
			for _, want := range step.wants {
				if !strings.Contains(text, want) {
					t.Errorf("the text lacks %q:\n%s", want, text)
				}
			}
			if step.wants != nil && !strings.Contains(html, `class="gomri `) {
				t.Errorf("nothing is drawn:\n%s", text)
			}
		})
		if !ok {
			return // the next cells need this one
		}
	}
}

// underLoad sends requests until the function that it returns is called.
func underLoad(t *testing.T, url string) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := load.Run(ctx, load.Options{URLs: []string{url}, Rate: 2000, Duration: time.Minute, Workers: 20}, nil); err != nil {
			t.Error(err)
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}
