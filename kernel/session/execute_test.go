package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

type cells = map[string]func(context.Context, Request, display.Output) error

func TestOutputsComeBeforeReplyAndReplyBeforeIdle(t *testing.T) {
	e := &engine{cells: cells{"all": func(_ context.Context, _ Request, out display.Output) error {
		out.Stream(display.Stdout, "one ")
		out.Stream(display.Stdout, "two")
		out.Stream(display.Stderr, "three")
		out.Display(display.Text("picture"))
		out.Stream(display.Stdout, "four")
		out.Result(display.Text("42"))
		out.Stream(display.Stdout, "five")
		return nil
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		ms := b.run("all")
		b.wantOrder(ms, "busy", "execute_input", "stream", "stream", "display_data",
			"stream", "execute_result", "stream", "execute_reply", "idle")
		if got := content[msg.Stream](ms[2]); got != (msg.Stream{Name: "stdout", Text: "one two"}) {
			b.Errorf("first stream is %+v", got)
		}
		reply := b.the(ms, msg.TypeExecuteReply)
		if reply.ch != msg.Shell || string(reply.Identities[0]) != "a client" {
			b.Errorf("the reply went to %v %q", reply.ch, reply.Identities)
		}
		if r := e.ran[0]; r.CellID != "cell-7" || r.Count != 1 {
			b.Errorf("the engine got %+v", r)
		}
	})
}

func TestOrderHoldsUnderLoad(t *testing.T) {
	flood := func(_ context.Context, _ Request, out display.Output) error {
		for i := range 20_000 {
			out.Stream(display.Stdout, fmt.Sprintf("line %d\n", i))
		}
		out.Result(display.Text("done"))
		return nil
	}
	inSession(t, &engine{cells: cells{"flood": flood}}, Options{}, func(b *bench) {
		var ids []string
		for range 20 {
			ids = append(ids, b.post(msg.Shell, msg.TypeExecuteRequest, cell("flood")))
			b.post(msg.Control, msg.TypeKernelInfoRequest, struct{}{})
		}
		b.settle()
		for _, id := range ids {
			ms := b.pipe.sentFor(id)
			if words := order(ms); !slices.Equal(words[len(words)-3:], []string{"execute_result", "execute_reply", "idle"}) {
				b.Fatalf("ends with %v", words)
			}
			if n := len(only(ms, msg.TypeStream)); n > 8 {
				b.Errorf("%d stream messages for 20,000 lines", n)
			}
			var text strings.Builder
			for _, m := range only(ms, msg.TypeStream) {
				text.WriteString(content[msg.Stream](m).Text)
			}
			if strings.Count(text.String(), "\n") != 20_000 || !strings.HasSuffix(text.String(), "line 19999\n") {
				b.Error("lines were lost")
			}
		}
	})
}

func TestFailedCellSendsOneErrorAndItsReplyRepeatsIt(t *testing.T) {
	f := &display.Failure{Name: "CompileError", Value: "cell 1:1:1: undefined: x", Traceback: []string{"a", "b"}}
	e := &engine{cells: cells{"x": func(context.Context, Request, display.Output) error {
		return fmt.Errorf("run: %w", f)
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		ms := b.run("x")
		b.wantOrder(ms, "busy", "execute_input", "error", "execute_reply", "idle")
		want := msg.Error{Name: f.Name, Value: f.Value, Traceback: f.Traceback}
		if got := content[msg.Error](ms[2]); fmt.Sprint(got) != fmt.Sprint(want) {
			b.Errorf("error is %+v", got)
		}
		if got := content[msg.ErrorReply](ms[3]); fmt.Sprint(got.Error) != fmt.Sprint(want) || got.Status != msg.Failed {
			b.Errorf("reply is %+v", got)
		}
	})
}

func TestFaultOfOursIsAKernelError(t *testing.T) {
	e := &engine{cells: cells{
		"fault": func(context.Context, Request, display.Output) error { return errors.New("disk full") },
		"panic": func(context.Context, Request, display.Output) error { panic("oh") },
	}}
	inSession(t, e, Options{}, func(b *bench) {
		for code, text := range map[string]string{"fault": "disk full", "panic": "panic: oh"} {
			ms := b.run(code)
			b.wantOrder(ms, "busy", "execute_input", "error", "execute_reply", "idle")
			if got := content[msg.Error](ms[2]); got.Name != "KernelError" || got.Value != text {
				b.Errorf("%s: error is %+v", code, got)
			}
		}
		if got := b.status(b.run("fine")); got != msg.OK {
			b.Errorf("the cell after the faults ended %s", got)
		}
	})
}

func TestErrorAbortsTheCellsThatWait(t *testing.T) {
	e := &engine{cells: cells{"bad": after(time.Second, display.Failf("Panic", "boom"))}}
	inSession(t, e, Options{}, func(b *bench) {
		bad := b.post(msg.Shell, msg.TypeExecuteRequest, cell("bad"))
		next := b.post(msg.Shell, msg.TypeExecuteRequest, cell("next"))
		last := b.post(msg.Shell, msg.TypeExecuteRequest, cell("last"))
		time.Sleep(2 * time.Second)
		b.settle()
		if got := b.status(b.pipe.sentFor(bad)); got != msg.Failed {
			b.Errorf("bad ended %s", got)
		}
		for _, id := range []string{next, last} {
			ms := b.pipe.sentFor(id)
			b.wantOrder(ms, "busy", "execute_reply", "idle")
			if got := b.status(ms); got != msg.Aborted {
				b.Errorf("a cell that waited ended %s", got)
			}
		}
		if got := b.status(b.run("later")); got != msg.OK {
			b.Errorf("a cell sent after the error ended %s", got)
		}
		if got := e.codes(); !slices.Equal(got, []string{"bad", "later"}) {
			b.Errorf("the engine ran %v", got)
		}
	})
}

func TestErrorAbortsACellThatWasStillUnderWay(t *testing.T) {
	e := &engine{cells: cells{"bad": after(10*time.Millisecond, display.Failf("Panic", "boom"))}}
	inSession(t, e, Options{}, func(b *bench) {
		early := msg.Message{Header: msg.NewHeader(msg.TypeExecuteRequest, "client"), Content: []byte(`{"code":"early"}`)}
		other := msg.Message{Header: msg.NewHeader(msg.TypeExecuteRequest, "another client"), Content: []byte(`{"code":"other"}`)}
		b.post(msg.Shell, msg.TypeExecuteRequest, cell("bad"))
		time.Sleep(20 * time.Millisecond)
		b.settle()
		b.pipe.in[msg.Shell] <- early
		b.pipe.in[msg.Shell] <- other
		b.settle()
		if got := b.status(b.pipe.sentFor(early.Header.ID)); got != msg.Aborted {
			b.Errorf("the cell under way ended %s", got)
		}
		if got := b.status(b.pipe.sentFor(other.Header.ID)); got != msg.OK {
			b.Errorf("the cell of another client ended %s", got)
		}
	})
}

func TestErrorLetsTheOthersRunWhenAskedTo(t *testing.T) {
	e := &engine{cells: cells{"bad": after(time.Second, display.Failf("Panic", "boom"))}}
	inSession(t, e, Options{}, func(b *bench) {
		b.post(msg.Shell, msg.TypeExecuteRequest, msg.ExecuteRequest{Code: "bad", StoreHistory: true})
		next := b.post(msg.Shell, msg.TypeExecuteRequest, cell("next"))
		time.Sleep(2 * time.Second)
		b.settle()
		if got := b.status(b.pipe.sentFor(next)); got != msg.OK {
			b.Errorf("the next cell ended %s", got)
		}
	})
}

func TestSilentCellPublishesNothingAndIsNotCounted(t *testing.T) {
	e := &engine{cells: cells{"quiet": func(_ context.Context, r Request, out display.Output) error {
		out.Stream(display.Stdout, "text")
		out.Result(display.Text("1"))
		return display.Failf("Panic", "boom")
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		ms := b.ask(msg.TypeExecuteRequest, msg.ExecuteRequest{Code: "quiet", Silent: true, StoreHistory: true})
		b.wantOrder(ms, "busy", "execute_reply", "idle")
		if !e.ran[0].Silent {
			b.Error("the engine was not told")
		}
		if got := content[msg.ExecuteOK](b.the(b.run("next"), msg.TypeExecuteReply)).ExecutionCount; got != 1 {
			b.Errorf("the next cell has number %d", got)
		}
	})
}

func TestOnlyStoredCellsAreCounted(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		count := func(ms []sent) int {
			return content[msg.ExecuteOK](b.the(ms, msg.TypeExecuteReply)).ExecutionCount
		}
		if got := count(b.run("one")); got != 1 {
			b.Errorf("the first cell has number %d", got)
		}
		if got := count(b.ask(msg.TypeExecuteRequest, msg.ExecuteRequest{Code: "aside"})); got != 1 {
			b.Errorf("a cell that is not stored has number %d", got)
		}
		if got := count(b.run(" \n")); got != 1 {
			b.Errorf("a blank cell has number %d", got)
		}
		if got := count(b.run("two")); got != 2 {
			b.Errorf("the second cell has number %d", got)
		}
		if got := b.engine.codes(); !slices.Equal(got, []string{"one", "aside", "two"}) {
			b.Errorf("the engine ran %q", got)
		}
	})
}

func TestUserExpressionsGiveValuesAndErrors(t *testing.T) {
	e := &engine{cells: cells{
		"1+1": func(_ context.Context, _ Request, out display.Output) error {
			out.Stream(display.Stdout, "not seen")
			out.Result(display.Text("2"))
			return nil
		},
		"nope": func(context.Context, Request, display.Output) error {
			return display.Failf("CompileError", "undefined: nope")
		},
	}}
	inSession(t, e, Options{}, func(b *bench) {
		ms := b.ask(msg.TypeExecuteRequest, msg.ExecuteRequest{
			StoreHistory: true, UserExpressions: map[string]string{"sum": "1+1", "bad": "nope"},
		})
		b.wantOrder(ms, "busy", "execute_input", "execute_reply", "idle")
		type value struct {
			Status msg.Outcome       `json:"status"`
			Data   map[string]string `json:"data"`
			Name   string            `json:"ename"`
		}
		got := content[struct {
			V map[string]value `json:"user_expressions"`
		}](b.the(ms, msg.TypeExecuteReply)).V
		if got["sum"].Data["text/plain"] != "2" || got["sum"].Status != msg.OK || got["bad"].Name != "CompileError" {
			b.Errorf("user_expressions are %+v", got)
		}
	})
}

func TestInterruptStopsTheRunningCellAndAbortsTheOthers(t *testing.T) {
	inSession(t, &engine{cells: cells{"loop": untilStopped}}, Options{}, func(b *bench) {
		loop := b.post(msg.Shell, msg.TypeExecuteRequest, cell("loop"))
		next := b.post(msg.Shell, msg.TypeExecuteRequest, cell("next"))
		b.settle()
		stop := b.post(msg.Control, msg.TypeInterruptRequest, struct{}{})
		b.settle()
		b.wantOrder(b.pipe.sentFor(stop), "busy", "interrupt_reply", "idle")
		ms := b.pipe.sentFor(loop)
		b.wantOrder(ms, "busy", "execute_input", "error", "execute_reply", "idle")
		if got := content[msg.Error](b.the(ms, msg.TypeError)).Name; got != "Interrupted" {
			b.Errorf("the error is %s", got)
		}
		if got := b.status(b.pipe.sentFor(next)); got != msg.Aborted {
			b.Errorf("the cell that waited ended %s", got)
		}
		if got := b.status(b.run("later")); got != msg.OK {
			b.Errorf("a cell after the interrupt ended %s", got)
		}
	})
}

func TestBareContextErrorIsAnInterrupt(t *testing.T) {
	e := &engine{cells: cells{"loop": func(ctx context.Context, _ Request, _ display.Output) error {
		<-ctx.Done()
		return fmt.Errorf("wait: %w", ctx.Err())
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		loop := b.post(msg.Shell, msg.TypeExecuteRequest, cell("loop"))
		b.settle()
		b.post(msg.Control, msg.TypeInterruptRequest, struct{}{})
		b.settle()
		if got := content[msg.Error](b.the(b.pipe.sentFor(loop), msg.TypeError)).Name; got != "Interrupted" {
			b.Errorf("the error is %s", got)
		}
	})
}

func TestInterruptOfAnIdleKernelDoesNothing(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		b.post(msg.Control, msg.TypeInterruptRequest, struct{}{})
		b.settle()
		if got := b.status(b.run("next")); got != msg.OK {
			b.Errorf("the next cell ended %s", got)
		}
	})
}
