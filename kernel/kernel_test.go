package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomri/kernel/display"
	"gomri/kernel/msg"
	"gomri/kernel/session"
)

// echoEngine is an engine that prints the cell, and knows a few words more.
type echoEngine struct{ closed chan struct{} }

func (e *echoEngine) Execute(ctx context.Context, r session.Request, out display.Output) error {
	switch r.Code {
	case "wait":
		<-ctx.Done()
		return display.Interrupted(ctx)
	case "fail":
		return display.Failf("Panic", "boom")
	}
	out.Stream(display.Stdout, r.Code)
	out.Result(display.Text(strconv.Itoa(len(r.Code))))
	return nil
}

func (*echoEngine) IsComplete(string) session.Completeness {
	return session.Completeness{Status: "complete"}
}

func (*echoEngine) Complete(context.Context, string, int) session.Completion {
	return session.Completion{}
}

func (*echoEngine) Inspect(context.Context, string, int, int) (display.Bundle, bool) {
	return display.Bundle{}, false
}
func (e *echoEngine) Close() error { close(e.closed); return nil }

// kernelUnderTest is a served kernel.
type kernelUnderTest struct {
	*client
	hb     string
	engine *echoEngine
	served chan error
	stop   context.CancelFunc
}

func serveEcho(t *testing.T, o Options) *kernelUnderTest {
	t.Helper()
	file, info := connectionFile(t)
	ctx, stop := context.WithCancel(context.Background())
	k := &kernelUnderTest{
		engine: &echoEngine{closed: make(chan struct{})}, served: make(chan error, 1), stop: stop,
		hb: "tcp://127.0.0.1:" + strconv.Itoa(info.HBPort),
	}
	open := func(context.Context) (session.Engine, error) { return k.engine, nil }
	done := make(chan struct{})
	go func() { defer close(done); k.served <- Serve(ctx, file, open, o) }()
	t.Cleanup(func() { stop(); <-done })
	k.client = connect(t, info)
	return k
}

// ended waits for Serve to return.
func (k *kernelUnderTest) ended() error {
	k.t.Helper()
	select {
	case err := <-k.served:
		<-k.engine.closed
		return err
	case <-time.After(10 * time.Second):
		k.t.Fatal("the kernel did not end")
	}
	return nil
}

func TestCellTravelsOverRealSockets(t *testing.T) {
	k := serveEcho(t, Options{GoVersion: "1.26.8"})
	for _, ch := range []msg.Channel{msg.Shell, msg.Control} {
		id := k.send(ch, msg.TypeKernelInfoRequest, `{}`)
		if m := k.next(ch); m.Parent.ID != id || !strings.Contains(string(m.Content), `"version":"1.26.8"`) {
			t.Errorf("%s: %s %s", ch, m.Header.Type, m.Content)
		}
		if got := k.untilIdle(id); !slices.Equal(got, []string{"busy", "idle"}) {
			t.Errorf("%s: %v", ch, got)
		}
	}
	id := k.send(msg.Shell, msg.TypeExecuteRequest, `{"code":"héllo 🙂"}`)
	want := []string{"busy", "execute_input", "stdout:héllo 🙂", "execute_result", "idle"}
	if got := k.untilIdle(id); !slices.Equal(got, want) {
		t.Errorf("published %q", got)
	}
	if m := k.next(msg.Shell); m.Header.Type != msg.TypeExecuteReply || m.Parent.ID != id {
		t.Errorf("the reply is %s to %s", m.Header.Type, m.Parent.ID)
	}
}

func TestControlAndHeartbeatAnswerWhileACellRuns(t *testing.T) {
	k := serveEcho(t, Options{})
	wait := k.send(msg.Shell, msg.TypeExecuteRequest, `{"code":"wait"}`)
	next := k.send(msg.Shell, msg.TypeExecuteRequest, `{"code":"next"}`)
	for k.next(msg.IOPub).Header.Type != msg.TypeExecuteInput {
	}

	beat := zmq4.NewReq(context.Background())
	defer beat.Close()
	if err := beat.Dial(k.hb); err != nil {
		t.Fatal(err)
	}
	if err := beat.Send(zmq4.NewMsgString("ping")); err != nil {
		t.Fatal(err)
	}
	if m, err := beat.Recv(); err != nil || string(m.Bytes()) != "ping" {
		t.Errorf("the heartbeat is %q, %v", m.Bytes(), err)
	}

	k.send(msg.Control, msg.TypeInterruptRequest, `{}`)
	if m := k.next(msg.Control); m.Header.Type != msg.TypeInterruptReply {
		t.Errorf("control answers %s", m.Header.Type)
	}
	for _, want := range []struct{ id, status string }{{wait, "error"}, {next, "aborted"}} {
		m := k.next(msg.Shell)
		var r struct{ Status string }
		if err := json.Unmarshal(m.Content, &r); err != nil || r.Status != want.status || m.Parent.ID != want.id {
			t.Errorf("a cell ended %s, want %s (%v)", r.Status, want.status, err)
		}
	}
}

func TestShutdownAnswersEveryoneAndEndsTheKernel(t *testing.T) {
	k := serveEcho(t, Options{})
	k.send(msg.Shell, msg.TypeExecuteRequest, `{"code":"wait"}`)
	id := k.send(msg.Control, msg.TypeShutdownRequest, `{"restart":false}`)
	if m := k.next(msg.Control); m.Header.Type != msg.TypeShutdownReply || string(m.Content) != `{"status":"ok","restart":false}` {
		t.Errorf("control answers %s %s", m.Header.Type, m.Content)
	}
	if got := k.untilIdle(id); !slices.Equal(got, []string{"busy", "shutdown_reply", "idle"}) {
		t.Errorf("published %v", got)
	}
	if err := k.ended(); err != nil {
		t.Error(err)
	}
}

func TestKernelEndsWithItsContext(t *testing.T) {
	k := serveEcho(t, Options{})
	k.stop()
	if err := k.ended(); err != nil {
		t.Error(err)
	}
}

func TestKernelEndsWhenItsParentHasGone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows the parent is an open handle, not a number")
	}
	parent := exec.Command("sleep", "60")
	if err := parent.Start(); err != nil {
		t.Skip("no process to watch:", err)
	}
	k := serveEcho(t, Options{Parent: strconv.Itoa(parent.Process.Pid)})
	select {
	case err := <-k.served:
		t.Fatal("the kernel ended with its parent alive:", err)
	case <-time.After(1500 * time.Millisecond):
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	if err := k.ended(); err != nil {
		t.Error(err)
	}
}

func TestParentThatIsNoneIsNotWatched(t *testing.T) {
	for _, text := range []string{"", "0", "-1", "x", "99999999999999999999999"} {
		if parentLives(text) != nil {
			t.Errorf("%q is watched", text)
		}
	}
}

func TestEngineThatDoesNotOpenIsAnError(t *testing.T) {
	file, _ := connectionFile(t)
	broken := errors.New("no workspace")
	err := Serve(t.Context(), file, func(context.Context) (session.Engine, error) { return nil, broken }, Options{})
	if !errors.Is(err, broken) {
		t.Errorf("Serve returned %v", err)
	}
	if err := Serve(t.Context(), file+"-none", nil, Options{}); err == nil || !strings.Contains(err.Error(), "connection file") {
		t.Errorf("without a connection file: %v", err)
	}
}
