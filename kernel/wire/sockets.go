package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"time"

	"gomri/kernel/msg"
)

// Options is how sockets are served. The zero value is useful.
type Options struct {
	// Logf writes one line about what the sockets dropped, refused or cut. It is
	// called by several goroutines. Nil means nobody wants to know.
	Logf func(format string, args ...any)
	// OnSubscribe is called when a client has subscribed on iopub, with the topic,
	// after which a message that is sent reaches that client. It is called by one
	// goroutine, which notices no other subscription meanwhile. It must not call
	// Close.
	OnSubscribe func(topic []byte)
	// Linger is how long Close waits for what was sent to leave; 0 means 1 s.
	Linger time.Duration

	limits func(*limits) // for tests: change the bounds of a socket
}

// Sockets is the five sockets of a kernel. It owns their goroutines and files;
// Close ends them. All methods may be called by several goroutines.
type Sockets struct {
	info     ConnectionInfo
	opts     Options
	envelope *envelope
	channels map[msg.Channel]*channel
	hb       socket

	cancel  context.CancelFunc // ends the goroutines in running
	running sync.WaitGroup
	once    sync.Once
	err     error // of Close
}

// channel is one of the four sockets that carry messages.
type channel struct {
	socket
	mu sync.Mutex // held by the one who signs and sends, so that order is kept
}

// maxBeat is the longest heartbeat in bytes, and beatQueue what a client may leave
// unread of them. Beats are a few bytes each.
const (
	maxBeat   = 64 << 10
	beatQueue = 1 << 20
)

// Listen binds the five sockets, all before it returns, and starts to serve them.
func Listen(info ConnectionInfo, opts Options) (*Sockets, error) {
	info, err := info.checked()
	if err != nil {
		return nil, fmt.Errorf("wire: connection: %w", err)
	}
	if opts.Logf == nil {
		opts.Logf = func(string, ...any) {}
	}
	if opts.Linger <= 0 {
		opts.Linger = time.Second
	}
	s := &Sockets{info: info, opts: opts, envelope: newEnvelope(info.Key), channels: map[msg.Channel]*channel{}}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	if err := s.bindAll(); err != nil {
		s.Close()
		return nil, err
	}
	s.running.Go(func() { s.echo(ctx) })
	s.running.Go(func() { s.subscriptions(ctx) })
	return s, nil
}

// bindAll binds every socket and notes the ports that the system chose.
func (s *Sockets) bindAll() error {
	channels := map[string]msg.Channel{"shell": msg.Shell, "control": msg.Control, "stdin": msg.Stdin, "iopub": msg.IOPub}
	for _, p := range s.info.ports() {
		sock, err := s.bind(p.name, p.port)
		if err != nil {
			return fmt.Errorf("wire: %s: %w", p.name, err)
		}
		if ch, carriesMessages := channels[p.name]; carriesMessages {
			s.channels[ch] = &channel{socket: sock}
		} else {
			s.hb = sock
		}
	}
	return nil
}

// bind binds one socket. A port of 0 becomes the one that was chosen.
func (s *Sockets) bind(name string, port *int) (socket, error) {
	if s.info.Transport == "ipc" && *port == 0 {
		*port = freeIPC(s.info)
	}
	raw, err := bind(s.info.Transport, s.info.address(*port))
	if err != nil {
		return nil, err
	}
	if a, ok := raw.Addr().(*net.TCPAddr); ok {
		*port = a.Port
	}
	lim, kind := standardLimits(), typeRouter
	switch name {
	case "hb":
		lim.message, lim.parts, lim.queue = maxBeat, 16, beatQueue
	case "iopub":
		kind = typeXPub
	}
	if s.opts.limits != nil {
		s.opts.limits(&lim)
	}
	h := newHub(name, kind, lim, s.opts.Logf)
	h.impatient = name == "hb"
	z, err := open(h, s.info.Transport, raw, s.opts.Linger)
	if err != nil {
		return nil, err
	}
	if kind == typeXPub {
		return publisher{z}, nil
	}
	return router{z}, nil
}

// freeIPC returns the lowest number with which no file exists.
func freeIPC(info ConnectionInfo) int {
	for n := 1; n < 65535; n++ {
		if _, err := os.Lstat(info.address(n)); errors.Is(err, fs.ErrNotExist) {
			return n
		}
	}
	return 65535
}

// Info returns where the sockets are, with the ports that were chosen for 0. It is
// what WriteConnectionFile needs for a client to find them.
func (s *Sockets) Info() ConnectionInfo { return s.info }

// Recv returns the next message on ch, which is Shell, Control or Stdin. A bad
// message is logged and dropped. The error is that of ctx, or ErrClosed.
func (s *Sockets) Recv(ctx context.Context, ch msg.Channel) (msg.Message, error) {
	c, ok := s.channels[ch]
	if !ok || ch == msg.IOPub {
		return msg.Message{}, fmt.Errorf("wire: no message is received on %v", ch)
	}
	for {
		frames, err := c.Recv(ctx)
		if err != nil {
			return msg.Message{}, err
		}
		m, err := s.envelope.open(frames)
		if err == nil {
			return m, nil
		}
		s.opts.Logf("wire: %v: message dropped: %v", ch, err)
	}
}

// Send signs m and sends it on ch. On IOPub it goes to every client that has
// subscribed, its first identity is the topic, and without one the message type
// is; on the other channels it goes to the client that the first identity names,
// and ErrNoPeer says that this client has gone. Send waits while a client has not
// read the 64 MiB before; a client that takes nothing for 5 s then is cut.
// The slices in m must not be changed afterwards.
func (s *Sockets) Send(ch msg.Channel, m msg.Message) error {
	c, ok := s.channels[ch]
	if !ok {
		return fmt.Errorf("wire: there is no %v", ch)
	}
	if ch == msg.IOPub && len(m.Identities) == 0 {
		m.Identities = [][]byte{[]byte(m.Header.Type)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	frames, err := s.envelope.seal(m)
	if err != nil {
		return err
	}
	if err := c.socket.Send(frames); err != nil {
		return fmt.Errorf("send %s on %v: %w", m.Header.Type, ch, err)
	}
	return nil
}

// echo sends every heartbeat back as it came. Nothing that a cell does stops it.
func (s *Sockets) echo(ctx context.Context) {
	for {
		frames, err := s.hb.Recv(ctx)
		if err != nil {
			return
		}
		if err := s.hb.Send(frames); err != nil {
			s.opts.Logf("wire: hb: %v", err)
		}
	}
}

// subscriptions takes the subscriptions on iopub and tells OnSubscribe.
func (s *Sockets) subscriptions(ctx context.Context) {
	for {
		frames, err := s.channels[msg.IOPub].Recv(ctx)
		if err != nil {
			return
		}
		if s.opts.OnSubscribe != nil && frames[0][0] == 1 {
			s.opts.OnSubscribe(frames[0][1:])
		}
	}
}

// Close frees the ports and files, waits for what was sent to leave, and ends
// every connection. Afterwards Recv and Send return ErrClosed.
func (s *Sockets) Close() error {
	s.once.Do(func() {
		var all []socket
		for _, c := range s.channels {
			all = append(all, c.socket)
		}
		if s.hb != nil {
			all = append(all, s.hb)
		}
		errs := make([]error, len(all))
		var closing sync.WaitGroup
		for i, sock := range all {
			closing.Go(func() { errs[i] = sock.Close() })
		}
		closing.Wait()
		s.cancel()
		s.running.Wait()
		s.err = errors.Join(errs...)
	})
	return s.err
}
