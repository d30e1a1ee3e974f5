// Package serve keeps the background programs of a session: starts them, waits until they listen, keeps their logs, stops them.
//
// A program belongs to the Manager, not to the cell that started it. It ends when
// it is stopped, when a program of the same name is started, and when the Manager
// is closed; its process group goes with it.
package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

const (
	// DefaultWait is how long Start waits for a program to listen.
	DefaultWait = 10 * time.Second
	// DefaultLogBytes is how much of a program's output is kept: its end.
	DefaultLogBytes = 256 << 10

	maxRunning = 32 // programs at once
	maxEnded   = 32 // ended programs whose logs are kept
	pollEvery  = 25 * time.Millisecond
	// followEvery is how often a log that is followed is looked at.
	followEvery = 200 * time.Millisecond
	// settle is how long the set of ports must stay the same before Start returns:
	// a program often opens a second one right after the first.
	settle = 100 * time.Millisecond
)

// Spec says what to run. Name and Path are required.
type Spec struct {
	// Name is what the user calls the program.
	Name string
	// Path is the built program; Args, Dir and Env are as in child.Command.
	Path string
	Args []string
	Dir  string
	Env  []string
	// Cell names the cell the program was built from; may be empty.
	Cell string
	// Expect holds addresses ("localhost:8080", ":8080") that the source names, see
	// Addresses. They tell who has taken a port when the program only ends without a
	// word, and where to look on systems that do not list a process's ports.
	Expect []string
	// Moves are the ports that the program was given others for; see Manager.MakeRoom.
	Moves []Move
}

// Options of a Manager. The zero value is useful.
type Options struct {
	Wait     time.Duration // how long Start waits for a port; 0 means DefaultWait
	Grace    time.Duration // from the interrupt to the kill; 0 means child's default
	LogBytes int           // kept of each program's output; 0 means DefaultLogBytes
}

// Manager owns the background programs of one session. Its methods may be called
// from any goroutine.
type Manager struct {
	opts Options

	mu       sync.Mutex
	programs []*program // in the order in which their names were first used
	closed   bool
}

// NewManager returns a Manager without programs.
func NewManager(opts Options) *Manager {
	if opts.Wait <= 0 {
		opts.Wait = DefaultWait
	}
	if opts.LogBytes <= 0 {
		opts.LogBytes = DefaultLogBytes
	}
	return &Manager{opts: opts}
}

// Start runs the program in the background and waits until it listens on a TCP
// port, ends, or the waiting time is over: a program without a port is no error,
// its Status has a warning. A program of the same name is stopped first. When
// ctx ends during the wait the program is stopped.
//
// The error is a *display.Failure if the program ended before it listened, with
// how it ended and the end of its log, or if the wait was interrupted.
func (m *Manager) Start(ctx context.Context, spec Spec) (Status, error) {
	if spec.Name == "" || strings.ContainsAny(spec.Name, " \t\n") {
		return Status{}, display.Failf("UsageError", "%q is no name for a server: one word is wanted, as in %%%%serve web", spec.Name)
	}
	p := newProgram(spec, m.opts)
	old, err := m.enter(p)
	if err != nil {
		return Status{}, err
	}
	if old != nil {
		old.stop()
	}
	p.start()
	s, err := m.await(ctx, p)
	p.mu.Lock()
	p.untold = err == nil
	p.mu.Unlock()
	return s, err
}

// enter puts p into the list and returns the program whose name it takes, if any.
func (m *Manager) enter(p *program) (old *program, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, errors.New("start a program: the session has ended")
	}
	running := 0
	for i, q := range m.programs {
		if q.spec.Name == p.spec.Name {
			m.programs[i] = p
			return q, nil
		}
		if !q.ended() {
			running++
		}
	}
	if running >= maxRunning {
		return nil, display.Failf("ServeError", "%d programs are running already: stop one with %%stop NAME (%%ps lists them)", running)
	}
	m.programs = append(m.programs, p)
	m.forget()
	return nil, nil
}

// forget drops the oldest ended programs when there are too many. The caller holds m.mu.
func (m *Manager) forget() {
	surplus := -maxEnded
	for _, p := range m.programs {
		if p.ended() {
			surplus++
		}
	}
	m.programs = slices.DeleteFunc(m.programs, func(p *program) bool {
		if surplus > 0 && p.ended() {
			surplus--
			return true
		}
		return false
	})
}

// await waits until p listens; see Start.
func (m *Manager) await(ctx context.Context, p *program) (Status, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	deadline := time.NewTimer(m.opts.Wait)
	defer deadline.Stop()
	var seen int
	var since time.Time
	for {
		select {
		case <-ctx.Done():
			p.stop()
			return p.status(), display.Interrupted(ctx)
		case <-p.done:
			return p.status(), m.died(p)
		case <-deadline.C:
			return p.status(), nil
		case now := <-tick.C:
			n := len(p.find())
			if n != seen {
				seen, since = n, now
			}
			if n > 0 && now.Sub(since) >= settle {
				return p.status(), nil
			}
		}
	}
}

// died returns the failure of a program that ended before it listened.
func (m *Manager) died(p *program) error {
	if p.startErr != nil {
		return fmt.Errorf("start the program %s: %w", p.spec.Name, p.startErr)
	}
	s := p.status()
	value := fmt.Sprintf("%s ended before it listened: %s", s.Name, s.Exit)
	if s.State == Stopped {
		value = fmt.Sprintf("%s was stopped before it listened", s.Name)
	}
	log := p.log.tail(20)
	if addr := p.taken(strings.Join(log, "\n")); addr != "" {
		value += fmt.Sprintf("\nthe port of %s is taken by %s; %s", addr, m.holder(addr), "stop that, or give the server another port")
	} else if s.State != Stopped && len(log) == 0 && s.Exit == "exit status 0" {
		value += "\nit wrote nothing; if main ignores the error of ListenAndServe, print it: log.Fatal(http.ListenAndServe(…))"
	}
	f := display.Failf("ServeError", "%s", value)
	if len(log) > 0 {
		f.Traceback = append(f.Traceback, "the end of its log:")
		for _, line := range log {
			f.Traceback = append(f.Traceback, "  "+line)
		}
	}
	return f
}

// holder says who listens at addr, as well as can be found out.
func (m *Manager) holder(addr string) string {
	port := portOf(addr)
	for _, s := range m.List() {
		for _, a := range s.Addrs {
			if a.Port() == port {
				return fmt.Sprintf("%s of this session (%%stop %s)", s.Name, s.Name)
			}
		}
	}
	if pid, name, ok := portOwner(port); ok {
		return fmt.Sprintf("process %d (%s)", pid, name)
	}
	return "another program"
}

// List returns the state of every program, ended ones included, oldest name first.
func (m *Manager) List() []Status {
	m.mu.Lock()
	programs := slices.Clone(m.programs)
	m.mu.Unlock()
	out := make([]Status, len(programs))
	for i, p := range programs {
		out[i] = p.status()
	}
	return out
}

// Logs returns the last n lines that a program wrote, all that are kept if n is
// not positive, and its state. An unknown name is a *display.Failure.
func (m *Manager) Logs(name string, n int) ([]string, Status, error) {
	p, err := m.lookup(name)
	if err != nil {
		return nil, Status{}, err
	}
	return p.log.tail(n), p.status(), nil
}

// Address returns the URL of a running program of the session: NAME stands for it in
// "NAME/path". It is that of the lowest port it listens at. known is false for a name
// that no program has; a program that does not listen is a *display.Failure.
func (m *Manager) Address(name string) (url string, known bool, err error) {
	p, err := m.lookup(name)
	if err != nil {
		return "", false, nil
	}
	s := p.status()
	if urls := s.URLs(); len(urls) > 0 {
		return urls[0], true, nil
	}
	state := "runs but does not listen on any port"
	if s.State != Running {
		state = "does not run (" + string(s.State) + ")"
		if s.Exit != "" && s.State != Stopped {
			state = "does not run (" + string(s.State) + ": " + s.Exit + ")"
		}
	}
	return "", true, display.Failf("ServeError", "%s %s; see %%logs %s, and run its cell again to start it", name, state, name)
}

// Moved returns the port that a program of this session listens at in place of one
// that was taken, unless another program of the session has or had that one.
func (m *Manager) Moved(from uint16) (to uint16, ok bool) {
	for _, s := range m.List() {
		if s.State != Running {
			continue
		}
		if s.listens(from) {
			return 0, false
		}
		for _, v := range s.Moves {
			if v.From == from && !v.Ours {
				to, ok = v.To, true
			}
		}
	}
	return to, ok
}

// News returns the programs that have ended by themselves since they were started
// well, each once.
func (m *Manager) News() []Status {
	m.mu.Lock()
	programs := slices.Clone(m.programs)
	m.mu.Unlock()
	var out []Status
	for _, p := range programs {
		if p.tell() {
			out = append(out, p.status())
		}
	}
	return out
}

// Follow gives the last n lines that a program wrote, and its state, to show whenever
// they have changed, until the program has ended, ctx has, or a time above 0 is over.
func (m *Manager) Follow(ctx context.Context, name string, n int, limit time.Duration, show func([]string, Status)) error {
	p, err := m.lookup(name)
	if err != nil {
		return err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	shown := int64(-1)
	for {
		over := p.ended()
		if written := p.log.written(); written != shown || over {
			show(p.log.tail(n), p.status())
			shown = written
		}
		if over {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
		case <-ctx.Done():
			show(p.log.tail(n), p.status())
			return nil
		}
	}
}

// Stop ends a program: interrupt, a moment of grace, kill of its group. It returns
// when nothing of it is left. Stopping an ended program only gives its state. An
// unknown name is a *display.Failure.
func (m *Manager) Stop(name string) (Status, error) {
	p, err := m.lookup(name)
	if err != nil {
		return Status{}, err
	}
	p.stop()
	return p.status(), nil
}

// lookup finds a program by its name.
func (m *Manager) lookup(name string) (*program, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, p := range m.programs {
		if p.spec.Name == name {
			return p, nil
		}
		names = append(names, p.spec.Name)
	}
	if len(names) == 0 {
		return nil, display.Failf("UsageError", "there is no program %q: none was started; %%%%serve NAME on a package main cell starts one", name)
	}
	return nil, display.Failf("UsageError", "there is no program %q; there are: %s", name, strings.Join(names, ", "))
}

// Close stops all programs at once and waits until nothing of them is left. No
// program can be started after it.
func (m *Manager) Close() error {
	m.mu.Lock()
	m.closed = true
	programs := slices.Clone(m.programs)
	m.mu.Unlock()
	for _, p := range programs {
		p.cancel()
	}
	var errs []error
	for _, p := range programs {
		p.stop()
		if p.exitErr != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", p.spec.Name, p.exitErr))
		}
	}
	return errors.Join(errs...)
}

// exitOf says how a program ended.
func exitOf(e child.Exit) string {
	if e.Stopped {
		return "stopped"
	}
	return e.String()
}
