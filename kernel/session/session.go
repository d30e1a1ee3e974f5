// Package session is one Jupyter session: it queues cells, answers requests, and keeps outputs, reply and idle in their order.
//
// It knows the sockets and the engine that runs cells only as two small
// interfaces, Transport and Engine, which never meet. Three goroutines do the
// work: one reads shell and answers what needs no cell to run, one reads
// control, one runs the queued cells. Control touches one thing of the running
// cell, its cancel function, so a cell can always be interrupted and the kernel
// can always be told to end.
package session

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// Transport carries messages between the session and its clients.
type Transport interface {
	// Recv waits for the next message of the shell or the control channel. An
	// error other than ctx's means that the channel has closed for good; bad
	// messages are dropped before they get here.
	Recv(ctx context.Context, ch msg.Channel) (msg.Message, error)
	// Send hands a message over. It may be called from any goroutine and keeps
	// the order of the calls; it does not wait for a client to read.
	Send(ch msg.Channel, m msg.Message) error
	// Close lets what was sent leave, within a bound of its own, and closes.
	Close() error
}

// Engine runs cells. Execute is called for one cell at a time; the other methods
// may be called while it runs.
type Engine interface {
	// Execute runs a cell and returns when all its output is with out. An error
	// that is a *display.Failure is the user's, any other a fault of gomri's. When
	// ctx ends, the cell is stopped.
	Execute(ctx context.Context, req Request, out display.Output) error
	// IsComplete tells whether a console should run the code or wait for more.
	IsComplete(code string) Completeness
	// Complete lists what could stand at the cursor, which counts code points.
	Complete(ctx context.Context, code string, cursor int) Completion
	// Inspect describes what stands at the cursor, in code points; false if nothing
	// is known. Detail is 0 for a summary and 1 for all there is.
	Inspect(ctx context.Context, code string, cursor, detail int) (display.Bundle, bool)
	// Close ends everything that the engine has started.
	Close() error
}

// Request is a cell to run.
type Request struct {
	Code string
	// CellID is the frontend's name of the cell, which stays the same when the cell
	// is edited and run again; "" where the frontend gives none.
	CellID string
	// Count is the number in the cell's brackets.
	Count int
	// Silent says that nobody will see what the cell shows.
	Silent bool
}

// Completeness says whether code can run as it stands.
type Completeness struct {
	// Status is "complete", "incomplete", "invalid" or "unknown".
	Status string
	// Indent is what the next line begins with, where Status is "incomplete".
	Indent string
}

// Completion is what could stand in a cell in place of [Start, End), in code points.
type Completion struct {
	Matches    []string
	Start, End int
	// Types says what each match is: "function", "module" …; and Signatures what it
	// takes. Each is empty or as long as Matches.
	Types      []string
	Signatures []string
}

// Options are what a session may be told. The zero value is useful.
type Options struct {
	// ID names the session in every message; empty makes one.
	ID string
	// Version is gomri's own, GoVersion that of the Go toolchain, without "go".
	Version   string
	GoVersion string
	// Logger hears of bad requests and of our own faults; nil is silence.
	Logger *slog.Logger
	// StreamLimit is how much text of stdout and stderr together a cell may show,
	// in bytes; 0 means 8 MiB.
	StreamLimit int
	// FlushEvery is how long text may wait for more before it is sent; 0 means 150 ms.
	FlushEvery time.Duration
	// StopGrace is how long a running cell has to end after a shutdown before the
	// engine is closed under it; 0 means one second. Jupyter kills the kernel's
	// process group after five.
	StopGrace time.Duration
}

// withDefaults returns the options with what was left out.
func (o Options) withDefaults() Options {
	if o.ID == "" {
		o.ID = msg.NewID()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.StreamLimit <= 0 {
		o.StreamLimit = 8 << 20
	}
	if o.FlushEvery <= 0 {
		o.FlushEvery = 150 * time.Millisecond
	}
	if o.StopGrace <= 0 {
		o.StopGrace = time.Second
	}
	return o
}

// Session is one Jupyter session. Serve owns it, the transport and the engine.
type Session struct {
	transport Transport
	engine    Engine
	opts      Options
	handlers  map[string]handler
	queue     chan request
	history   history

	// quit is closed when a client has asked for the end.
	quit     chan struct{}
	quitOnce sync.Once

	// running guards the one thing of a running cell that control may touch.
	running sync.Mutex
	cancel  context.CancelFunc

	// question is what a cell waits to be answered.
	question question

	// These belong to the goroutine that runs cells: the number of the last cell,
	// the last failure, and the cells that it keeps from running.
	count   int
	failure failure
	doomed  []request
}

// queueLength is how many cells may wait. When it is full, shell is not read.
const queueLength = 4096

// New returns a session between a transport and an engine.
func New(t Transport, e Engine, o Options) *Session {
	s := &Session{
		transport: t,
		engine:    e,
		opts:      o.withDefaults(),
		queue:     make(chan request, queueLength),
		quit:      make(chan struct{}),
	}
	s.handlers = s.table()
	return s
}
