package wire

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomri/kernel/msg"
)

// bogus is what a hostile or mistaken peer sends to a socket of a kernel whose
// peers should be of the given type.
func bogus(socketType string) map[string]string {
	hello := string(theGreeting())
	ready := string(rawFrame(4, "\x05READY"+property("Socket-Type", socketType)))
	long := func(flags byte, size uint64) string {
		return string(binary.BigEndian.AppendUint64([]byte{flags | 2}, size))
	}
	readyWith := func(properties string) string { return hello + string(rawFrame(4, "\x05READY"+properties)) }
	random := make([]byte, 400)
	rand.New(rand.NewSource(1)).Read(random)
	old := theGreeting()
	old[10] = 2
	curve := theGreeting()
	copy(curve[12:], "CURVE")
	many := ""
	for range standardLimits().parts + 1 {
		many += "\x01\x00"
	}
	return map[string]string{
		"property name past the end":   readyWith("\xffSocket"),
		"property length past the end": readyWith("\x0bSocket-Type\x7f\xff\xff\xffDEALER"),
		"property without length":      readyWith("\x0bSocket-Type\x00"),
		"empty property name":          readyWith("\x00\x00\x00\x00\x00"),
		"READY of 2^62 bytes":          hello + long(4, 1<<62),
		"READY of 2^63 bytes":          hello + long(4, 1<<63),
		"READY of 1 TiB":               hello + long(4, 1<<40),
		"READY of 16 GiB":              hello + long(4, 16<<30),
		"READY of 0 bytes":             hello + "\x04\x00",
		"command without a name":       hello + "\x04\x01\x09",
		"identity of 300 bytes":        readyWith(property("Socket-Type", socketType) + property("Identity", strings.Repeat("i", 300))),
		"message instead of READY":     hello + "\x00\x05hello",
		"wrong socket type":            readyWith(property("Socket-Type", "PUSH")),
		"no socket type":               readyWith(""),
		"another command":              hello + string(rawFrame(4, "\x05HELLO")),
		"message of 2^62 bytes":        hello + ready + long(0, 1<<62),
		"message of 2^64-1 bytes":      hello + ready + long(1, 1<<64-1),
		"message of 1 TiB":             hello + ready + long(0, 1<<40),
		"random after handshake":       hello + ready + string(random),
		"random":                       string(random),
		"empty frames for ever":        hello + ready + many,
		"empty command":                hello + ready + "\x04\x00",
		"long PING":                    hello + ready + string(rawFrame(4, "\x04PING"+strings.Repeat("p", 60))),
		"command with more":            hello + ready + "\x05\x05\x04PING",
		"unknown flags":                hello + ready + "\xf8\x01x",
		"HTTP":                         "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a-browser-with-a-long-name\r\n\r\n",
		"old version":                  string(old),
		"CURVE":                        string(curve),
	}
}

// alive checks that a new client is served on every socket.
func alive(t *testing.T, s *Sockets, noticed <-chan string) {
	t.Helper()
	c := newClient(t, s.Info())
	for ch, port := range map[msg.Channel]int{msg.Shell: s.Info().ShellPort, msg.Control: s.Info().ControlPort, msg.Stdin: s.Info().StdinPort} {
		d := c.dealer(port, "honest")
		m := c.send(d, "ask")
		for {
			if got := recvMsg(t, s, ch); got.Header.ID == m.Header.ID {
				if err := s.Send(ch, got); err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		c.recv(d)
	}
	sub := c.sub("unique", noticed)
	if err := s.Send(msg.IOPub, message(t, "unique", nil)); err != nil {
		t.Fatal(err)
	}
	c.recv(sub)
	hb := c.dial(zmq4.NewReq(c.ctx, quiet()), s.Info().HBPort)
	if err := hb.Send(zmq4.NewMsgString("beat")); err != nil {
		t.Fatal(err)
	}
	if m, err := hb.Recv(); err != nil || string(m.Bytes()) != "beat" {
		t.Fatalf("beat %q, %v", m.Bytes(), err)
	}
}

func TestMalformedInputIsRefusedAndOthersAreServed(t *testing.T) {
	onSub, noticed := hook()
	s, _ := serve(t, ConnectionInfo{Key: "k"}, Options{OnSubscribe: func(topic []byte) {
		if string(topic) == "unique" {
			onSub(topic)
		}
	}})
	info := s.Info()
	for _, p := range info.ports() {
		socketType := "DEALER"
		if p.name == "iopub" {
			socketType = "SUB"
		}
		for name, input := range bogus(socketType) {
			c := dialRaw(t, s.Info(), *p.port)
			c.put([]byte(input))
			c.CloseWrite()
			if !c.cut() {
				t.Errorf("%s: %s: the connection is still open", p.name, name)
			}
			c.Close()
		}
	}
	alive(t, s, noticed)
}

// CloseWrite tells the other side that nothing more comes.
func (c *rawClient) CloseWrite() { c.Conn.(*net.TCPConn).CloseWrite() }

func TestRejectedWithoutWaitingForMore(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{}, Options{})
	for name, input := range bogus("DEALER") {
		if strings.HasPrefix(name, "random") || name == "HTTP" || strings.HasPrefix(name, "empty frames") {
			continue
		}
		c := dialRaw(t, s.Info(), s.Info().ShellPort)
		c.SetReadDeadline(time.Now().Add(patience / 2))
		c.put([]byte(input))
		if !c.cut() {
			t.Errorf("%s (%q…): the connection is still open", name, input[:min(20, len(input))])
		}
		c.Close()
	}
}

func TestSilentConnectionsKeepOutNobody(t *testing.T) {
	onSub, noticed := hook()
	s, j := serve(t, ConnectionInfo{Key: "k"}, Options{OnSubscribe: onSub, limits: func(l *limits) {
		l.pending, l.handshake = 8, 300*time.Millisecond
	}})
	info := s.Info()
	for _, p := range info.ports() {
		for _, input := range []string{"", "\xff", string(theGreeting()), string(theGreeting()) + string(binary.BigEndian.AppendUint64([]byte{6}, 60_000))} {
			for range 5 {
				dialRaw(t, info, *p.port).put([]byte(input))
			}
		}
	}
	alive(t, s, noticed)
	j.wait("i/o timeout") // the deadline ended one
	j.wait("closed")      // a newer one took the place of another
	for _, p := range info.ports() {
		waitFor(t, func() bool { return pendingConns(s, p.name) == 0 })
	}
}

func pendingConns(s *Sockets, name string) int {
	all := []socket{s.hb}
	for _, c := range s.channels {
		all = append(all, c.socket)
	}
	for _, sock := range all {
		z := zmqOf(sock)
		if z.hub.name == name {
			z.guard.mu.Lock()
			defer z.guard.mu.Unlock()
			return len(z.guard.pending)
		}
	}
	return -1
}

func zmqOf(sock socket) *zmqSocket {
	if r, ok := sock.(router); ok {
		return r.zmqSocket
	}
	return sock.(publisher).zmqSocket
}

func TestTooManyConnectionsAreRefused(t *testing.T) {
	s, j := serve(t, ConnectionInfo{}, Options{limits: func(l *limits) { l.conns = 3 }})
	var first *rawClient
	for i := range 3 {
		c := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", fmt.Sprint(i))
		if i == 0 {
			first = c
		}
	}
	// A client has its READY before the other side has read the client's.
	waitFor(t, func() bool { return openConns(s, msg.Shell) == 3 })
	if c := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "late"); !c.cut() {
		t.Error("the fourth of three is still open")
	}
	j.wait("3 connections already")
	first.put(sealed(t, newEnvelope(""), message(t, "ask", nil)))
	recvMsg(t, s, msg.Shell)
}

// stopped returns a subscriber that has stopped reading.
func stoppedSub(t *testing.T, s *Sockets, noticed <-chan string) *rawClient {
	t.Helper()
	c := dialRaw(t, s.Info(), s.Info().IOPubPort).handshake("SUB", "")
	c.put(rawFrame(0, "\x01"))
	await(t, noticed)
	return c
}

func TestStoppedSubscriberHoldsUpNobody(t *testing.T) {
	for name, lim := range map[string]func(*limits){
		"within its queue":    func(*limits) {},
		"cut when it is full": func(l *limits) { l.queue, l.stall = 1<<20, 200*time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			onSub, noticed := hook()
			s, j := serve(t, ConnectionInfo{}, Options{OnSubscribe: onSub, limits: lim})
			stoppedSub(t, s, noticed)
			reader := stoppedSub(t, s, noticed) // this one reads, below
			const n = 5000
			got := make(chan int, 1)
			go func() {
				i := 0
				for ; i < n; i++ {
					if frames := reader.frames(); string(frames[0]) != fmt.Sprint("t", i) {
						break
					}
				}
				got <- i
			}()
			for i := range n {
				if err := s.Send(msg.IOPub, text(t, fmt.Sprint("t", i), 4000)); err != nil {
					t.Fatal(err)
				}
			}
			if i := await(t, got); i != n {
				t.Fatalf("the other subscriber got %d of %d", i, n)
			}
			if strings.HasPrefix(name, "cut") {
				j.wait("peer does not read")
			}
		})
	}
}

func TestSlowSubscriberGetsEverything(t *testing.T) {
	onSub, noticed := hook()
	s, _ := serve(t, ConnectionInfo{}, Options{OnSubscribe: onSub, limits: func(l *limits) { l.queue = 256 << 10 }})
	slow := stoppedSub(t, s, noticed)
	const n = 400
	sent := make(chan error, 1)
	go func() {
		for i := range n {
			if err := s.Send(msg.IOPub, text(t, fmt.Sprint("t", i), 50_000)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	// It does not read until Send waits for it.
	waitFor(t, func() bool { return queuedBytes(s, msg.IOPub) >= 256<<10 })
	for i := range n {
		if frames := slow.frames(); string(frames[0]) != fmt.Sprint("t", i) {
			t.Fatalf("message %d is %s", i, frames[0])
		}
	}
	if err := await(t, sent); err != nil {
		t.Fatal(err)
	}
}

func queuedBytes(s *Sockets, ch msg.Channel) int {
	h := zmqOf(s.channels[ch].socket).hub
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for c := range h.conns {
		n += c.queued
	}
	return n
}

func TestClientThatNeverReadsHoldsUpNoOther(t *testing.T) {
	s, _ := serve(t, ConnectionInfo{}, Options{Linger: 200 * time.Millisecond})
	env := newEnvelope("")
	deaf := dialRaw(t, s.Info(), s.Info().ShellPort).handshake("DEALER", "deaf")
	deaf.put(sealed(t, env, message(t, "ask", nil)))
	big := recvMsg(t, s, msg.Shell)
	big.Content = text(t, "", 20<<20).Content
	if err := s.Send(msg.Shell, big); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, s.Info())
	d := c.dealer(s.Info().ShellPort, "other")
	c.send(d, "ask")
	if err := s.Send(msg.Shell, recvMsg(t, s, msg.Shell)); err != nil {
		t.Fatal(err)
	}
	c.recv(d)
	start := time.Now()
	s.Close()
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("close took %v", took)
	}
}

func TestCloseFreesASendThatWaits(t *testing.T) {
	onSub, noticed := hook()
	s, _ := serve(t, ConnectionInfo{}, Options{OnSubscribe: onSub, Linger: 100 * time.Millisecond, limits: func(l *limits) { l.queue = 1 << 20 }})
	stoppedSub(t, s, noticed)
	sent := make(chan error, 1)
	go func() {
		for {
			if err := s.Send(msg.IOPub, text(t, "x", 100_000)); err != nil {
				sent <- err
				return
			}
		}
	}()
	waitFor(t, func() bool { return queuedBytes(s, msg.IOPub) >= 1<<20 })
	s.Close()
	if err := await(t, sent); err == nil {
		t.Error("no error")
	}
}

func TestHeartbeatClientThatNeverReadsIsCut(t *testing.T) {
	onSub, noticed := hook()
	s, j := serve(t, ConnectionInfo{}, Options{OnSubscribe: onSub})
	c := dialRaw(t, s.Info(), s.Info().HBPort).handshake("REQ", "")
	beat := append([]byte("\x01\x00"), rawFrame(0, strings.Repeat("b", 60_000))...)
	for range 2000 {
		if _, err := c.Write(beat); err != nil {
			break
		}
	}
	j.wait("peer does not read")
	alive(t, s, noticed)
}

func TestMutatedInputNeverHurts(t *testing.T) {
	onSub, noticed := hook()
	s, _ := serve(t, ConnectionInfo{Key: "k"}, Options{OnSubscribe: func(topic []byte) {
		if string(topic) == "unique" {
			onSub(topic)
		}
	}})
	rnd := rand.New(rand.NewSource(time.Now().UnixNano()))
	info := s.Info()
	for range 300 {
		for _, p := range info.ports() {
			socketType := "DEALER"
			if p.name == "iopub" {
				socketType = "SUB"
			}
			input := append(theGreeting(), rawFrame(4, "\x05READY"+property("Socket-Type", socketType))...)
			input = append(input, sealed(t, newEnvelope("k"), message(t, "ask", nil))...)
			for range 1 + rnd.Intn(4) {
				input[rnd.Intn(len(input))] = byte(rnd.Intn(256))
			}
			c := dialRaw(t, info, *p.port)
			c.put(input[:rnd.Intn(len(input)+1)])
			c.Close()
		}
	}
	alive(t, s, noticed)
}
