package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Errors of sockets.
var (
	// ErrClosed is returned by everything that is asked of a closed socket.
	ErrClosed = errors.New("wire: socket is closed")
	// ErrNoPeer is returned by Send when the peer that a message is for has gone.
	ErrNoPeer = errors.New("wire: the peer is not connected")
)

// socket is all that the rest of the package sees of ZeroMQ. A router's frames
// begin with the identity of the peer that they come from or go to; a publisher
// receives subscriptions (a 1 or a 0, then the topic) and sends messages whose
// first frame is their topic.
//
// The frames given to Send belong to the socket and must not be changed. Send
// waits while the queue of a peer is full.
type socket interface {
	Send(frames [][]byte) error
	Recv(ctx context.Context) ([][]byte, error)
	Addr() net.Addr
	Close() error
}

// zmqSocket is a zmq4 ROUTER behind its guard, and what both kinds of socket are
// made of. Publishers are ROUTERs towards zmq4 too: its PUB queues without bound
// and cannot be drained before it is closed, so that the last message is often
// lost, and it hands no subscription over. Their peers are told XPUB.
type zmqSocket struct {
	zmq    zmq4.Socket
	hub    *hub
	guard  *listener
	cancel context.CancelFunc
	linger time.Duration

	in      chan received
	closing chan struct{}
	pumped  chan struct{} // closed when pump has ended
	once    sync.Once
	err     error // of close
}

// received is one message, the connection that it came by (nil if that has gone)
// and the identity of its sender.
type received struct {
	conn     *conn
	identity []byte
	frames   [][]byte
}

// open takes over a bound listener and starts to serve it.
func open(h *hub, transport string, raw net.Listener, linger time.Duration) (*zmqSocket, error) {
	if err := registerTransports(); err != nil {
		raw.Close()
		return nil, err
	}
	guard := listen(h, raw)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), hubKey{}, guard))
	s := &zmqSocket{
		zmq: zmq4.NewRouter(ctx, zmq4.WithLogger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelError))),
		hub: h, guard: guard, cancel: cancel, linger: linger,
		in:      make(chan received),
		closing: make(chan struct{}),
		pumped:  make(chan struct{}),
	}
	name := guardedTCP
	if transport == "ipc" {
		name = guardedIPC
	}
	if err := s.zmq.Listen(name + "://" + raw.Addr().String()); err != nil {
		cancel()
		guard.Close()
		guard.running.Wait()
		return nil, fmt.Errorf("wire: %s: %w", h.name, err)
	}
	go s.pump() // close waits for it
	return s, nil
}

// Addr returns the address that the socket is bound to.
func (s *zmqSocket) Addr() net.Addr { return s.guard.Addr() }

// pump takes messages from zmq4 as long as it is open. While the socket closes it
// throws them away, because a goroutine of zmq4 that cannot deliver never ends.
func (s *zmqSocket) pump() {
	defer close(s.pumped)
	for {
		m, err := s.zmq.Recv()
		if err != nil {
			return
		}
		if m.Type == zmq4.CmdMsg || len(m.Frames) < 2 || len(m.Frames[0]) < connNumber {
			continue
		}
		name := m.Frames[0]
		r := received{
			conn:     s.hub.byID(binary.BigEndian.Uint64(name)),
			identity: name[connNumber:],
			frames:   m.Frames[1:],
		}
		select {
		case s.in <- r:
		case <-s.closing:
		}
	}
}

// recv returns the next message.
func (s *zmqSocket) recv(ctx context.Context) (received, error) {
	select {
	case r := <-s.in:
		return r, nil
	case <-s.closing:
		return received{}, ErrClosed
	case <-ctx.Done():
		return received{}, ctx.Err()
	}
}

// send gives a message for c to zmq4, which writes it into the queue of c.
func (s *zmqSocket) send(c *conn, frames [][]byte) error {
	if !s.hub.waitRoom(c) {
		select {
		case <-s.closing:
			return ErrClosed
		default:
			return ErrNoPeer
		}
	}
	name := append(binary.BigEndian.AppendUint64(nil, c.id), c.identity...)
	if err := s.zmq.Send(zmq4.NewMsgFrom(append([][]byte{name}, frames...)...)); err != nil {
		return fmt.Errorf("%w: %w", ErrNoPeer, err)
	}
	return nil
}

// goodbye is how long in all Close waits for peers to hang up after everything has
// been written; a connection that is closed with unread input would be reset, and
// a reset overtakes what was written.
const goodbye = 250 * time.Millisecond

// Close frees the address, waits until what was sent has left, for the linger time
// at most, and ends every connection and goroutine.
func (s *zmqSocket) Close() error {
	s.once.Do(func() { s.err = s.close() })
	return s.err
}

func (s *zmqSocket) close() error {
	s.hub.close()
	close(s.closing)
	s.guard.stop()
	deadline := time.Now().Add(s.linger)
	if s.hub.waitUntil(deadline, s.hub.flushed) {
		for _, c := range s.hub.snapshot() {
			c.halfClose()
		}
		s.hub.waitUntil(earlier(deadline, time.Now().Add(goodbye)), func() bool { return len(s.hub.conns) == 0 })
	} else {
		s.hub.log("closing: some of what was sent has not been read within %v", s.linger)
	}
	for _, c := range s.hub.snapshot() {
		c.shut(nil)
	}
	s.guard.running.Wait()
	// zmq4 closes each connection when its reader has ended. Were the socket
	// closed before, a reader with a message in hand would wait for ever.
	s.hub.waitUntil(time.Now().Add(s.linger), func() bool { return s.hub.held == 0 })
	err := s.zmq.Close()
	s.cancel()
	<-s.pumped
	return err
}

// earlier returns the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// halfClose tells the peer that nothing more will come.
func (c *conn) halfClose() {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
}
