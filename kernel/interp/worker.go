// Package interp runs interpreted cells: a client in the kernel and yaegi in a worker child process.
package interp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
)

// workerStack bounds one goroutine's stack, in bytes. It is half of what a compiled
// program has, because the other half may be needed to print the trace.
const workerStack = 512 << 20

// Worker is the interpreter child: it reads requests from the standard input until
// that ends. The user's code sees an empty standard input instead. It returns nil at
// the end of input and an error if the kernel broke the protocol or the answers
// could not be written. The caller ends the process with it.
func Worker() error {
	requests := os.Stdin
	null, err := os.Open(os.DevNull)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	os.Stdin = null
	signal.Ignore(os.Interrupt) // the kernel interrupts by a request
	debug.SetMaxStack(workerStack)
	preferVictim()
	return serve(requests, os.Stdout, os.Stderr)
}

// serve answers requests until they end.
func serve(requests io.Reader, out, errOut io.Writer) error {
	dec := json.NewDecoder(requests)
	var hello request
	if err := dec.Decode(&hello); err != nil || hello.Op != opHello {
		return fmt.Errorf("worker: no greeting: %w", err)
	}
	m, err := newMachine()
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	w := &worker{machine: m, token: hello.Token, out: out, errOut: errOut}
	if err := w.answer(response{}); err != nil {
		return err
	}
	return w.loop(dec)
}

// worker is one run of serve.
type worker struct {
	machine     *machine
	token       string
	out, errOut io.Writer
}

// loop takes requests as they come: an interrupt has to be seen while a cell runs,
// so each cell runs beside it. There is never more than one.
func (w *worker) loop(dec *json.Decoder) error {
	incoming, failed := make(chan request), make(chan error, 1)
	go func() { // ends with the process, when the kernel closes our input
		failed <- receive(dec, incoming)
	}()
	var (
		cancel  = context.CancelFunc(func() {})
		running = make(chan error, 1)
		busy    bool
	)
	defer func() { cancel() }()
	for {
		select {
		case err := <-failed:
			return err
		case err := <-running:
			cancel()
			if busy = false; err != nil {
				return err
			}
		case req := <-incoming:
			switch {
			case req.Op == opInterrupt && busy:
				w.machine.interrupt()
			case req.Op == opCancel:
				cancel()
			case req.Op == opRun, req.Op == opExport, req.Op == opImport:
				if busy { // its answer is out, and we have not yet heard that it ended
					if err := <-running; err != nil {
						return err
					}
					cancel()
				}
				busy, cancel = true, w.begin(req, running)
			}
		}
	}
}

// begin runs a cell beside the loop, which receives how it was answered, and returns
// what abandons it.
func (w *worker) begin(req request, running chan<- error) context.CancelFunc {
	ctx, cancel := context.WithCancel(context.Background())
	w.machine.ready()
	go func() { running <- w.answer(w.machine.answer(ctx, req)) }() // the loop receives
	return cancel
}

// receive hands on requests until the input ends.
func receive(dec *json.Decoder, to chan<- request) error {
	for {
		var req request
		err := dec.Decode(&req)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("worker: read a request: %w", err)
		}
		to <- req
	}
}

// answer writes a response into both streams, behind everything written so far.
func (w *worker) answer(res response) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false) // a value keeps the size that it is bounded to
	if err := enc.Encode(res); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	_, err := w.errOut.Write(frame(w.token, nil))
	if err == nil {
		_, err = w.out.Write(frame(w.token, body.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("worker: answer: %w", err)
	}
	return nil
}
