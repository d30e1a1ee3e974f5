package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// maxTopics is how many subscriptions one peer may have, and maxTopic how long one
// may be in bytes.
const (
	maxTopics = 1024
	maxTopic  = 64 << 10
)

// connNumber is the length in bytes of the number of a connection, with which the
// identity begins that zmq4 is told. It keeps two peers of one identity apart.
const connNumber = 8

// conn is one peer after its handshake, as the net.Conn that zmq4 reads and
// writes. Between the two it stands guard: what zmq4 reads has been checked and
// has arrived whole, and what zmq4 writes goes into a queue, so that a Write
// returns at once. Read is called by one goroutine of zmq4, Write by one at a time.
type conn struct {
	net.Conn // the addresses and deadlines; zmq4 sets none
	hub      *hub
	r        *bufio.Reader
	identity []byte

	// What Read hands out next: a frame's header, then its body.
	in   []byte
	body []byte
	// The incoming message of which a part has been handed out.
	parts   int
	size    int64
	reading bool // the made-up handshake is over

	out outgoing

	// The rest changes under hub.mu.
	id     uint64
	latest uint64 // when it connected or spoke last, in hub.serial
	open   bool
	held   bool
	topics map[string]bool
	queue  [][]byte
	queued int // bytes not yet written, those in the writer's hands included

	wake chan struct{} // there is something in the queue
	gone chan struct{} // closed by shut
	once sync.Once
}

// newConn returns the guarded form of a connection whose handshake is done.
func newConn(h *hub, raw net.Conn, r *bufio.Reader, peer peerInfo) *conn {
	return &conn{
		Conn: raw, hub: h, r: r, identity: peer.identity,
		out:    outgoing{skip: greetingSize},
		topics: map[string]bool{},
		wake:   make(chan struct{}, 1),
		gone:   make(chan struct{}),
	}
}

// begin prepares what zmq4 reads first: a handshake with a peer that always keeps
// to the rules, whose identity is the connection's number and then its own.
func (c *conn) begin() {
	number := binary.BigEndian.AppendUint64(nil, c.id)
	if len(c.identity) == 0 || c.identity[0] == 0 {
		// Nobody can take the identity of an anonymous peer: a leading zero is
		// ours alone, as it is in libzmq.
		c.identity = append([]byte{0}, number...)
	}
	name := append(number, c.identity...)
	c.in = append(greeting(), encodeFrame(ready("DEALER", name))...)
}

// Read hands zmq4 the next bytes. The end is always io.EOF, and always between
// two frames, because zmq4 forgets a connection on no other error.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		c.in, c.body = c.body, nil
	}
	for len(c.in) == 0 {
		if err := c.fill(); err != nil {
			c.shut(c.complaint(err))
			return 0, io.EOF
		}
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}

// complaint returns err if the peer did something wrong, nil if it only went away.
func (c *conn) complaint(err error) error {
	if errors.Is(err, errFrame) {
		return err
	}
	return nil
}

// fill reads one frame from the peer and decides what becomes of it.
func (c *conn) fill() error {
	if !c.reading {
		c.reading = true
		c.hub.opened(c)
	}
	limit := c.hub.limits.message - c.size
	if c.hub.socketType == typeXPub {
		limit = min(limit, maxTopic)
	}
	f, err := readFrame(c.r, limit)
	if err != nil {
		return err
	}
	if f.command {
		return c.command(f)
	}
	if c.parts++; c.parts > c.hub.limits.parts {
		return fmt.Errorf("%w: message of more than %d frames", errFrame, c.hub.limits.parts)
	}
	c.size += int64(len(f.body))
	c.admit(f)
	if !f.more {
		c.parts, c.size = 0, 0
		c.hub.spoke(c)
	}
	return nil
}

// admit hands out a frame of a message. To a publisher there is nothing to say but
// a subscription, which is one frame that begins with 0 or 1; the rest is dropped.
func (c *conn) admit(f frame) {
	if c.hub.socketType == typeXPub {
		subscription := c.parts == 1 && !f.more && len(f.body) > 0 && f.body[0] <= 1
		if !subscription {
			return
		}
	}
	c.in, c.body = frameHeader(f), f.body
}

// command answers PING, takes SUBSCRIBE and CANCEL for the subscription messages
// that they stand for, and ignores the other commands, as ZMTP wants it.
func (c *conn) command(f frame) error {
	name, data, err := parseCommand(f.body)
	if err != nil {
		return err
	}
	switch strings.ToUpper(name) {
	case "PING":
		// Two bytes of time to live, then a context of up to 16 that PONG returns.
		if len(data) < 2 || len(data) > 18 {
			return fmt.Errorf("%w: PING of %d bytes", errFrame, len(data))
		}
		c.hub.pong(c, encodeFrame(command("PONG", data[2:])))
	case "SUBSCRIBE":
		c.subscription(1, data)
	case "CANCEL":
		c.subscription(0, data)
	}
	return nil
}

// subscription hands out a subscription that came as a command, unless the peer
// is in the middle of a message or the socket publishes nothing.
func (c *conn) subscription(kind byte, topic []byte) {
	if c.hub.socketType != typeXPub || c.parts > 0 {
		return
	}
	f := frame{body: append([]byte{kind}, topic...)}
	c.in, c.body = frameHeader(f), f.body
}

// wants reports whether one of the topics is a prefix of topic. hub.mu is held.
func (c *conn) wants(topic []byte) bool {
	if c.topics[""] {
		return true
	}
	for t := range c.topics {
		if strings.HasPrefix(string(topic), t) {
			return true
		}
	}
	return false
}

// Close is called by zmq4 when it has done with the connection.
func (c *conn) Close() error {
	c.shut(nil)
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if c.held {
		c.held = false
		c.hub.held--
		c.hub.changed.Broadcast()
	}
	return nil
}

// shut ends the connection, once; what is queued is lost. A reason is logged.
func (c *conn) shut(reason error) {
	c.once.Do(func() {
		if reason != nil {
			c.hub.log("connection from %v cut: %v", c.RemoteAddr(), reason)
		}
		close(c.gone)
		c.Conn.Close()
		c.hub.leave(c)
	})
}
