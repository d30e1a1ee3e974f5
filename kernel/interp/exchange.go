package interp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/lower"
)

// ErrNoWorker says that the worker that held the values is gone.
var ErrNoWorker = errors.New("the interpreter was started again")

// BusyError says that goroutines of the session are running, which could change values
// while they are elsewhere.
type BusyError struct{ Goroutines int }

// Error tells how many there are.
func (e *BusyError) Error() string {
	return fmt.Sprintf("goroutines of the session that are still running: %d", e.Goroutines)
}

// Give writes the values of variables that the worker holds to a file, in segments
// with a report. The memory they lie in is remembered until the next Give, so that
// Take can put values back into their place. When ctx ends the worker gets some time to
// finish; then it is ended, and all it holds is lost.
func (c *Client) Give(ctx context.Context, vars []codec.Named, file string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.alive() {
		return ErrNoWorker
	}
	for _, v := range vars {
		if !c.live.loaded[v.Key] {
			return fmt.Errorf("%s is not in the interpreter: %w", v.Name, ErrNoWorker)
		}
	}
	_, err := c.exchange(ctx, request{Op: opExport, Vars: vars, File: file})
	return err
}

// Take makes the worker hold the values of variables: units declare those that it has
// not got, file is a list of segments. Taken is how many of them have been taken,
// which is less than all if there is an error.
func (c *Client) Take(ctx context.Context, units []lower.Unit, vars []codec.Named, file string) (taken int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, errors.New("take values: the interpreter is closed")
	}
	if !c.alive() {
		l, err := c.spawn()
		if err != nil {
			return 0, err
		}
		c.live = l
	}
	req := request{Op: opImport, Vars: vars, File: file}
	var text strings.Builder
	var keys []string
	imports := map[string]bool{}
	for _, u := range units {
		if c.live.loaded[u.Key] || slices.Contains(keys, u.Key) {
			continue
		}
		text.WriteString(u.Source)
		keys = append(keys, u.Key)
		for _, path := range u.Imports {
			imports[path] = true
		}
	}
	req.Source, req.Imports = text.String(), slices.Sorted(maps.Keys(imports))
	for _, v := range vars {
		if !c.live.loaded[v.Key] && !slices.Contains(keys, v.Key) {
			return 0, fmt.Errorf("%s is not in the interpreter: %w", v.Name, ErrNoWorker)
		}
	}
	res, err := c.exchange(ctx, req)
	if res.Loaded {
		for _, key := range keys {
			c.live.loaded[key] = true
		}
	}
	return res.Taken, err
}

// Holds reports whether the worker has a variable.
func (c *Client) Holds(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.alive() && c.live.loaded[key]
}

// alive reports whether there is a worker. The caller holds c.mu.
func (c *Client) alive() bool {
	if c.live == nil {
		return false
	}
	select {
	case <-c.live.process.Done():
		c.live = nil
	default:
	}
	return c.live != nil
}

// exchangeGrace is how long a worker may take to write or read values after an interrupt.
const exchangeGrace = 10 * time.Second

// exchange sends a request that runs no code of the user's, and waits for the answer.
func (c *Client) exchange(ctx context.Context, req request) (response, error) {
	l := c.live
	l.seq++
	req.Seq = l.seq
	if err := l.encoder.Encode(req); err != nil {
		return response{}, c.gone()
	}
	answered := make(chan struct{})
	defer close(answered)
	stop := context.AfterFunc(ctx, func() { // its goroutine ends when there is an answer
		select {
		case <-answered:
		case <-time.After(exchangeGrace):
			l.process.Kill()
		}
	})
	defer stop()
	res, ok := l.response(l.process.Done())
	switch {
	case !ok:
		return res, c.gone()
	case res.Failed != "":
		return res, errors.New(res.Failed)
	case res.Busy > 0:
		return res, &BusyError{res.Busy}
	}
	return res, nil
}

// gone notes that the worker has ended.
func (c *Client) gone() error {
	res, err := c.died(false)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrNoWorker, res.Failure.Value)
}
