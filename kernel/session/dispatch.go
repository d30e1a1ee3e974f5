package session

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"

	"gomri/kernel/msg"
)

// request is a message and the channel that its reply goes to.
type request struct {
	msg.Message
	channel msg.Channel
}

// reply is what answers a request: a content struct of msg, metadata or nil, and
// what is to be done when the reply has been sent but idle has not.
type reply struct {
	content  any
	metadata any
	after    func()
}

// handler is one row of the table: how a type of request is answered.
type handler struct {
	// reply is the type of the reply, "" if there is none.
	reply string
	// queued says that the request waits until the cells before it have run.
	queued bool
	answer func(ctx context.Context, r request) (reply, error)
}

// table is every request that the kernel knows, for shell and control alike. A
// request that is not here is surrounded by busy and idle and gets no reply, as
// the protocol wants it.
func (s *Session) table() map[string]handler {
	return map[string]handler{
		msg.TypeKernelInfoRequest: {reply: msg.TypeKernelInfoReply, answer: s.kernelInfo},
		msg.TypeExecuteRequest:    {reply: msg.TypeExecuteReply, answer: s.execute, queued: true},
		msg.TypeCompleteRequest:   {reply: msg.TypeCompleteReply, answer: s.complete},
		msg.TypeInspectRequest:    {reply: msg.TypeInspectReply, answer: s.inspect},
		msg.TypeIsCompleteRequest: {reply: msg.TypeIsCompleteReply, answer: s.isComplete},
		msg.TypeHistoryRequest:    {reply: msg.TypeHistoryReply, answer: s.tellHistory},
		msg.TypeCommInfoRequest:   {reply: msg.TypeCommInfoReply, answer: s.commInfo},
		msg.TypeCommOpen:          {answer: s.commOpen},
		msg.TypeShutdownRequest:   {reply: msg.TypeShutdownReply, answer: s.shutdown},
		msg.TypeInterruptRequest:  {reply: msg.TypeInterruptReply, answer: s.interruptCell},
		msg.TypeUsageRequest:      {reply: msg.TypeUsageReply, answer: s.usage},
	}
}

// serve answers one request: busy, what the handler publishes, the reply, idle.
func (s *Session) serve(ctx context.Context, r request) {
	s.status(r, msg.Busy)
	defer s.status(r, msg.Idle)
	h, known := s.handlers[r.Header.Type]
	if !known {
		s.opts.Logger.Debug("request of an unknown type", "type", r.Header.Type, "channel", r.channel)
		return
	}
	a, err := s.guard(ctx, h, r)
	if err != nil {
		s.opts.Logger.Warn("request not answered", "type", r.Header.Type, "err", err)
		a.content = msg.ErrorReply{Status: msg.Failed, Error: msg.Error{
			Name: "RequestError", Value: err.Error(), Traceback: msg.Lines{err.Error()},
		}}
	}
	if h.reply != "" {
		s.reply(r, h.reply, a)
	}
	if a.after != nil {
		a.after()
	}
}

// guard calls the handler and turns a panic into an error, so that a fault of
// ours costs one request and not the session.
func (s *Session) guard(ctx context.Context, h handler, r request) (a reply, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.opts.Logger.Error("panic in a request", "type", r.Header.Type, "panic", v, "stack", string(debug.Stack()))
			a, err = reply{}, fmt.Errorf("gomri has a fault in %s, please report it: %v", r.Header.Type, v)
		}
	}()
	return h.answer(ctx, r)
}

// status publishes what the kernel is doing with a request.
func (s *Session) status(r request, state msg.State) {
	s.publish(&r.Header, msg.TypeStatus, msg.Status{State: state})
}

// publish sends a message to all clients, in the name of the request that caused it.
func (s *Session) publish(parent *msg.Header, msgType string, content any) {
	m, err := msg.New(msgType, s.opts.ID, parent, content)
	if err != nil {
		s.opts.Logger.Error("message not published", "type", msgType, "err", err)
		return
	}
	s.send(msg.IOPub, m)
}

// reply answers a request on the channel that it came on.
func (s *Session) reply(r request, msgType string, a reply) {
	m, err := msg.New(msgType, s.opts.ID, &r.Header, a.content)
	if err != nil {
		s.opts.Logger.Error("request not answered", "type", r.Header.Type, "err", err)
		return
	}
	if a.metadata != nil {
		if raw, err := json.Marshal(a.metadata); err == nil {
			m.Metadata = raw
		}
	}
	m.Identities = r.Identities
	s.send(r.channel, m)
}

// send hands a message to the transport. A client that has gone is no fault of
// ours, so an error is only noted.
func (s *Session) send(ch msg.Channel, m msg.Message) {
	if err := s.transport.Send(ch, m); err != nil {
		s.opts.Logger.Debug("message not sent", "type", m.Header.Type, "channel", ch, "err", err)
	}
}
