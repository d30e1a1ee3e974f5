package wire

import (
	"bytes"
	"sync"
	"time"
)

// limits bounds what the peers of one socket can make us do. Tests lower them.
type limits struct {
	handshake time.Duration // from the connection to the end of the handshake
	pending   int           // connections in their handshake; the oldest gives way
	conns     int           // connections after their handshake; the newest is refused
	message   int64         // bytes of one incoming message
	parts     int           // frames of one incoming message
	queue     int           // bytes waiting for one peer, after which Send waits
	stall     time.Duration // without progress, after which a peer with a full queue is cut
}

// standardLimits are those of the sockets that carry messages.
func standardLimits() limits {
	return limits{
		handshake: 10 * time.Second,
		pending:   512,
		conns:     1024,
		message:   1 << 30,
		parts:     8192,
		queue:     64 << 20,
		stall:     5 * time.Second,
	}
}

// hub is what the connections of one socket share: the bounds, the list of who is
// connected, and the one lock under which their queues change. It is owned by the
// zmqSocket that made it.
type hub struct {
	name       string // for the log: "shell", "iopub", …
	socketType string // what peers are told: typeRouter or typeXPub
	limits     limits
	impatient  bool // cut a peer whose queue is full at once, rather than let Send wait
	logf       func(format string, args ...any)

	mu      sync.Mutex
	changed sync.Cond // room in a queue, a connection gone, closing
	conns   map[*conn]bool
	held    int    // connections that zmq4 has and has not closed
	serial  uint64 // counts connections and what they say, to tell the latest
	closing bool
}

// newHub returns a hub without connections.
func newHub(name, socketType string, lim limits, logf func(string, ...any)) *hub {
	h := &hub{name: name, socketType: socketType, limits: lim, logf: logf, conns: map[*conn]bool{}}
	h.changed.L = &h.mu
	return h
}

// log writes one line about this socket.
func (h *hub) log(format string, args ...any) {
	h.logf("wire: "+h.name+": "+format, args...)
}

// join adds a connection whose handshake is done, or says that there is no place.
func (h *hub) join(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing || len(h.conns) >= h.limits.conns {
		return false
	}
	h.serial++
	c.id, c.latest = h.serial, h.serial
	h.conns[c] = true
	return true
}

// opened makes c visible to senders. It is called when zmq4 has added c to those
// it can write to; what was sent before would be lost without a word.
func (h *hub) opened(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.open = true
	h.changed.Broadcast()
}

// spoke notes that c has sent a message.
func (h *hub) spoke(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serial++
	c.latest = h.serial
}

// byID returns the connection with this number, or nil if it has gone.
func (h *hub) byID(id uint64) *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		if c.id == id {
			return c
		}
	}
	return nil
}

// find returns the connection of the peer with this identity. Of several it is the
// one that connected or spoke last: a client that reconnects must get the replies
// on its new connection, and a client may use one identity twice.
func (h *hub) find(identity []byte) *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found *conn
	for c := range h.conns {
		if c.open && bytes.Equal(c.identity, identity) && (found == nil || c.latest > found.latest) {
			found = c
		}
	}
	return found
}

// subscribers returns the connections that want messages of this topic.
func (h *hub) subscribers(topic []byte) []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []*conn
	for c := range h.conns {
		if c.open && c.wants(topic) {
			found = append(found, c)
		}
	}
	return found
}

// waitRoom waits until there is room in the queue of c and reports whether c can
// be sent to: not if it is gone, or the socket is closing. An impatient socket does
// not wait; enqueue cuts the peer.
func (h *hub) waitRoom(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for !h.impatient && c.queued >= h.limits.queue && h.conns[c] && !h.closing {
		h.changed.Wait()
	}
	return h.conns[c] && !h.closing
}

// waitUntil waits until done is true or the time is over, and reports which. It
// calls done with the lock held.
func (h *hub) waitUntil(deadline time.Time, done func() bool) bool {
	timer := time.AfterFunc(time.Until(deadline), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.changed.Broadcast()
	})
	defer timer.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for !done() {
		if !time.Now().Before(deadline) {
			return false
		}
		h.changed.Wait()
	}
	return true
}

// flushed reports whether everything sent has left. The lock is held.
func (h *hub) flushed() bool {
	for c := range h.conns {
		if c.queued > 0 {
			return false
		}
	}
	return true
}

// snapshot returns the connections of this moment.
func (h *hub) snapshot() []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*conn, 0, len(h.conns))
	for c := range h.conns {
		all = append(all, c)
	}
	return all
}

// close makes every waiting and coming Send fail and refuses new connections.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = true
	h.changed.Broadcast()
}
