package faithful

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/run"
	"gomri/kernel/session"
)

// notebook is a session of the kernel that runs one program after the other and is
// emptied between them.
type notebook struct {
	t     testing.TB
	ctx   context.Context // for a fuzz target, whose own t is another
	dir   string          // where programs run
	s     *run.Session
	count int
}

// openNotebooks starts one notebook for each lane.
func openNotebooks(t testing.TB) []*notebook {
	t.Helper()
	list := make([]*notebook, lanes)
	for i := range list {
		list[i] = &notebook{t: t, ctx: context.WithoutCancel(t.Context()), dir: t.TempDir()}
		if err := list[i].open(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := list[i].s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return list
}

// open starts a session.
func (n *notebook) open() error {
	s, err := run.New(n.ctx, run.Options{Dir: n.dir})
	if err != nil {
		return err
	}
	n.s = s
	// What is made once for a session is no part of any figure.
	for _, text := range []string{"fmt.Println()", "%%go\nfmt.Println()"} {
		n.cell(text, time.Minute)
	}
	return nil
}

// grace is how long the kernel may take to stop a cell.
const grace = 30 * time.Second

// execute runs a cell. A kernel that panics, or does not stop the cell when it is told to,
// fails; the program after it gets another session.
func (n *notebook) execute(ctx context.Context, text string, out display.Output) (err error) {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- fmt.Errorf("a panic of the kernel's: %v\n%s", v, debug.Stack())
			}
		}()
		done <- n.s.Execute(ctx, session.Request{Code: text, Count: n.count}, out)
	}()
	var stopped <-chan time.Time
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stopped = time.After(grace)
	}
	select {
	case err := <-done:
		return err
	case <-stopped:
		return errors.Join(fmt.Errorf("the cell runs on %s after it was interrupted", grace), n.open())
	}
}

// cellRun is how one cell went.
type cellRun struct {
	outcome
	refused     *refusal
	fault       error
	interpreted bool
	why         string // what sent it to the compiler
	late        bool   // it was stopped at the time limit
	time        time.Duration
	notes       []string // what was displayed
}

// cell runs one cell.
func (n *notebook) cell(text string, limit time.Duration) cellRun {
	ctx, cancel := context.WithTimeout(n.ctx, limit)
	defer cancel()
	n.count++
	out := &recorder{}
	start := time.Now()
	err := n.execute(ctx, text, out)
	r := cellRun{time: time.Since(start), late: ctx.Err() != nil}
	out.mu.Lock()
	defer out.mu.Unlock()
	r.Out, r.Err, r.Value, r.notes = out.out.String(), clock.ReplaceAllString(out.err.String(), "…"), strings.Join(out.values, "\n"), out.others
	r.End, r.refused, r.fault = endOf(err)
	if r.refused == nil {
		why := n.ask("%why")
		_, r.why, _ = strings.Cut(why, " was compiled: ")
		r.interpreted = strings.HasSuffix(why, " was interpreted")
	}
	return r
}

// ask runs a command and returns what it says.
func (n *notebook) ask(command string) string {
	ctx, cancel := context.WithTimeout(n.ctx, time.Minute)
	defer cancel()
	out := &recorder{}
	if err := n.execute(ctx, command, out); err != nil {
		n.t.Errorf("%s: %v", command, err)
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	return strings.TrimSpace(strings.Join(append(out.others, out.out.String()), "\n"))
}

// program runs cells until one fails, in an empty session.
func (n *notebook) program(cells []string, limit time.Duration) []cellRun {
	n.ask("%reset")
	n.count = 0
	var runs []cellRun
	for _, text := range cells {
		r := n.cell(text, limit)
		runs = append(runs, r)
		if r.refused != nil || r.fault != nil || r.End != "" {
			break
		}
	}
	return runs
}

// together is what some cells are as one program.
func together(runs []cellRun) outcome {
	var o outcome
	for _, r := range runs {
		o.Out, o.Err, o.End = o.Out+r.Out, o.Err+r.Err, r.End
	}
	return o
}
