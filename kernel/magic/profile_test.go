package magic_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	hpprof "net/http/pprof"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/magic"
	"gomri/kernel/serve"
	"gomri/kernel/toolchain"
)

// cells knows one cell's text and nothing else.
type cells struct{ magic.Cells }

func (cells) Text(string) string { return "" }

// page is an Output that keeps what is shown.
type page struct {
	shown []display.Bundle
	ids   map[string]int
}

func (p *page) Stream(_ display.StreamName, text string) {
	p.shown = append(p.shown, display.Text(text))
}
func (p *page) Display(b display.Bundle) { p.shown = append(p.shown, b) }
func (p *page) Result(b display.Bundle)  { p.shown = append(p.shown, b) }
func (p *page) Clear(bool)               {}

func (p *page) Update(id string, b display.Bundle) {
	if p.ids == nil {
		p.ids = make(map[string]int)
	}
	if i, ok := p.ids[id]; ok {
		p.shown[i] = b
		return
	}
	p.ids[id] = len(p.shown)
	p.shown = append(p.shown, b)
}

func (p *page) last() display.Bundle {
	if len(p.shown) == 0 {
		return display.Bundle{}
	}
	return p.shown[len(p.shown)-1]
}

// environment is a session without a go command, in a folder of its own.
func environment(t *testing.T) *magic.Env {
	t.Helper()
	return &magic.Env{
		Work:  func() (*toolchain.Workspace, error) { return nil, errors.New("no workspace") },
		Cells: cells{}, Servers: serve.NewManager(serve.Options{}), Dir: t.TempDir(), Driver: []string{"false"},
	}
}

// pprofs runs "%pprof ARGS".
func pprofs(t *testing.T, env *magic.Env, args ...string) (*page, error) {
	t.Helper()
	out := &page{}
	return out, magic.Pprof(context.WithoutCancel(t.Context()), env, out, args, nil)
}

// server serves the profiles of this process and counts how often it is asked.
func server(t *testing.T) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		hpprof.Index(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestFetchedProfileIsKeptUnderAName(t *testing.T) {
	env := environment(t)
	url, asked := server(t)
	out, err := pprofs(t, env, "-top", url+"/debug/pprof/heap")
	if err != nil {
		t.Fatal(err)
	}
	if html := out.last().Data[display.MIMEHTML]; !strings.Contains(html, "kept as heap-1") {
		t.Error("the output does not say under what name the profile is kept")
	}
	before := asked.Load()
	for _, name := range []string{"heap", "heap-1"} {
		again, err := pprofs(t, env, "-top", name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again.last().Data[display.MIMEText] != out.last().Data[display.MIMEText] {
			t.Errorf("%s is another profile", name)
		}
	}
	if asked.Load() != before {
		t.Error("the server was asked again")
	}
}

func TestMistakeAfterAFetchSaysThatTheProfileIsKept(t *testing.T) {
	env := environment(t)
	url, asked := server(t)
	_, err := pprofs(t, env, "-peek", "no_such_function", url+"/debug/pprof/heap")
	if err == nil || !strings.Contains(err.Error(), "name it heap-1 in place of the URL") {
		t.Errorf("got %v", err)
	}
	// What can be wrong at once is said before the server is asked.
	before := asked.Load()
	if _, err := pprofs(t, env, "-focus=(", url+"/debug/pprof/heap"); err == nil || asked.Load() != before {
		t.Errorf("got %v after %d requests", err, asked.Load()-before)
	}
}

func TestKindWithoutAProfileSaysHowToMakeOne(t *testing.T) {
	env := environment(t)
	for name, want := range map[string]string{
		"cpu": "%bench -cpuprofile cpu.out", "heap": "/debug/pprof/heap", "BenchmarkX": "%bench BenchmarkX -cpuprofile cpu.out",
	} {
		if _, err := pprofs(t, env, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

// heapFile writes a heap profile into the notebook's folder.
func heapFile(t *testing.T, env *magic.Env) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("heap").WriteTo(&b, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(env.Dir, "mem.out"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReportIsSavedInTheNotebooksFolderOnly(t *testing.T) {
	env := environment(t)
	want := heapFile(t, env)
	out, err := pprofs(t, env, "-proto", "-output=saved.pb.gz", "mem.out")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(env.Dir, "saved.pb.gz"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d are saved, %v; said %v", len(got), len(want), err, out.last())
	}
	// Another report in its place says so.
	out, err = pprofs(t, env, "-flame", "-output=saved.pb.gz", "mem.out")
	if err != nil || !strings.Contains(out.last().Data[display.MIMEText], "in place of a file of") {
		t.Errorf("said %q, %v", out.last().Data[display.MIMEText], err)
	}
	if err := os.WriteFile(filepath.Join(env.Dir, "lesson.ipynb"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"../x.pb.gz": "outside the notebook's folder", "/x.pb.gz": "outside the notebook's folder", "lesson.ipynb": "would overwrite it",
	} {
		if _, err := pprofs(t, env, "-proto", "-output="+name, "mem.out"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

func TestHeapProfileShowsItsFourTypes(t *testing.T) {
	env := environment(t)
	heapFile(t, env)
	out, err := pprofs(t, env, "-top", "mem.out")
	if err != nil {
		t.Fatal(err)
	}
	html := out.last().Data[display.MIMEHTML]
	for _, name := range []string{"inuse objects", "alloc space", "alloc objects"} {
		if !strings.Contains(html, name) {
			t.Errorf("%s is not to be switched to", name)
		}
	}
	if _, err := pprofs(t, env, "-flame", "mem.out"); err != nil {
		t.Error(err)
	}
}

func TestGoroutinesSayWhatTheyWaitFor(t *testing.T) {
	env := environment(t)
	url, _ := server(t)
	out, err := pprofs(t, env, "-top", url+"/debug/pprof/goroutine")
	if err != nil {
		t.Fatal(err)
	}
	if html := out.last().Data[display.MIMEHTML]; !strings.Contains(html, "IO wait") || !strings.Contains(html, "&lt; 1 min") {
		t.Error("the table of waiting goroutines is missing")
	}
}

func TestDifferenceOfAFileWithItselfIsNothing(t *testing.T) {
	env := environment(t)
	heapFile(t, env)
	for _, report := range []string{"-top", "-flame", "-tree"} {
		if _, err := pprofs(t, env, report, "-diff_base=mem.out", "mem.out"); err != nil {
			t.Errorf("%s: %v", report, err)
		}
	}
}

func TestFlameSaysWhichFlagsChangeNothing(t *testing.T) {
	env := environment(t)
	heapFile(t, env)
	out, err := pprofs(t, env, "-flame", "-mean", "-add_comment=x", "-nodecount=5", "-normalize=false", "mem.out")
	if err != nil {
		t.Fatal(err)
	}
	if html := out.last().Data[display.MIMEHTML]; !strings.Contains(html, "for -mean, -add_comment: the picture is the same without") {
		t.Error("nothing is said about -mean and -add_comment")
	}
	if out, err = pprofs(t, env, "-flame", "-lines", "mem.out"); err != nil || strings.Contains(out.last().Data[display.MIMEHTML], "the picture is the same") {
		t.Errorf("-lines: %v", err)
	}
}

func TestLabelOptionsAreDrawnAsRows(t *testing.T) {
	env := environment(t) // no driver: the rows are our own
	heapFile(t, env)
	for _, args := range [][]string{
		{"-top", "-tagroot=bytes"},
		{"-tree", "-tagleaf=bytes"},
		{"-peek=.", "-addresses"},
		{"-top", "-tagshow=bytes", "-taghide=x"},
		{"-top", "-files", "-trim_path=/usr"},
		{"-flame", "-tagroot=bytes"},
		{"-list=.", "-source_path=."},
	} {
		if _, err := pprofs(t, env, append(args, "mem.out")...); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}
