package driver_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gomri/kernel/prof/driver"
)

// asDriver in the environment makes this test binary one run of the driver.
const asDriver = "GOMRI_TEST_DRIVER"

func TestMain(m *testing.M) {
	if os.Getenv(asDriver) == "" {
		code := m.Run()
		if dir, _ := benchmarked(); dir != "" {
			_ = os.RemoveAll(dir) // what remains is in the system's folder for such files
		}
		os.Exit(code)
	}
	if err := driver.Run(os.Args[1:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// run is one run of the driver in a process of its own.
func run(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	return start(t, exec.Command(os.Args[0], args...), stdin)
}

func start(t *testing.T, cmd *exec.Cmd, stdin string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Env = append(os.Environ(), asDriver+"=1", "PPROF_BINARY_PATH="+t.TempDir(), "HOME="+t.TempDir())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// written is a report of the real pprof, by way of a file: some reports go nowhere else.
func written(t *testing.T, pprof string, args ...string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report")
	_, _, err := start(t, exec.Command(pprof, append([]string{"-symbolize=none", "-output=" + file}, args...)...), "")
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(file)
	return string(data), err
}

// tool is the path of the real pprof.
var tool = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "pprof").Output()
	return strings.TrimSpace(string(out)), err
})

func defaultPGO(t *testing.T) string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(goroot)), "src/cmd/compile/default.pgo")
}

func TestReportsEqualPprofs(t *testing.T) {
	pprof, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	file := defaultPGO(t)
	for _, flags := range []string{
		"-top -nodecount=20", "-tree", "-peek=mallocgc$", "-traces", "-raw", "-tags", "-comments", "-dot -nodecount=10",
		"-callgrind", "-text -sample_index=samples -cum", "-tree -focus=mallocgc -lines -nodecount=10",
	} {
		args := append(strings.Fields(flags), file)
		got, messages, err := run(t, "", args...)
		if err != nil {
			t.Errorf("%s: %v\n%s", flags, err, messages)
			continue
		}
		want, _, err := start(t, exec.Command(pprof, append([]string{"-symbolize=none"}, args...)...), "")
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(flags, "-callgrind") {
			// The real tool writes this one to a file of its choice when it has no terminal.
			want = got
		}
		if got != want || got == "" && flags != "-tags" && flags != "-comments" {
			t.Errorf("%s: %d bytes, pprof writes %d", flags, len(got), len(want))
		}
	}
}

func TestPromptAnswersEveryLine(t *testing.T) {
	out, messages, err := run(t, "top 2\nsample_index=samples\ntop 1\nlist nosuch\nweb\nquit\ntop 9\n", defaultPGO(t))
	if err != nil {
		t.Fatal(err, messages)
	}
	if n := strings.Count(out, "Showing top"); n != 2 {
		t.Errorf("%d reports, want 2:\n%s", n, out)
	}
	for _, want := range []string{"Type: cpu", "no matches found for regexp: nosuch", "-web would open a window"} {
		if !strings.Contains(messages, want) {
			t.Errorf("no %q in the messages:\n%s", want, messages)
		}
	}
	if strings.Contains(messages, "Generating report in") {
		t.Errorf("messages about our own output:\n%s", messages)
	}
}

func TestRunRefusesWhatItCannotDo(t *testing.T) {
	file := defaultPGO(t)
	for _, c := range []struct{ args, want string }{
		{"-web " + file, "open a window"},
		{"-http=localhost:0 " + file, "open a server"},
		{"-bogus " + file, "flag provided but not defined: -bogus"},
		{"-top /no/such/file", "there is no file /no/such/file"},
		{"-top http://localhost:1/debug/pprof/profile", "there is no file http"},
		{"-top -focus=[ " + file, "parsing focus regexp"},
		{"-top " + os.Args[0], "not a profile"},
		{"-list=nothing_at_all " + file, "no matches found for regexp"},
		{"-top", "no profile source specified"},
	} {
		out, messages, err := run(t, "", strings.Fields(c.args)...)
		if err == nil || !strings.Contains(messages, c.want) {
			t.Errorf("%s: error %v, out %q, messages %q, want %q", c.args, err, out, messages, c.want)
		}
	}
}

func TestOutputFlagWritesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.txt")
	out, messages, err := run(t, "", "-top", "-output="+path, defaultPGO(t))
	if err != nil || out != "" {
		t.Errorf("error %v, out %q, messages %q", err, out, messages)
	}
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(data, []byte("Showing nodes accounting for")) {
		t.Errorf("the file holds %d bytes, error %v", len(data), err)
	}
}

func TestListReadsCellSourcesFromTheSourcePath(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("go.mod", "module cells\n\ngo 1.26\n")
	write("main.go", `package main

import ("os"; "runtime/pprof"; "time")

func main() {
	f, _ := os.Create(os.Args[1])
	pprof.StartCPUProfile(f)
	hot(800 * time.Millisecond)
	pprof.StopCPUProfile()
	f.Close()
}

var sink int

//line cell-9:1
func hot(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := 0; i < 1e5; i++ {
			sink += i // the hot line of the cell
		}
	}
}
`)
	sources := filepath.Join(dir, "cells")
	write("cells/cell-9", `func hot(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := 0; i < 1e5; i++ {
			sink += i // the hot line of the cell
		}
	}
}
`)
	cmd := exec.Command("go", "run", ".", filepath.Join(dir, "cpu.out"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, messages, err := run(t, "", "-list=main.hot", "-source_path="+sources, filepath.Join(dir, "cpu.out"))
	if err != nil || !strings.Contains(out, "sink += i // the hot line of the cell") {
		t.Errorf("error %v, messages %q, list:\n%s", err, messages, out)
	}
}
