package run

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/gate"
	"gomri/kernel/interp"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
	"gomri/kernel/render"
	"gomri/kernel/toolchain"
)

// choice is which engine runs a chunk of Go.
type choice int

const (
	byGate      choice = iota // the gate decides
	compiled                  // %%go
	interpreted               // %%interp: refused where the gate would not pass it
)

// chunk runs one chunk of Go: it checks it, chooses the engine and shows the value
// of its last expression. Flags are those of go build for a chunk that is compiled.
func (s *Session) chunk(ctx context.Context, c *cell.Cell, text string, how choice, out display.Output, flags ...string) error {
	defer s.tagged(flags)()
	p, err := s.check(ctx, c, text)
	if err != nil {
		return err
	}
	showBroken(p, out)
	if toolchain.TestsOf(p).Any() {
		if how == interpreted {
			return display.Failf("Refused", "benchmarks and tests are always compiled; run the cell without %%%%interp")
		}
		return s.tests(ctx, p, flags, out)
	}
	if f := s.lost(p); f != nil {
		return f
	}
	if f := s.misplaced(p); f != nil {
		return f
	}
	if how == byGate {
		if ran, err := s.hurry(ctx, p, out, flags...); ran {
			return err
		}
	}
	reason, err := s.interpret(ctx, p, how, out)
	if reason == "" || err != nil {
		return err
	}
	if how == interpreted {
		return display.Failf("Refused", "the interpreter would not run this faithfully: %s. Run the cell without %%%%interp", reason)
	}
	s.setWhy(fmt.Sprintf("%s was compiled: %s", c.Name, reason))
	_, err = s.compile(ctx, p, out, flags...)
	var f *display.Failure
	if errors.As(err, &f) && f.Name == noGo {
		f.Traceback = append(f.Traceback, "The interpreter does not run it: "+reason+".")
	}
	return err
}

// noGo is the name of the failure of what needs the go command where there is none.
const noGo = "NoGo"

// tagged makes the checker see packages as flags of go build have them compiled, until its
// result is called.
func (s *Session) tagged(flags []string) (end func()) {
	if len(flags) == 0 {
		return func() {}
	}
	w, err := s.workspace()
	if err != nil {
		return func() {} // what is compiled will say so
	}
	w.SetTags(flags)
	return func() { w.SetTags(nil) }
}

// hurry compiles a chunk that the interpreter would need long for, if the compiled program
// can be given the values it needs; if not, nothing has run.
func (s *Session) hurry(ctx context.Context, p *check.Program, out display.Output, flags ...string) (ran bool, err error) {
	why := gate.Slow(p)
	if why == "" {
		return false, nil
	}
	ran, err = s.compile(ctx, p, out, flags...)
	if !ran {
		return false, nil // it is slower, and right, and needs no go command
	}
	s.setWhy(fmt.Sprintf("%s was compiled: %s", p.Cell.Name, why))
	return true, err
}

// check type-checks a chunk. The user's errors are a *display.Failure.
func (s *Session) check(ctx context.Context, c *cell.Cell, text string) (*check.Program, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.checker.Check(ctx, c, &cell.Go{Text: text}, s.ledger)
	var wrong check.Errors
	if errors.As(err, &wrong) {
		return nil, wrong.Failure()
	}
	if f := display.Interrupted(ctx); f != nil {
		return nil, f
	}
	return p, err
}

// showBroken warns of earlier declarations that the chunk makes useless.
func showBroken(p *check.Program, out display.Output) {
	for _, b := range p.Broken {
		out.Display(display.Text(fmt.Sprintf("note: %s of %s, line %d cannot be used any more: %s",
			b.Decl.Name, b.Decl.Cell, b.Decl.NameLine, b.Why)))
	}
}

// interpret runs the chunk by the interpreter if the gate lets it; otherwise
// nothing has run, and the reason is why.
func (s *Session) interpret(ctx context.Context, p *check.Program, how choice, out display.Output) (reason string, err error) {
	if how == compiled {
		return "%%go asked for it", nil
	}
	verdict := gate.Judge(p)
	if !verdict.Interpret {
		return placed(verdict), nil
	}
	code, err := lower.Lower(p)
	if err != nil {
		return err.Error(), nil
	}
	worker, err := s.worker.get()
	if err != nil {
		return "", fmt.Errorf("the interpreter did not start: %w", err)
	}
	worker.Enter(s.values.State())
	result, err := worker.Run(ctx, code, out)
	if err != nil {
		return "", err
	}
	if result.Refused != "" {
		return "the interpreter refused it: " + result.Refused, nil
	}
	if result.State != nil {
		s.values.SetState(*result.State)
	}
	s.setWhy(p.Cell.Name + " was interpreted")
	s.commit(p, ledger.InWorker)
	s.values.Interpreted(p)
	return "", s.finish(p, result, out)
}

// placed is a verdict's reason with its place.
func placed(v gate.Verdict) string {
	if !v.Pos.IsValid() {
		return v.Reason
	}
	return fmt.Sprintf("%s (line %d)", v.Reason, v.Pos.Line)
}

// finish shows what an interpreted chunk has left, and notes what a worker that
// died has taken with it.
func (s *Session) finish(p *check.Program, result interp.Result, out display.Output) error {
	if result.Lost {
		s.loseVariables()
	}
	if result.Failure != nil {
		return result.Failure.Display()
	}
	if result.HasValue {
		out.Result(render.Value(result.Model, nameOf(p.Last)))
	}
	return nil
}

// compile runs the chunk as a program of its own, which gets the session's values and
// gives them back. It has not run if the values cannot be had.
func (s *Session) compile(ctx context.Context, p *check.Program, out display.Output, flags ...string) (ran bool, err error) {
	w, err := s.workspace()
	if err != nil {
		return false, err
	}
	cell, err := s.prepare(ctx, w, p, false)
	if err != nil {
		return false, err
	}
	s.commit(p, ledger.Lost)
	state := s.values.State()
	result, err := w.Run(ctx, toolchain.Compiled{Program: cell.Program, Glue: glue(cell), Flags: flags, Env: state.Env, Dir: state.Dir}, out)
	late := s.settle(ctx, cell, out)
	if err == nil && result.HasValue {
		out.Result(render.Value(result.Model, nameOf(p.Last)))
	}
	return true, first(err, late)
}

// first chooses between the failure of a chunk and what went wrong with its values: a
// fault of ours explains the user's failure.
func first(err, late error) error {
	var f *display.Failure
	if err == nil || late != nil && !errors.As(late, &f) {
		return late
	}
	return err
}

// nameOf is the expression of a cell's value if it is a variable or a field of one,
// which the user can write again and get the same; otherwise "".
func nameOf(x ast.Expr) string {
	for at := x; ; {
		switch e := at.(type) {
		case *ast.Ident:
			return types.ExprString(x)
		case *ast.SelectorExpr:
			at = e.X
		default:
			return ""
		}
	}
}

// commit makes the chunk part of the session; home is where its variables live.
func (s *Session) commit(p *check.Program, home ledger.Home) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Commit(s.ledger)
	for _, d := range p.Decls {
		if d.Kind == ledger.Var {
			d.Home = home
		}
	}
}

// lost is the failure of a chunk that uses a variable whose value is gone, or nil.
func (s *Session) lost(p *check.Program) *display.Failure {
	i := slices.IndexFunc(p.Reach, func(d *ledger.Decl) bool {
		return d.Kind == ledger.Var && d.Home == ledger.Lost && !slices.Contains(p.Decls, d)
	})
	if i < 0 {
		return nil
	}
	return lostFailure(p.Reach[i])
}

// setWhy remembers what %why tells.
func (s *Session) setWhy(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why = strings.TrimSpace(text)
}
