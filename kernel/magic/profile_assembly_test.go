package magic_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/pprof/profile"

	"gomri/kernel/display"
	"gomri/kernel/magic"
	"gomri/kernel/prof/driver"
)

// asDriver in the environment makes this test binary one run of pprof's driver.
const asDriver = "GOMRI_TEST_DRIVER"

func TestMain(m *testing.M) {
	if file := os.Getenv(serverFile); file != "" {
		serveAt(file)
	}
	if os.Getenv(asDriver) == "" {
		os.Exit(m.Run())
	}
	if err := driver.Run(os.Args[1:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "gomri:", err)
		os.Exit(2)
	}
}

// withDriver is an environment in which pprof's driver runs.
func withDriver(t *testing.T) *magic.Env {
	t.Helper()
	t.Setenv(asDriver, "1")
	env := environment(t)
	env.Driver = []string{os.Args[0]}
	return env
}

// benchmark is one whose profile has the function sum, into which hash is inlined.
const benchmark = `package demo

import "testing"

func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

//go:noinline
func sum(xs []string) (t uint32) {
	for _, x := range xs {
		t += hash(x)
	}
	return t
}

func BenchmarkSum(b *testing.B) {
	xs := make([]string, 1000)
	for i := range xs {
		xs[i] = "a word of some length"
	}
	for b.Loop() {
		sum(xs)
	}
}
`

// benchmarked are the files that go test leaves: the program and the CPU profile.
var benchmarked = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "gomri-benchmark-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	files := map[string][]byte{"go.mod": []byte("module demo\n\ngo 1.26\n"), "demo_test.go": []byte(benchmark)}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("go", "test", "-trimpath", "-bench=.", "-benchtime=500ms", "-cpuprofile=cpu.out", "-o=demo.test")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	for _, name := range []string{"cpu.out", "demo.test"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// putBenchmark writes files of the benchmark into the notebook's folder.
func putBenchmark(t *testing.T, env *magic.Env, names ...string) {
	t.Helper()
	files, err := benchmarked()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(env.Dir, name), files[name], 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDisasmFindsTheProgramThatGoTestLeft(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out", "demo.test")
	t.Setenv("PATH", t.TempDir())
	for _, args := range [][]string{{"-disasm=sum", "cpu.out"}, {"-disasm=sum", "demo.test", "cpu.out"}} {
		out, err := pprofs(t, env, args...)
		if err != nil {
			t.Fatal(err)
		}
		text, html := out.last().Data[display.MIMEText], out.last().Data[display.MIMEHTML]
		if !strings.Contains(text, "ROUTINE ======================== demo.sum") || !strings.Contains(text, "IMULL $0x1000193") {
			t.Errorf("%v:\n%s", args, text)
		}
		for _, want := range []string{"takes the most", "demo_test.go:8", "IMULL $0x1000193", "go tool pprof -disasm=sum demo.test cpu.out"} {
			if !strings.Contains(html, want) {
				t.Errorf("%v: %q is not in the page", args, want)
			}
		}
	}
}

func TestDisasmOfAnInlinedFunctionNamesTheOnesThatHoldIt(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out", "demo.test")
	_, err := pprofs(t, env, "-disasm=demo.hash", "cpu.out")
	if err == nil || !strings.Contains(err.Error(), "was inlined into demo.sum; name that, or type -weblist=demo.hash") {
		t.Errorf("got %v", err)
	}
	if _, err := pprofs(t, env, "-disasm=nothing_at_all", "cpu.out"); err == nil || strings.Contains(err.Error(), "inlined") {
		t.Errorf("got %v", err)
	}
}

func TestWeblistShowsTheInstructionsOfEachLine(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out", "demo.test", "demo_test.go")
	// The program was built with -trimpath: its files are below the module's name.
	if err := os.Mkdir(filepath.Join(env.Dir, "demo"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(env.Dir, "demo_test.go"), filepath.Join(env.Dir, "demo", "demo_test.go")); err != nil {
		t.Fatal(err)
	}
	// hash is inlined everywhere: its code is in sum.
	out, err := pprofs(t, env, "-weblist=demo.hash", "cpu.out")
	if err != nil {
		t.Fatal(err)
	}
	text, html := out.last().Data[display.MIMEText], out.last().Data[display.MIMEHTML]
	line := strings.Index(text, "h = (h ^ uint32(s[i])) * 16777619")
	if line < 0 || !strings.HasPrefix(strings.TrimSpace(strings.SplitN(text[line:], "\n", 3)[1]), ".") && !strings.Contains(strings.SplitN(text[line:], "\n", 3)[1], ": MOVZX") {
		t.Errorf("no instructions follow the hot line:\n%s", text)
	}
	if !strings.Contains(html, "<details><summary") || !strings.Contains(html, "IMULL $0x1000193") || strings.Contains(html, "There is no assembly") {
		t.Error("the page has no instructions")
	}
	// To a file goes the page that pprof makes of it.
	if _, err := pprofs(t, env, "-weblist=demo.sum", "-output=sum.html", "cpu.out"); err != nil {
		t.Fatal(err)
	}
	if page, err := os.ReadFile(filepath.Join(env.Dir, "sum.html")); err != nil || !strings.Contains(string(page), "<html") || !strings.Contains(string(page), "IMULL") {
		t.Errorf("%d bytes are saved, %v", len(page), err)
	}
}

func TestDisasmWithoutTheProgramSaysWhatToType(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out")
	_, err := pprofs(t, env, "-disasm=demo.sum", "cpu.out")
	if err == nil || !strings.Contains(err.Error(), "is not there any more; name the program before the profile: %pprof -disasm=demo.sum PROGRAM cpu.out") {
		t.Errorf("got %v", err)
	}
	// weblist still has the sources.
	out, err := pprofs(t, env, "-weblist=demo.sum", "cpu.out")
	if err != nil || !strings.Contains(out.last().Data[display.MIMEHTML], "There is no assembly: ") {
		t.Errorf("got %v, %v", out.last(), err)
	}
	// What is named but not there is said, and not taken for a program.
	if _, err := pprofs(t, env, "-disasm=demo.sum", "demo.test", "cpu.out"); err == nil || !strings.Contains(err.Error(), "there is no file demo.test") {
		t.Errorf("got %v", err)
	}
}

func TestProgramWithoutABuildIDIsFoundByItsName(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out", "demo.test")
	// As on macOS, the profile does not say which build it is of.
	path := filepath.Join(env.Dir, "cpu.out")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Mapping {
		m.BuildID = ""
	}
	var b bytes.Buffer
	if err := errors.Join(p.Write(&b), os.WriteFile(path, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, report := range []string{"-disasm=demo.sum", "-weblist=demo.sum"} {
		out, err := pprofs(t, env, report, "cpu.out")
		if err != nil || !strings.Contains(out.last().Data[display.MIMEHTML], "nothing tells whether demo.test is the program") {
			t.Errorf("%s: %v, nothing is said about the build", report, err)
		}
	}
}
