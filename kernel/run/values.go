package run

import (
	"context"
	"errors"
	"fmt"

	"gomri/kernel/bridge"
	"gomri/kernel/bridge/codec"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
	"gomri/kernel/toolchain"
)

// lateWorker is the interpreter for the bridge, which needs it for some cells only.
type lateWorker struct{ s *Session }

// Give is that of the interpreter's client.
func (l lateWorker) Give(ctx context.Context, vars []codec.Named, file string) error {
	w, err := l.s.worker.get()
	if err != nil {
		return err
	}
	return w.Give(ctx, vars, file)
}

// Take is that of the interpreter's client.
func (l lateWorker) Take(ctx context.Context, declare []lower.Unit, vars []codec.Named, file string) (int, error) {
	w, err := l.s.worker.get()
	if err != nil {
		return 0, err
	}
	return w.Take(ctx, declare, vars, file)
}

// Holds is that of the interpreter's client.
func (l lateWorker) Holds(key string) bool {
	w, err := l.s.worker.get()
	return err == nil && w.Holds(key)
}

// prepare brings a chunk that is to be compiled together with the values that it needs.
func (s *Session) prepare(ctx context.Context, w *toolchain.Workspace, p *check.Program, tests bool) (*bridge.Cell, error) {
	cell, err := s.values.Prepare(ctx, bridge.Request{
		Program: p, Ledger: s.ledger, Worker: lateWorker{s}, Dir: w.Private(), Linked: w.Linked, Tests: tests,
	})
	var busy *interp.BusyError
	if errors.As(err, &busy) {
		return nil, busyFailure(busy.Goroutines)
	}
	if errors.Is(err, interp.ErrNoWorker) {
		s.loseVariables()
		if f := s.lost(p); f != nil {
			return nil, f
		}
	}
	return cell, err
}

// busyFailure is the failure of a chunk that needs values which goroutines in the
// interpreter may be changing.
func busyFailure(n int) *display.Failure {
	f := display.Failf("SessionValue", "goroutines of earlier cells are still running (%d), and this cell has to be compiled", n)
	f.Traceback = append(f.Traceback,
		"A compiled cell works on the session's values in a process of its own, and what goroutines in the interpreter do to them meanwhile would be lost.",
		"Wait for them first (sync.WaitGroup, a channel), or interrupt the kernel, which ends them.")
	return f
}

// glue is a prepared cell's part of the program.
func glue(c *bridge.Cell) toolchain.Glue { return toolchain.Glue{File: c.File, Head: c.Head} }

// settle takes back the values that a compiled chunk has left. It does so also when the
// chunk was interrupted, for its program may have come to its end before that.
func (s *Session) settle(ctx context.Context, c *bridge.Cell, out display.Output) error {
	ending, err := c.Finish(context.WithoutCancel(ctx))
	s.mu.Lock()
	ending.Apply()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for _, note := range ending.Notes {
		out.Display(display.Text("note: " + note))
	}
	if ending.Failure != nil {
		return ending.Failure
	}
	return nil
}

// loseVariables notes that the worker, and all values in it, is gone.
func (s *Session) loseVariables() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.ledger.Decls() {
		if d.Kind == ledger.Var && d.Home == ledger.InWorker {
			d.Home, d.Gone = ledger.Lost, "was held by an interpreter that had to be started again"
		}
	}
}

// lostFailure is the failure of a chunk that uses a variable without a value.
func lostFailure(d *ledger.Decl) *display.Failure {
	said := fmt.Sprintf("the value of %s is gone", d.Name)
	why := d.Gone
	if why == "" {
		why = "was set by a program that has ended"
	}
	return &display.Failure{Name: "LostVariable", Value: said, Traceback: []string{
		"LostVariable: " + said,
		fmt.Sprintf("%s (%s, line %d) %s.", d.Name, d.Cell, d.NameLine, why),
		fmt.Sprintf("Run %s again, or put the statements that set %s and those that use it into one cell.", d.Cell, d.Name),
	}}
}
