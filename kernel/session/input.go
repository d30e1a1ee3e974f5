package session

import (
	"context"
	"fmt"
	"sync"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// question is the one question that may be open in a session: a frontend shows one
// box, and its answer need not say which question it is for.
type question struct {
	turn sync.Mutex // held by who asks

	mu     sync.Mutex // guards what follows
	id     string     // of the open input_request, "" if none is open
	answer chan string
}

// ask asks the client that sent r for a line of text and waits for it.
func (s *Session) ask(ctx context.Context, r request, in msg.InputRequest) (string, error) {
	s.question.turn.Lock()
	defer s.question.turn.Unlock()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	m, err := msg.New(msg.TypeInputRequest, s.opts.ID, &r.Header, in)
	if err != nil {
		return "", err
	}
	m.Identities = r.Identities
	answer := s.question.open(m.Header.ID)
	defer s.question.close()
	if err := s.transport.Send(msg.Stdin, m); err != nil {
		s.opts.Logger.Debug("question not sent", "err", err)
		return "", display.ErrNoInput // the client takes none
	}
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// open makes a question the open one.
func (q *question) open(id string) <-chan string {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.id, q.answer = id, make(chan string, 1)
	return q.answer
}

// close makes that no question is open; what is answered later goes nowhere.
func (q *question) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.id, q.answer = "", nil
}

// take hands an answer to who waits for it, and is false if nobody does. Clients
// may leave out which question they answer; one that names another question of this
// session is late.
func (q *question) take(session string, parent *msg.Header, text string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	late := parent != nil && parent.Session == session && parent.ID != q.id
	if q.id == "" || late {
		return false
	}
	q.answer <- text // there is room for the one answer
	q.id = ""
	return true
}

// readAnswers takes what comes on stdin until ctx ends.
func (s *Session) readAnswers(ctx context.Context) error {
	for {
		m, err := s.transport.Recv(ctx, msg.Stdin)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("session: %s: %w", msg.Stdin, err)
		}
		if m.Header.Type != msg.TypeInputReply {
			s.opts.Logger.Debug("message of an unknown type", "type", m.Header.Type, "channel", msg.Stdin)
			continue
		}
		reply, err := msg.Decode[msg.InputReply](m.Content)
		if err != nil {
			s.opts.Logger.Warn("answer not understood", "err", err)
			continue
		}
		if !s.question.take(s.opts.ID, m.Parent, reply.Value) {
			s.opts.Logger.Debug("nobody waits for this answer")
		}
	}
}
