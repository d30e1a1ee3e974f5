package session

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

func TestKernelInfoIsAnsweredOnShellAndControl(t *testing.T) {
	inSession(t, &engine{}, Options{GoVersion: "1.26.8", Version: "0.1"}, func(b *bench) {
		for _, ch := range []msg.Channel{msg.Shell, msg.Control} {
			id := b.post(ch, msg.TypeKernelInfoRequest, struct{}{})
			b.settle()
			ms := b.pipe.sentFor(id)
			b.wantOrder(ms, "busy", "kernel_info_reply", "idle")
			if ms[1].ch != ch {
				b.Errorf("the reply to %v went to %v", ch, ms[1].ch)
			}
			k := content[msg.KernelInfoReply](ms[1])
			if k.LanguageInfo.Name != "go" || k.LanguageInfo.Version != "1.26.8" || k.ProtocolVersion != "5.5" {
				b.Errorf("kernel_info is %+v", k)
			}
			if !strings.Contains(string(ms[1].Content), `"supported_features":[]`) {
				b.Error("supported_features is not an empty list")
			}
		}
	})
}

func TestRequestsAreAnsweredWhileACellRuns(t *testing.T) {
	inSession(t, &engine{cells: cells{"loop": untilStopped}}, Options{}, func(b *bench) {
		b.run("loop")
		for typ, c := range map[string]any{
			msg.TypeKernelInfoRequest: struct{}{},
			msg.TypeCompleteRequest:   msg.CompleteRequest{Code: "fmt.Pr"},
			msg.TypeCommInfoRequest:   struct{}{},
			msg.TypeHistoryRequest:    msg.HistoryRequest{Access: "tail"},
		} {
			ms := b.ask(typ, c)
			b.wantOrder(ms, "busy", strings.Replace(typ, "_request", "_reply", 1), "idle")
		}
	})
}

func TestCompleteCountsCodePoints(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		at := 7
		for _, cursor := range []*int{&at, nil, new(int)} {
			ms := b.ask(msg.TypeCompleteRequest, msg.CompleteRequest{Code: "🙂fmt.Pr", Cursor: cursor})
			c := content[msg.CompleteReply](b.the(ms, msg.TypeCompleteReply))
			want := 7
			if cursor != nil {
				want = *cursor
			}
			if c.End != want || len(c.Matches) != 1 || c.Metadata.Types[0].Type != "function" {
				b.Errorf("completion is %+v", c)
			}
		}
		ms := b.ask(msg.TypeCompleteRequest, msg.CompleteRequest{Code: "nothing"})
		if got := string(b.the(ms, msg.TypeCompleteReply).Content); !strings.Contains(got, `"matches":[],"cursor_start":7,"cursor_end":7`) {
			b.Errorf("no match gives %s", got)
		}
	})
}

func TestInspectAndIsCompleteAreAnswered(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		ms := b.ask(msg.TypeInspectRequest, msg.InspectRequest{Code: "fmt"})
		if got := content[msg.InspectReply](b.the(ms, msg.TypeInspectReply)); !got.Found || got.Data["text/plain"] != "about fmt" {
			b.Errorf("inspect gives %+v", got)
		}
		ms = b.ask(msg.TypeIsCompleteRequest, msg.IsCompleteRequest{Code: "if {"})
		if got := string(b.the(ms, msg.TypeIsCompleteReply).Content); got != `{"status":"incomplete","indent":"\t"}` {
			b.Errorf("is_complete gives %s", got)
		}
		ms = b.ask(msg.TypeIsCompleteRequest, msg.IsCompleteRequest{Code: "x"})
		if got := string(b.the(ms, msg.TypeIsCompleteReply).Content); got != `{"status":"complete"}` {
			b.Errorf("is_complete gives %s", got)
		}
	})
}

func TestHistoryGivesTailRangeAndSearch(t *testing.T) {
	value := func(_ context.Context, _ Request, out display.Output) error {
		out.Result(display.Text("3"))
		return nil
	}
	inSession(t, &engine{cells: cells{"b/2": value}}, Options{}, func(b *bench) {
		for _, code := range []string{"a1", "b/2", "a1", "c3"} {
			b.run(code)
		}
		for want, req := range map[string]msg.HistoryRequest{
			`[[1,3,"a1"],[1,4,"c3"]]`:               {Access: "tail", N: 2},
			`[[1,2,["b/2","3"]],[1,3,["a1",null]]]`: {Access: "range", Start: 2, Stop: 4, Output: true},
			`[[1,1,"a1"],[1,3,"a1"]]`:               {Access: "search", Pattern: "a*"},
			`[[1,3,"a1"]]`:                          {Access: "search", Pattern: "a?", Unique: true},
			`[[1,2,"b/2"]]`:                         {Access: "search", Pattern: "b*2"},
			`[]`:                                    {Access: "range", Session: 9},
		} {
			ms := b.ask(msg.TypeHistoryRequest, req)
			got := string(b.the(ms, msg.TypeHistoryReply).Content)
			if got != `{"status":"ok","history":`+want+`}` {
				b.Errorf("%+v gives\n %s, want\n %s", req, got, want)
			}
		}
	})
}

func TestHistoryForgetsTheOldest(t *testing.T) {
	var h history
	for i := range historyLines + 10 {
		h.add(i, "x")
	}
	if len(h.lines) != historyLines || h.lines[0].count != 10 {
		t.Errorf("%d lines are kept, the first is %d", len(h.lines), h.lines[0].count)
	}
	h.add(1, strings.Repeat("x", historyBytes+1))
	if len(h.lines) != 0 || h.bytes != 0 {
		t.Errorf("%d lines of %d bytes are kept", len(h.lines), h.bytes)
	}
}

func TestCommIsClosedAtOnce(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		ms := b.ask(msg.TypeCommOpen, json.RawMessage(`{"comm_id":"c","target_name":"t","data":{}}`))
		b.wantOrder(ms, "busy", "comm_close", "idle")
		if got := string(ms[1].Content); got != `{"comm_id":"c","data":{}}` {
			b.Errorf("comm_close is %s", got)
		}
		b.wantOrder(b.ask(msg.TypeCommMsg, json.RawMessage(`{"comm_id":"c","data":{}}`)), "busy", "idle")
	})
}

func TestUnknownRequestGetsBusyAndIdleOnly(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		b.wantOrder(b.ask("surprise_request", struct{}{}), "busy", "idle")
		id := b.post(msg.Control, "debug_request", struct{}{})
		b.settle()
		b.wantOrder(b.pipe.sentFor(id), "busy", "idle")
	})
}

func TestInvalidContentIsAnsweredAndNeverPanics(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		types := []string{
			msg.TypeExecuteRequest, msg.TypeCompleteRequest, msg.TypeInspectRequest,
			msg.TypeIsCompleteRequest, msg.TypeHistoryRequest, msg.TypeCommOpen, "nonsense",
		}
		for _, typ := range types {
			for _, raw := range []string{`[]`, `{"code":7,"comm_id":7,"n":"x"}`, `{`, `"x"`, `{"hist_access_type":"all","code":[],"comm_id":{}}`} {
				words := order(b.ask(typ, json.RawMessage(raw)))
				if words[0] != "busy" || words[len(words)-1] != "idle" {
					b.Errorf("%s %s gives %v", typ, raw, words)
				}
				if reply := strings.Replace(typ, "_request", "_reply", 1); reply != typ && words[1] != reply {
					b.Errorf("%s %s gives %v", typ, raw, words)
				}
			}
		}
		b.pipe.in[msg.Shell] <- msg.Message{}
		b.settle()
		if got := b.status(b.run("fine")); got != msg.OK {
			b.Errorf("a cell after all that ended %s", got)
		}
	})
}

func TestPanicInCompletionCostsOneRequest(t *testing.T) {
	e := &engine{onComplete: func() { panic("oh") }}
	inSession(t, e, Options{}, func(b *bench) {
		ms := b.ask(msg.TypeCompleteRequest, msg.CompleteRequest{Code: "fmt."})
		b.wantOrder(ms, "busy", "complete_reply", "idle")
		if got := content[msg.ErrorReply](ms[1]); got.Status != msg.Failed {
			b.Errorf("the reply is %+v", got)
		}
		if got := b.status(b.run("fine")); got != msg.OK {
			b.Errorf("a cell after that ended %s", got)
		}
	})
}

func TestUsageIsAnswered(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		id := b.post(msg.Control, msg.TypeUsageRequest, struct{}{})
		b.settle()
		u := content[msg.UsageReply](b.the(b.pipe.sentFor(id), msg.TypeUsageReply))
		if u.PID == 0 || u.CPUs == 0 || u.Memory == 0 {
			b.Errorf("usage is %+v", u)
		}
	})
}

func TestShutdownWorksWhileACellRuns(t *testing.T) {
	for _, ch := range []msg.Channel{msg.Control, msg.Shell} {
		t.Run(ch.String(), func(t *testing.T) {
			e := &engine{cells: cells{"loop": untilStopped}}
			inSession(t, e, Options{}, func(b *bench) {
				loop := b.post(msg.Shell, msg.TypeExecuteRequest, cell("loop"))
				next := b.post(msg.Shell, msg.TypeExecuteRequest, cell("next"))
				b.settle()
				id := b.post(ch, msg.TypeShutdownRequest, msg.ShutdownRequest{Restart: true})
				if err := <-b.served; err != nil {
					b.Error(err)
				}
				ms := b.pipe.sentFor(id)
				b.wantOrder(ms, "busy", "shutdown_reply", "shutdown_reply", "idle")
				if ms[1].ch != ch || ms[2].ch != msg.IOPub || !content[msg.ShutdownReply](ms[1]).Restart {
					b.Errorf("replies on %v and %v: %s", ms[1].ch, ms[2].ch, ms[1].Content)
				}
				b.wantOrder(b.pipe.sentFor(loop), "busy", "execute_input", "error", "execute_reply", "idle")
				if got := b.status(b.pipe.sentFor(next)); got != msg.Aborted {
					b.Errorf("the cell that waited ended %s", got)
				}
				if e.closed != 1 || !b.pipe.closed {
					b.Errorf("engine closed %d times, transport closed: %v", e.closed, b.pipe.closed)
				}
			})
		})
	}
}

func TestShutdownDoesNotWaitForeverForACell(t *testing.T) {
	e := &engine{cells: cells{}}
	inSession(t, e, Options{StopGrace: time.Second}, func(b *bench) {
		killed := make(chan struct{})
		e.cells["deaf"] = func(context.Context, Request, display.Output) error {
			<-killed
			return errors.New("killed")
		}
		e.onClose = func() { close(killed) }
		b.post(msg.Shell, msg.TypeExecuteRequest, cell("deaf"))
		b.settle()
		start := time.Now()
		b.post(msg.Control, msg.TypeShutdownRequest, msg.ShutdownRequest{})
		if err := <-b.served; err != nil {
			b.Error(err)
		}
		if took := time.Since(start); took > 2*time.Second {
			b.Errorf("the end took %v", took)
		}
	})
}

func TestBrokenTransportEndsServeWithAnError(t *testing.T) {
	inSession(t, &engine{}, Options{}, func(b *bench) {
		close(b.pipe.in[msg.Shell])
		if err := <-b.served; !errors.Is(err, errPipe) {
			b.Errorf("Serve returned %v", err)
		}
		if b.engine.closed != 1 {
			b.Error("the engine was not closed")
		}
	})
}
