package run

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/lower"
)

// vars are the variables of the environment that the session has set or unset.
type vars struct {
	mu      sync.Mutex
	changed map[string]*string // nil for one that was unset
	waiting map[string]*string // those that the worker has not been told
}

// set changes a variable; nil unsets it.
func (v *vars) set(name string, value *string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed == nil {
		v.changed, v.waiting = map[string]*string{}, map[string]*string{}
	}
	v.changed[name], v.waiting[name] = value, value
}

// untold notes that there is a new worker, which knows none of them.
func (v *vars) untold() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = maps.Clone(v.changed)
}

// take returns what the worker has to be told, once.
func (v *vars) take() map[string]*string {
	v.mu.Lock()
	defer v.mu.Unlock()
	waiting := v.waiting
	v.waiting = map[string]*string{}
	return waiting
}

func (v *vars) all() map[string]*string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.changed)
}

// environ is the whole environment; nil is the kernel's own.
func (v *vars) environ() []string {
	changed := v.all()
	if len(changed) == 0 {
		return nil
	}
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		_, gone := changed[name]
		return gone
	})
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if value := changed[name]; value != nil {
			env = append(env, name+"="+*value)
		}
	}
	return env
}

// Setenv sets a variable for all that the session runs from now on; nil unsets it.
func (c commands) Setenv(_ context.Context, name string, value *string) error {
	if name == "" || strings.ContainsAny(name, "=\x00") || value != nil && strings.Contains(*value, "\x00") {
		return display.Failf("UsageError", "%q cannot be set in an environment", name)
	}
	w, err := c.s.workspace()
	if err != nil {
		return err
	}
	c.s.vars.set(name, value)
	c.s.process.set(name)
	w.SetEnv(c.s.vars.environ())
	return nil
}

// Changed are the variables that Setenv has set, or unset (nil), by name.
func (c commands) Changed() map[string]*string { return c.s.vars.all() }

// Environ is the session's environment; nil is the kernel's own.
func (c commands) Environ() []string { return c.s.vars.environ() }

// tellWorker sets in the worker the variables that it does not know yet, by a cell
// that is no part of the session.
func (s *Session) tellWorker(ctx context.Context, worker *interp.Client) error {
	waiting := s.vars.take()
	if len(waiting) == 0 {
		return nil
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(waiting)) {
		if value := waiting[name]; value != nil {
			fmt.Fprintf(&text, "os.Setenv(%q, %q);", name, *value)
		} else {
			fmt.Fprintf(&text, "os.Unsetenv(%q);", name)
		}
	}
	text.WriteString("_ = 0")
	p, err := s.check(ctx, &cell.Cell{Name: "env", Text: text.String()}, text.String())
	if err != nil {
		return fmt.Errorf("set the interpreter's environment: %w", err)
	}
	code, err := lower.Lower(p)
	if err != nil {
		return fmt.Errorf("set the interpreter's environment: %w", err)
	}
	result, err := worker.Run(ctx, code, silence{})
	switch {
	case err != nil:
		return fmt.Errorf("set the interpreter's environment: %w", err)
	case result.Failure != nil:
		return result.Failure.Display()
	case result.Refused != "":
		return fmt.Errorf("set the interpreter's environment: %s", result.Refused)
	}
	return nil
}

// silence is an Output that shows nothing.
type silence struct{}

func (silence) Stream(display.StreamName, string) {}
func (silence) Display(display.Bundle)            {}
func (silence) Update(string, display.Bundle)     {}
func (silence) Result(display.Bundle)             {}
func (silence) Clear(bool)                        {}
