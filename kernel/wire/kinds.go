package wire

import (
	"context"
	"errors"
)

// router is a socket whose peers each have an identity.
type router struct{ *zmqSocket }

// Recv returns the next message, the identity of its sender first.
func (r router) Recv(ctx context.Context) ([][]byte, error) {
	m, err := r.recv(ctx)
	if err != nil {
		return nil, err
	}
	return append([][]byte{m.identity}, m.frames...), nil
}

// Send sends all frames but the first to the peer that the first names.
func (r router) Send(frames [][]byte) error {
	if len(frames) < 2 {
		return errors.New("wire: a message to a peer needs its identity and a frame")
	}
	c := r.hub.find(frames[0])
	if c == nil {
		return ErrNoPeer
	}
	return r.send(c, frames[1:])
}

// publisher is a socket that sends to whoever has subscribed.
type publisher struct{ *zmqSocket }

// Recv returns the next subscription, which is in force by then.
func (p publisher) Recv(ctx context.Context) ([][]byte, error) {
	for {
		m, err := p.recv(ctx)
		if err != nil {
			return nil, err
		}
		if m.conn != nil && p.hub.subscribe(m.conn, m.frames[0]) {
			return m.frames, nil
		}
	}
}

// subscribe notes what a subscription message says and reports whether it is one.
func (h *hub) subscribe(c *conn, frame []byte) bool {
	if len(frame) == 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	topic := string(frame[1:])
	if frame[0] == 0 {
		delete(c.topics, topic)
		return true
	}
	if len(c.topics) < maxTopics {
		c.topics[topic] = true
	}
	return true
}

// Send sends frames to every peer that has subscribed to the first of them. A peer
// that goes meanwhile is no error.
func (p publisher) Send(frames [][]byte) error {
	if len(frames) == 0 {
		return errors.New("wire: a message needs a topic")
	}
	select {
	case <-p.closing:
		return ErrClosed
	default:
	}
	for _, c := range p.hub.subscribers(frames[0]) {
		if err := p.send(c, frames); errors.Is(err, ErrClosed) {
			return err
		}
	}
	return nil
}
