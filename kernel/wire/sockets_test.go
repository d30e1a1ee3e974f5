package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomri/kernel/msg"
)

var sprintf = fmt.Sprintf

// hook returns a hook for subscriptions and what it is called with.
func hook() (func([]byte), <-chan string) {
	ch := make(chan string, 100)
	return func(topic []byte) { ch <- string(topic) }, ch
}

func TestRequestReplyOutputAndHeartbeat(t *testing.T) {
	for name, info := range transports(t) {
		t.Run(name, func(t *testing.T) {
			onSub, noticed := hook()
			s, _ := serve(t, info, Options{OnSubscribe: onSub})
			c := newClient(t, s.Info())
			iopub := c.sub("", noticed)
			for ch, port := range map[msg.Channel]int{msg.Shell: s.Info().ShellPort, msg.Control: s.Info().ControlPort, msg.Stdin: s.Info().StdinPort} {
				d := c.dealer(port, "client")
				sent := c.send(d, "a_request")
				got := recvMsg(t, s, ch)
				if got.Header != sent.Header || got.Parent != nil || string(got.Identities[0]) != "client" {
					t.Fatalf("got %+v, sent %+v", got, sent)
				}
				reply := message(t, "a_reply", map[string]string{"on": ch.String()})
				reply.Parent, reply.Identities, reply.Buffers = &got.Header, got.Identities, [][]byte{[]byte("one"), {}}
				if err := s.Send(ch, reply); err != nil {
					t.Fatal(err)
				}
				back := c.recv(d)
				if *back.Parent != got.Header || string(back.Content) != string(reply.Content) || len(back.Buffers) != 2 || string(back.Buffers[0]) != "one" {
					t.Fatalf("reply %+v", back)
				}
			}
			if err := s.Send(msg.IOPub, message(t, "status", nil)); err != nil {
				t.Fatal(err)
			}
			if m := c.recv(iopub); m.Header.Type != "status" || string(m.Identities[0]) != "status" {
				t.Fatalf("published %+v", m)
			}
			hb := c.dial(zmq4.NewReq(c.ctx, quiet()), s.Info().HBPort)
			for _, beat := range []string{"ping", ""} {
				if err := hb.Send(zmq4.NewMsgString(beat)); err != nil {
					t.Fatal(err)
				}
				if m, err := hb.Recv(); err != nil || string(m.Bytes()) != beat {
					t.Fatalf("beat %q came back as %q, %v", beat, m.Bytes(), err)
				}
			}
		})
	}
}

func TestBigFramesBothWays(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{}, Options{})
	c := newClient(t, s.Info())
	d := c.dealer(s.Info().ShellPort, "big")
	for _, n := range []int{255, 256, smallFrame, smallFrame + 1, 20 << 20} {
		m := text(t, "big", n)
		frames, _ := c.env.seal(m)
		if err := d.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
			t.Fatal(err)
		}
		got := recvMsg(t, s, msg.Shell)
		if string(got.Content) != string(m.Content) {
			t.Fatalf("%d bytes came as %d", len(m.Content), len(got.Content))
		}
		if err := s.Send(msg.Shell, got); err != nil {
			t.Fatal(err)
		}
		if back := c.recv(d); string(back.Content) != string(m.Content) {
			t.Fatalf("%d bytes came back as %d", len(m.Content), len(back.Content))
		}
	}
}

func TestEachClientGetsItsOwnReplies(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{Key: "k"}, Options{})
	c := newClient(t, s.Info())
	const clients, requests = 3, 100
	done := make(chan error, clients)
	for i := range clients {
		d := c.dealer(s.Info().ShellPort, fmt.Sprint("client", i))
		go func() {
			for range requests {
				m := c.send(d, "ask")
				r, err := d.Recv()
				if err != nil || !strings.Contains(string(r.Frames[3]), m.Header.ID) {
					done <- fmt.Errorf("reply %q, %v to %s", r.Frames, err, m.Header.ID)
					return
				}
			}
			done <- nil
		}()
	}
	for range clients * requests {
		m := recvMsg(t, s, msg.Shell)
		r := message(t, "answer", nil)
		r.Identities, r.Parent = m.Identities, &m.Header
		if err := s.Send(msg.Shell, r); err != nil {
			t.Fatal(err)
		}
	}
	for range clients {
		if err := await(t, done); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReplyGoesToTheConnectionThatSpokeLast(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{Key: "k"}, Options{})
	env := newEnvelope("k")
	first := dialRaw(t, s.Info(), s.Info().ControlPort).handshake("DEALER", "same")
	second := dialRaw(t, s.Info(), s.Info().ControlPort).handshake("DEALER", "same")
	for i, c := range []*rawClient{first, second, first} {
		c.put(sealed(t, env, message(t, "ask", nil)))
		m := recvMsg(t, s, msg.Control)
		m.Header.Type = fmt.Sprint("answer", i)
		if err := s.Send(msg.Control, m); err != nil {
			t.Fatal(err)
		}
		got, err := env.open(c.frames())
		if err != nil || got.Header.Type != m.Header.Type {
			t.Fatalf("got %v, %v; want %s", got.Header.Type, err, m.Header.Type)
		}
	}
}

func TestReconnectedClientGetsTheReply(t *testing.T) {
	s, j := serve(t, ConnectionInfo{}, Options{})
	env := newEnvelope("")
	old := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "id")
	old.put(sealed(t, env, message(t, "ask", nil)))
	m := recvMsg(t, s, msg.Shell)
	again := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "id")
	waitFor(t, func() bool { return openConns(s, msg.Shell) == 2 })
	old.Close()
	if err := s.Send(msg.Shell, m); err != nil {
		t.Fatal(err)
	}
	if got, err := env.open(again.frames()); err != nil || got.Header.ID != m.Header.ID {
		t.Fatalf("%+v, %v; log %q", got, err, j.lines)
	}
}

// openConns returns how many peers of a channel can be sent to.
func openConns(s *Sockets, ch msg.Channel) int {
	var z *zmqSocket
	switch sock := s.channels[ch].socket.(type) {
	case router:
		z = sock.zmqSocket
	case publisher:
		z = sock.zmqSocket
	}
	z.hub.mu.Lock()
	defer z.hub.mu.Unlock()
	n := 0
	for c := range z.hub.conns {
		if c.open {
			n++
		}
	}
	return n
}

// waitFor polls until ok, for what has no event of its own.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it did not come about")
		}
	}
}

func TestSendToAClientThatHasGone(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{}, Options{})
	m := message(t, "reply", nil)
	m.Identities = [][]byte{[]byte("nobody")}
	if err := s.Send(msg.Shell, m); !errors.Is(err, ErrNoPeer) {
		t.Errorf("before anyone connected: %v", err)
	}
	c := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "here")
	c.put(sealed(t, newEnvelope(""), m))
	got := recvMsg(t, s, msg.Shell)
	c.Close()
	waitFor(t, func() bool { return openConns(s, msg.Shell) == 0 })
	if err := s.Send(msg.Shell, got); !errors.Is(err, ErrNoPeer) {
		t.Errorf("after it left: %v", err)
	}
}

func TestBadMessagesAreDroppedAndTheNextIsReceived(t *testing.T) {
	s, j := serve(t, ConnectionInfo{Key: "right"}, Options{})
	good, evil := newEnvelope("right"), newEnvelope("wrong")
	c := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "x")
	twice := sealed(t, good, message(t, "first", nil))
	c.put(sealed(t, evil, message(t, "forged", nil)))
	c.put(twice)
	c.put(twice)
	c.put(rawFrame(0, "junk"))
	c.put(sealed(t, good, msg.Message{Header: msg.Header{ID: "no type"}}))
	c.put(sealed(t, good, message(t, "last", nil)))
	for _, want := range []string{"first", "last"} {
		if m := recvMsg(t, s, msg.Shell); m.Header.Type != want {
			t.Fatalf("got %s, want %s", m.Header.Type, want)
		}
	}
	for _, want := range []string{"signature is wrong", "has come before", "no <IDS|MSG>", "msg_type"} {
		j.wait(want)
	}
}

func TestTopicsAreFiltered(t *testing.T) {
	onSub, noticed := hook()
	s, _ := serve(t, ConnectionInfo{}, Options{OnSubscribe: onSub})
	c := dialRaw(t, s.Info(), s.Info().IOPubPort).handshake("SUB", "")
	c.put(rawFrame(0, "\x01str"))
	c.put(rawFrame(4, "\x09SUBSCRIBEsta"))
	for _, want := range []string{"str", "sta"} {
		if got := await(t, noticed); got != want {
			t.Fatalf("noticed %q, want %q", got, want)
		}
	}
	c.put(rawFrame(0, "\x00str"))
	c.put(rawFrame(0, "\x01zzz"))
	await(t, noticed)
	for _, topic := range []string{"stream", "status"} {
		if err := s.Send(msg.IOPub, message(t, topic, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.frames(); string(got[0]) != "status" {
		t.Fatalf("got %q", got[0])
	}
}

func TestWelcomeFromTheHookReachesTheSubscriber(t *testing.T) {
	var s *Sockets
	up := make(chan struct{})
	s, _ = serve(t, ConnectionInfo{}, Options{OnSubscribe: func([]byte) {
		<-up
		s.Send(msg.IOPub, message(t, msg.TypeIOPubWelcome, nil))
	}})
	close(up)
	for range 20 {
		c := dialRaw(t, s.Info(), s.Info().IOPubPort).handshake("SUB", "")
		c.put(rawFrame(0, "\x01"))
		if got := c.frames(); string(got[0]) != msg.TypeIOPubWelcome {
			t.Fatalf("got %q", got[0])
		}
		c.Close()
	}
}

func TestPingIsAnsweredAndNotHandedUp(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{}, Options{})
	for port, socketType := range map[int]string{s.Info().ShellPort: "DEALER", s.Info().IOPubPort: "SUB"} {
		c := dialRaw(t, s.Info(), port).handshake(socketType, "p")
		c.put(rawFrame(4, "\x04PING\x00\x10ctx"))
		if flags, body, err := c.frame(); err != nil || flags != 4 || body != "\x04PONGctx" {
			t.Fatalf("flags %d, body %q, %v", flags, body, err)
		}
		if socketType == "DEALER" {
			c.put(sealed(t, newEnvelope(""), message(t, "after", nil)))
			if m := recvMsg(t, s, msg.Shell); m.Header.Type != "after" {
				t.Fatalf("got %s", m.Header.Type)
			}
		}
	}
}

func TestLastIdleArrivesAtClose(t *testing.T) {
	for round := range 10 {
		onSub, noticed := hook()
		s, _ := serve(t, ConnectionInfo{Key: "k"}, Options{OnSubscribe: onSub})
		c := newClient(t, s.Info())
		sub := dialRaw(t, s.Info(), s.Info().IOPubPort).handshake("SUB", "")
		sub.put(rawFrame(0, "\x01"))
		await(t, noticed)
		const n = 50
		for i := range n {
			if err := s.Send(msg.IOPub, text(t, fmt.Sprint("n", i), 10_000)); err != nil {
				t.Fatal(err)
			}
		}
		go s.Close()
		for i := range n {
			if m, err := c.env.open(sub.frames()); err != nil || m.Header.Type != fmt.Sprint("n", i) {
				t.Fatalf("round %d: message %d is %s, %v", round, i, m.Header.Type, err)
			}
		}
	}
}

func TestCloseFreesPortsFilesAndGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, info := range transports(t) {
		s, err := Listen(info, Options{})
		if err != nil {
			t.Fatal(err)
		}
		// Peers that talk, peers that do not, and messages nobody receives.
		var raws []*rawClient
		for range 15 {
			c := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "")
			for range 30 {
				c.put(sealed(t, newEnvelope("secret"), message(t, "unread", nil)))
			}
			raws = append(raws, c, dialRaw(t, s.Info(), s.Info().IOPubPort).handshake("SUB", ""), dialRaw(t, s.Info(), s.Info().HBPort))
		}
		recvMsg(t, s, msg.Shell)
		start := time.Now()
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%s: close took %v", name, d)
		}
		s.Close()
		if _, err := s.Recv(context.Background(), msg.Shell); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: recv after close: %v", name, err)
		}
		for _, ch := range []msg.Channel{msg.Shell, msg.IOPub} {
			m := message(t, "x", nil)
			m.Identities = [][]byte{[]byte("x")}
			if err := s.Send(ch, m); !errors.Is(err, ErrClosed) && !errors.Is(err, ErrNoPeer) {
				t.Errorf("%s: send on %v after close: %v", name, ch, err)
			}
		}
		info := s.Info()
		again, err := Listen(info, Options{}) // the same ports
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again.Close()
		for _, p := range info.ports() {
			if _, err := os.Stat(info.address(*p.port)); name == "ipc" && !os.IsNotExist(err) {
				t.Errorf("socket file of %s is still there: %v", p.name, err)
			}
		}
		for _, c := range raws {
			c.Close()
		}
	}
	waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
}

func TestStaleSocketFileIsReplacedAndALiveOneIsNot(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("clients on Windows use tcp")
	}
	info := ConnectionInfo{Transport: "ipc", IP: t.TempDir() + "/k", ShellPort: 1, ControlPort: 2, StdinPort: 3, HBPort: 4, IOPubPort: 5}
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: info.address(1), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	s, _ := serve(t, info, Options{})
	if st, err := os.Stat(info.address(1)); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("socket file: %v, %v", st.Mode(), err)
	}
	if _, err := Listen(info, Options{}); err == nil || !strings.Contains(err.Error(), "another process listens") {
		t.Errorf("second kernel: %v", err)
	}
	s.Close()
	if err := os.WriteFile(info.address(2), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(info, Options{}); err == nil {
		t.Error("a file of somebody else was taken for a socket")
	}
	if data, err := os.ReadFile(info.address(2)); err != nil || string(data) != "precious" {
		t.Errorf("the file is %q, %v", data, err)
	}
}
