package interp

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/gate"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
)

// TestMain lets the test binary be the worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := Worker(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// recorder is an Output that keeps the two streams.
type recorder struct {
	mu       sync.Mutex
	out, err strings.Builder
	seen     chan struct{} // receives when something was written; nil for nobody
}

func (r *recorder) Stream(name display.StreamName, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == display.Stdout {
		r.out.WriteString(text)
	} else {
		r.err.WriteString(text)
	}
	select {
	case r.seen <- struct{}{}:
	default:
	}
}
func (r *recorder) Display(display.Bundle)        {}
func (r *recorder) Update(string, display.Bundle) {}
func (r *recorder) Result(display.Bundle)         {}
func (r *recorder) Clear(bool)                    {}

// session is a notebook whose cells are interpreted.
type session struct {
	checker *check.Checker
	ledger  *ledger.Ledger
	client  *Client
	n       int
}

func newSession(t testing.TB) *session {
	t.Helper()
	client, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return &session{checker: check.New(exports()), ledger: ledger.New(), client: client}
}

// exports keeps export data, so that the go command runs once for each package.
var exports = sync.OnceValue(func() check.Exporter { return &cache{found: map[string]check.Export{}} })

type cache struct {
	mu    sync.Mutex
	found map[string]check.Export
}

func (c *cache) Export(ctx context.Context, paths []string) (map[string]check.Export, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for _, p := range paths {
		if _, ok := c.found[p]; !ok {
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		more, err := (&check.GoList{}).Export(ctx, missing)
		if err != nil {
			return nil, err
		}
		for k, v := range more {
			c.found[k] = v
		}
	}
	return c.found, nil
}

// check type-checks a cell and makes it part of the session.
func (s *session) check(text string) (*check.Program, error) {
	s.n++
	c, err := cell.Parse(fmt.Sprintf("cell-%d", s.n), text)
	if err != nil {
		return nil, err
	}
	if len(c.Parts) != 1 || c.Parts[0].Go == nil {
		return nil, fmt.Errorf("not one chunk of Go: %q", text)
	}
	p, err := s.checker.Check(context.Background(), c, c.Parts[0].Go, s.ledger)
	if err != nil {
		return nil, err
	}
	p.Commit(s.ledger)
	return p, nil
}

// judge says whether a cell is interpreted, and if not why.
func judge(p *check.Program) (lower.Code, string) {
	if v := gate.Judge(p); !v.Interpret {
		return lower.Code{}, fmt.Sprintf("gate: %s (%s)", v.Reason, v.Pos)
	}
	code, err := lower.Lower(p)
	if err != nil {
		return code, "lower: " + err.Error()
	}
	return code, ""
}

// run runs a cell that has to be interpreted.
func (s *session) run(t testing.TB, ctx context.Context, text string, out *recorder) Result {
	t.Helper()
	p, err := s.check(text)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	code, why := judge(p)
	if why != "" {
		t.Fatalf("%s\nis not interpreted: %s", text, why)
	}
	res, err := s.client.Run(ctx, code, out)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	if res.Refused != "" {
		t.Fatalf("%s\nyaegi refused: %s\n%s", text, res.Refused, source0(code))
	}
	return res
}

// source0 is all that yaegi gets for a cell.
func source0(code lower.Code) string {
	var b strings.Builder
	for _, u := range code.Units {
		b.WriteString(u.Source)
	}
	return b.String() + code.Source
}
