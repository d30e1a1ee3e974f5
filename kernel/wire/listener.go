package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// The names under which zmq4 knows the guarded transports.
const (
	guardedTCP = "gomri-tcp"
	guardedIPC = "gomri-ipc"
)

// hubKey is the key in the context of a zmq4 socket of its hub. The registry of
// transports is global; so the transport itself holds nothing.
type hubKey struct{}

// guarded is the transport that zmq4 listens with: net, with a hub's guard in
// front of every connection.
type guarded struct{}

// registerTransports makes the guarded transports known to zmq4, which refuses a
// name that it has already.
func registerTransports() error {
	for _, name := range []string{guardedTCP, guardedIPC} {
		err := zmq4.RegisterTransport(name, guarded{})
		if err != nil && !slices.Contains(zmq4.Transports(), name) {
			return fmt.Errorf("wire: %w", err)
		}
	}
	return nil
}

// Dial is what a kernel never does.
func (guarded) Dial(context.Context, transport.Dialer, string) (net.Conn, error) {
	return nil, errors.New("wire: the guarded transport only listens")
}

// Addr returns the address as it is.
func (guarded) Addr(address string) (string, error) { return address, nil }

// Listen returns the listener that the hub in ctx has bound.
func (guarded) Listen(ctx context.Context, _ string) (net.Listener, error) {
	l, ok := ctx.Value(hubKey{}).(*listener)
	if !ok {
		return nil, errors.New("wire: a guarded socket without its listener")
	}
	return l, nil
}

// listener hands zmq4 connections whose handshake is done. It never returns an
// error before it is closed, because zmq4 tries again without a pause.
type listener struct {
	net.Listener
	hub     *hub
	ready   chan *conn
	stopped chan struct{} // closed by stop
	closed  chan struct{} // closed by Close

	stopOnce  sync.Once
	closeOnce sync.Once
	running   sync.WaitGroup // the accept loop and a goroutine per connection

	mu      sync.Mutex
	pending []net.Conn // in their handshake, oldest first
}

// listen starts to accept connections on raw.
func listen(h *hub, raw net.Listener) *listener {
	l := &listener{
		Listener: raw, hub: h,
		ready:   make(chan *conn),
		stopped: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	l.running.Go(l.accept)
	return l
}

// Accept returns the next connection that has passed the guard.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		l.hub.mu.Lock()
		defer l.hub.mu.Unlock()
		c.held = true
		l.hub.held++
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// accept only accepts, so that nothing a peer does can keep out the next one.
func (l *listener) accept() {
	var pause time.Duration
	for {
		raw, err := l.Listener.Accept()
		if err == nil {
			pause = 0
			if l.admit(raw) {
				l.running.Go(func() { l.serve(raw) })
			}
			continue
		}
		// Out of file descriptors, most likely. Trying at once would only spin.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		select {
		case <-l.stopped:
			return
		case <-time.After(pause):
			l.hub.log("accept: %v; trying again", err)
		}
	}
}

// admit notes that raw is in its handshake. If there are too many, the oldest has
// had the most time and goes.
func (l *listener) admit(raw net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.stopped:
		raw.Close()
		return false
	default:
	}
	if len(l.pending) >= l.hub.limits.pending {
		l.pending[0].Close()
		l.pending = l.pending[1:]
	}
	l.pending = append(l.pending, raw)
	return true
}

// settled notes that the handshake of raw is over.
func (l *listener) settled(raw net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.pending, raw); i >= 0 {
		l.pending = slices.Delete(l.pending, i, i+1)
	}
}

// serve is the life of one connection: handshake, hand it to zmq4, write what is
// sent to it.
func (l *listener) serve(raw net.Conn) {
	c, err := l.shake(raw)
	l.settled(raw)
	if err != nil {
		raw.Close()
		l.hub.log("connection from %v refused: %v", raw.RemoteAddr(), err)
		return
	}
	c.begin()
	select {
	case l.ready <- c:
		c.writer()
	case <-l.stopped:
		c.shut(nil)
	}
}

// shake performs the handshake before the deadline.
func (l *listener) shake(raw net.Conn) (*conn, error) {
	raw.SetDeadline(time.Now().Add(l.hub.limits.handshake))
	r := bufio.NewReaderSize(raw, joinSize)
	peer, err := greet(raw, r, l.hub.socketType)
	if err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	raw.SetDeadline(time.Time{})
	c := newConn(l.hub, raw, r, peer)
	if !l.hub.join(c) {
		return nil, fmt.Errorf("there are %d connections already, or the socket is closing", l.hub.limits.conns)
	}
	return c, nil
}

// stop frees the address and ends the handshakes under way. Connections that are
// established live on.
func (l *listener) stop() {
	l.stopOnce.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(l.stopped)
		l.Listener.Close()
		for _, raw := range l.pending {
			raw.Close()
		}
	})
}

// Close is called by zmq4, which by then accepts no more.
func (l *listener) Close() error {
	l.closeOnce.Do(func() {
		l.stop()
		close(l.closed)
	})
	return nil
}
