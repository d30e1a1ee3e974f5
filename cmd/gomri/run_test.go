package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/nbformat"
	"gomri/kernel/session"
)

// scripted is an engine whose cells are words: "say TEXT", "fail", "break",
// "wait" (until the context ends), "dir".
type scripted struct {
	dir     string
	waiting chan struct{} // gets a value when "wait" begins
	closed  bool
}

func (e *scripted) Execute(ctx context.Context, req session.Request, out display.Output) error {
	word, rest, _ := strings.Cut(req.Code, " ")
	switch word {
	case "say":
		out.Stream(display.Stdout, rest+"\n")
	case "draw":
		out.Display(display.HTML("<i>"+rest+"</i><script>live()</script>", rest))
	case "dir":
		out.Result(display.Text(e.dir))
	case "fail":
		out.Stream(display.Stdout, "before\n")
		return &display.Failure{Name: "Panic", Value: "boom", Traceback: []string{"\x1b[31mPanic\x1b[0m: boom"}}
	case "break":
		return errors.New("the worker is gone")
	case "wait":
		e.waiting <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (e *scripted) IsComplete(string) session.Completeness { return session.Completeness{} }

func (e *scripted) Complete(context.Context, string, int) session.Completion {
	return session.Completion{}
}

func (e *scripted) Inspect(context.Context, string, int, int) (display.Bundle, bool) {
	return display.Bundle{}, false
}

func (e *scripted) Close() error { e.closed = true; return nil }

// runner runs "gomri run" in a folder of its own with a scripted engine.
type runner struct {
	t        *testing.T
	dir      string
	engine   *scripted
	out, err bytes.Buffer
}

func newRunner(t *testing.T) *runner {
	return &runner{t: t, dir: t.TempDir(), engine: &scripted{waiting: make(chan struct{}, 1)}}
}

// notebook writes a notebook of cells; a cell is "tag: source" or "source".
func (r *runner) notebook(name string, cells ...string) string {
	r.t.Helper()
	nb := &nbformat.Notebook{Metadata: nbformat.Metadata{}, Minor: 5}
	for i, source := range cells {
		c := nbformat.Cell{Type: nbformat.Code, ID: fmt.Sprintf("c%d", i+1), Metadata: nbformat.Metadata{}, Source: source}
		if tag, rest, ok := strings.Cut(source, ": "); ok {
			c.Source = rest
			if err := c.Metadata.Set("tags", []string{tag}); err != nil {
				r.t.Fatal(err)
			}
		}
		c.Outputs = []nbformat.Output{{Type: nbformat.Stream, Name: "stdout", Text: "of an earlier run"}}
		nb.Cells = append(nb.Cells, c)
	}
	data, err := nb.Encode()
	if err != nil {
		r.t.Fatal(err)
	}
	path := filepath.Join(r.dir, name)
	if err := writeFile(path, data); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func (r *runner) run(ctx context.Context, args ...string) error {
	start := func(_ context.Context, dir string) (session.Engine, error) {
		r.engine.dir = dir
		return r.engine, nil
	}
	return runVerb(start)(ctx, stdio{Out: &r.out, Err: &r.err}, args)
}

// outputs describes the outputs of an executed notebook, a string a cell.
func (r *runner) outputs(path string) []string {
	r.t.Helper()
	nb, err := readNotebook(path)
	if err != nil {
		r.t.Fatal(err)
	}
	var cells []string
	for _, c := range nb.Cells {
		count := " "
		if c.Count != nil {
			count = fmt.Sprint(*c.Count)
		}
		text := "[" + count + "]"
		for _, o := range c.Outputs {
			text += " " + string(o.Type) + ":" + strings.TrimSpace(o.Text+o.Data.Text["text/plain"]+o.EName)
		}
		cells = append(cells, text)
	}
	return cells
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRunWritesNotebookAndReport(t *testing.T) {
	r := newRunner(t)
	source := r.notebook("in/a.ipynb", "say hi", "", "draw x", "dir")
	out := filepath.Join(r.dir, "out")
	if err := r.run(t.Context(), source, "-o", out); err != nil {
		t.Fatal(err)
	}
	equal(t, r.outputs(filepath.Join(out, "a.ipynb")), "[1] stream:hi", "[ ]", "[2] display_data:x", "[3] execute_result:"+filepath.Join(r.dir, "in"))
	page, err := os.ReadFile(filepath.Join(out, "a.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("<i>x</i><script>live()</script>")) {
		t.Error("the script of an output of this run is not in the report")
	}
	for _, want := range []string{"a.ipynb [1/3] say hi: ok", "a.ipynb: 3 cells in ", filepath.Join(out, "a.html")} {
		if !strings.Contains(r.out.String(), want) {
			t.Errorf("%q is not in\n%s", want, r.out.String())
		}
	}
	if !r.engine.closed {
		t.Error("the engine was not closed")
	}
	if left, _ := filepath.Glob(filepath.Join(out, ".*")); len(left) > 0 {
		t.Errorf("temporary files are left: %q", left)
	}
}

func TestRunStopsAtTheFirstFailureAndNamesTheCell(t *testing.T) {
	r := newRunner(t)
	source := r.notebook("a.ipynb", "say one", "fail", "say three")
	out := filepath.Join(r.dir, "out")
	err := r.run(t.Context(), "-o", out, source)
	if err == nil || !strings.Contains(err.Error(), `cell [2] ("fail", id c2) failed`) || !strings.Contains(err.Error(), "\nPanic: boom") {
		t.Errorf("error: %v", err)
	}
	if code := status(&r.err, err); code != 1 {
		t.Errorf("status %d", code)
	}
	equal(t, r.outputs(filepath.Join(out, "a.ipynb")), "[1] stream:one", "[2] stream:before error:Panic", "[ ]")
	if !strings.Contains(r.out.String(), "[2/3] fail: FAILED") {
		t.Errorf("printed:\n%s", r.out.String())
	}
}

func TestRunFollowsTagsAndFlags(t *testing.T) {
	r := newRunner(t)
	source := r.notebook("a.ipynb", "raises-exception: fail", "skip-execution: fail", "say three")
	if err := r.run(t.Context(), source, "-o", filepath.Join(r.dir, "1"), "-html=false"); err != nil {
		t.Fatal(err)
	}
	equal(t, r.outputs(filepath.Join(r.dir, "1", "a.ipynb")), "[1] stream:before error:Panic", "[ ] stream:of an earlier run", "[2] stream:three")
	if _, err := os.Stat(filepath.Join(r.dir, "1", "a.html")); err == nil {
		t.Error("a report was written")
	}
	source = r.notebook("b.ipynb", "fail", "break", "say three")
	if err := r.run(t.Context(), source, "-o", filepath.Join(r.dir, "1"), "-keep-going"); err == nil || !strings.Contains(err.Error(), "cell [1]") {
		t.Errorf("error: %v", err)
	}
	equal(t, r.outputs(filepath.Join(r.dir, "1", "b.ipynb")), "[1] stream:before error:Panic", "[2] error:KernelError", "[3] stream:three")
}

func TestInterruptWritesWhatThereIsAndExits130(t *testing.T) {
	r := newRunner(t)
	source := r.notebook("a.ipynb", "say one", "wait", "say three")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.run(ctx, source, "-o", filepath.Join(r.dir, "out"), "-keep-going") }()
	<-r.engine.waiting
	cancel()
	err := <-ended
	if code := status(&r.err, err); code != 130 {
		t.Errorf("status %d: %v", code, err)
	}
	equal(t, r.outputs(filepath.Join(r.dir, "out", "a.ipynb")), "[1] stream:one", "[2] error:Interrupted", "[ ]")
}

func TestCellThatRunsTooLongIsStopped(t *testing.T) {
	r := newRunner(t)
	err := r.run(t.Context(), r.notebook("a.ipynb", "wait"), "-o", filepath.Join(r.dir, "out"), "-timeout", "10ms")
	if err == nil || !strings.Contains(err.Error(), "Timeout: the cell ran longer than 10ms") {
		t.Errorf("error: %v", err)
	}
	if code := status(&r.err, err); code != 1 {
		t.Errorf("status %d", code)
	}
}

func TestNotebookItselfIsNotOverwrittenUnasked(t *testing.T) {
	r := newRunner(t)
	source := r.notebook("a.ipynb", "say hi")
	err := r.run(t.Context(), source, "-o", r.dir)
	if err == nil || !strings.Contains(err.Error(), "--inplace") {
		t.Errorf("error: %v", err)
	}
	equal(t, r.outputs(source), "[ ] stream:of an earlier run")
	if err := r.run(t.Context(), "--inplace", source); err != nil {
		t.Fatal(err)
	}
	equal(t, r.outputs(source), "[1] stream:hi")
	if _, err := os.Stat(filepath.Join(r.dir, "a.html")); err != nil {
		t.Error("no report beside the notebook")
	}
}

func TestResultsThatWouldCollideAreRefused(t *testing.T) {
	r := newRunner(t)
	a, b := r.notebook("1/a.ipynb", "say 1"), r.notebook("2/a.ipynb", "say 2")
	err := r.run(t.Context(), a, b, "-o", filepath.Join(r.dir, "out"))
	if err == nil || !strings.Contains(err.Error(), "would both be written") {
		t.Errorf("error: %v", err)
	}
}

func TestEveryNotebookIsRunThoughOneFails(t *testing.T) {
	r := newRunner(t)
	a, b := r.notebook("a.ipynb", "fail"), r.notebook("b.ipynb", "say 2")
	out := filepath.Join(r.dir, "out")
	err := r.run(t.Context(), a, b, "-o", out)
	if err == nil || err.Error() != "1 of 2 notebooks failed" {
		t.Errorf("error: %v", err)
	}
	equal(t, r.outputs(filepath.Join(out, "b.ipynb")), "[1] stream:2")
}

func TestRunRefusesWhatItCannotRun(t *testing.T) {
	r := newRunner(t)
	python := filepath.Join(r.dir, "p.ipynb")
	if err := os.WriteFile(python, []byte(`{"nbformat":4,"cells":[],"metadata":{"language_info":{"name":"python"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{python}, `"python"`},
		{[]string{filepath.Join(r.dir, "none.ipynb")}, "none.ipynb"},
		{nil, "exit status 2"},
		{[]string{"-nonsense"}, "exit status 2"},
		{[]string{"-timeout", "-1s", python}, "negative"},
	} {
		err := r.run(t.Context(), append(c.args, "-o", filepath.Join(r.dir, "out"))...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q in it", c.args, err, c.want)
		}
	}
}

func TestRecorderKeepsWhatAFrontendWouldShow(t *testing.T) {
	r := newRecorder(1)
	r.Stream(display.Stdout, "gone")
	r.Clear(true)
	r.Update("p", display.Text("10%"))
	r.Stream(display.Stdout, "a")
	r.Stream(display.Stdout, "b")
	r.Stream(display.Stderr, "c")
	r.Update("p", display.Text("100%"))
	r.Result(display.Text("v"))
	var got []string
	for _, o := range r.outputs() {
		got = append(got, string(o.Type)+" "+o.Name+o.Text+o.Data.Text["text/plain"])
	}
	equal(t, got, "display_data 100%", "stream stdoutab", "stream stderrc", "execute_result v")
	r.Clear(false)
	if n := len(r.outputs()); n != 0 {
		t.Errorf("%d outputs after a clear", n)
	}
	r.Update("p", display.Text("new"))
	if n := len(r.outputs()); n != 1 {
		t.Errorf("%d outputs after an update of what was cleared", n)
	}
}

func TestRecorderCutsEndlessText(t *testing.T) {
	r := newRecorder(1)
	block := strings.Repeat("x", 1<<20)
	for range 10 {
		r.Stream(display.Stdout, block)
	}
	text := r.outputs()[0].Text
	if len(text) > maxCellText+100 || !strings.HasSuffix(text, "cut after 8 MB.\n") {
		t.Errorf("%d bytes, ending in %q", len(text), text[max(0, len(text)-40):])
	}
}
