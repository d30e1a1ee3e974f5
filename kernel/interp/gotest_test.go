package interp

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gomri/kernel/gate"
)

var goTests = flag.Bool("gotest", false, "also interpret the programs of $GOROOT/test, which takes some minutes")

// TestProgramsOfTheGoDistribution interprets those programs of $GOROOT/test that the gate
// lets through. They check themselves: a right one prints nothing, or what its .out
// file says, and ends.
func TestProgramsOfTheGoDistribution(t *testing.T) {
	if !*goTests {
		t.Skip("needs -gotest")
	}
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(goroot)), "test")
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		more, _ := filepath.Glob(filepath.Join(root, pattern))
		files = append(files, more...)
	}
	if len(files) == 0 {
		t.Skip("this Go has no test folder")
	}
	s := newSession(t)
	passed, interpreted, slow := 0, 0, 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil || !regexp.MustCompile(`\A(?:// errorcheck[^\n]*\n)?// run\n`).Match(src) {
			continue
		}
		ran, ok, timeout := s.goTest(t, file, string(src))
		if ran {
			interpreted++
		}
		if ok {
			passed++
		}
		if timeout {
			slow++
		}
	}
	t.Logf("%d interpreted, %d right, %d too slow", interpreted, passed, slow)
}

// goTest runs one program as a cell.
func (s *session) goTest(t *testing.T, file, src string) (ran, ok, slow bool) {
	src = regexp.MustCompile(`(?m)^package main\b`).ReplaceAllString(src, "            ")
	s.ledger.Reset()
	p, err := s.check(src)
	if err != nil {
		return false, false, false // what no cell can contain
	}
	code, why := judge(p)
	if why != "" {
		return false, false, false
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	out := &recorder{}
	began, estimate := time.Now(), gate.Slow(p)
	res, err := s.client.Run(ctx, code, out)
	if took := time.Since(began); took > time.Second && estimate == "" || took < gate.SlowAfter/3 && estimate != "" {
		t.Logf("%s: interpreted in %s, estimate %q", file, took.Round(time.Millisecond), estimate)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if res.Refused != "" {
		t.Logf("%s: yaegi refused: %s", file, res.Refused)
		return false, false, false
	}
	if ctx.Err() != nil {
		t.Logf("%s: too slow", file)
		return true, false, true
	}
	want, _ := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	got := out.out.String() + out.err.String()
	if out.out.Len() > 0 && out.err.Len() > 0 {
		want = nil // the order of the two streams is not known
	}
	if res.Failure != nil && (res.Failure.Kind != Exit || res.Failure.Code != 0) || len(want) > 0 && got != string(want) || strings.Contains(got, "BUG") {
		t.Errorf("%s: %v\n%.2000s", file, res.Failure, got)
		return true, false, false
	}
	if len(want) == 0 && got != "" {
		t.Logf("%s prints %.300q", file, got)
	}
	return true, true, false
}
