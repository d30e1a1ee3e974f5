package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const (
	// joinSize is how many bytes of small frames are joined into one write.
	joinSize = 32 << 10
	// pieceSize is the most that one write takes, so that progress shows.
	pieceSize = 256 << 10
)

// outgoing finds the messages in the bytes that zmq4 writes: first its half of the
// handshake, which has happened already and is dropped, then frames, each as a
// header and a body of their own.
type outgoing struct {
	skip  int // bytes of the greeting still to come
	head  []byte
	body  []byte
	need  int // bytes of the body still to come, when the head is complete
	ready bool
	// greeted is set when the handshake is over.
	greeted bool
	parts   [][]byte // of the message in progress: head, body, head, body, …
}

// write takes the bytes of one Write and calls emit for each message that they
// complete. It keeps references into p: the frames given to a socket are its own.
func (o *outgoing) write(p []byte, emit func(parts [][]byte)) {
	n := min(o.skip, len(p))
	o.skip -= n
	p = p[n:]
	for {
		if !o.ready {
			if p = o.takeHead(p); !o.ready {
				return
			}
		}
		if p = o.takeBody(p); o.need > 0 {
			return
		}
		o.endFrame(emit)
	}
}

// takeHead collects the flags and the length, and returns what follows them.
func (o *outgoing) takeHead(p []byte) []byte {
	for len(p) > 0 {
		o.head, p = append(o.head, p[0]), p[1:]
		switch long := o.head[0]&flagLong != 0; {
		case !long && len(o.head) == 2:
			o.need, o.ready = int(o.head[1]), true
			return p
		case long && len(o.head) == 9:
			o.need, o.ready = int(binary.BigEndian.Uint64(o.head[1:])), true
			return p
		}
	}
	return p
}

// takeBody collects the body, without copying it if it comes in one piece.
func (o *outgoing) takeBody(p []byte) []byte {
	n := min(o.need, len(p))
	if n == o.need && o.body == nil {
		o.body = p[:n:n]
	} else {
		o.body = append(o.body, p[:n]...)
	}
	o.need -= n
	return p[n:]
}

// endFrame adds the frame to its message. Commands are zmq4's half of the
// handshake and go no further.
func (o *outgoing) endFrame(emit func(parts [][]byte)) {
	flags := o.head[0]
	if flags&flagCommand == 0 {
		o.parts = append(o.parts, o.head, o.body)
	} else {
		o.greeted = true
	}
	o.head, o.body, o.ready = nil, nil, false
	if flags&(flagCommand|flagMore) == 0 {
		parts := o.parts
		o.parts = nil
		emit(parts)
	}
}

// errSlow is why a peer is cut that does not read what it asked for.
var errSlow = errors.New("peer does not read")

// Write takes what zmq4 writes; a message goes into the queue when it is whole. The
// handshake never fails, even if the peer has gone: zmq4 would not close it.
func (c *conn) Write(p []byte) (int, error) {
	select {
	case <-c.gone:
		if c.out.greeted {
			return 0, net.ErrClosed
		}
	default:
	}
	c.out.write(p, func(parts [][]byte) { c.hub.enqueue(c, parts) })
	return len(p), nil
}

// enqueue puts a whole message into the queue of c.
func (h *hub) enqueue(c *conn, parts [][]byte) {
	h.mu.Lock()
	full := h.impatient && c.queued >= h.limits.queue
	if h.conns[c] && !full {
		c.add(parts)
	}
	h.mu.Unlock()
	if full {
		c.shut(fmt.Errorf("%w: %d bytes are waiting", errSlow, h.limits.queue))
	}
}

// pong queues the answer to a PING. It is dropped if the queue is full, or a peer
// could fill our memory with answers that it does not read.
func (h *hub) pong(c *conn, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns[c] && c.queued < h.limits.queue {
		c.add([][]byte{data})
	}
}

// add appends to the queue and wakes the writer. hub.mu is held.
func (c *conn) add(parts [][]byte) {
	for _, p := range parts {
		c.queued += len(p)
	}
	c.queue = append(c.queue, parts...)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// leave takes c from the list and forgets its queue.
func (h *hub) leave(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	c.queue, c.queued = nil, 0
	h.changed.Broadcast()
}

// takeQueue returns what is queued, and leaves the queue empty.
func (h *hub) takeQueue(c *conn) [][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	q := c.queue
	c.queue = nil
	return q
}

// wrote notes that n bytes have left, and wakes those who wait for that.
func (h *hub) wrote(c *conn, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := c.queued
	c.queued = max(0, c.queued-n)
	limit := h.limits.queue
	if c.queued == 0 || before >= limit && c.queued < limit {
		h.changed.Broadcast()
	}
}

// writer writes the queue to the peer until the connection is gone. It is the only
// one that waits for the peer to read.
func (c *conn) writer() {
	var joined []byte
	for {
		select {
		case <-c.gone:
			return
		case <-c.wake:
		}
		for _, p := range c.hub.takeQueue(c) {
			if len(joined)+len(p) > joinSize {
				if c.send(joined) != nil {
					return
				}
				joined = joined[:0]
			}
			if len(p) < joinSize {
				joined = append(joined, p...)
			} else if c.send(p) != nil {
				return
			}
		}
		if c.send(joined) != nil {
			return
		}
		joined = joined[:0]
	}
}

// send writes p. A peer that takes nothing is waited for as long as its queue has
// room; when the queue is full others are waiting too, and the peer is cut.
func (c *conn) send(p []byte) error {
	for len(p) > 0 {
		c.SetWriteDeadline(time.Now().Add(c.hub.limits.stall))
		n, err := c.Conn.Write(p[:min(len(p), pieceSize)])
		p = p[n:]
		c.hub.wrote(c, n)
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			c.shut(nil)
			return err
		case n == 0 && c.full():
			err = fmt.Errorf("%w: nothing for %v, and %d bytes are waiting", errSlow, c.hub.limits.stall, c.hub.limits.queue)
			c.shut(err)
			return err
		}
	}
	return nil
}

// full reports whether there is no room in the queue.
func (c *conn) full() bool {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	return c.queued >= c.hub.limits.queue
}
