// Package child runs one child process: its group, pipes, stop ladder and draining.
//
// A child is the leader of a process group of its own. When it is stopped, when
// its context ends and when it exits, the whole group goes, so that what it
// started does not outlive it. On Linux the child is also killed when the process
// that started it dies in any way (but a grandchild is not: it sees its pipes
// close); on Windows the same is done, grandchildren included, by a job object.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// defaultGrace is how long a child may take to end after the interrupt signal,
// and how long its pipes may stay open after it has ended.
const defaultGrace = 2 * time.Second

// Command says what to run. Path is required; the zero value of the rest is useful.
type Command struct {
	// Path is the program: a path, or a name that is looked up on PATH.
	Path string
	// Args are the arguments, without the program's own name.
	Args []string
	// Dir is the working directory; "" is the caller's.
	Dir string
	// Env is the whole environment as "KEY=value"; nil is the caller's.
	Env []string
	// Stdin is what the child reads; nil is an empty input. An *os.File is handed
	// over as it is. Any other reader is copied, and a Read that is still blocked
	// when the child has ended is abandoned, not waited for.
	Stdin io.Reader
	// Stdout and Stderr take what the child writes; nil discards it. An *os.File
	// is handed over as it is. Each other writer is called from one goroutine only,
	// and never again after Wait has returned; when both are the same writer they
	// share one pipe, so the order of what is written is kept.
	Stdout, Stderr io.Writer
	// ExtraFiles become file descriptors 3, 4, … of the child; not on Windows.
	ExtraFiles []*os.File
	// Grace is how long the child may take to end after it was asked to, before
	// its group is killed, and how long something it started may hold its pipes
	// open after it has ended; 0 means two seconds.
	Grace time.Duration
}

// Process is a running child. Whoever starts it owns it and calls Wait; its
// methods may be called from any goroutine, any number of times.
type Process struct {
	cmd   *exec.Cmd
	group group
	grace time.Duration
	pipes pipes

	stopOnce, killOnce sync.Once
	stop, kill         chan struct{} // closed by Stop and Kill
	exited             chan struct{} // closed when the child has ended, before its pipes are drained
	done               chan struct{} // closed when all is over

	exit Exit  // valid after done
	err  error // valid after done
}

// Start starts the child. It returns an error if the program cannot be found or
// started; then nothing runs. When ctx ends, the child is stopped as by Stop. A ctx
// that has already ended starts nothing and gives its error.
func Start(ctx context.Context, c Command) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	p := &Process{
		grace: c.Grace,
		stop:  make(chan struct{}), kill: make(chan struct{}),
		exited: make(chan struct{}), done: make(chan struct{}),
	}
	if p.grace <= 0 {
		p.grace = defaultGrace
	}
	p.cmd = exec.Command(c.Path, c.Args...)
	p.cmd.Dir, p.cmd.Env, p.cmd.ExtraFiles = c.Dir, c.Env, c.ExtraFiles
	if err := p.pipes.open(p.cmd, c); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	started := make(chan error)
	go p.run(ctx, started) // p.done is what waits for it
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	return p, nil
}

// run starts the child and looks after it until nothing of it is left.
//
// The whole of it happens on one locked thread, because Linux sends the parent
// death signal when the *thread* that forked ends, and a Go thread may end while
// the process lives on. This one lives as long as the child.
func (p *Process) run(ctx context.Context, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	prepare(p.cmd)
	err := p.cmd.Start()
	if err != nil {
		p.pipes.abandon()
		started <- err
		return
	}
	p.group, err = newGroup(p.cmd.Process)
	p.pipes.start()
	started <- nil

	var ladder sync.WaitGroup
	ladder.Go(func() { p.ladder(ctx) })
	waitErr := p.group.waitExit(p.cmd)
	close(p.exited)
	ladder.Wait()
	p.drain(ctx)
	p.finish(errors.Join(err, waitErr))
}

// ladder asks the child to end when it is told to, and kills its group if the
// child has not ended within the grace.
func (p *Process) ladder(ctx context.Context) {
	select {
	case <-p.exited:
		return
	case <-p.kill:
		p.group.kill()
		return
	case <-p.stop:
	case <-ctx.Done():
	}
	p.exit.Stopped = true
	if p.group.interrupt() != nil {
		p.group.kill() // it cannot be asked
	}
	timer := time.NewTimer(p.grace)
	defer timer.Stop()
	select {
	case <-p.exited:
	case <-p.kill:
		p.group.kill()
	case <-timer.C:
		p.group.kill()
	}
}

// drain waits until the pipes have been read to their end. Something that the
// child left behind can hold them open: it gets the grace, or none if the child was
// stopped, and is then killed with the group.
func (p *Process) drain(ctx context.Context) {
	timer := time.NewTimer(p.grace)
	defer timer.Stop()
	select {
	case <-p.pipes.drained:
	case <-timer.C:
	case <-p.stop:
	case <-p.kill:
	case <-ctx.Done():
	}
	p.group.kill() // also what holds no pipe
	p.pipes.finish(p.grace)
}

// finish reaps the child and publishes how it ended.
func (p *Process) finish(err error) {
	var waitErr error
	if p.cmd.ProcessState == nil {
		waitErr = p.cmd.Wait() // returns at once: the child has ended and no copying is left to it
	}
	p.group.close()
	stopped := p.exit.Stopped
	p.exit = exitOf(p.cmd.ProcessState)
	p.exit.Stopped = stopped
	select {
	case <-p.kill:
		p.exit.Stopped = true
	default:
	}
	var status *exec.ExitError
	if errors.As(waitErr, &status) {
		waitErr = nil
	}
	if err = errors.Join(err, waitErr, p.pipes.err()); err != nil {
		p.err = fmt.Errorf("run %s: %w", p.cmd.Path, err)
	}
	close(p.done)
}

// Pid is the child's process id, which on Unix is its group's id too.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Stop asks the child's group to end (interrupt signal; on Windows a console break)
// and kills it if the child has not ended within the grace. It returns at once; Wait
// says when all is over. Stopping an ended child does nothing.
func (p *Process) Stop() { p.stopOnce.Do(func() { close(p.stop) }) }

// Kill kills the child's group without asking. It returns at once; Wait says when
// all is over.
func (p *Process) Kill() { p.killOnce.Do(func() { close(p.kill) }) }

// Interrupt sends the child's group the interrupt signal and does nothing more:
// the child may live on. It is an error where the system has no such signal.
func (p *Process) Interrupt() error {
	select {
	case <-p.exited:
		return nil
	default:
		return p.group.interrupt()
	}
}

// Done is closed when the child has ended, its group is gone and its pipes are drained.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits until the child has ended, what it wrote has been handed to Stdout
// and Stderr, and its group is gone. An exit status other than zero is not an error:
// the error is for what went wrong on our side (a writer that failed, after which
// the child's output was read on and discarded).
func (p *Process) Wait() (Exit, error) {
	<-p.done
	return p.exit, p.err
}

// Run starts the child and waits for it.
func Run(ctx context.Context, c Command) (Exit, error) {
	p, err := Start(ctx, c)
	if err != nil {
		return Exit{Code: -1}, err
	}
	return p.Wait()
}
