package run

import (
	"bytes"
	"context"
	"sync"

	"gomri/kernel/bench"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
	"gomri/kernel/render"
	"gomri/kernel/toolchain"
)

// tests runs the benchmarks and tests of a chunk by go test.
func (s *Session) tests(ctx context.Context, p *check.Program, flags []string, out display.Output) error {
	w, err := s.workspace()
	if err != nil {
		return err
	}
	cell, err := s.prepare(ctx, w, p, true)
	if err != nil {
		return err
	}
	s.setWhy(p.Cell.Name + " was compiled: it has benchmarks or tests")
	s.commit(p, ledger.Lost)
	err = s.goTest(ctx, toolchain.TestRun{Program: cell.Program, Glue: glue(cell), Flags: flags}, out)
	return first(err, s.settle(ctx, cell, out))
}

// goTest runs go test and shows what it measures while it does: a table that
// grows for benchmarks, the text for tests.
func (s *Session) goTest(ctx context.Context, run toolchain.TestRun, out display.Output) error {
	w, err := s.workspace()
	if err != nil {
		return err
	}
	live := &liveBench{out: out}
	run.Stream = live
	result, err := w.Test(ctx, run)
	live.end(s, result, err)
	return err
}

// liveBench is go test's output on its way: results become a table, line by line.
type liveBench struct {
	out display.Output

	mu    sync.Mutex
	text  bytes.Buffer
	shown bool
}

// benchID is the output that the growing table is shown in.
const benchID = "bench"

// Write takes whole lines of go test's output. A benchmark's line draws the table
// so far.
func (l *liveBench) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if !bytes.Contains(p, []byte("ns/op")) {
		return len(p), nil
	}
	if set, err := bench.Parse(l.text.String()); err == nil && len(set.Results) > 0 {
		l.shown = true
		l.out.Update(benchID, render.Bench(render.BenchReport{Set: set, Notes: []string{"Wait for the rest: the benchmarks are still running."}}))
	}
	return len(p), nil
}

// end shows the finished table, or the text of a run that measured nothing.
func (l *liveBench) end(s *Session, result toolchain.TestResult, failed error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	set, err := bench.Parse(result.Text)
	if err != nil || len(set.Results) == 0 {
		if failed == nil {
			l.out.Stream(display.Stdout, result.Text)
		}
		return
	}
	bundle := render.Bench(render.BenchReport{Set: set, Deltas: commands{s}.Remember(set), Command: result.Command, GoVersion: s.goVersion()})
	if l.shown {
		l.out.Update(benchID, bundle)
		return
	}
	l.out.Display(bundle)
}

// goVersion is the toolchain's version, "" if there is none.
func (s *Session) goVersion() string {
	w, err := s.work.get()
	if err != nil {
		return ""
	}
	return w.GoVersion()
}
