package toolchain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// execution is one run of a built program.
type execution struct {
	exe   string
	out   display.Output
	input bool // it may read standard input
	race  bool // it was built with the race detector
	// env and dir are those of Compiled.
	env []string
	dir string
}

// run runs a built program in the notebook's folder.
func (w *Workspace) run(ctx context.Context, e execution) error {
	crash := &crashWatch{to: stream{e.out, display.Stderr}}
	var races *raceWatch
	var stderr io.Writer = crash
	if e.race {
		races = &raceWatch{to: crash}
		stderr = races
	}
	clock := &lastWrite{at: time.Now()}
	cmd := child.Command{
		Path: e.exe, Dir: cmp.Or(e.dir, w.opts.Dir), Env: e.env,
		Stdout: clock.watch(stream{e.out, display.Stdout}), Stderr: clock.watch(stderr),
	}
	if cmd.Env == nil {
		cmd.Env = w.programEnv()
	}
	exit, err := w.runAsking(ctx, e, cmd, clock)
	if races != nil {
		err = errors.Join(err, races.flush())
	}
	if f := display.Interrupted(ctx); f != nil {
		if races != nil && races.count > 0 {
			e.out.Stream(display.Stderr, races.text())
		}
		return errors.Join(f, crash.release())
	}
	if err != nil {
		return fmt.Errorf("run the compiled cell: %w", err)
	}
	if races != nil && races.count > 0 {
		if exit.Code == raceStatus || exit.Success() {
			return errors.Join(races.failure(), crash.release())
		}
		e.out.Stream(display.Stderr, races.text())
	}
	if exit.Success() {
		return crash.release()
	}
	return crash.failure(exit)
}

// runAsking runs the program. If it may read, and there is somebody to ask, it gets a
// pipe, into which the answers go.
func (w *Workspace) runAsking(ctx context.Context, e execution, cmd child.Command, clock *lastWrite) (child.Exit, error) {
	asker, ok := e.out.(display.Asker)
	if !e.input || !ok {
		return child.Run(ctx, cmd)
	}
	r, in, err := os.Pipe()
	if err != nil {
		return child.Exit{Code: -1}, err
	}
	defer r.Close()
	cmd.Stdin = r
	p, err := child.Start(ctx, cmd)
	if err != nil {
		return child.Exit{Code: -1}, errors.Join(err, in.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	var feeding sync.WaitGroup
	feeding.Go(func() { feed(ctx, p, asker, r, in, clock) })
	exit, err := p.Wait()
	cancel()
	feeding.Wait()
	return exit, err
}

// How often a program is looked at that may wait for input, and for how long it must
// have been silent where the system does not tell whether it does.
const (
	lookEvery  = 20 * time.Millisecond
	silentTime = 300 * time.Millisecond
)

// endOfInput is what a user types for the end of the input, as in a terminal.
const endOfInput = "\x04"

// feed asks for a line whenever the program waits for one, until it has ended or
// nobody answers; then the program's input is at its end.
func feed(ctx context.Context, p *child.Process, asker display.Asker, r, in *os.File, clock *lastWrite) {
	defer in.Close()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.Done():
			return
		case <-tick.C:
		}
		switch child.WaitsFor(p.Pid(), r) {
		case child.Busy:
			continue
		case child.PerhapsIdle:
			if clock.silent() < silentTime {
				continue
			}
		case child.ForInput:
		}
		line, err := asker.Input(ctx, "", false)
		if err != nil || line == endOfInput {
			return
		}
		clock.touch()
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			return // the program has closed its input
		}
	}
}

// lastWrite remembers when a program has last written something.
type lastWrite struct {
	mu sync.Mutex
	at time.Time
}

func (c *lastWrite) touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Now()
}

// silent is for how long nothing has been written.
func (c *lastWrite) silent() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.at)
}

// watch is a writer to w that remembers the time of each write.
func (c *lastWrite) watch(w io.Writer) io.Writer { return watched{c, w} }

type watched struct {
	clock *lastWrite
	to    io.Writer
}

func (w watched) Write(p []byte) (int, error) {
	w.clock.touch()
	return w.to.Write(p)
}

// inputNames are the ways to standard input.
var inputNames = map[string]bool{
	"os.Stdin": true, "fmt.Scan": true, "fmt.Scanf": true, "fmt.Scanln": true, "syscall.Stdin": true, "os.NewFile": true,
}

// mentionsInput is true for the text of a file that may read standard input.
func mentionsInput(text string) bool {
	for name := range inputNames {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}
