package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomri/kernel/session"
)

// said is the two output streams of a verb under test.
type said struct{ out, err bytes.Buffer }

func (s *said) stdio() stdio {
	return stdio{In: strings.NewReader(""), Out: &s.out, Err: &s.err}
}

func TestKernelVerbWantsOneReadableConnectionFile(t *testing.T) {
	run := kernelVerb(func(context.Context) (session.Engine, error) {
		t.Error("the engine was opened")
		return nil, nil
	})
	for _, args := range [][]string{nil, {"a", "b"}, {"-x"}} {
		var s said
		if err := run(t.Context(), s.stdio(), args); !errors.Is(err, errUsage) || s.err.Len() == 0 {
			t.Errorf("%q: %v, said %q", args, err, &s.err)
		}
	}
	var s said
	err := run(t.Context(), s.stdio(), []string{filepath.Join(t.TempDir(), "none.json")})
	if err == nil || !strings.Contains(err.Error(), "connection file") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestKernelOutlivesSIGINTAndEndsWithSIGTERM(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals to send")
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	outer, cancel := context.WithCancel(t.Context())
	ctx, stop := kernelSignals(outer)
	defer stop()
	cancel() // what main does when it hears SIGINT
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
		t.Fatal("SIGINT ended the kernel")
	case <-time.After(50 * time.Millisecond):
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("SIGTERM did not end the kernel")
	}
}

func TestGoVersionIsThatOfTheGoCommand(t *testing.T) {
	env, err := askGo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := goVersion(t.Context()); "go"+got != env.GOVERSION {
		t.Errorf("the version is %s, go env says %s", got, env.GOVERSION)
	}
	t.Setenv("PATH", t.TempDir())
	if got := goVersion(t.Context()); "go"+got != runtime.Version() {
		t.Errorf("without a go command the version is %s", got)
	}
}
