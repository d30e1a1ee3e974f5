package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// execute runs one cell: its outputs, then the error if it failed, and returns
// the reply.
func (s *Session) execute(ctx context.Context, r request) (reply, error) {
	meta := msg.ExecuteReplyMetadata{Started: msg.Date(time.Now())}
	req, err := msg.Decode[msg.ExecuteRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	blank := strings.TrimSpace(req.Code) == ""
	if req.StoreHistory && !blank {
		s.count++
		s.history.add(s.count, req.Code)
	}
	if !req.Silent {
		s.publish(&r.Header, msg.TypeExecuteInput, msg.ExecuteInput{Code: req.Code, ExecutionCount: s.count})
	}
	ctx, end := s.start(ctx)
	defer end()
	out := s.newOutput(r, req.Silent)
	if req.AllowStdin && !req.Silent {
		out.ask = func(ctx context.Context, in msg.InputRequest) (string, error) { return s.ask(ctx, r, in) }
	}
	var failed *display.Failure
	if !blank {
		failed = s.run(ctx, Request{
			Code: req.Code, CellID: msg.CellID(r.Message), Count: s.count, Silent: req.Silent,
		}, out)
	}
	out.finish()
	if req.StoreHistory && !blank {
		s.history.result(s.count, out.resultText())
	}
	if failed != nil {
		return s.executeFailed(r, req, failed, meta), nil
	}
	return reply{metadata: meta, content: msg.ExecuteOK{
		Status:          msg.OK,
		ExecutionCount:  s.count,
		Payload:         []struct{}{},
		UserExpressions: s.evaluate(ctx, req.UserExpressions),
	}}, nil
}

// executeFailed publishes the one error message of a failed cell and returns the
// reply. The cells that wait are taken out of the queue before the reply is sent,
// because a client that has it may at once send a cell that is to be run.
func (s *Session) executeFailed(r request, req msg.ExecuteRequest, f *display.Failure, meta any) reply {
	e := errorContent(f)
	if !req.Silent {
		s.publish(&r.Header, msg.TypeError, e)
	}
	a := reply{metadata: meta, content: msg.ExecuteError{
		Status: msg.Failed, ExecutionCount: s.count, Error: e,
	}}
	if req.StopOnError {
		s.doomed = s.waiting()
		s.failure = failure{at: time.Now().Truncate(time.Millisecond), session: r.Header.Session}
	}
	return a
}

// run calls the engine and returns how the cell failed, or nil.
func (s *Session) run(ctx context.Context, req Request, out display.Output) (failed *display.Failure) {
	defer func() {
		if v := recover(); v != nil {
			s.opts.Logger.Error("panic in the engine", "panic", v, "stack", string(debug.Stack()))
			failed = kernelError(fmt.Errorf("panic: %v", v))
		}
	}()
	err := s.engine.Execute(ctx, req, out)
	if err == nil {
		return nil
	}
	var f *display.Failure
	switch {
	case errors.As(err, &f):
		return f
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return display.Interrupted(ctx)
	}
	s.opts.Logger.Error("cell not run", "err", err)
	return kernelError(err)
}

// kernelError is how a fault of our own is shown in a cell.
func kernelError(err error) *display.Failure {
	return &display.Failure{Name: "KernelError", Value: err.Error(), Traceback: []string{
		"KernelError: " + err.Error(),
		"This is a fault of gomri, not of the cell. What the session holds is kept.",
	}}
}

// errorContent is a failure as the protocol writes it.
func errorContent(f *display.Failure) msg.Error {
	e := msg.Error{Name: f.Name, Value: f.Value, Traceback: f.Traceback}
	if len(e.Traceback) == 0 {
		e.Traceback = msg.Lines{f.Error()}
	}
	return e
}

// evaluate runs the expressions that a client wants with the reply, each as a
// cell of its own that shows nothing.
func (s *Session) evaluate(ctx context.Context, expressions map[string]string) map[string]msg.UserExpression {
	values := make(map[string]msg.UserExpression, len(expressions))
	for _, key := range slices.Sorted(maps.Keys(expressions)) {
		var got result
		if f := s.run(ctx, Request{Code: expressions[key], Count: s.count, Silent: true}, &got); f != nil {
			e := errorContent(f)
			values[key] = msg.UserExpression{Error: &e}
			continue
		}
		b := mimeBundle(got.bundle)
		values[key] = msg.UserExpression{Bundle: &b}
	}
	return values
}

// failure remembers the last cell that failed and was to stop the others: when,
// to the millisecond that browsers date their messages with, and whose it was.
type failure struct {
	at      time.Time
	session string
}

// inFlight is how long a cell may have been under way when one before it failed.
const inFlight = time.Second

// covers tells whether a cell was sent before the failure was known and should
// not run: "run all" sends the cells at once, and the last of them may still be
// on the wire when the first fails. Only the sender's own date can tell. The
// bound of a second and the same sender keep a clock that is wrong from doing harm.
func (f failure) covers(r request) bool {
	if f.at.IsZero() || r.Header.Session != f.session || time.Since(f.at) > inFlight {
		return false
	}
	sent, err := time.Parse(time.RFC3339Nano, r.Header.Date)
	return err == nil && sent.Before(f.at)
}

// abort answers cells that will not be run.
func (s *Session) abort(rs []request) {
	for _, r := range rs {
		s.status(r, msg.Busy)
		s.reply(r, msg.TypeExecuteReply, reply{
			content: msg.ExecuteAborted{Status: msg.Aborted, ExecutionCount: s.count},
		})
		s.status(r, msg.Idle)
	}
}
