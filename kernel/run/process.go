package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/gate"
)

// processes remembers what cells have changed of their process, such as its environment
// or the standard logger. The interpreter's process goes on with it, a compiled cell's is
// over, and neither is the process of the next compiled cell.
type processes struct {
	mu      sync.Mutex
	changed map[string]change // by what has changed it
}

// change is the last one of its kind.
type change struct {
	gate.Touch
	inWorker bool // the interpreter has it
}

// ran notes what a chunk has changed.
func (s *processes) ran(p *check.Program, inWorker bool) {
	sets, _ := gate.Process(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range sets {
		if s.changed == nil {
			s.changed = map[string]change{}
		}
		s.changed[t.By] = change{t, inWorker}
	}
}

// missing is the failure of a chunk that would see something as if an earlier cell had not
// changed it; nil if it sees what that has done, or does it again itself.
func (s *processes) missing(p *check.Program, inWorker bool) *display.Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.changed) == 0 {
		return nil
	}
	sets, sees := gate.Process(p)
	for _, by := range slices.Sorted(maps.Keys(s.changed)) {
		c := s.changed[by]
		if inWorker && c.inWorker || slices.ContainsFunc(sets, func(t gate.Touch) bool { return t.By == by }) {
			continue
		}
		if i := slices.IndexFunc(sees, func(t gate.Touch) bool { return t.State == c.State }); i >= 0 {
			return c.failure(sees[i])
		}
	}
	return nil
}

func (c change) failure(seen gate.Touch) *display.Failure {
	process := "the program of " + c.Cell + ", and has ended"
	if c.inWorker {
		process = "the interpreter; this cell is compiled and has a process of its own"
	}
	said := fmt.Sprintf("%s would not see what %s (%s, line %d) has changed", seen.By, c.By, c.Cell, c.Line)
	way := "Do it again in this cell, or put both into one cell."
	if strings.HasPrefix(c.By, "os.Setenv") || strings.HasPrefix(c.By, "os.Unsetenv") {
		way = "Set it with %env, which is for all cells, or do it again in this cell."
	}
	return &display.Failure{Name: "ProcessState", Value: said, Traceback: []string{
		"ProcessState: " + said,
		fmt.Sprintf("A change of %s is for one process: that was %s.", c.State, process),
		way,
	}}
}

// set notes that a variable of the environment is the same for all from now on.
func (s *processes) set(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.changed, fmt.Sprintf("os.Setenv(%q)", name))
	delete(s.changed, fmt.Sprintf("os.Unsetenv(%q)", name))
}

// workerLost notes that the interpreter's process is over.
func (s *processes) workerLost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for by, c := range s.changed {
		c.inWorker = false
		s.changed[by] = c
	}
}

// reset forgets all.
func (s *processes) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = nil
}
