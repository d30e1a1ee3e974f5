package session

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// sent is one message that the session has handed to the transport.
type sent struct {
	ch msg.Channel
	msg.Message
}

// pipe is a Transport in memory: what the session sends is kept in one list, so
// that the order across channels can be tested.
type pipe struct {
	in     map[msg.Channel]chan msg.Message
	mu     sync.Mutex
	out    []sent
	closed bool
}

func newPipe() *pipe {
	return &pipe{in: map[msg.Channel]chan msg.Message{
		msg.Shell:   make(chan msg.Message, 10_000),
		msg.Control: make(chan msg.Message, 100),
		msg.Stdin:   make(chan msg.Message, 10),
	}}
}

var errPipe = errors.New("the pipe broke")

func (p *pipe) Recv(ctx context.Context, ch msg.Channel) (msg.Message, error) {
	select {
	case m, ok := <-p.in[ch]:
		if !ok {
			return msg.Message{}, errPipe
		}
		return m, nil
	case <-ctx.Done():
		return msg.Message{}, ctx.Err()
	}
}

func (p *pipe) Send(ch msg.Channel, m msg.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errPipe
	}
	p.out = append(p.out, sent{ch, m})
	return nil
}

func (p *pipe) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

// sentFor returns what was sent in the name of a request, in order.
func (p *pipe) sentFor(id string) []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ms []sent
	for _, m := range p.out {
		if m.Parent != nil && m.Parent.ID == id {
			ms = append(ms, m)
		}
	}
	return ms
}

// engine is an Engine whose cells are Go functions of the test.
type engine struct {
	cells  map[string]func(ctx context.Context, req Request, out display.Output) error
	mu     sync.Mutex
	ran    []Request
	closed int
	// onComplete and onClose, if set, are called by Complete and Close.
	onComplete func()
	onClose    func()
}

func (e *engine) Execute(ctx context.Context, req Request, out display.Output) error {
	e.mu.Lock()
	e.ran = append(e.ran, req)
	e.mu.Unlock()
	if f := e.cells[req.Code]; f != nil {
		return f(ctx, req, out)
	}
	return nil
}

func (e *engine) IsComplete(code string) Completeness {
	if code == "if {" {
		return Completeness{Status: "incomplete", Indent: "\t"}
	}
	return Completeness{Status: "complete"}
}

func (e *engine) Complete(_ context.Context, code string, cursor int) Completion {
	if e.onComplete != nil {
		e.onComplete()
	}
	if code == "nothing" {
		return Completion{}
	}
	return Completion{Matches: []string{"Println"}, Start: cursor - 2, End: cursor, Types: []string{"function"}}
}

func (e *engine) Inspect(_ context.Context, code string, _, _ int) (display.Bundle, bool) {
	return display.Text("about " + code), code != "nothing"
}

func (e *engine) Close() error {
	e.mu.Lock()
	e.closed++
	e.mu.Unlock()
	if e.onClose != nil {
		e.onClose()
	}
	return nil
}

func (e *engine) codes() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var codes []string
	for _, r := range e.ran {
		codes = append(codes, r.Code)
	}
	return codes
}

// bench is a running session with its two ends in the test's hands.
type bench struct {
	*testing.T
	pipe   *pipe
	engine *engine
	served chan error
}

// inSession runs a test against a session, in a bubble where time stands still
// while anything runs: settle returns when nothing more can happen by itself.
func inSession(t *testing.T, e *engine, o Options, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, pipe: newPipe(), engine: e, served: make(chan error, 1)}
		ctx, stop := context.WithCancel(t.Context())
		s := New(b.pipe, e, o)
		done := make(chan struct{})
		go func() { defer close(done); b.served <- s.Serve(ctx) }()
		defer func() { stop(); <-done }()
		test(b)
	})
}

func (b *bench) settle() { synctest.Wait() }

// post sends a request without waiting and returns its id.
func (b *bench) post(ch msg.Channel, msgType string, content any) string {
	b.Helper()
	raw, ok := content.(json.RawMessage)
	if !ok {
		m, err := msg.New(msgType, "", nil, content)
		if err != nil {
			b.Fatal(err)
		}
		raw = m.Content
	}
	h := msg.NewHeader(msgType, "client")
	b.pipe.in[ch] <- msg.Message{
		Identities: [][]byte{[]byte("a client")}, Header: h, Content: raw,
		Metadata: json.RawMessage(`{"cellId":"cell-7"}`),
	}
	return h.ID
}

// ask sends a request on shell, settles and returns all that came of it.
func (b *bench) ask(msgType string, content any) []sent {
	b.Helper()
	id := b.post(msg.Shell, msgType, content)
	b.settle()
	return b.pipe.sentFor(id)
}

// run sends a cell that is counted and kept, and stops the others if it fails.
func (b *bench) run(code string) []sent {
	b.Helper()
	return b.ask(msg.TypeExecuteRequest, cell(code))
}

func cell(code string) msg.ExecuteRequest {
	return msg.ExecuteRequest{Code: code, StoreHistory: true, StopOnError: true}
}

// order writes messages as one word each: what a frontend sees happen.
func order(ms []sent) []string {
	var words []string
	for _, m := range ms {
		word := m.Header.Type
		if word == msg.TypeStatus {
			word = string(content[msg.Status](m).State)
		}
		words = append(words, word)
	}
	return words
}

// content decodes what was sent.
func content[T any](m sent) T {
	var t T
	if err := json.Unmarshal(m.Content, &t); err != nil {
		panic(err)
	}
	return t
}

// only returns the messages of one type.
func only(ms []sent, msgType string) []sent {
	return slices.DeleteFunc(slices.Clone(ms), func(m sent) bool { return m.Header.Type != msgType })
}

// the returns the one message of a type.
func (b *bench) the(ms []sent, msgType string) sent {
	b.Helper()
	found := only(ms, msgType)
	if len(found) != 1 {
		b.Fatalf("%d messages of type %s, want one: %v", len(found), msgType, order(ms))
	}
	return found[0]
}

func (b *bench) wantOrder(ms []sent, want ...string) {
	b.Helper()
	if got := order(ms); !slices.Equal(got, want) {
		b.Errorf("the order is\n  %v\nwant\n  %v", got, want)
	}
}

// status returns the status of the execute_reply.
func (b *bench) status(ms []sent) msg.Outcome {
	b.Helper()
	return content[msg.ErrorReply](b.the(ms, msg.TypeExecuteReply)).Status
}

// untilStopped is a cell that runs until it is interrupted.
func untilStopped(ctx context.Context, _ Request, _ display.Output) error {
	<-ctx.Done()
	return display.Interrupted(ctx)
}

// after makes a cell that takes a while.
func after(d time.Duration, err error) func(context.Context, Request, display.Output) error {
	return func(context.Context, Request, display.Output) error {
		time.Sleep(d)
		return err
	}
}
