//go:build unix

package child

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the parent that dies in TestChildDiesWithItsParent.
func TestMain(m *testing.M) {
	if os.Getenv("CHILD_TEST_PARENT") != "" {
		parent()
	}
	os.Exit(m.Run())
}

// parent starts a child, prints its id and waits to be killed.
func parent() {
	p, err := Start(context.Background(), Command{Path: "sleep", Args: []string{"60"}})
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(os.Stdout, strconv.Itoa(p.Pid())+"\n")
	_, _ = p.Wait()
}

// lines is a writer that gives what is written to it line by line.
type lines struct {
	*bufio.Reader
	io.Writer
}

func newLines() lines {
	r, w := io.Pipe()
	return lines{bufio.NewReader(r), w}
}

func (l lines) next(t *testing.T) string {
	t.Helper()
	s, err := l.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

func (l lines) pid(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(l.next(t))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// awaitGone waits until the process has ended (a zombie that init has still to reap counts).
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for range 200 {
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond) // polls another process, of which we are not told
	}
	t.Errorf("process %d is still there", pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	after := stat[bytes.LastIndexByte(stat, ')')+1:]
	return bytes.HasPrefix(after, []byte(" Z"))
}

func sh(script string) Command {
	return Command{Path: "sh", Args: []string{"-c", script}, Grace: 300 * time.Millisecond}
}

func TestRunGivesOutputAndExitStatus(t *testing.T) {
	var out, errOut bytes.Buffer
	c := sh(`read x; echo "got $x in $PWD with $K"; echo oops >&2; exit 3`)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader("word\n"), &out, &errOut
	c.Dir, c.Env = "/", append(os.Environ(), "K=v")
	exit, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if exit.Code != 3 || exit.Stopped || exit.Success() || exit.String() != "exit status 3" {
		t.Errorf("exit = %+v", exit)
	}
	if got := out.String(); got != "got word in / with v\n" {
		t.Errorf("stdout %q", got)
	}
	if got := errOut.String(); got != "oops\n" {
		t.Errorf("stderr %q", got)
	}
	if exit.MaxRSS < 100<<10 || exit.MaxRSS > 1<<30 {
		t.Errorf("MaxRSS %d is not a plausible number of bytes", exit.MaxRSS)
	}
}

func TestOneWriterForBothStreamsKeepsTheOrder(t *testing.T) {
	var both bytes.Buffer
	c := sh(`for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done`)
	c.Stdout, c.Stderr = &both, &both
	if _, err := Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if want := "o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\no6\ne6\no7\ne7\no8\ne8\no9\ne9\n"; both.String() != want {
		t.Errorf("got %q", both.String())
	}
}

func TestEverythingWrittenBeforeTheExitIsRead(t *testing.T) {
	var out bytes.Buffer
	c := sh(`head -c 5000000 /dev/zero`)
	c.Stdout = &out
	exit, err := Run(t.Context(), c)
	if err != nil || !exit.Success() {
		t.Fatal(exit, err)
	}
	if out.Len() != 5000000 {
		t.Errorf("read %d bytes", out.Len())
	}
}

func TestMissingProgramIsAnErrorAtStart(t *testing.T) {
	if _, err := Start(t.Context(), Command{Path: "/no/such/program", Stdout: io.Discard}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

func TestSignalThatEndedTheChildIsReported(t *testing.T) {
	exit, err := Run(t.Context(), sh(`kill -SEGV $$`))
	if err != nil || exit.Code != -1 || exit.Signal != syscall.SIGSEGV || exit.Stopped {
		t.Errorf("exit = %+v, %v", exit, err)
	}
}

func TestStopInterruptsFirst(t *testing.T) {
	out := newLines()
	c := sh(`trap 'echo bye; exit 7' INT; echo ready; while :; do sleep 0.01; done`)
	c.Stdout, c.Grace = out, time.Minute
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	out.next(t)
	p.Stop()
	if s := out.next(t); s != "bye" {
		t.Errorf("child said %q", s)
	}
	if exit, err := p.Wait(); err != nil || exit.Code != 7 || !exit.Stopped {
		t.Errorf("exit = %+v, %v", exit, err)
	}
}

func TestContextEndKillsTheGroupOfADeafChild(t *testing.T) {
	out := newLines()
	c := sh(`trap '' INT; sleep 60 & echo $!; wait`)
	c.Stdout = out
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	grandchild := out.pid(t)
	cancel()
	exit, err := p.Wait()
	if err != nil || exit.Signal != syscall.SIGKILL || !exit.Stopped {
		t.Errorf("exit = %+v, %v", exit, err)
	}
	awaitGone(t, grandchild)
}

func TestKillDoesNotAsk(t *testing.T) {
	out := newLines()
	c := sh(`trap '' INT; echo ready; sleep 60`)
	c.Stdout, c.Grace = out, time.Hour
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	out.next(t)
	p.Kill()
	if exit, _ := p.Wait(); exit.Signal != syscall.SIGKILL || !exit.Stopped {
		t.Errorf("exit = %+v", exit)
	}
	p.Kill()
	p.Stop() // stopping what has ended does nothing
}

func TestGrandchildThatHoldsThePipeIsKilledAfterTheGrace(t *testing.T) {
	out := newLines()
	c := sh(`sleep 60 & echo $!`)
	c.Stdout = out
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	grandchild := out.pid(t)
	if exit, err := p.Wait(); err != nil || !exit.Success() {
		t.Errorf("exit = %+v, %v", exit, err)
	}
	awaitGone(t, grandchild)
}

func TestGrandchildThatHoldsNoPipeGoesWithTheChild(t *testing.T) {
	out := newLines()
	c := sh(`sleep 60 >/dev/null 2>&1 & echo $!`)
	c.Stdout = out
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	grandchild := out.pid(t)
	if exit, err := p.Wait(); err != nil || !exit.Success() {
		t.Errorf("exit = %+v, %v", exit, err)
	}
	awaitGone(t, grandchild)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestFailedWriterIsReportedAndDoesNotBlockTheChild(t *testing.T) {
	c := sh(`head -c 1000000 /dev/zero; exit 5`)
	c.Stdout = brokenWriter{}
	exit, err := Run(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "no room") || exit.Code != 5 {
		t.Errorf("exit = %+v, %v", exit, err)
	}
}

func TestChildSurvivesTheThreadThatAskedForIt(t *testing.T) {
	type result struct {
		p   *Process
		err error
	}
	started := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		c := sh(`read x; exit 9`)
		r, w, _ := os.Pipe()
		c.Stdin = r
		p, err := Start(context.Background(), c)
		_ = r.Close()
		started <- result{p, err}
		_ = w.Close()
	}()
	res := <-started
	if res.err != nil {
		t.Fatal(res.err)
	}
	if exit, err := res.p.Wait(); err != nil || exit.Code != 9 {
		t.Errorf("exit = %+v, %v", exit, err)
	}
}

func TestChildDiesWithItsParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a parent death signal")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := newLines()
	p, err := Start(t.Context(), Command{Path: self, Env: append(os.Environ(), "CHILD_TEST_PARENT=1"), Stdout: out})
	if err != nil {
		t.Fatal(err)
	}
	sleeper := out.pid(t)
	if err := syscall.Kill(p.Pid(), syscall.SIGKILL); err != nil { // only the parent, not its group
		t.Fatal(err)
	}
	awaitGone(t, sleeper)
	if exit, err := p.Wait(); err != nil || exit.Stopped {
		t.Errorf("exit = %+v, %v", exit, err)
	}
}
