package bridge

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/bridge/process"
	"gomri/kernel/check"
	"gomri/kernel/display"
)

// ProcessDir is the folder of package process in the module of compiled cells.
const ProcessDir = "internal/process"

// processPath is where package process is there.
const processPath = "cell/" + ProcessDir

// State is what the processes of the session have besides variables: what the cells so
// far have changed of it, and else what it was at the start.
func (s *Store) State() process.State { return s.state }

// First is the state in which the session has begun.
func (s *Store) First() process.State { return s.first }

// SetState notes another state: the interpreter's after a cell, or one that the user asked for.
func (s *Store) SetState(state process.State) {
	if state.Limits == nil {
		state.Limits = s.state.Limits // the interpreter has none
	}
	if state.LogOutput != process.Own {
		delete(s.gone, logOutput)
	}
	s.state = state
}

// Gone is the failure of a cell that uses something of its process which an earlier cell
// has changed and which ended with that cell, or nil.
func (s *Store) Gone(p *check.Program) *display.Failure {
	if len(s.gone) == 0 {
		return nil
	}
	used := sharedBy(p)
	for _, name := range slices.Sorted(maps.Keys(s.gone)) {
		if !used.uses(name) || used.sets(name) {
			continue
		}
		f := display.Failf("SharedState", "%s (line %d) set %s, which ended with that cell", s.gone[name].cell, s.gone[name].line, name)
		f.Traceback = append(f.Traceback,
			s.gone[name].cell+" was compiled, and a compiled cell is a program of its own: it leaves variables, the environment and the working directory, but not this.",
			"Put the statements that set it and those that use it into one cell.")
		if instead := pieces[name].instead; instead != "" {
			f.Traceback = append(f.Traceback, instead)
		}
		return f
	}
	return nil
}

// workersLog is the failure of a compiled cell that would log to a writer which only the
// interpreter has, or nil.
func (s *Store) workersLog(used shared) *display.Failure {
	if s.state.LogOutput != process.Own || s.gone[logOutput].cell != "" || !used.uses(logOutput) || used.sets(logOutput) {
		return nil
	}
	f := display.Failf("SharedState", "package log writes to a writer that a cell in the interpreter has set, and this cell has to be compiled")
	f.Traceback = append(f.Traceback,
		"A compiled cell is a program of its own, which has os.Stdout, os.Stderr and io.Discard, and no writer of another process.",
		"Call log.SetOutput in this cell, or in one before it: log.SetOutput(os.Stderr).")
	return f
}

// entering adds to the program what it needs to begin with the session's state and to leave
// its own. It returns the declarations and the statements that run first; both are "" if it
// needs neither.
func (g *glue) entering(tests bool) (decls, head string) {
	c, used := g.cell, g.cell.used
	s, state := c.store, c.store.state
	if !tests || slices.Equal(state.Env, s.first.Env) {
		state.Env = nil // the process is started with it
	}
	if !tests || state.Dir == s.first.Dir {
		state.Dir = ""
	}
	leaves := used.leaves() && c.writes
	plain := process.State{LogFlags: s.first.LogFlags, LogOutput: s.first.LogOutput}
	if !leaves && state.Equal(plain) {
		return "", ""
	}
	args := []string{strconv.Quote(state.Text()), `""`}
	if leaves {
		c.state = s.file("state")
		_ = os.Remove(c.state) // of a cell that ended before it could be read
		args[1] = strconv.Quote(c.state)
	}
	for _, name := range used.limits() {
		args = append(args, strconv.Quote(name))
	}
	var before, after strings.Builder
	for i, name := range slices.Sorted(maps.Keys(used.set)) {
		changed := "true"
		if used.set[name].now != "" && leaves {
			now := g.expand(used.set[name].now)
			fmt.Fprintf(&before, "\nvar gomri_was%d = %s\n", i, now)
			changed = fmt.Sprintf("%s != gomri_was%d", now, i)
		}
		fmt.Fprintf(&after, "\tgomri_process.Gone(%q, %s)\n", name, changed)
	}
	g.plain["gomri_state "+strconv.Quote(processPath)] = true
	decls = before.String() + "\nvar gomri_process *gomri_state.Program\n\nfunc gomri_enter() { gomri_process = gomri_state.Begin(" + strings.Join(args, ", ") +
		") }\n\nfunc gomri_leave() {\n" + after.String() + "\tgomri_process.End()\n}\n"
	return decls, "gomri_enter()\ndefer gomri_leave()\n"
}

// ended is the cell and its line that set something which ended with the cell.
type ended struct {
	cell string
	line int
}

// line is where the cell has set something.
func (c *Cell) line(name string) int {
	at := c.used.set[name].at
	if name == logOutput {
		at = c.used.names["log.SetOutput"]
	}
	return c.Program.Fset.Position(at).Line
}

// leaveState takes over what a compiled cell has left of its process.
func (c *Cell) leaveState(e *Ending) error {
	if c.state == "" {
		return nil
	}
	text, err := os.ReadFile(c.state)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the program did not come to its end
	}
	if err != nil {
		return fmt.Errorf("read the state that the cell left: %w", err)
	}
	state, gone, err := process.Read(string(text))
	if err != nil {
		return err
	}
	s, cell := c.store, c.Program.Cell.Name
	merged := maps.Clone(s.state.Limits)
	if merged == nil {
		merged = map[string]int64{}
	}
	maps.Copy(merged, state.Limits)
	state.Limits = merged
	if state.Dir == "" {
		state.Dir = s.state.Dir
	}
	switch state.LogOutput {
	case process.Own:
		gone = append(gone, logOutput)
	case "":
		state.LogOutput = s.state.LogOutput
	}
	s.SetState(state)
	for _, name := range gone {
		if before := s.gone[name].cell; before != "" && before != cell {
			e.Notes = append(e.Notes, fmt.Sprintf("%s had been set by %s too, and that ended with it", name, before))
		}
		s.gone[name] = ended{cell, c.line(name)}
	}
	return nil
}
