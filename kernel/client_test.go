package kernel

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomri/kernel/msg"
	"gomri/kernel/wire"
)

// client is a small Jupyter client: it signs what it sends, and reads what comes
// on shell, control and iopub into one channel each.
type client struct {
	t       *testing.T
	key     []byte
	sockets map[msg.Channel]zmq4.Socket
	in      map[msg.Channel]chan received
}

// received is a message as the client sees it.
type received struct {
	Header, Parent msg.Header
	Content        json.RawMessage
}

// connectionFile writes a connection file with free ports.
func connectionFile(t *testing.T) (string, wire.ConnectionInfo) {
	t.Helper()
	info := wire.ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", Key: "a secret", SignatureScheme: "hmac-sha256"}
	var listeners []net.Listener
	for _, port := range []*int{&info.ShellPort, &info.ControlPort, &info.IOPubPort, &info.StdinPort, &info.HBPort} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l)
		*port = l.Addr().(*net.TCPAddr).Port
	}
	for _, l := range listeners {
		l.Close()
	}
	name := filepath.Join(t.TempDir(), "kernel.json")
	if err := wire.WriteConnectionFile(name, info); err != nil {
		t.Fatal(err)
	}
	return name, info
}

// connect returns a client that has been welcomed on iopub, so that it misses nothing.
func connect(t *testing.T, info wire.ConnectionInfo) *client {
	t.Helper()
	c := &client{
		t: t, key: []byte(info.Key),
		sockets: map[msg.Channel]zmq4.Socket{}, in: map[msg.Channel]chan received{},
	}
	ctx, cancel := context.WithCancel(context.Background())
	var readers sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		for _, s := range c.sockets {
			s.Close()
		}
		readers.Wait()
	})
	for ch, port := range map[msg.Channel]int{
		msg.Shell: info.ShellPort, msg.Control: info.ControlPort, msg.IOPub: info.IOPubPort,
	} {
		var s zmq4.Socket
		if ch == msg.IOPub {
			s = zmq4.NewSub(ctx)
		} else {
			s = zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity("client-"+ch.String())))
		}
		c.sockets[ch], c.in[ch] = s, make(chan received, 1000)
		if err := s.Dial("tcp://127.0.0.1:" + strconv.Itoa(port)); err != nil {
			t.Fatal(err)
		}
		if ch == msg.IOPub {
			if err := s.SetOption(zmq4.OptionSubscribe, ""); err != nil {
				t.Fatal(err)
			}
		}
		in := c.in[ch]
		readers.Go(func() { c.read(s, in) })
	}
	if m := c.next(msg.IOPub); m.Header.Type != msg.TypeIOPubWelcome {
		t.Fatalf("the first message on iopub is %s", m.Header.Type)
	}
	return c
}

// read passes on what comes, until the socket is closed.
func (c *client) read(s zmq4.Socket, in chan<- received) {
	defer close(in)
	for {
		m, err := s.Recv()
		if err != nil {
			return
		}
		for i, f := range m.Frames {
			if string(f) == "<IDS|MSG>" && len(m.Frames) >= i+6 {
				in <- c.open(m.Frames[i+1], m.Frames[i+2:i+6])
				break
			}
		}
	}
}

// open checks the signature and decodes.
func (c *client) open(signature []byte, parts [][]byte) received {
	if !bytes.Equal(signature, c.sign(parts)) {
		c.t.Errorf("a message with a wrong signature came: %s", parts[0])
	}
	r := received{Content: parts[3]}
	if err := json.Unmarshal(parts[0], &r.Header); err != nil {
		c.t.Error(err)
	}
	if err := json.Unmarshal(parts[1], &r.Parent); err != nil {
		c.t.Error(err)
	}
	return r
}

func (c *client) sign(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	mac.Write(bytes.Join(parts, nil))
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// send sends a request and returns its id.
func (c *client) send(ch msg.Channel, msgType, content string) string {
	c.t.Helper()
	h := msg.NewHeader(msgType, "client")
	raw, err := json.Marshal(h)
	if err != nil {
		c.t.Fatal(err)
	}
	parts := [][]byte{raw, []byte("{}"), []byte("{}"), []byte(content)}
	frames := append([][]byte{[]byte("<IDS|MSG>"), c.sign(parts)}, parts...)
	if err := c.sockets[ch].SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		c.t.Fatal(err)
	}
	return h.ID
}

// next returns the next message of a channel.
func (c *client) next(ch msg.Channel) received {
	c.t.Helper()
	select {
	case m, open := <-c.in[ch]:
		if !open {
			c.t.Fatalf("%s was closed", ch)
		}
		return m
	case <-time.After(10 * time.Second):
		c.t.Fatalf("nothing came on %s", ch)
	}
	panic("not reached")
}

// untilIdle returns what was published for a request, one word a message.
func (c *client) untilIdle(id string) []string {
	c.t.Helper()
	var words []string
	for {
		m := c.next(msg.IOPub)
		if m.Parent.ID != id {
			continue
		}
		word := m.Header.Type
		switch word {
		case msg.TypeStatus:
			var s msg.Status
			if err := json.Unmarshal(m.Content, &s); err != nil {
				c.t.Fatal(err)
			}
			word = string(s.State)
		case msg.TypeStream:
			var s msg.Stream
			if err := json.Unmarshal(m.Content, &s); err != nil {
				c.t.Fatal(err)
			}
			word = fmt.Sprintf("%s:%s", s.Name, s.Text)
		}
		words = append(words, word)
		if word == "idle" {
			return words
		}
	}
}
