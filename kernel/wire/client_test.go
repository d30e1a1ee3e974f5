package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomri/kernel/msg"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// journal keeps what the sockets log.
type journal struct {
	t     *testing.T
	mu    sync.Mutex
	lines []string
	more  sync.Cond
}

func (j *journal) logf(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, strings.TrimSpace(sprintf(format, args...)))
	j.more.Broadcast()
}

// wait waits until a line that contains want has been logged.
func (j *journal) wait(want string) {
	j.t.Helper()
	stop := time.AfterFunc(patience, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.lines = append(j.lines, "TIMEOUT")
		j.more.Broadcast()
	})
	defer stop.Stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := 0; ; i++ {
		for i >= len(j.lines) {
			j.more.Wait()
		}
		if strings.Contains(j.lines[i], want) {
			return
		}
		if j.lines[i] == "TIMEOUT" {
			j.t.Fatalf("%q was not logged; the log is %q", want, j.lines)
		}
	}
}

// serve listens on info and closes at the end of the test.
func serve(t *testing.T, info ConnectionInfo, opts Options) (*Sockets, *journal) {
	t.Helper()
	j := &journal{t: t}
	j.more.L = &j.mu
	opts.Logf = j.logf
	s, err := Listen(info, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, j
}

// transports are the connections that most tests run with.
func transports(t *testing.T) map[string]ConnectionInfo {
	all := map[string]ConnectionInfo{"tcp": {Key: "secret"}}
	if runtime.GOOS != "windows" {
		all["ipc"] = ConnectionInfo{Transport: "ipc", IP: filepath.Join(t.TempDir(), "k"), Key: "secret"}
	}
	return all
}

// zmqClient is a client made of zmq4's own sockets.
type zmqClient struct {
	t    *testing.T
	info ConnectionInfo
	env  *envelope
	ctx  context.Context
}

func newClient(t *testing.T, info ConnectionInfo) *zmqClient {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return &zmqClient{t: t, info: info, env: newEnvelope(info.Key), ctx: ctx}
}

func (c *zmqClient) endpoint(port int) string {
	return map[string]string{"tcp": "tcp", "ipc": "ipc"}[c.info.Transport] + "://" + c.info.address(port)
}

func (c *zmqClient) dial(sock zmq4.Socket, port int) zmq4.Socket {
	c.t.Helper()
	if err := sock.Dial(c.endpoint(port)); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { sock.Close() })
	return sock
}

func quiet() zmq4.Option { return zmq4.WithLogger(log.New(io.Discard, "", 0)) }

func (c *zmqClient) dealer(port int, id string) zmq4.Socket {
	c.t.Helper()
	return c.dial(zmq4.NewDealer(c.ctx, quiet(), zmq4.WithID(zmq4.SocketIdentity(id))), port)
}

// sub returns a subscriber whose subscription the kernel's side has noticed.
func (c *zmqClient) sub(topic string, noticed <-chan string) zmq4.Socket {
	c.t.Helper()
	s := c.dial(zmq4.NewSub(c.ctx, quiet()), c.info.IOPubPort)
	if err := s.SetOption(zmq4.OptionSubscribe, topic); err != nil {
		c.t.Fatal(err)
	}
	if got := await(c.t, noticed); got != topic {
		c.t.Fatalf("subscription to %q noticed, want %q", got, topic)
	}
	return s
}

// send sends a message of the given type and returns it.
func (c *zmqClient) send(sock zmq4.Socket, msgType string) msg.Message {
	c.t.Helper()
	m := message(c.t, msgType, nil)
	frames, err := c.env.seal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := sock.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// recv returns the next message.
func (c *zmqClient) recv(sock zmq4.Socket) msg.Message {
	c.t.Helper()
	type result struct {
		m   zmq4.Msg
		err error
	}
	ch := make(chan result, 1)
	go func() { m, err := sock.Recv(); ch <- result{m, err} }()
	r := await(c.t, ch)
	if r.err != nil {
		c.t.Fatal(r.err)
	}
	m, err := c.env.open(r.m.Frames)
	if err != nil {
		c.t.Fatalf("%v: %q", err, r.m.Frames)
	}
	return m
}

// await returns what comes over ch, in time.
func await[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// recvMsg returns the next message on a channel of the kernel's side.
func recvMsg(t *testing.T, s *Sockets, ch msg.Channel) msg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := s.Recv(ctx, ch)
	if err != nil {
		t.Fatalf("recv on %v: %v", ch, err)
	}
	return m
}

// message returns a message of the given type.
func message(t testing.TB, msgType string, content any) msg.Message {
	if content == nil {
		content = map[string]string{}
	}
	m, err := msg.New(msgType, "session", nil, content)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// text returns a message whose content is a string of n bytes.
func text(t testing.TB, msgType string, n int) msg.Message {
	m := message(t, msgType, nil)
	m.Content = json.RawMessage(`{"text":"` + strings.Repeat("x", n) + `"}`)
	return m
}

// rawClient speaks ZMTP byte by byte, and wrongly if the test wants it.
type rawClient struct {
	net.Conn
	t *testing.T
}

func dialRaw(t *testing.T, info ConnectionInfo, port int) *rawClient {
	t.Helper()
	network := "tcp"
	if info.Transport == "ipc" {
		network = "unix"
	}
	conn, err := net.Dial(network, info.address(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(3 * patience))
	return &rawClient{conn, t}
}

// theGreeting is a ZMTP 3.0 greeting, mechanism NULL.
func theGreeting() []byte {
	return []byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + strings.Repeat("\x00", 48))
}

func property(name, value string) string {
	return string(rune(len(name))) + name + string(binary.BigEndian.AppendUint32(nil, uint32(len(value)))) + value
}

// rawFrame returns a frame with the given flags.
func rawFrame(flags byte, body string) []byte {
	if len(body) > 255 {
		return append(binary.BigEndian.AppendUint64([]byte{flags | 2}, uint64(len(body))), body...)
	}
	return append([]byte{flags, byte(len(body))}, body...)
}

// handshake completes the handshake as a peer of the given type.
func (c *rawClient) handshake(socketType, identity string) *rawClient {
	c.t.Helper()
	c.put(theGreeting())
	c.put(rawFrame(4, "\x05READY"+property("Socket-Type", socketType)+property("Identity", identity)))
	g := make([]byte, 64)
	if _, err := io.ReadFull(c, g); err != nil {
		c.t.Fatal(err)
	}
	if flags, body, err := c.frame(); err != nil || flags != 4 || !strings.HasPrefix(body, "\x05READY") {
		c.t.Fatalf("flags %d, body %q, %v instead of READY", flags, body, err)
	}
	return c
}

// put writes; whether the other side still reads is not its affair.
func (c *rawClient) put(b []byte) { c.Write(b) }

// frame reads one frame.
func (c *rawClient) frame() (flags byte, body string, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(c, head); err != nil {
		return 0, "", err
	}
	size := uint64(head[1])
	if head[0]&2 != 0 {
		rest := make([]byte, 7)
		if _, err := io.ReadFull(c, rest); err != nil {
			return 0, "", err
		}
		size = binary.BigEndian.Uint64(append(head[1:2:2], rest...))
	}
	var b bytes.Buffer
	_, err = io.CopyN(&b, c, int64(size))
	return head[0] &^ 2, b.String(), err
}

// frames reads one message.
func (c *rawClient) frames() [][]byte {
	c.t.Helper()
	var all [][]byte
	for {
		flags, body, err := c.frame()
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, []byte(body))
		if flags&1 == 0 {
			return all
		}
	}
}

// cut reports whether the other side hangs up.
func (c *rawClient) cut() bool {
	_, err := io.Copy(io.Discard, c)
	var timeout net.Error
	return !(errors.As(err, &timeout) && timeout.Timeout())
}

// sealed returns the frames of m as they go over the wire.
func sealed(t testing.TB, env *envelope, m msg.Message) []byte {
	frames, err := env.seal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = 1
		}
		b = append(b, rawFrame(flags, string(f))...)
	}
	return b
}
