package render

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomri/kernel/bench"
	"gomri/kernel/display"
)

var updateBench = flag.Bool("update-bench", false, "write the golden files of benchmark and escape reports anew")

// golden compares a drawn result with the stored one.
func goldenBench(t *testing.T, name string, b display.Bundle) {
	t.Helper()
	file := filepath.Join("testdata", name+".html")
	if *updateBench {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.Data[display.MIMEHTML]), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Data[display.MIMEHTML]; got != string(want) {
		t.Errorf("%s differs; if that is meant, run go test ./kernel/render -update-bench\ngot:\n%s", file, got)
	}
}

const twoBenchmarks = `goos: linux
goarch: amd64
pkg: cell/session
cpu: Example CPU @ 3.00GHz
BenchmarkConcat-8    	    1042	   1041234 ns/op	 5120000 B/op	     999 allocs/op
BenchmarkBuilder-8   	  120000	      9876 ns/op	   16384 B/op	      10 allocs/op
PASS
ok  	cell/session	2.345s
`

func parseBench(t *testing.T, text string) bench.Set {
	t.Helper()
	set, err := bench.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBenchDrawsTableAndSaysTheFinding(t *testing.T) {
	var h bench.History
	h.Add(parseBench(t, strings.Replace(twoBenchmarks, "1041234 ns/op", "2082468 ns/op", 1)))
	set := parseBench(t, twoBenchmarks)
	b := Bench(BenchReport{Set: set, Deltas: h.Add(set), Command: "go test '-bench=^(Concat|Builder)$' -benchmem", GoVersion: "1.26.8"})
	goldenBench(t, "bench_two", b)
	if b.Data[display.MIMEText] != twoBenchmarks {
		t.Error("the plain text is not what go test printed")
	}
	html := b.Data[display.MIMEHTML]
	for _, want := range []string{"105× as fast as", "<td", "1041234", "−50 %", "Example CPU"} {
		if !strings.Contains(html, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
}

func TestBenchShowsRepeatedRunsAsMedianAndSpread(t *testing.T) {
	text := "goos: linux\n"
	for _, line := range []string{"100.0", "104.0", "96.0", "150.0"} {
		text += "BenchmarkJoin/n=10-2 \t 1000000\t " + line + " ns/op\t 3.50 widgets/op\nBenchmarkJoin/n=1000-2 \t 100000\t 9000 ns/op\n"
	}
	goldenBench(t, "bench_repeated", Bench(BenchReport{Set: parseBench(t, text+"PASS\n")}))
}

func TestBenchDoubtsWhatIsTooFastOrFailed(t *testing.T) {
	text := "BenchmarkEmpty-2 \t 1000000000\t 0.2500 ns/op\nBenchmarkSlow<script>-2 \t 1\t 2000000000 ns/op\n--- FAIL: BenchmarkBad\nFAIL\n"
	b := Bench(BenchReport{Set: parseBench(t, text)})
	goldenBench(t, "bench_doubts", b)
	if strings.Contains(b.Data[display.MIMEHTML], "<script>") {
		t.Error("a benchmark's name is not escaped")
	}
}

func TestBenchHeadlines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "No benchmark was run"},
		{"FAIL\n", "The run failed before a benchmark ended"},
		{"BenchmarkA-2 \t 100\t 41.23 ns/op\t 0 B/op\t 0 allocs/op\n", "`A` takes 41.2 ns an operation and allocates nothing"},
		{"BenchmarkA-2 \t 100\t 1500 ns/op\t 16 B/op\t 1 allocs/op\n", "`A` takes 1.50 µs an operation and allocates once (16 B)"},
		{"BenchmarkA \t 100\t 100 ns/op\nBenchmarkB \t 100\t 101 ns/op\n", "All 2 benchmarks take about the same time, 100 ns an operation"},
		{"BenchmarkA \t 100\t 400 ns/op\nBenchmarkA-2 \t 100\t 200 ns/op\n", "`A-2` is 2.0× as fast as `A` (200 ns against 400 ns an operation)"},
		{"BenchmarkA \t 100\t 5.0 widgets/op\n", "`A` ran"},
	} {
		set := parseBench(t, c.text)
		if got := benchHeadline(set, set.Groups(), nil); got != c.want {
			t.Errorf("headline of %q is %q, want %q", c.text, got, c.want)
		}
	}
}
