// Package run takes one cell from its text to its outputs: parse, check, choose an engine, run, render.
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gomri/kernel/bench"
	"gomri/kernel/bridge"
	"gomri/kernel/bridge/process"
	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/ledger"
	"gomri/kernel/magic"
	"gomri/kernel/serve"
	"gomri/kernel/session"
	"gomri/kernel/toolchain"
)

// Options of a Session. The zero value is useful.
type Options struct {
	// Dir is the notebook's folder: programs and the shell run there. "" is the
	// current folder.
	Dir string
	// Self is the gomri binary, which runs the interpreter and pprof's driver as
	// processes of their own; "" is this program.
	Self string
	// Go is the go command; "" looks for it on PATH.
	Go string
}

// Session is one notebook's session. It runs one cell at a time and owns the
// ledger, the checker, the interpreter's worker, the workspace, the background
// programs and the last results. It is the engine of a Jupyter session and of a
// headless run.
type Session struct {
	opts Options
	env  *magic.Env

	work    lazy[*toolchain.Workspace]
	worker  lazy[*interp.Client]
	servers *serve.Manager
	vars    vars
	values  *bridge.Store

	mu      sync.Mutex // guards what follows, which completion reads while a cell runs
	ledger  *ledger.Ledger
	checker *check.Checker
	history bench.History
	why     string
	texts   map[string]string // of cells, by name
}

// lazy is something that is being made in the background; get waits for it.
type lazy[T any] struct {
	get func() (T, error)
}

// begin starts making it; the goroutine ends with create, and get waits for it.
func begin[T any](create func() (T, error)) lazy[T] {
	var (
		value T
		err   error
	)
	done := make(chan struct{})
	go func() {
		defer close(done)
		value, err = create()
	}()
	return lazy[T]{get: func() (T, error) { <-done; return value, err }}
}

// exporter asks the go command in the module of the workspace, so that what a cell
// has added with "go get" is found too.
type exporter struct{ s *Session }

// Export waits for the workspace and looks packages up there.
func (e exporter) Export(ctx context.Context, paths []string) (map[string]check.Export, error) {
	w, err := e.s.work.get()
	if errors.Is(err, toolchain.ErrNoGo) {
		return nil, check.ErrNoGo
	}
	if err != nil {
		return nil, err
	}
	return w.Export(ctx, paths)
}

// Doc is what "go doc" says of a name.
func (e exporter) Doc(ctx context.Context, path, name string) string {
	w, err := e.s.workspace()
	if err != nil {
		return ""
	}
	return golist(w).Doc(ctx, path, name)
}

// Parse is what the compiler says of files with syntax errors.
func (e exporter) Parse(ctx context.Context, files []string) (string, error) {
	w, err := e.s.workspace()
	if err != nil {
		return "", err
	}
	return golist(w).Parse(ctx, files)
}

// golist asks the go command of a workspace.
func golist(w *toolchain.Workspace) *check.GoList {
	return check.NewExporter(check.ExporterOptions{Go: w.GoPath(), Dir: w.Root()})
}

// New starts a session. The workspace and the interpreter start in the background,
// so that New returns at once; what goes wrong there is said by the first cell
// that needs them. The caller closes the session.
func New(ctx context.Context, opts Options) (*Session, error) {
	if opts.Dir == "" {
		opts.Dir = "."
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("the notebook's folder: %w", err)
	}
	opts.Dir = dir
	if opts.Self == "" {
		if opts.Self, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find the gomri program: %w", err)
		}
	}
	beside, err := bridge.Source()
	if err != nil {
		return nil, err
	}
	s := &Session{opts: opts, ledger: ledger.New(), values: bridge.New(process.First(dir)), texts: map[string]string{}, servers: serve.NewManager(serve.Options{})}
	start := context.WithoutCancel(ctx)
	s.work = begin(func() (*toolchain.Workspace, error) {
		return toolchain.Open(start, toolchain.Options{
			Go: opts.Go, Dir: dir, Warm: true, Packages: beside,
		})
	})
	s.worker = begin(func() (*interp.Client, error) {
		return interp.Start(interp.Options{Path: opts.Self, Args: []string{"worker"}, Dir: dir})
	})
	s.checker = check.New(exporter{s})
	s.checker.Prefetch(start, common...)
	s.env = &magic.Env{
		Work: s.workspace, Servers: s.servers, Ledger: s.ledger, Cells: commands{s},
		Dir: dir, Driver: []string{opts.Self, "pprof"},
	}
	return s, nil
}

// common lists the packages that most first cells use, looked up while the user types.
var common = []string{
	"bufio", "bytes", "cmp", "context", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "math/rand",
	"net/http", "os", "regexp", "runtime", "slices", "sort", "strconv", "strings", "sync", "testing", "time",
}

// workspace returns the workspace, or the user's failure if there is none.
func (s *Session) workspace() (*toolchain.Workspace, error) {
	w, err := s.work.get()
	if errors.Is(err, toolchain.ErrNoGo) {
		return nil, display.Failf(noGo, "this cell needs the go command. %v", err)
	}
	return w, err
}

// Close ends everything that the session has started: background programs, the
// interpreter and the workspace with its files.
func (s *Session) Close() error {
	err := errors.Join(s.checker.Close(), s.servers.Close())
	if w, wErr := s.worker.get(); wErr == nil {
		err = errors.Join(err, w.Close())
	}
	if w, wErr := s.work.get(); wErr == nil {
		err = errors.Join(err, w.Close())
	}
	return err
}

// Execute runs one cell: its parts in order, and at the end it waits for the
// commands that ran beside it, and tells which background programs have crashed. The user's failures are a *display.Failure.
func (s *Session) Execute(ctx context.Context, req session.Request, out display.Output) error {
	c, err := cell.Parse(fmt.Sprintf("cell-%d", req.Count), req.Code)
	if err != nil {
		return parseFailure(err, req.Code)
	}
	s.keepText(c)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside background
	err = s.parts(ctx, c, req.CellID, out, &beside)
	if err != nil {
		cancel() // what runs beside a cell ends with it
	}
	if late := beside.join(); err == nil {
		err = late
	}
	magic.ServerNews(s.env, out)
	return err
}

// parts runs the parts of a cell until one fails.
func (s *Session) parts(ctx context.Context, c *cell.Cell, id string, out display.Output, beside *background) error {
	for _, part := range c.Parts {
		if f := display.Interrupted(ctx); f != nil {
			return f
		}
		if m := part.Magic; m != nil && m.Back {
			call := magic.Call{Cell: c, Line: part.Line, Magic: m, Out: out}
			beside.start(func() error { return magic.Run(ctx, s.env, call) })
			continue
		}
		if err := s.part(ctx, c, id, part, out); err != nil {
			return err
		}
	}
	return nil
}

// part runs one part of a cell.
func (s *Session) part(ctx context.Context, c *cell.Cell, id string, part cell.Part, out display.Output) error {
	if err := s.fetchModules(ctx, part, out); err != nil {
		return err
	}
	switch {
	case part.Go != nil:
		return s.chunk(ctx, c, part.Go.Text, byGate, out)
	case part.Listing != nil:
		return s.listing(ctx, c, id, part.Listing, out)
	case part.Magic != nil:
		return magic.Run(ctx, s.env, magic.Call{Cell: c, Line: part.Line, Magic: part.Magic, Out: out})
	case part.Command != nil:
		return s.command(ctx, c, part, out)
	case part.Shell != nil:
		return magic.Shell(ctx, s.env, out, part.Shell.Text)
	}
	return nil
}

// command runs a go command. The lines below it are typed at the prompt of pprof,
// or are the input of go run; below any other command they would be lost.
func (s *Session) command(ctx context.Context, c *cell.Cell, part cell.Part, out display.Output) error {
	cmd := part.Command
	reads := len(cmd.Args) > 0 && (cmd.Args[0] == "run" || len(cmd.Args) > 1 && cmd.Args[0] == "tool" && cmd.Args[1] == "pprof")
	if len(cmd.Input) > 0 && !reads {
		said := fmt.Sprintf("%s reads no lines, so %q would be lost", cmd.Raw, strings.TrimSpace(cmd.Input[0]))
		return &display.Failure{Name: "UsageError", Value: said, Traceback: []string{
			fmt.Sprintf("%s:%d: %s", c.Name, part.Line, said),
			"Put Go into a cell of its own; a cell that begins with a go command holds go commands only.",
		}}
	}
	return magic.GoTool(ctx, s.env, out, cmd.Args, cmd.Input)
}

// parseFailure is the failure of a cell that could not be read at all, with its
// line and a caret.
func parseFailure(err error, text string) error {
	var bad *cell.Error
	if !errors.As(err, &bad) {
		return err
	}
	f := &display.Failure{Name: "SyntaxError", Value: bad.Msg, Traceback: []string{bad.Error()}}
	if lines := strings.Split(text, "\n"); bad.Line >= 1 && bad.Line <= len(lines) {
		line := lines[bad.Line-1]
		at := min(max(bad.Col-1, 0), len(line))
		blank := strings.Map(func(r rune) rune {
			if r == '\t' {
				return r
			}
			return ' '
		}, line[:at])
		f.Traceback = append(f.Traceback, "    "+line, "    "+blank+"^")
	}
	return f
}
