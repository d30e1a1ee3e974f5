package run

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"gomri/kernel/check"
	"gomri/kernel/display"
)

// vars are the variables of the environment that %env has set or unset: for all that the
// session runs. What cells change of their own environment is in the state that the
// bridge carries, and the go command and the shell do not see it.
type vars struct {
	mu      sync.Mutex
	changed map[string]*string // nil for one that was unset
}

// set changes a variable; nil unsets it.
func (v *vars) set(name string, value *string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed == nil {
		v.changed = map[string]*string{}
	}
	v.changed[name] = value
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
	env := os.Environ()
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		env = setenv(env, name, changed[name])
	}
	return env
}

// setenv returns an environment in which a variable has another value, or, for nil, none.
func setenv(env []string, name string, value *string) []string {
	of := func(kv string) bool { return strings.HasPrefix(kv, name+"=") }
	if value == nil {
		return slices.DeleteFunc(slices.Clone(env), of)
	}
	if i := slices.IndexFunc(env, of); i >= 0 {
		env = slices.Clone(env)
		env[i] = name + "=" + *value
		return env
	}
	return append(slices.Clip(env), name+"="+*value)
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
	w.SetEnv(c.s.vars.environ())
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	state := c.s.values.State()
	state.Env = setenv(state.Env, name, value)
	c.s.values.SetState(state)
	return nil
}

// Changed are the variables of the environment of cells that %env or a cell has set, or
// unset (nil), by name.
func (c commands) Changed() map[string]*string {
	first, now := byName(c.s.values.First().Env), byName(c.s.values.State().Env)
	changed := map[string]*string{}
	for name, value := range now {
		if was, set := first[name]; !set || was != value {
			changed[name] = &value
		}
	}
	for name := range first {
		if _, set := now[name]; !set {
			changed[name] = nil
		}
	}
	return changed
}

// byName are the variables of an environment.
func byName(env []string) map[string]string {
	vars := map[string]string{}
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); name != "" {
			vars[name] = value
		}
	}
	return vars
}

// Environ is the environment of the go command and the shell; nil is the kernel's own.
func (c commands) Environ() []string { return c.s.vars.environ() }

// misplaced is the failure of a chunk that cannot have the process that it needs, or nil.
func (s *Session) misplaced(p *check.Program) *display.Failure {
	if f := s.values.Gone(p); f != nil {
		return f
	}
	dir := s.values.State().Dir
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		f := display.Failf("WorkingDirectory", "the working directory %s is not there any more", dir)
		f.Traceback = append(f.Traceback, "A cell has changed to it by os.Chdir, and no program can begin there.",
			"Make the folder again (!mkdir -p "+dir+"), or %reset the session.")
		return f
	}
	return nil
}
