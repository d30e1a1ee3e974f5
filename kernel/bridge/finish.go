package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
)

// Ending is what has become of the variables of a compiled cell.
type Ending struct {
	// Changes are the variables that live elsewhere now. The caller makes them.
	Changes []Change
	// Notes are what the user should know, a sentence each.
	Notes []string
	// Failure is the failure of a cell whose values could not all be kept without
	// breaking what joins them; nil if there is none.
	Failure *display.Failure
}

// Change is the new home of a variable.
type Change struct {
	Decl *ledger.Decl
	Home ledger.Home
	Gone string // if it is Lost
}

// Apply makes the changes.
func (e *Ending) Apply() {
	for _, c := range e.Changes {
		c.Decl.Home, c.Decl.Gone = c.Home, c.Gone
	}
}

// Finish takes back what the cell's program has left, after it has ended in whatever
// way. The cell's declarations are part of the ledger by then. A program that did not
// come to its end has changed nothing.
func (c *Cell) Finish(ctx context.Context) (*Ending, error) {
	e := &Ending{}
	if c.File == "" {
		return e, nil
	}
	s := c.store
	defer s.sweep()
	if err := c.leaveState(e); err != nil {
		return e, err
	}
	if len(c.roots) == 0 {
		return e, nil
	}
	if err := codec.TakeError(c.out); err != nil {
		if strings.Contains(err.Error(), codec.ErrChanged.Error()) {
			c.unwritten(e)
			e.Failure = changing()
			return e, nil
		}
		return e, fmt.Errorf("the values of variables and the compiled cell: %w", err)
	}
	if _, err := os.Stat(c.out); errors.Is(err, fs.ErrNotExist) || !c.writes {
		c.unwritten(e)
		return e, nil
	}
	list, report, err := read(c.out, false)
	if err != nil {
		return e, err
	}
	if report.Running > 0 {
		e.Notes = append(e.Notes, running(report.Running))
	}
	var back []*segment
	for i, o := range report.Outcomes {
		switch {
		case o.Refused != nil:
			c.lose(e, o.Keys, o.Refused)
		case o.Same:
		case c.forWorker(list[i]):
			back = append(back, list[i])
		default:
			c.keep(e, list[i])
		}
	}
	c.takeBack(ctx, e, back)
	s.prune(c.ledger)
	return e, nil
}

// changing is the failure of a cell whose goroutines go on with its values after its end.
func changing() *display.Failure {
	f := display.Failf("SessionValue", "the cell's values cannot be kept: they change while they are read, for a goroutine is still at work on them")
	f.Traceback = append(f.Traceback,
		"A compiled cell is a program of its own, and its goroutines end with it. Variables of earlier cells are as they were before this cell, those of this cell have no value.",
		"Wait for the goroutines at the end of the cell: with a sync.WaitGroup, or on a channel.")
	return f
}

func running(n int) string {
	if n == 1 {
		return "a goroutine was still running when the cell ended, and ended with it: a compiled cell is a program of its own"
	}
	return fmt.Sprintf("%d goroutines were still running when the cell ended, and ended with it: a compiled cell is a program of its own", n)
}

// unwritten says of the cell's own variables why they have no value.
func (c *Cell) unwritten(e *Ending) {
	for _, r := range c.roots {
		if isFresh(c.Program, r.decl) {
			e.Changes = append(e.Changes, Change{r.decl, ledger.Lost, "was to be set by a program that ended before it could leave its values"})
		}
	}
}

// lose notes that variables have no value any more.
func (c *Cell) lose(e *Ending, keys []string, r *codec.Refusal) {
	why := "cannot be kept when the compiled cell has ended that set it: " + r.Error()
	for _, key := range keys {
		f := c.store.facts[key]
		if f == nil {
			continue
		}
		delete(c.store.segments, key)
		e.Changes = append(e.Changes, Change{f.decl, ledger.Lost, why})
		if !isFresh(c.Program, f.decl) {
			e.Notes = append(e.Notes, fmt.Sprintf("the value of %s (%s) is gone: %s", f.decl.Name, f.decl.Cell, r.Error()))
		}
	}
}

// forWorker reports whether the interpreter can hold all variables of a segment: those
// that it held before, and those whose types it can hold whatever is in them.
func (c *Cell) forWorker(seg *segment) bool {
	for _, key := range seg.keys {
		f := c.store.facts[key]
		if f == nil || f.why != "" && f.decl.Home != ledger.InWorker || len(f.units) == 0 && !c.worker.Holds(key) {
			return false
		}
	}
	return !slices.ContainsFunc(seg.types, sessionType)
}

// keep keeps a segment. Variables that functions in the interpreter may reach cannot
// leave it.
func (c *Cell) keep(e *Ending, seg *segment) {
	s := c.store
	for _, key := range seg.keys {
		if f := s.facts[key]; s.pinned[key] && f != nil && f.decl.Home == ledger.InWorker {
			c.stuck(e, seg, f.decl)
			return
		}
	}
	for _, key := range seg.keys {
		if f := s.facts[key]; f != nil {
			s.segments[key] = seg
			e.Changes = append(e.Changes, Change{f.decl, ledger.InSnapshot, ""})
		}
	}
}

// stuck is the failure of a cell whose values would have to leave the interpreter, where
// a function may still reach them.
func (c *Cell) stuck(e *Ending, seg *segment, d *ledger.Decl) {
	var held, lost []string
	for _, key := range seg.keys {
		f := c.store.facts[key]
		if f == nil {
			continue
		}
		if f.decl.Home == ledger.InWorker {
			held = append(held, f.decl.Name)
			continue
		}
		lost = append(lost, f.decl.Name)
		delete(c.store.segments, key)
		e.Changes = append(e.Changes, Change{f.decl, ledger.Lost, "shares memory with " + d.Name + ", which a function in the interpreter uses, and could not be kept"})
	}
	f := display.Failf("SessionValue", "%s now shares memory with %s, which a function value in the interpreter uses", strings.Join(lost, ", "), d.Name)
	f.Traceback = append(f.Traceback,
		"These variables would have to move out of the interpreter together: "+c.store.names(seg.keys)+".",
		"The function would go on with the old ones. So "+strings.Join(held, ", ")+" kept the values from before this cell, and "+strings.Join(lost, ", ")+" lost theirs.",
		"Give "+strings.Join(lost, ", ")+" a copy, or declare the function with func instead of keeping it in a variable.")
	e.Failure = f
}

// takeBack gives segments to the interpreter. What it does not take is kept.
func (c *Cell) takeBack(ctx context.Context, e *Ending, back []*segment) {
	if len(back) == 0 {
		return
	}
	var parts []codec.Part
	var vars []codec.Named
	var units []lower.Unit
	for _, seg := range back {
		parts = append(parts, seg.Part)
		for _, key := range seg.keys {
			f := c.store.facts[key]
			vars = append(vars, codec.Named{Key: key, Name: f.decl.Name})
			units = append(units, f.units...)
		}
	}
	list := c.store.file("back")
	taken := 0
	if codec.WriteParts(list, parts) == nil {
		taken, _ = c.worker.Take(ctx, units, vars, list) // what is not taken stays here
	}
	for i, seg := range back {
		if i >= taken {
			c.keep(e, seg)
			continue
		}
		for _, key := range seg.keys {
			delete(c.store.segments, key)
			e.Changes = append(e.Changes, Change{c.store.facts[key].decl, ledger.InWorker, ""})
		}
	}
}
