package toolchain

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
)

// notebook is a session of cells that are all compiled.
type notebook struct {
	t   testing.TB
	w   *Workspace
	k   *check.Checker
	led *ledger.Ledger
	n   int
}

// open returns a notebook whose workspace is removed, and found to be, at the end.
func open(t testing.TB) *notebook {
	t.Helper()
	w, err := Open(context.Background(), Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	k := check.New(check.NewExporter(check.ExporterOptions{Dir: w.Root()}))
	t.Cleanup(func() {
		if err := errors.Join(k.Close(), w.Close(), w.Close()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(w.base); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the workspace is still there: %v", err)
		}
	})
	return &notebook{t: t, w: w, k: k, led: ledger.New()}
}

// check type-checks the next cell and makes it part of the session.
func (nb *notebook) check(text string) *check.Program {
	nb.t.Helper()
	c := nb.parse(text)
	p, err := nb.k.Check(context.Background(), c, c.Parts[0].Go, nb.led)
	if err != nil {
		nb.t.Fatalf("%s: %v", c.Name, err)
	}
	p.Commit(nb.led)
	if err := nb.w.SetSession(nb.led.Decls()); err != nil {
		nb.t.Fatal(err)
	}
	return p
}

// parse makes the next cell.
func (nb *notebook) parse(text string) *cell.Cell {
	nb.t.Helper()
	nb.n++
	c, err := cell.Parse("cell-"+strconv.Itoa(nb.n), text)
	if err != nil {
		nb.t.Fatal(err)
	}
	return c
}

// listing writes the next cell, which has a package clause.
func (nb *notebook) listing(text string) Listing {
	nb.t.Helper()
	l, err := nb.w.WriteListing(nb.parse(text), "")
	if err != nil {
		nb.t.Fatal(err)
	}
	return l
}

// recorder is an Output that keeps what streams carry.
type recorder struct {
	mu     sync.Mutex
	stdout strings.Builder
	stderr strings.Builder
	wrote  chan struct{} // gets a token when something came
}

func newRecorder() *recorder { return &recorder{wrote: make(chan struct{}, 1)} }

func (r *recorder) Stream(name display.StreamName, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == display.Stderr {
		r.stderr.WriteString(text)
	} else {
		r.stdout.WriteString(text)
	}
	select {
	case r.wrote <- struct{}{}:
	default:
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.Stream(display.Stdout, string(p))
	return len(p), nil
}

func (r *recorder) out() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stdout.String()
}

func (r *recorder) err() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stderr.String()
}

// wait returns when out contains want.
func (r *recorder) wait(t *testing.T, want string) {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for !strings.Contains(r.out(), want) {
		select {
		case <-r.wrote:
		case <-limit.C:
			t.Fatalf("no %q in %q", want, r.out())
		}
	}
}

func (*recorder) Display(display.Bundle)        {}
func (*recorder) Update(string, display.Bundle) {}
func (*recorder) Result(display.Bundle)         {}
func (*recorder) Clear(bool)                    {}

// failure returns the user's failure that err is.
func failure(t *testing.T, err error, name string) *display.Failure {
	t.Helper()
	var f *display.Failure
	if !errors.As(err, &f) {
		t.Fatalf("error %v, want a %s", err, name)
	}
	if f.Name != name {
		t.Fatalf("failure %q: %s, want a %s", f.Name, f.Value, name)
	}
	return f
}

// contains fails the test for every text that is not in s.
func contains(t *testing.T, what, s string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(s, w) {
			t.Errorf("%s has no %q:\n%s", what, w, s)
		}
	}
}
