package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// output is the display.Output of one cell. It publishes in the name of the
// request that it was made for, also when the cell has long ended, so what a
// goroutine left behind prints never lands under another cell.
type output struct {
	publish func(msgType string, content any)
	every   time.Duration
	count   int
	id      string
	// ask sends a question to the client that runs the cell; nil if it takes none.
	ask func(ctx context.Context, in msg.InputRequest) (string, error)

	mu    sync.Mutex
	text  streamText
	timer *time.Timer
	// shown maps the cell's own ids to the display ids of what stands there now.
	shown map[string]string
	// displays counts the display ids, which a frontend must never see twice.
	displays int
	result   string
}

// newOutput returns where the cell of r writes.
func (s *Session) newOutput(r request, silent bool) *output {
	parent := r.Header
	publish := func(msgType string, content any) { s.publish(&parent, msgType, content) }
	if silent {
		publish = func(string, any) {}
	}
	return &output{
		publish: publish,
		every:   s.opts.FlushEvery,
		count:   s.count,
		id:      msg.NewID(),
		text:    newStreamText(s.opts.StreamLimit),
		shown:   map[string]string{},
	}
}

// Stream appends text to a stream. It is sent after a moment, together with what
// comes until then: a frontend drops messages when there are too many.
func (o *output) Stream(name display.StreamName, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sendText(o.text.write(name, text))
	if o.text.waits() && o.timer == nil {
		o.timer = time.AfterFunc(o.every, o.flush)
	}
}

// flush sends the text that waits. It is what the timer calls.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
}

// settle sends the text that waits, before anything else is shown.
func (o *output) settle() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	o.sendText(o.text.take())
}

func (o *output) sendText(ss []msg.Stream) {
	for _, s := range ss {
		o.publish(msg.TypeStream, s)
	}
}

// Display shows a bundle.
func (o *output) Display(b display.Bundle) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	o.publish(msg.TypeDisplayData, msg.DisplayData{MIMEBundle: mimeBundle(b)})
}

// Update shows a bundle, or puts it in the place of the one with the same id.
func (o *output) Update(id string, b display.Bundle) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	msgType := msg.TypeUpdateDisplayData
	displayID, there := o.shown[id]
	if !there {
		msgType = msg.TypeDisplayData
		o.displays++
		displayID = fmt.Sprintf("%s-%d", o.id, o.displays)
		o.shown[id] = displayID
	}
	o.publish(msgType, msg.DisplayData{
		MIMEBundle: mimeBundle(b),
		Transient:  msg.Transient{DisplayID: displayID},
	})
}

// Result shows the value of the cell's last expression.
func (o *output) Result(b display.Bundle) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	o.result = b.Data[display.MIMEText]
	o.publish(msg.TypeExecuteResult, msg.ExecuteResult{ExecutionCount: o.count, MIMEBundle: mimeBundle(b)})
}

// Clear removes what the cell has shown. What could be updated is gone with it,
// so the next Update of an id shows anew.
func (o *output) Clear(wait bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	clear(o.shown)
	o.publish(msg.TypeClearOutput, msg.ClearOutput{Wait: wait})
}

// Input asks the client that runs the cell for a line of text.
func (o *output) Input(ctx context.Context, prompt string, password bool) (string, error) {
	if o.ask == nil {
		return "", display.ErrNoInput
	}
	o.flush()
	return o.ask(ctx, msg.InputRequest{Prompt: prompt, Password: password})
}

// finish sends all that still waits when the cell has ended. What is written
// later goes out later.
func (o *output) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	o.sendText(o.text.finish())
}

// resultText returns the plain text of the cell's value, "" if it has none.
func (o *output) resultText() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.result
}

// mimeBundle is a bundle as the protocol writes it.
func mimeBundle(b display.Bundle) msg.MIMEBundle {
	return msg.MIMEBundle{Data: b.Data, Metadata: b.Metadata}
}

// result is an Output that keeps the value and drops the rest.
type result struct {
	mu     sync.Mutex
	bundle display.Bundle
}

func (r *result) Result(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bundle = b
}

func (r *result) Stream(display.StreamName, string) {}
func (r *result) Display(display.Bundle)            {}
func (r *result) Update(string, display.Bundle)     {}
func (r *result) Clear(bool)                        {}
