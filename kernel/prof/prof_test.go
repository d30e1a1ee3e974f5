package prof_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	rpprof "runtime/pprof"
	"strings"
	"testing"
	"time"

	"gomri/kernel/prof"
)

func zip(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParseRefusesWhatIsNoProfile(t *testing.T) {
	for name, data := range map[string][]byte{
		"text":          []byte("hello"),
		"html":          []byte("<html></html>"),
		"broken gzip":   {0x1f, 0x8b, 1, 2, 3},
		"gzipped twice": zip(t, zip(t, []byte("x"))),
		"gzipped void":  zip(t, nil),
		"zeros":         make([]byte, 100),
	} {
		if p, err := prof.Parse(data); err == nil || p != nil {
			t.Errorf("%s: got %v, %v, want an error", name, p, err)
		}
	}
	if _, err := prof.Parse(nil); !errors.Is(err, prof.ErrEmpty) {
		t.Errorf("no bytes: got %v, want ErrEmpty", err)
	}
}

func TestParseBoundsDecompression(t *testing.T) {
	// A quarter of a gigabyte of zeros packs into 260 KB.
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	chunk := make([]byte, 1<<20)
	for range prof.MaxUnpacked>>20 + 1 {
		if _, err := w.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := prof.Parse(b.Bytes()); !errors.Is(err, prof.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestMarginIsTheBinomialOne(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want float64
	}{{1000, 1.9}, {100, 5.9}, {30, 10.7}} {
		if got := prof.Margin(10, c.n); math.Abs(got-c.want) > 0.05 {
			t.Errorf("a share of 10 %% in %d samples: got ± %.2f, want ± %.1f", c.n, got, c.want)
		}
	}
}

func TestLabelWritesUnitsAsPprof(t *testing.T) {
	for _, c := range []struct {
		v        int64
		from, to string
		want     string
	}{
		{1_200_000_000, "nanoseconds", "auto", "1.20s"},
		{524800, "bytes", "auto", "512.50kB"},
		{512 << 10, "bytes", "auto", "512kB"},
		{3, "count", "auto", "3"},
		{0, "nanoseconds", "s", "0"},
		{-1500, "ns", "auto", "-1.50us"},
		{90, "minutes", "auto", "90"},
		{3_600_000_000_000, "ns", "auto", "1hrs"},
		{math.MinInt64, "count", "auto", "-9223372036854775808"},
		{7, "widgets", "widgets", "7widgets"},
	} {
		if got := prof.Label(c.v, c.from, c.to); got != c.want {
			t.Errorf("Label(%d, %q, %q) = %q, want %q", c.v, c.from, c.to, got, c.want)
		}
	}
}

// spin uses the CPU for a while and returns something that depends on it.
func spin(d time.Duration) (sum uint64) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := range uint64(100_000) {
			sum = sum*31 + i
		}
	}
	return sum
}

// cpuProfile is the profile of a program that is busy for 200 ms: this one.
func cpuProfile(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cpu.out")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := rpprof.StartCPUProfile(f); err != nil {
		t.Skip("another CPU profile of this process is running:", err)
	}
	runtime.KeepAlive(spin(200 * time.Millisecond))
	rpprof.StopCPUProfile()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

var kept [][]byte

func heapProfile(t testing.TB) string {
	t.Helper()
	for range 64 {
		kept = append(kept, make([]byte, 256<<10))
	}
	runtime.GC()
	file := filepath.Join(t.TempDir(), "mem.out")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := rpprof.Lookup("heap").WriteTo(f, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTopOfFreshProfilesEqualsPprof(t *testing.T) {
	cpu, heap := cpuProfile(t), heapProfile(t)
	for _, c := range []struct {
		file, flags string
		options     prof.Options
	}{
		{cpu, "", prof.Options{}},
		{cpu, "-cum -nodecount=5", prof.Options{Cum: true, NodeCount: 5}},
		{cpu, "-sample_index=samples", prof.Options{SampleIndex: "samples"}},
		{cpu, "-lines", prof.Options{Granularity: "lines"}},
		{cpu, "-focus=spin", prof.Options{Focus: "spin"}},
		{heap, "", prof.Options{}},
		{heap, "-sample_index=alloc_space", prof.Options{SampleIndex: "alloc_space"}},
		{heap, "-sample_index=inuse_objects", prof.Options{SampleIndex: "inuse_objects"}},
		{heap, "-sample_index=alloc_objects -cum", prof.Options{SampleIndex: "alloc_objects", Cum: true}},
		{heap, "-mean -lines", prof.Options{Mean: true, Granularity: "lines"}},
	} {
		top, err := load(t, c.file).Top(c.options)
		if err != nil {
			t.Errorf("%s: %v", c.flags, err)
			continue
		}
		args := append([]string{"-top"}, strings.Fields(c.flags)...)
		sameTable(t, c.flags, top.Text(), pprof(t, append(args, c.file)...))
	}
}

func TestTopNamesTheWrongOption(t *testing.T) {
	p := load(t, heapProfile(t))
	for want, o := range map[string]prof.Options{
		"parsing focus regexp":     {Focus: "["},
		"parsing tagignore regexp": {TagIgnore: "("},
		`sample_index "cpu" must`:  {SampleIndex: "cpu"},
		"no granularity":           {Granularity: "words"},
	} {
		if _, err := p.Top(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want an error with %q", o, err, want)
		}
	}
}

func TestFilterThatMatchesNothingIsAWarning(t *testing.T) {
	p := load(t, heapProfile(t))
	top, err := p.Top(prof.Options{Focus: "no such function"})
	if err != nil || len(top.Rows) != 0 || len(top.Warnings) != 1 || top.Warnings[0] != "Focus expression matched no samples" {
		t.Errorf("got %d rows, warnings %q, error %v", len(top.Rows), top.Warnings, err)
	}
}

func TestFilterLeavesTheProfileAsItWas(t *testing.T) {
	p := load(t, publicProfiles(t)[0])
	before, err := p.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Top(prof.Options{Focus: "mallocgc", Hide: "runtime", ShowFrom: "gc", PruneFrom: "new"}); err != nil {
		t.Fatal(err)
	}
	after, err := p.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if before.Text() != after.Text() {
		t.Error("the table of all differs after a filtered one")
	}
}

func TestFindingNamesTheUsersFunction(t *testing.T) {
	top, err := load(t, cpuProfile(t)).Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := top.Finding; !strings.HasSuffix(f.Function, ".spin") || f.Value*2 < top.Total {
		t.Errorf("got %+v of %d, want the function spin", f, top.Total)
	}
	if top.Samples == 0 || top.Duration < 100*time.Millisecond {
		t.Errorf("got %d samples in %v", top.Samples, top.Duration)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("heap profile: 1: 2 [ 3: 4] @ heap/1\n1: 2 [3: 4] @ 0x10 0x20\n"))
	f.Add([]byte("--- contention:\ncycles/second=1\n1 1 @ 0x10\n"))
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff})
	f.Add([]byte("\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x03cpu\x32\x02ns"))
	for _, file := range []string{"heap", "goroutine"} {
		var b bytes.Buffer
		if err := rpprof.Lookup(file).WriteTo(&b, 0); err == nil {
			f.Add(b.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		p, err := prof.Parse(data)
		if err != nil {
			return
		}
		for _, o := range []prof.Options{{}, {Cum: true, NodeCount: 3, Granularity: "lines"}, {Focus: "a", Hide: "b", Granularity: "addresses", Mean: true}} {
			if top, err := p.Top(o); err == nil {
				_ = top.Text()
			}
			if tree, err := p.Tree(o); err == nil {
				tree.Prune(0.01, 10)
			}
		}
		p.Greeting(prof.Options{})
	})
}
