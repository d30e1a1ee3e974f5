package faithful

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gomri/kernel/value"
)

// native is a program as the toolchain gives it: its files, and how it went.
type native struct {
	Name  string
	Files map[string]string // file names in the package's folder
}

// run is how a native program went. It is kept in the user's cache folder under a
// hash of the program and the toolchain, so that only the first run builds.
type nativeRun struct {
	Built    bool
	Says     string // what the compiler said if it did not build
	Out, Err []byte // may hold what is no UTF-8
	Code     int    // exit status, -1 if a signal or the time limit ended it
	Stable   bool
	Time     time.Duration // the fastest of the runs, wall
}

func (r nativeRun) outcome() outcome { return nativeOutcome(string(r.Out), string(r.Err), r.Code) }

// nativeLimit is how long a native program may take.
const nativeLimit = 10 * time.Second

// toolchainVersion is the go command's version and platform.
var toolchainVersion = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOVERSION", "GOROOT", "GOOS", "GOARCH").Output()
	if err != nil {
		return ""
	}
	return string(out)
})

// goroot is the toolchain's own folder.
func goroot() string {
	lines := strings.Split(toolchainVersion(), "\n")
	if len(lines) < 2 {
		return ""
	}
	return lines[1]
}

func (n native) cacheFile() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(n.Files) // keys are sorted
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte("2" + toolchainVersion() + nativeModule() + string(data)))
	key := hex.EncodeToString(sum[:12])
	return filepath.Join(dir, "gomri", "natives", key[:2], key+".json"), nil
}

// nativeModule is the module that the programs are built in.
func nativeModule() string { return "module natives\n\ngo 1.26\n" }

// natives returns how the programs go natively, in their order. What is not in the
// cache is built in batches and run twice.
func natives(t testing.TB, programs []native) []nativeRun {
	t.Helper()
	runs := make([]nativeRun, len(programs))
	var missing []int
	for i, p := range programs {
		file, err := p.cacheFile()
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(data, &runs[i]) != nil {
			missing = append(missing, i)
		}
	}
	const batch = 100
	for len(missing) > 0 {
		now := missing[:min(batch, len(missing))]
		missing = missing[len(now):]
		buildBatch(t, programs, runs, now)
	}
	return runs
}

// buildBatch builds and runs some programs and keeps how they went.
func buildBatch(t testing.TB, programs []native, runs []nativeRun, which []int) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", nativeModule())
	for name, text := range value.Source(false) {
		write("value/"+name, text)
	}
	for _, i := range which {
		for name, text := range programs[i].Files {
			write(fmt.Sprintf("p%d/%s", i, name), text)
		}
	}
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", bin, "./...")
	cmd.Dir = dir
	says, buildErr := cmd.CombinedOutput()
	parallel(len(which), func(_, k int) {
		i := which[k]
		exe := filepath.Join(bin, fmt.Sprintf("p%d", i))
		if runtime.GOOS == "windows" {
			exe += ".exe"
		}
		if _, err := os.Stat(exe); err != nil {
			runs[i] = nativeRun{Says: about(string(says), fmt.Sprintf("p%d", i), buildErr)}
		} else {
			runs[i] = runTwice(t, exe)
		}
		keepRun(t, programs[i], runs[i])
	})
}

// about is what the compiler said of one package.
func about(says, name string, err error) string {
	for _, paragraph := range strings.Split("\n"+says, "\n# ") {
		if strings.HasPrefix(paragraph, "natives/"+name+"\n") {
			return paragraph
		}
	}
	for line := range strings.Lines(says) {
		if strings.HasPrefix(line, name+string(filepath.Separator)) || strings.Contains(line, "/"+name+":") {
			return line
		}
	}
	return fmt.Sprintf("go build: %v", err)
}

func keepRun(t testing.TB, p native, r nativeRun) {
	file, err := p.cacheFile()
	if err != nil {
		t.Error(err)
		return
	}
	data, err := json.Marshal(r)
	if err = errors.Join(err, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
		t.Error(err)
	}
}

// runTwice runs a program two times, to see whether it always says the same.
func runTwice(t testing.TB, exe string) nativeRun {
	first := runNative(t, exe)
	if first.Code < 0 {
		return first
	}
	again := runNative(t, exe)
	first.Stable = first.outcome() == again.outcome()
	first.Time = min(first.Time, again.Time)
	return first
}

func runNative(t testing.TB, exe string) nativeRun {
	ctx, cancel := context.WithTimeout(t.Context(), nativeLimit)
	defer cancel()
	var out, errOut bounded
	cmd := exec.CommandContext(ctx, exe)
	cmd.Dir = t.TempDir()
	cmd.Stdout, cmd.Stderr = &out, &errOut
	start := time.Now()
	_ = cmd.Run() // a program may end in a way of its own
	return nativeRun{
		Built: true, Out: out.Bytes(), Err: errOut.Bytes(), Code: cmd.ProcessState.ExitCode(), Time: time.Since(start),
	}
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, maxOutput-b.Len()))])
	return len(p), nil
}

// lanes is how many programs run at a time.
const lanes = 2

// parallel calls f for 0 … n-1 from a few goroutines; lane tells which.
func parallel(n int, f func(lane, i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for lane := range lanes {
		wg.Go(func() {
			for i := range next {
				f(lane, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// trials is parallel until the time is over; the others of the n are counted as not run.
func trials(t testing.TB, n int, ways []*figures, f func(lane, i int)) {
	t.Helper()
	var left atomic.Int64
	parallel(n, func(lane, i int) {
		if late() {
			left.Add(1)
			return
		}
		defer func() {
			if v := recover(); v != nil {
				t.Errorf("program %d: %v\n%s", i, v, debug.Stack())
			}
		}()
		f(lane, i)
	})
	for _, w := range ways {
		w.left = int(left.Load())
	}
	if left.Load() > 0 {
		t.Logf("the time is over: %d of %d programs were not run", left.Load(), n)
	}
}
