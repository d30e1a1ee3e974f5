package interp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"gomri/kernel/bridge/process"
	"gomri/kernel/child"
	"gomri/kernel/display"
	"gomri/kernel/lower"
	"gomri/kernel/value"
)

// How long an interrupted cell has to see the flag, and how long an abandoned one
// has to be gone, before the next stronger means.
const (
	flagGrace   = 400 * time.Millisecond
	cancelGrace = 1500 * time.Millisecond
)

// Options say how the worker is started.
type Options struct {
	// Path is the program that runs Worker, with Args; "" is this program itself
	// with the argument "worker".
	Path string
	Args []string
	// Dir is the user's working directory, "" the kernel's; Env is the worker's
	// environment, nil the kernel's.
	Dir string
	Env []string
}

// Client runs interpreted cells in a worker of its own, which it replaces when it
// dies. Whoever starts it owns it and closes it. Its methods may be called from any
// goroutine; cells run one after another.
type Client struct {
	opts Options

	mu     sync.Mutex // held while a cell runs
	live   *live      // nil when there is no worker
	closed bool
	state  string // of the process that cells begin with, "" for that of a new worker
}

// live is one worker process.
type live struct {
	process  *child.Process
	requests *os.File
	encoder  *json.Encoder
	out, err *tap
	outs     chan []byte // bodies of frames on standard output
	errs     chan []byte
	seq      int
	loaded   map[string]bool // keys of the units that it has
	state    string          // of its process, "" if that is not known
}

// Start starts a worker and waits until it answers.
func Start(opts Options) (*Client, error) {
	if opts.Path == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find the program that runs the interpreter: %w", err)
		}
		opts.Path, opts.Args = self, []string{"worker"}
	}
	c := &Client{opts: opts}
	l, err := c.spawn()
	if err != nil {
		return nil, err
	}
	c.live = l
	return c, nil
}

// spawn starts a worker.
func (c *Client) spawn() (*live, error) {
	token := make([]byte, 16)
	if _, err := rand.Read(token); err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	hello := request{Op: opHello, Token: hex.EncodeToString(token)}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	defer theirs.Close()
	l := &live{
		requests: ours, encoder: json.NewEncoder(ours), loaded: map[string]bool{},
		outs: make(chan []byte, 1), errs: make(chan []byte, 1),
	}
	l.out = &tap{name: display.Stdout, marker: []byte(marker(hello.Token)), frames: l.outs}
	l.err = &tap{name: display.Stderr, marker: l.out.marker, frames: l.errs, held: &child.Crash{}}
	l.process, err = child.Start(context.Background(), child.Command{
		Path: c.opts.Path, Args: c.opts.Args, Dir: c.opts.Dir, Env: c.opts.Env,
		Stdin: theirs, Stdout: l.out, Stderr: l.err,
	})
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	if err := l.greet(hello); err != nil {
		return nil, err
	}
	return l, nil
}

// greet sends the first request and waits for the answer to it.
func (l *live) greet(hello request) error {
	err := l.encoder.Encode(hello)
	if err == nil {
		if _, ok := l.response(l.process.Done()); ok {
			return nil
		}
		exit, _ := l.process.Wait()
		err = errors.New(diedBecause(exit, l.err.held.Report()))
	}
	l.close()
	return fmt.Errorf("start the interpreter: %w", err)
}

// response waits for both frames of an answer, and is false when the worker is gone.
func (l *live) response(gone <-chan struct{}) (response, bool) {
	var res response
	var body []byte
	for _, frames := range []chan []byte{l.outs, l.errs} {
		b, ok := await(frames, gone)
		if !ok {
			return res, false
		}
		if frames == l.outs {
			body = b
		}
	}
	return res, json.Unmarshal(body, &res) == nil
}

// await takes a frame; one that came just before the worker's end counts.
func await(frames <-chan []byte, gone <-chan struct{}) ([]byte, bool) {
	select {
	case b := <-frames:
		return b, true
	case <-gone:
	}
	select {
	case b := <-frames:
		return b, true
	default:
		return nil, false
	}
}

// close ends the worker and waits for it.
func (l *live) close() {
	_ = l.requests.Close() // the worker ends when its input does
	l.process.Kill()
	_, _ = l.process.Wait()
}

// Close ends the worker. A cell that is running ends first: cancel its context.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.live != nil {
		c.live.close()
		c.live = nil
	}
	return nil
}

// Reset ends the worker; the next cell gets a fresh one. All variables are lost.
func (c *Client) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live != nil {
		c.live.close()
		c.live = nil
	}
}

// Enter sets the state of the process that cells begin with from now on.
func (c *Client) Enter(s process.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Limits = nil // the interpreter keeps its own
	c.state = s.Text()
}

// Run runs one cell. What it prints goes to out as it comes, and all of it has
// been handed over when Run returns; later text of goroutines still goes to out until
// the next Run. When ctx ends the cell is interrupted: first by the flag that its
// loops look at, then by abandoning it, in both of which the session's variables
// survive, and at last by ending the worker. The user's failures are in the Result;
// an error is a fault of ours.
func (c *Client) Run(ctx context.Context, code lower.Code, out display.Output) (Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Result{}, errors.New("run a cell: the interpreter is closed")
	}
	if ctx.Err() != nil {
		return Result{Failure: &Failure{Kind: Interrupted, Value: "the cell was interrupted before it began"}}, nil
	}
	if c.live != nil {
		select {
		case <-c.live.process.Done():
			c.live = nil // it died between two cells
		default:
		}
	}
	if name := c.lostVariable(code); name != "" {
		return Result{Lost: true, Failure: &Failure{Kind: LostValue, Value: "the value of " + name +
			" is lost, because the interpreter was started again; run the cell that sets it"}}, nil
	}
	if c.live == nil {
		l, err := c.spawn()
		if err != nil {
			return Result{}, err
		}
		c.live = l
	}
	return c.run(ctx, code, out)
}

// lostVariable names a variable of an earlier cell that this worker never had.
func (c *Client) lostVariable(code lower.Code) string {
	for _, u := range code.Units {
		if u.Var && !u.Fresh && (c.live == nil || !c.live.loaded[u.Key]) {
			return u.Name
		}
	}
	return ""
}

// run sends the cell to the worker and waits for its end, one way or the other.
func (c *Client) run(ctx context.Context, code lower.Code, out display.Output) (Result, error) {
	l := c.live
	l.out.to(out)
	l.err.to(out)
	req, keys := l.request(code)
	if c.state != l.state {
		req.State = c.state
	}
	if err := l.encoder.Encode(req); err != nil {
		return c.died(false)
	}
	type answer struct {
		response
		ok bool
	}
	answered := make(chan answer, 1)
	go func() { // ends with the worker at the latest; every way out of here waits for one of them
		res, ok := l.response(l.process.Done())
		answered <- answer{res, ok}
	}()
	steps := []func(){
		func() { _ = l.encoder.Encode(request{Op: opInterrupt}) }, // a worker that is gone is noticed by its answer
		func() { _ = l.encoder.Encode(request{Op: opCancel}) },
		l.process.Kill,
	}
	waits := []time.Duration{flagGrace, cancelGrace, 0}
	next := time.NewTimer(0)
	next.Stop()
	defer next.Stop()
	done, step := ctx.Done(), 0
	for {
		select {
		case a := <-answered:
			if !a.ok {
				return c.died(step > 0)
			}
			if a.Refused == "" {
				for _, key := range keys {
					l.loaded[key] = true
				}
			}
			l.state = c.state
			if a.State != "" {
				l.state, c.state = a.State, a.State
			}
			return c.result(code, a.response)
		case <-done:
			done = nil
			next.Reset(0)
		case <-next.C:
			steps[step]()
			if step++; step < len(steps) {
				next.Reset(waits[step-1])
			}
		}
	}
}

// request makes the request for a cell: the units that the worker lacks, then the
// cell's own function. The keys are those of the units, in the same order.
func (l *live) request(code lower.Code) (request, []string) {
	l.seq++
	req := request{Op: opRun, Seq: l.seq, Call: code.Call, Shapes: code.Shapes}
	var keys []string
	var text strings.Builder
	imports := map[string]bool{}
	for _, u := range code.Units {
		if !l.loaded[u.Key] {
			text.WriteString(u.Source)
			keys = append(keys, u.Key)
			for _, path := range u.Imports {
				imports[path] = true
			}
		}
	}
	text.WriteString(code.Source)
	for _, path := range code.Imports {
		imports[path] = true
	}
	req.Source, req.Imports = text.String(), slices.Sorted(maps.Keys(imports))
	return req, keys
}

// result reads the worker's answer.
func (c *Client) result(code lower.Code, res response) (r Result, err error) {
	r = Result{Refused: res.Refused, Lost: res.Broken}
	if res.State != "" {
		state, err := process.Parse(res.State)
		if err != nil {
			return r, err
		}
		r.State = &state
	}
	pos := code.Position(uint32(res.Line))
	switch {
	case res.Panic != nil:
		r.Failure = &Failure{Kind: Panic, Value: *res.Panic, Pos: pos}
	case res.Exit != nil && *res.Exit == 0:
		// The cell ends here, and has done what it was to do.
	case res.Exit != nil:
		r.Failure = &Failure{Kind: Exit, Value: fmt.Sprintf("exit status %d", *res.Exit), Pos: pos, Code: *res.Exit}
	case res.Deadlock:
		r.Failure = &Failure{Kind: Fatal, Value: "all goroutines are asleep - deadlock!", Pos: pos}
	case res.Interrupted:
		r.Failure = &Failure{Kind: Interrupted, Value: "the cell was interrupted", Pos: pos}
	case res.Value != nil:
		r.Model, err = value.Decode(res.Value)
		r.Value, r.HasValue = r.Model.Text(), err == nil
	}
	if res.Broken {
		c.live.close()
		c.live = nil
		if r.Failure != nil {
			r.Failure.Lost = true
		}
	}
	return r, err
}

// died reads why the worker is gone. The next cell gets another one.
func (c *Client) died(interrupted bool) (Result, error) {
	l := c.live
	c.live = nil
	l.close()
	exit, err := l.process.Wait()
	l.out.end()
	l.err.end()
	f := crashFailure(exit, l.err.held.Report())
	if interrupted {
		f = &Failure{Kind: Interrupted, Value: "the cell did not stop and was killed", Lost: true}
	}
	return Result{Failure: f, Lost: true}, err
}
