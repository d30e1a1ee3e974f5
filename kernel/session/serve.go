package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gomri/kernel/msg"
)

// Serve answers requests until a client asks for the end, ctx ends, or the
// transport fails; only the last is an error. It then stops the running cell and
// closes the engine and, last, the transport.
func (s *Session) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s.publish(nil, msg.TypeStatus, msg.Status{State: msg.Starting})

	failed := make(chan error, 3)
	var readers sync.WaitGroup
	for _, ch := range []msg.Channel{msg.Shell, msg.Control} {
		readers.Go(func() {
			if err := s.read(ctx, ch); err != nil {
				failed <- err
			}
		})
	}
	readers.Go(func() {
		if err := s.readAnswers(ctx); err != nil {
			failed <- err
		}
	})
	ran := make(chan struct{})
	go func() { s.runQueue(ctx); close(ran) }()

	var err error
	select {
	case <-ctx.Done():
	case <-s.quit:
	case err = <-failed:
	}
	stop()
	return errors.Join(err, s.close(&readers, ran))
}

// close ends what Serve has started: the running cell, then the engine, then the
// readers, then the transport.
func (s *Session) close(readers *sync.WaitGroup, ran <-chan struct{}) error {
	patience := time.NewTimer(s.opts.StopGrace)
	defer patience.Stop()
	select {
	case <-ran:
	case <-patience.C:
		s.opts.Logger.Warn("the running cell did not stop, its engine is closed under it")
	}
	err := s.closeEngine()
	patience.Reset(s.opts.StopGrace)
	select {
	case <-ran:
	case <-patience.C:
		err = errors.Join(err, errors.New("session: the running cell did not end"))
	}
	readers.Wait()
	if e := s.transport.Close(); e != nil {
		err = errors.Join(err, fmt.Errorf("session: closing the transport: %w", e))
	}
	return err
}

// closeEngine closes the engine, whatever happens in there.
func (s *Session) closeEngine() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("session: closing the engine: %v", v)
		}
	}()
	if err := s.engine.Close(); err != nil {
		return fmt.Errorf("session: closing the engine: %w", err)
	}
	return nil
}

// read answers what comes on a channel until ctx ends. Cells go to the queue.
func (s *Session) read(ctx context.Context, ch msg.Channel) error {
	for {
		m, err := s.transport.Recv(ctx, ch)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("session: %s: %w", ch, err)
		}
		r := request{Message: m, channel: ch}
		if s.handlers[m.Header.Type].queued {
			select {
			case s.queue <- r:
			case <-ctx.Done():
				return nil
			}
			continue
		}
		s.serve(ctx, r)
	}
}

// runQueue runs the cells in the order in which they came. When ctx ends, those
// that still wait are answered as aborted.
func (s *Session) runQueue(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.abort(s.waiting())
			return
		case r := <-s.queue:
			if ctx.Err() != nil || s.failure.covers(r) {
				s.abort([]request{r})
				continue
			}
			s.serve(ctx, r)
			s.abort(s.doomed)
			s.doomed = nil
		}
	}
}

// waiting takes what waits in the queue at this moment.
func (s *Session) waiting() []request {
	var rs []request
	for {
		select {
		case r := <-s.queue:
			rs = append(rs, r)
		default:
			return rs
		}
	}
}

// interrupt stops the running cell. Where none runs, nothing happens: an
// interrupt that comes late must not hit the next cell.
func (s *Session) interrupt() {
	s.running.Lock()
	defer s.running.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
}

// start makes the context of a cell and lets control cancel it; the function
// that it returns ends both.
func (s *Session) start(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	s.running.Lock()
	s.cancel = cancel
	s.running.Unlock()
	return ctx, func() {
		s.running.Lock()
		s.cancel = nil
		s.running.Unlock()
		cancel()
	}
}
