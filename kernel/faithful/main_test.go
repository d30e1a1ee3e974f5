package faithful

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/prof/driver"
)

// TestMain lets the test binary stand for gomri: the session starts it again as
// its worker and as pprof's driver.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "worker":
			exitOn(interp.Worker())
		case "pprof":
			exitOn(driver.Run(os.Args[2:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		}
	}
	flag.Parse()
	os.Exit(inOwnFolder(m.Run))
}

// inOwnFolder runs the tests with a folder of their own for temporary files, which it
// removes: programs of the corpora leave theirs behind. What the kernel itself leaves, files
// or processes, fails the run.
func inOwnFolder(tests func() int) int {
	dir, err := os.MkdirTemp("", "faithful-")
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		err = errors.Join(err, os.Setenv(name, dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	status := tests()
	printFigures(os.Stdout)
	if left := leftBehind(dir); len(left) > 0 {
		fmt.Printf("FAIL: left behind:\n\t%s\n", strings.Join(left, "\n\t"))
		status = max(status, 1)
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return status
}

// leftBehind lists the folders of the kernel's sessions and the processes that are there
// when all sessions are closed.
func leftBehind(dir string) []string {
	left, err := filepath.Glob(filepath.Join(dir, "gomri-*"))
	if err != nil {
		return []string{err.Error()}
	}
	return append(left, processesWith("TMPDIR="+dir)...)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// whole is true if all programs are to be run, and not only a part of them. The variable
// may be a duration: no program is started when that is over.
var whole = os.Getenv("GOMRI_WHOLE_CORPUS") != ""

// late tells whether the time for the whole is over.
var late = func() func() bool {
	limit, err := time.ParseDuration(os.Getenv("GOMRI_WHOLE_CORPUS"))
	start := time.Now()
	return func() bool { return err == nil && time.Since(start) > limit }
}()

// part keeps every n-th of a list unless the whole is wanted.
func part[T any](list []T, n int) []T {
	if whole || *only != "" {
		return list
	}
	var kept []T
	for i := 0; i < len(list); i += n {
		kept = append(kept, list[i])
	}
	return kept
}

// only limits a run to programs whose name it matches.
var only = flag.String("only", "", "run only the programs whose name this `regexp` matches")

// wanted tells whether a program is one of those.
func wanted(t testing.TB, name string) bool {
	t.Helper()
	ok, err := regexp.MatchString(*only, name)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// maxOutput bounds what is kept of a stream, in bytes.
const maxOutput = 4 << 20

// recorder is an Output that keeps both streams and the texts of values and displays.
type recorder struct {
	mu             sync.Mutex
	out, err       strings.Builder
	values, others []string
}

func (r *recorder) Stream(name display.StreamName, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := &r.out
	if name == display.Stderr {
		to = &r.err
	}
	if to.Len() < maxOutput {
		to.WriteString(text)
	}
}

func (r *recorder) Display(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.others = append(r.others, b.Data[display.MIMEText])
}

func (r *recorder) Update(_ string, b display.Bundle) { r.Display(b) }

func (r *recorder) Result(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values = append(r.values, b.Data[display.MIMEText])
}

func (r *recorder) Clear(bool) {}
