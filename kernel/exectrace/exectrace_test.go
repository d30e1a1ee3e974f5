package exectrace_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"gomri/kernel/exectrace"
)

// work does a little of everything that a trace tells apart.
func work(t *testing.T) {
	t.Helper()
	ctx, task := trace.NewTask(context.Background(), "order")
	defer task.End()
	var wg sync.WaitGroup
	var mu sync.Mutex
	jobs := make(chan int)
	for range 4 {
		wg.Go(func() { consume(jobs, &mu) })
	}
	for i := range 200 {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	trace.WithRegion(ctx, "talk", func() { talk(t) })
	trace.WithRegion(ctx, "collect", func() {
		garbage(4 << 20)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
	})
	name := filepath.Join(t.TempDir(), "file")
	for range 50 {
		if err := os.WriteFile(name, make([]byte, 1<<16), 0o600); err != nil {
			t.Error(err)
		}
	}
	<-time.After(5 * time.Millisecond)
}

// consume takes jobs, one at a time of all consumers.
func consume(jobs <-chan int, mu *sync.Mutex) {
	for range jobs {
		mu.Lock()
		garbage(1 << 14)
		mu.Unlock()
	}
}

// garbage allocates that many bytes in small pieces.
func garbage(bytes int) {
	var keep [][]byte
	for n := 0; n < bytes; n += 1 << 10 {
		keep = append(keep, make([]byte, 1<<10))
	}
	runtime.KeepAlive(keep)
}

// talk waits for the network.
func talk(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		time.Sleep(2 * time.Millisecond)
		fmt.Fprint(c, "hello")
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	if _, err := io.ReadAll(c); err != nil {
		t.Error(err)
	}
}

// traced is a trace of work.
func traced(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Skipf("this test is itself being traced: %v", err)
	}
	work(t)
	trace.Stop()
	return b.Bytes()
}

// recorded is the snapshot of a flight recorder, taken while work goes on.
func recorded(t *testing.T) []byte {
	t.Helper()
	r := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Second})
	if err := r.Start(); err != nil {
		t.Skipf("this test is itself being traced: %v", err)
	}
	defer r.Stop()
	work(t)
	var b bytes.Buffer
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read reads a whole trace.
func read(t *testing.T, data []byte) *exectrace.Trace {
	t.Helper()
	tr, err := exectrace.Read(bytes.NewReader(data), exectrace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Cut != nil {
		t.Fatalf("cut: %v", tr.Cut)
	}
	return tr
}

// tool is what "go tool trace -pprof=KIND" prints.
func tool(t *testing.T, kind exectrace.Kind, data []byte) *profile.Profile {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trace.out")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "trace", "-pprof="+string(kind), name).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go tool trace: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	p, err := profile.ParseData(out)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// line is one stack with its figures, as text.
func line(count, time int64, pcs []string) string {
	return fmt.Sprintf("%d %d %s", count, time, strings.Join(pcs, " "))
}

func TestBlockingIsWhatGoToolTraceSays(t *testing.T) {
	for name, data := range map[string][]byte{"trace": traced(t), "flight recorder": recorded(t)} {
		tr := read(t, data)
		for _, b := range tr.Blocking {
			var want, got []string
			var count, total int64
			for _, s := range tool(t, b.Kind, data).Sample {
				var pcs []string
				for _, l := range s.Location {
					pcs = append(pcs, fmt.Sprintf("%s:%d", l.Line[0].Function.Name, l.Line[0].Line))
				}
				count += s.Value[0]
				total += s.Value[1]
				want = append(want, line(s.Value[0], s.Value[1], pcs))
			}
			for _, s := range b.Stacks {
				var pcs []string
				for _, f := range s.Frames {
					pcs = append(pcs, fmt.Sprintf("%s:%d", f.Function, f.Line))
				}
				got = append(got, line(s.Count, int64(s.Time), pcs))
			}
			if count == 0 {
				t.Errorf("%s, %s: the workload gives nothing to compare", name, b.Kind)
			}
			if b.Count != count || int64(b.Total) != total {
				t.Errorf("%s, %s: %d times, %d ns; go tool trace says %d times, %d ns", name, b.Kind, b.Count, b.Total, count, total)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, %s: the stacks differ:\n%s\nwant\n%s", name, b.Kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

// group finds the goroutines of a start function by the end of its name, or of what called it.
func group(t *testing.T, tr *exectrace.Trace, suffix string) exectrace.Group {
	t.Helper()
	for _, g := range tr.Groups {
		if strings.HasSuffix(g.Name, suffix) || strings.HasSuffix(g.By, suffix) {
			return g
		}
	}
	t.Fatalf("no goroutines of %s", suffix)
	return exectrace.Group{}
}

func TestTimesOfAGoroutineAddUp(t *testing.T) {
	tr := read(t, traced(t))
	var exec time.Duration
	for _, g := range tr.Groups {
		sum := g.Exec + g.Sched + g.Syscall + g.Network + g.Sync + g.Sleep + g.GC + g.Other
		if sum != g.Total {
			t.Errorf("%s: the parts are %v of %v", g.Name, sum, g.Total)
		}
		exec += g.Exec
	}
	var lanes time.Duration
	for _, l := range tr.Lanes {
		lanes += l.User + l.Runtime
		if all := l.User + l.Runtime + l.Syscall + l.Idle; all > tr.Duration {
			t.Errorf("P%d: %v of %v", l.Proc, all, tr.Duration)
		}
	}
	if lanes > exec || exec-lanes > exec/10+time.Millisecond {
		t.Errorf("goroutines ran %v, processors %v", exec, lanes)
	}
}

func TestTraceTellsWhatHappened(t *testing.T) {
	tr := read(t, traced(t))
	workers := group(t, tr, "_test.work")
	if workers.Count != 4 || workers.Alive != 0 || workers.Sync <= 0 || workers.Exec <= 0 {
		t.Errorf("the workers are %+v", workers)
	}
	if g := group(t, tr, "talk.func1"); g.Sleep < 2*time.Millisecond {
		t.Errorf("the server slept %v", g.Sleep)
	}
	if tr.GC.Cycles.Times.Count < 1 || tr.GC.Pauses.Count < 3 || len(tr.GC.Longest) < 3 || tr.GC.HeapMax < 1<<20 {
		t.Errorf("the collector did %+v", tr.GC)
	}
	if !slices.ContainsFunc(tr.GC.Longest, func(p exectrace.Pause) bool {
		return p.Reason == "read mem stats" || p.Reason == "GC sweep termination"
	}) {
		t.Errorf("the reasons of the pauses are %v", tr.GC.Longest)
	}
	if !slices.IsSortedFunc(tr.GC.Longest, func(a, b exectrace.Pause) int { return cmp.Compare(b.Length, a.Length) }) {
		t.Errorf("the pauses are not sorted: %v", tr.GC.Longest)
	}
	if tr.Latency.Count == 0 || tr.Latency.Max <= 0 || tr.Latency.Quantile(0.5) > tr.Latency.Quantile(0.99) {
		t.Errorf("the scheduler's latency is %+v", tr.Latency)
	}
	for _, want := range []string{"talk", "collect"} {
		if !slices.ContainsFunc(tr.Regions, func(s exectrace.Section) bool { return s.Name == want && s.Times.Count == 1 && s.Times.Sum > 0 }) {
			t.Errorf("region %s is missing in %+v", want, tr.Regions)
		}
	}
	if len(tr.Tasks) != 1 || tr.Tasks[0].Name != "order" || tr.Tasks[0].Times.Count != 1 || tr.Tasks[0].Open != 0 {
		t.Errorf("the tasks are %+v", tr.Tasks)
	}
	if tr.Procs != runtime.GOMAXPROCS(0) || !strings.HasPrefix(tr.Version, "go 1.") {
		t.Errorf("%d processors, version %q", tr.Procs, tr.Version)
	}
}

// mean is the mean of a row of the picture.
func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}

func TestPictureHasTheSumsOfTheLanes(t *testing.T) {
	data := traced(t)
	tr := read(t, data)
	for i, l := range tr.Lanes {
		got, want := mean(tr.Strip.Lanes[i].User), float64(l.User)/float64(tr.Duration)
		if got < want-0.001 || got > want+0.001 {
			t.Errorf("P%d: the picture has %.4f of user code, the sum is %.4f", l.Proc, got, want)
		}
	}
	// Two halves are the whole.
	half := tr.Duration / 2
	var sum float64
	for _, o := range []exectrace.Options{{To: half}, {From: half}} {
		part, err := exectrace.Read(bytes.NewReader(data), o)
		if err != nil {
			t.Fatal(err)
		}
		sum += mean(part.Strip.Lanes[0].User) / 2
		if part.Latency.Count != tr.Latency.Count {
			t.Error("a window changes the tables")
		}
	}
	if whole := mean(tr.Strip.Lanes[0].User); sum < whole-0.01 || sum > whole+0.01 {
		t.Errorf("the halves have %.4f, the whole %.4f", sum, whole)
	}
}

func TestSpansOfAWindowAreWhatRanThere(t *testing.T) {
	data := traced(t)
	whole := read(t, data)
	// Halve the window until it is small enough for spans.
	o := exectrace.Options{From: whole.Duration / 4}
	for width := whole.Duration / 4; ; width /= 2 {
		if width == 0 {
			t.Fatal("no window has spans")
		}
		o.To = o.From + width
		part, err := exectrace.Read(bytes.NewReader(data), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(part.Strip.Spans) == 0 {
			continue
		}
		ran := make(map[int64]time.Duration)
		for _, s := range part.Strip.Spans {
			if s.Start < o.From || s.End > o.To || s.Start >= s.End {
				t.Errorf("%v to %v is not in the window %v to %v", s.Start, s.End, o.From, o.To)
			}
			ran[s.Proc] += s.End - s.Start
		}
		for i, l := range part.Lanes {
			strip := part.Strip.Lanes[i]
			want := (mean(strip.User) + mean(strip.Runtime) + mean(strip.Syscall)) * float64(width)
			if got := float64(ran[l.Proc]); got < want*0.99-10 || got > want*1.01+10 {
				t.Errorf("P%d: spans of %.0f ns, columns of %.0f ns", l.Proc, got, want)
			}
		}
		return
	}
}

func TestBrokenTraceGivesWhatWasRead(t *testing.T) {
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Skipf("this test is itself being traced: %v", err)
	}
	// A trace is written in parts of about a second.
	for end := time.Now().Add(2500 * time.Millisecond); time.Now().Before(end); {
		work(t)
	}
	trace.Stop()
	data := b.Bytes()
	whole := read(t, data)
	cut, err := exectrace.Read(bytes.NewReader(data[:len(data)*9/10]), exectrace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if cut.Cut == nil || cut.Events == 0 || cut.Events >= whole.Events || cut.Duration >= whole.Duration {
		t.Errorf("read %d of %d events, %v of %v, cut: %v", cut.Events, whole.Events, cut.Duration, whole.Duration, cut.Cut)
	}
}

func TestWhatIsNoTraceIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "text": "hello, this is not a trace", "gzip": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if _, err := exectrace.Read(strings.NewReader(data), exectrace.Options{}); !errors.Is(err, exectrace.ErrNotTrace) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string]string{
		"a header alone": "go 1.26 trace\x00\x00\x00", "a version to come": "go 1.99 trace\x00\x00\x00 and more",
		"noise": "go 1.26 trace\x00\x00\x00" + strings.Repeat("\x01\x02\x03\xff", 100),
	} {
		if _, err := exectrace.Read(strings.NewReader(data), exectrace.Options{}); err == nil || errors.Is(err, exectrace.ErrNotTrace) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := trace.Start(&b); err == nil {
		garbage(1 << 16)
		trace.Stop()
	}
	f.Add(b.Bytes())
	f.Add([]byte("go 1.21 trace\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := exectrace.Read(bytes.NewReader(data), exectrace.Options{})
		if err != nil {
			return
		}
		for _, l := range tr.Strip.Lanes {
			if len(l.User) != len(tr.Strip.GC) {
				t.Error("the lanes have different lengths")
			}
		}
	})
}

// BenchmarkRead reads a trace of two goroutines that hand over to each other.
func BenchmarkRead(b *testing.B) {
	var data bytes.Buffer
	if err := trace.Start(&data); err != nil {
		b.Skipf("this benchmark is itself being traced: %v", err)
	}
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range c {
			runtime.Gosched()
		}
	})
	for i := range 50_000 {
		c <- i
	}
	close(c)
	wg.Wait()
	trace.Stop()
	b.SetBytes(int64(data.Len()))
	var events int64
	for b.Loop() {
		t, err := exectrace.Read(bytes.NewReader(data.Bytes()), exectrace.Options{})
		if err != nil {
			b.Fatal(err)
		}
		events += t.Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
