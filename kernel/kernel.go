package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"gomri/kernel/msg"
	"gomri/kernel/session"
	"gomri/kernel/wire"
)

// Options are what a kernel may be told. The zero value is useful.
type Options struct {
	// Version is gomri's own, GoVersion that of the Go toolchain, without "go".
	Version   string
	GoVersion string
	// Parent is the value of JPY_PARENT_PID, by which Jupyter names the process
	// whose end is the kernel's end too; "" is none.
	Parent string
	// Logger hears of dropped messages and of our own faults; nil is silence.
	Logger *slog.Logger
}

// Serve runs a kernel on the sockets that a connection file names, with the
// engine that open returns. It returns nil when a client has ended the kernel,
// when ctx ends, or when the parent process has gone; then the sockets are closed
// and what the engine has started is stopped.
func Serve(ctx context.Context, connectionFile string, open func(context.Context) (session.Engine, error), o Options) error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	ctx, stop := context.WithCancel(ctx)
	watched := watchParent(ctx, stop, o.Parent)
	defer func() { stop(); <-watched }()

	info, err := wire.ReadConnectionFile(connectionFile)
	if err != nil {
		return err
	}
	id := msg.NewID()
	greet := newGreeter(id, o.Logger)
	sockets, err := wire.Listen(info, wire.Options{
		Logf:        func(format string, args ...any) { o.Logger.Info(fmt.Sprintf(format, args...)) },
		OnSubscribe: greet.subscribed,
	})
	if err != nil {
		return err
	}
	greet.through(sockets)
	engine, err := open(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("kernel: %w", err), sockets.Close())
	}
	return session.New(sockets, engine, session.Options{
		ID: id, Version: o.Version, GoVersion: o.GoVersion, Logger: o.Logger,
	}).Serve(ctx)
}

// greeter sends iopub_welcome to those who subscribe, after which they know that
// they miss nothing. Clients may subscribe while the sockets are still being
// bound, so the first has to wait for the way to answer.
type greeter struct {
	session string
	logger  *slog.Logger
	ready   chan struct{}
	out     session.Transport
}

func newGreeter(session string, logger *slog.Logger) *greeter {
	return &greeter{session: session, logger: logger, ready: make(chan struct{})}
}

// through gives the greeter its way out. It is called once, when the sockets are
// there; if they never are, nobody subscribes.
func (g *greeter) through(t session.Transport) {
	g.out = t
	close(g.ready)
}

// subscribed greets a client.
func (g *greeter) subscribed(topic []byte) {
	<-g.ready
	m, err := msg.New(msg.TypeIOPubWelcome, g.session, nil, msg.IOPubWelcome{Subscription: string(topic)})
	if err == nil {
		if len(topic) > 0 {
			m.Identities = [][]byte{topic}
		}
		err = g.out.Send(msg.IOPub, m)
	}
	if err != nil {
		g.logger.Debug("iopub_welcome not sent", "err", err)
	}
}
