package run

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"gomri/kernel/bench"
	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
	"gomri/kernel/toolchain"
)

// commands is what the % commands ask of a session: magic.Cells.
type commands struct{ s *Session }

// Bench runs the benchmarks of a %%bench cell. A body that declares none is
// measured itself: it becomes the loop body of BenchmarkCell.
func (c commands) Bench(ctx context.Context, in *cell.Cell, body string, flags []string, out display.Output) error {
	inner, err := cell.Parse(in.Name, body)
	if err != nil {
		return parseFailure(err, body)
	}
	if l := onlyListing(inner); l != nil {
		return c.benchListing(ctx, &cell.Cell{Name: in.Name, Text: body}, flags, out)
	}
	defer c.s.tagged(flags)()
	p, err := c.s.check(ctx, in, body)
	if err != nil {
		return err
	}
	if len(toolchain.TestsOf(p).Benchmarks) == 0 {
		if p, err = c.s.check(ctx, in, loopBody(body)); err != nil {
			return err
		}
	}
	showBroken(p, out)
	return c.s.tests(ctx, p, flags, out)
}

// onlyListing returns the listing that a cell is, or nil.
func onlyListing(c *cell.Cell) *cell.Listing {
	if len(c.Parts) == 1 {
		return c.Parts[0].Listing
	}
	return nil
}

// benchListing runs the benchmarks of a listing below %%bench.
func (c commands) benchListing(ctx context.Context, in *cell.Cell, flags []string, out display.Output) error {
	w, err := c.s.workspace()
	if err != nil {
		return err
	}
	l, err := w.WriteListing(in, "")
	if err != nil {
		return err
	}
	showNote(l, out)
	return c.s.goTest(ctx, toolchain.TestRun{Listing: l, Flags: flags}, out)
}

// loopBody makes statements the body of a benchmark's loop. The function's head
// takes the place of the blanks at the end of the first line, which was the %%bench
// line, so that the statements keep their lines.
func loopBody(body string) string {
	first, rest, _ := strings.Cut(body, "\n")
	_ = first // blanks, where the %%bench line was
	return "func BenchmarkCell(b *testing.B) { for b.Loop() {\n" + rest + "\n}}"
}

// Rerun runs benchmarks that are declared anywhere in the session again.
func (c commands) Rerun(ctx context.Context, expr string, flags []string, out display.Output) error {
	if expr == "" {
		expr = "."
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return display.Failf("UsageError", "%q is no regular expression: %v", expr, err)
	}
	names := c.benchmarks(re)
	if len(names) == 0 {
		return display.Failf("UsageError", "no benchmark of the session matches %q; %%who lists what is declared", expr)
	}
	var refs strings.Builder
	for _, n := range names {
		fmt.Fprintf(&refs, "var _ = %s;", n)
	}
	defer c.s.tagged(flags)()
	p, err := c.s.check(ctx, &cell.Cell{Name: "bench", Text: refs.String()}, refs.String())
	if err != nil {
		return err
	}
	w, err := c.s.workspace()
	if err != nil {
		return err
	}
	prepared, err := c.s.prepare(ctx, w, p, true)
	if err != nil {
		return err
	}
	run := toolchain.TestRun{
		Program: prepared.Program, Glue: glue(prepared),
		Flags: append([]string{"-run=^$", "-bench=^(" + strings.Join(names, "|") + ")$"}, flags...),
	}
	err = c.s.goTest(ctx, run, out)
	return first(err, c.s.settle(ctx, prepared, out))
}

// benchmarks lists the benchmarks of the session that match.
func (c commands) benchmarks(re *regexp.Regexp) []string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var names []string
	for _, d := range c.s.ledger.Decls() {
		if d.Kind == ledger.Func && strings.HasPrefix(d.Name, "Benchmark") && re.MatchString(d.Name) {
			names = append(names, d.Name)
		}
	}
	return names
}

// Build builds a cell that is a program and returns the binary.
func (c commands) Build(ctx context.Context, in *cell.Cell, body string, out display.Output) (string, error) {
	w, err := c.s.workspace()
	if err != nil {
		return "", err
	}
	inner, err := cell.Parse(in.Name, body)
	if err != nil {
		return "", parseFailure(err, body)
	}
	if onlyListing(inner) == nil {
		return "", display.Failf("UsageError", "a server is a program: begin the cell, below its first line, with package main, and give it a func main")
	}
	l, err := w.WriteListing(&cell.Cell{Name: in.Name, Text: body}, "")
	if err != nil {
		return "", err
	}
	if !l.Main {
		return "", display.Failf("UsageError", "package %s is no program: a server needs package main and func main", l.Package)
	}
	showNote(l, out)
	return w.BuildListing(ctx, l)
}

// Compiled runs a chunk, or a listing, by the compiler with flags of go build.
func (c commands) Compiled(ctx context.Context, in *cell.Cell, body string, flags []string, out display.Output) error {
	if err := toolchain.CheckFlags(flags); err != nil {
		return err
	}
	inner, err := cell.Parse(in.Name, body)
	if err != nil {
		return parseFailure(err, body)
	}
	if l := onlyListing(inner); l != nil {
		return c.s.listing(ctx, &cell.Cell{Name: in.Name, Text: body}, "", l, out, flags...)
	}
	return c.s.chunk(ctx, in, body, compiled, out, flags...)
}

// Interpreted runs a chunk by the interpreter, or says why not.
func (c commands) Interpreted(ctx context.Context, in *cell.Cell, body string, out display.Output) error {
	return c.s.chunk(ctx, in, body, interpreted, out)
}

// Notes compiles a chunk without running it and returns what the compiler says.
// Declarations stay in the session if there are no statements, which would have
// had to run first.
func (c commands) Notes(ctx context.Context, in *cell.Cell, body, gcflags string) (string, error) {
	w, err := c.s.workspace()
	if err != nil {
		return "", err
	}
	p, err := c.s.check(ctx, in, body)
	if err != nil {
		return "", err
	}
	text, err := w.Notes(ctx, p, gcflags)
	if err == nil && len(p.Body.List) == 0 {
		c.s.commit(p, ledger.Lost)
	}
	return text, err
}

// maxTexts bounds the cells whose text is kept.
const maxTexts = 4096

// keepText remembers the text of a cell.
func (s *Session) keepText(c *cell.Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.texts) >= maxTexts {
		clear(s.texts)
	}
	s.texts[c.Name] = c.Text
}

// Text returns the text of an earlier cell.
func (c commands) Text(name string) string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.s.texts[name]
}

// Remember keeps a benchmark run and returns the changes since the last one.
func (c commands) Remember(set bench.Set) []bench.Delta {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.s.history.Add(set)
}

// Why tells which engine ran the last chunk of Go.
func (c commands) Why() string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.why == "" {
		return "no Go has run yet"
	}
	return c.s.why
}

// Reset forgets the session.
func (c commands) Reset() {
	c.s.mu.Lock()
	c.s.ledger.Reset()
	c.s.values.Reset()
	state := c.s.values.State()
	for name, value := range c.s.vars.all() {
		state.Env = setenv(state.Env, name, value)
	}
	c.s.values.SetState(state)
	c.s.why = ""
	c.s.mu.Unlock()
	if w, err := c.s.worker.get(); err == nil {
		w.Reset()
	}
}
