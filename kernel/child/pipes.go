package child

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"reflect"
	"sync"
	"time"
)

// pipes are the streams between this process and the child that have to be copied.
// The copying is done here and not by os/exec, which cannot tell "the child has
// ended" from "its pipes have ended".
type pipes struct {
	theirs []*os.File // the child's ends, closed here once it has started
	ours   []*os.File // our ends
	copies []func() error
	input  func()

	drained chan struct{} // closed when every output has been read to its end
	mu      sync.Mutex
	failed  []error
}

// open makes the pipes that c needs and puts the child's ends into cmd.
func (p *pipes) open(cmd *exec.Cmd, c Command) error {
	p.drained = make(chan struct{})
	err := p.openAll(cmd, c)
	if err != nil {
		p.abandon()
	}
	return err
}

func (p *pipes) openAll(cmd *exec.Cmd, c Command) (err error) {
	if err = p.openInput(cmd, c.Stdin); err != nil {
		return err
	}
	var out, errOut *os.File
	if out, err = p.openOutput(c.Stdout); err != nil {
		return err
	}
	if same(c.Stdout, c.Stderr) {
		errOut = out
	} else if errOut, err = p.openOutput(c.Stderr); err != nil {
		return err
	}
	// A nil *os.File in an interface is not nil, and nil means the null device.
	if out != nil {
		cmd.Stdout = out
	}
	if errOut != nil {
		cmd.Stderr = errOut
	}
	return nil
}

// openInput connects r to the child's standard input.
func (p *pipes) openInput(cmd *exec.Cmd, r io.Reader) error {
	if f, ok := r.(*os.File); ok && f != nil {
		cmd.Stdin = f
		return nil
	}
	if r == nil {
		return nil
	}
	child, our, err := os.Pipe()
	if err != nil {
		return err
	}
	p.theirs, p.ours = append(p.theirs, child), append(p.ours, our)
	cmd.Stdin = child
	p.input = func() {
		// A child need not read its input, so a broken pipe is no failure, and a
		// reader that fails is the end of the input.
		_, _ = io.Copy(our, r)
		_ = our.Close()
	}
	return nil
}

// openOutput returns the file that the child writes to so that w gets it; nil for
// a nil w.
func (p *pipes) openOutput(w io.Writer) (*os.File, error) {
	if f, ok := w.(*os.File); ok {
		return f, nil
	}
	if w == nil {
		return nil, nil
	}
	our, child, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.theirs, p.ours = append(p.theirs, child), append(p.ours, our)
	p.copies = append(p.copies, func() error { return pump(w, our) })
	return child, nil
}

// pump copies r to w until r ends. When w fails it reads on, so that the child is
// not stopped by a full pipe, and returns what w said.
func pump(w io.Writer, r *os.File) error {
	_, err := io.Copy(w, r)
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	_, _ = io.Copy(io.Discard, r)
	return err
}

// start closes the child's ends, which it now has, and begins to copy.
func (p *pipes) start() {
	closeAll(p.theirs)
	if p.input != nil {
		go p.input() // finish closes its file; a blocked Read of the user's is abandoned
	}
	var outputs sync.WaitGroup
	for _, copyOne := range p.copies {
		outputs.Go(func() {
			if err := copyOne(); err != nil {
				p.mu.Lock()
				p.failed = append(p.failed, err)
				p.mu.Unlock()
			}
		})
	}
	go func() { // finish waits for p.drained
		outputs.Wait()
		close(p.drained)
	}()
}

// finish waits for the outputs' end, at most for the time given if something outside
// the group still holds them, and closes everything.
func (p *pipes) finish(atMost time.Duration) {
	for _, f := range p.ours {
		_ = f.SetReadDeadline(time.Now().Add(atMost)) // not supported: then it is a file that ends
	}
	<-p.drained
	closeAll(p.ours)
}

// abandon closes everything of a child that did not start.
func (p *pipes) abandon() {
	closeAll(p.theirs)
	closeAll(p.ours)
}

// err returns what the writers said.
func (p *pipes) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.failed...)
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// same is true if a and b are the same writer, nil excepted.
func same(a, b io.Writer) bool {
	return a != nil && b != nil && reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}
