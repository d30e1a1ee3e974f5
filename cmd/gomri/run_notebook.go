package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/html"
	"gomri/kernel/nbformat"
	"gomri/kernel/session"
)

// The cell tags that say how a cell is run. They are those of nbclient.
const (
	tagSkip   = "skip-execution"
	tagRaises = "raises-exception"
)

// runJob runs one notebook and writes its results, also when a cell failed or the
// run was interrupted: then it returns an error that names the cell.
func runJob(ctx context.Context, std stdio, start engineStarter, opts runOptions, j job) error {
	nb, err := readNotebook(j.source)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(filepath.Dir(j.source))
	if err != nil {
		return fmt.Errorf("%s: %w", j.source, err)
	}
	began := time.Now()
	engine, err := start(ctx, dir)
	if err != nil {
		return fmt.Errorf("%s: start: %w", j.source, err)
	}
	r := &notebookRun{nb: nb, engine: engine, opts: opts, progress: newProgress(std.Out, filepath.Base(j.source)), ran: map[int]*recorder{}}
	failed := r.cells(ctx)
	closed := engine.Close()
	r.collect()
	r.progress.done()
	if err := r.write(ctx, j, dir, began); err != nil {
		return errors.Join(failed, err)
	}
	fmt.Fprintf(std.Out, "%s: %s in %v → %s\n", filepath.Base(j.source), plural(len(r.ran), "cell"), roundTime(time.Since(began)), j.results())
	if failed != nil {
		return fmt.Errorf("%s: %w", j.source, failed)
	}
	if closed != nil {
		return fmt.Errorf("%s: end of the session: %w", j.source, closed)
	}
	return nil
}

// results names the files that a job writes.
func (j job) results() string {
	if j.report == "" {
		return j.output
	}
	return j.output + ", " + j.report
}

// readNotebook reads a notebook file and refuses one in another language than Go.
func readNotebook(name string) (*nbformat.Notebook, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	nb, err := nbformat.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if l := nb.Language(); l != "" && l != "go" {
		return nil, fmt.Errorf("%s: the notebook is in the language %q, and only Go is run", name, l)
	}
	return nb, nil
}

// notebookRun is one notebook being run. It belongs to one goroutine.
type notebookRun struct {
	nb       *nbformat.Notebook
	engine   session.Engine
	opts     runOptions
	progress *progress
	ran      map[int]*recorder // by cell index; what is in it is from this run
	count    int
}

// cells runs the code cells in order, up to the first that fails, unless its tag
// or a flag says otherwise. The error names the first cell that failed.
func (r *notebookRun) cells(ctx context.Context) error {
	todo := r.prepare()
	var failed error
	for n, i := range todo {
		c := &r.nb.Cells[i]
		r.count++
		count := r.count
		c.Count = &count
		r.progress.cell(n+1, len(todo), c.Source)
		failure := r.cell(ctx, i)
		r.progress.finished(failure == nil)
		if failure == nil || (c.HasTag(tagRaises) && ctx.Err() == nil) {
			continue
		}
		if failed == nil {
			failed = cellError(c, count, failure)
		}
		if !r.opts.keepGoing || ctx.Err() != nil {
			return failed
		}
	}
	return failed
}

// prepare returns the cells to run. Their outputs of earlier runs are removed, so
// that a run which stops half-way leaves no result of another run below.
func (r *notebookRun) prepare() []int {
	var todo []int
	for i := range r.nb.Cells {
		c := &r.nb.Cells[i]
		if c.Type != nbformat.Code || c.HasTag(tagSkip) {
			continue
		}
		c.Outputs, c.Count = []nbformat.Output{}, nil
		if strings.TrimSpace(c.Source) != "" {
			todo = append(todo, i)
		}
	}
	return todo
}

// cell runs one cell and records what it shows. It returns how the cell failed, or nil.
func (r *notebookRun) cell(ctx context.Context, i int) *display.Failure {
	c := &r.nb.Cells[i]
	out := newRecorder(*c.Count)
	r.ran[i] = out
	if r.opts.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.opts.timeout)
		defer cancel()
	}
	err := r.engine.Execute(ctx, session.Request{Code: c.Source, CellID: c.ID, Count: *c.Count}, out)
	if err == nil {
		return nil
	}
	var failure *display.Failure
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		failure = display.Failf("Timeout", "the cell ran longer than %v and was stopped; allow more with -timeout", r.opts.timeout)
	case errors.As(err, &failure):
	case ctx.Err() != nil:
		failure = display.Interrupted(ctx)
	default:
		failure = display.Failf("KernelError", "%v\nThis is a fault of gomri, not of the cell.", err)
	}
	out.fail(failure)
	return failure
}

// collect moves what was recorded into the notebook.
func (r *notebookRun) collect() {
	for i, out := range r.ran {
		r.nb.Cells[i].Outputs = out.outputs()
	}
}

// cellError is the error of a run: which cell failed, where to find it, and why.
func cellError(c *nbformat.Cell, count int, f *display.Failure) error {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Source), "\n")
	name := ""
	if c.ID != "" {
		name = ", id " + c.ID
	}
	why := f.Error()
	if len(f.Traceback) > 0 {
		why = plainText(strings.Join(f.Traceback, "\n"))
	}
	return fmt.Errorf("cell [%d] (%q%s) failed\n%s", count, shorten(first, 60), name, why)
}

// plainText takes terminal colours out of a text.
func plainText(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			return b.String()
		}
		s = after[end+1:]
	}
}

// write writes the executed notebook and the report.
func (r *notebookRun) write(ctx context.Context, j job, dir string, began time.Time) error {
	data, err := r.nb.Encode()
	if err != nil {
		return fmt.Errorf("%s: %w", j.output, err)
	}
	if err := writeFile(j.output, data); err != nil {
		return fmt.Errorf("write the executed notebook: %w", err)
	}
	if j.report == "" {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer root.Close()
	var page bytes.Buffer
	if err := html.Write(&page, r.nb, html.Options{
		Name:    filepath.Base(j.source),
		Notes:   notes(context.WithoutCancel(ctx), began),
		Trusted: func(cell int) bool { return r.ran[cell] != nil },
		Files:   root.FS(),
	}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := writeFile(j.report, page.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// notes says when and where a notebook was run, because its numbers depend on it.
func notes(ctx context.Context, began time.Time) []string {
	version := runtime.Version()
	if env, err := askGo(ctx); err == nil && env.GOVERSION != "" {
		version = env.GOVERSION
	}
	return []string{
		"Run on " + began.Format("2 January 2006 at 15:04"),
		version + " " + runtime.GOOS + "/" + runtime.GOARCH,
		plural(runtime.NumCPU(), "CPU"),
	}
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// roundTime is a duration as a person would say it.
func roundTime(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(10 * time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
