package session

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// greeting is a cell that asks for a name, and again if it is empty.
func greeting(ctx context.Context, _ Request, out display.Output) error {
	out.Stream(display.Stdout, "Your name: ")
	name, err := out.(display.Asker).Input(ctx, "name", false)
	if errors.Is(err, display.ErrNoInput) {
		name, err = "nobody", nil
	}
	if err != nil {
		return err
	}
	out.Stream(display.Stdout, "hello "+name)
	return nil
}

func inputBench(t *testing.T, test func(b *bench)) {
	t.Helper()
	e := &engine{cells: map[string]func(context.Context, Request, display.Output) error{"greet": greeting}}
	inSession(t, e, Options{}, test)
}

// answer sends an input_reply; parent may be nil, as some clients send it.
func (b *bench) answer(text string, parent *msg.Header) {
	b.Helper()
	m, err := msg.New(msg.TypeInputReply, "client", parent, msg.InputReply{Value: text})
	if err != nil {
		b.Fatal(err)
	}
	b.pipe.in[msg.Stdin] <- m
	b.settle()
}

func asking(code string) msg.ExecuteRequest {
	c := cell(code)
	c.AllowStdin = true
	return c
}

func TestQuestionGoesToTheClientThatRunsTheCell(t *testing.T) {
	inputBench(t, func(b *bench) {
		ms := b.ask(msg.TypeExecuteRequest, asking("greet"))
		b.wantOrder(ms, "busy", "execute_input", "stream", "input_request")
		q := b.the(ms, msg.TypeInputRequest)
		if q.ch != msg.Stdin || !slices.EqualFunc(q.Identities, [][]byte{[]byte("a client")}, slices.Equal) {
			t.Errorf("the question went to %v, %q", q.ch, q.Identities)
		}
		if in := content[msg.InputRequest](q); in.Prompt != "name" || in.Password {
			t.Errorf("asked %+v", in)
		}
		b.answer("Ada", &q.Header)
		ms = b.pipe.sentFor(q.Parent.ID)
		b.wantOrder(ms, "busy", "execute_input", "stream", "input_request", "stream", "execute_reply", "idle")
		if got := content[msg.Stream](only(ms, msg.TypeStream)[1]).Text; got != "hello Ada" {
			t.Errorf("the cell said %q", got)
		}
	})
}

func TestQuestionIsNotAskedWhereTheClientDoesNotAllowIt(t *testing.T) {
	inputBench(t, func(b *bench) {
		ms := b.run("greet")
		b.wantOrder(ms, "busy", "execute_input", "stream", "execute_reply", "idle")
	})
}

func TestInterruptEndsAnOpenQuestionAndItsLateAnswerIsDropped(t *testing.T) {
	inputBench(t, func(b *bench) {
		ms := b.ask(msg.TypeExecuteRequest, asking("greet"))
		first := b.the(ms, msg.TypeInputRequest)
		b.post(msg.Control, msg.TypeInterruptRequest, struct{}{})
		b.settle()
		if got := b.status(b.pipe.sentFor(first.Parent.ID)); got != msg.Failed {
			t.Errorf("the interrupted cell is %s", got)
		}
		ms = b.ask(msg.TypeExecuteRequest, asking("greet"))
		second := b.the(ms, msg.TypeInputRequest)
		b.answer("late", &first.Header)
		b.answer("Grace", nil)
		ms = b.pipe.sentFor(second.Parent.ID)
		if got := content[msg.Stream](only(ms, msg.TypeStream)[1]).Text; got != "hello Grace" {
			t.Errorf("the cell said %q", got)
		}
	})
}
