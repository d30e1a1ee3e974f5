package bench

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `goos: linux
goarch: amd64
pkg: cell/session
cpu: Some CPU @ 2.00GHz
BenchmarkJoin/n=10-8         	 1000000	      1041.5 ns/op	      53.20 recs/op	     128 B/op	       3 allocs/op
BenchmarkJoin/n=10-8         	 1000000	      1141.5 ns/op	      53.20 recs/op	     128 B/op	       3 allocs/op
BenchmarkTiny	1000000000	         0.2500 ns/op
PASS
ok  	cell/session	2.345s
`

func TestParseKeepsPrintedNumbersAndUnits(t *testing.T) {
	set, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Results) != 3 || len(set.Problems) != 0 {
		t.Fatalf("%d results, problems %v", len(set.Results), set.Problems)
	}
	r := set.Results[0]
	if r.Name != "Join/n=10" || r.FullName != "BenchmarkJoin/n=10-8" || r.Procs != 8 || r.Iterations != 1000000 || r.Pkg != "cell/session" {
		t.Errorf("result %+v", r)
	}
	if v, _ := r.Get("ns/op"); v.Number != 1041.5 || v.Text != "1041.5" {
		t.Errorf("ns/op %+v", v)
	}
	if v, ok := r.Get("recs/op"); !ok || v.Text != "53.20" {
		t.Errorf("recs/op %+v", v)
	}
	tiny := set.Results[2]
	if v, _ := tiny.Get("ns/op"); v.Number != 0.25 || v.Text != "0.2500" || tiny.Procs != 1 {
		t.Errorf("tiny %+v", tiny)
	}
	if set.Verdict != "PASS" || set.Text != sample || set.Setting("cpu") != "Some CPU @ 2.00GHz" {
		t.Errorf("verdict %q, cpu %q", set.Verdict, set.Setting("cpu"))
	}
	if got := strings.Join(set.Units(), " "); got != "ns/op recs/op B/op allocs/op" {
		t.Errorf("units %q", got)
	}
}

func TestGroupsTakeTheMedianOfRepeatedRuns(t *testing.T) {
	set, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	groups := set.Groups()
	if len(groups) != 2 {
		t.Fatalf("%d groups", len(groups))
	}
	sum, ok := groups[0].Summary("ns/op")
	if !ok || sum.N != 2 || sum.Median != 1091.5 || sum.Min != 1041.5 || sum.Max != 1141.5 {
		t.Errorf("summary %+v", sum)
	}
	if _, ok := groups[1].Summary("B/op"); ok {
		t.Error("a unit that was not measured has a summary")
	}
}

func TestOutputOfTheBenchmarkDoesNotHideItsResult(t *testing.T) {
	text := "BenchmarkPrint-2   \thello\nhello\nhello     100\t       120.5 ns/op\t      16 B/op\t       1 allocs/op\nBenchmarkNext-2 \t 5\t 7.0 ns/op\n"
	set, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Results) != 2 || len(set.Problems) != 0 {
		t.Fatalf("results %+v problems %+v", set.Results, set.Problems)
	}
	r := set.Results[0]
	if v, _ := r.Get("ns/op"); r.FullName != "BenchmarkPrint-2" || r.Iterations != 100 || v.Number != 120.5 || len(r.Values) != 3 {
		t.Errorf("result %+v", r)
	}
}

func TestFailedRunKeepsWhatWasMeasured(t *testing.T) {
	text := "BenchmarkA-2 \t 10\t 100 ns/op\n--- FAIL: BenchmarkB-2\n    cell-3:4: no\nFAIL\nexit status 1\nFAIL\tcell/session\t0.1s\n"
	set, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if set.Verdict != "FAIL" || len(set.Results) != 1 {
		t.Errorf("verdict %q, results %+v", set.Verdict, set.Results)
	}
}

func TestLinesThatOnlyLookLikeResultsAreProblems(t *testing.T) {
	set, err := Parse("BenchmarkOdd 12 many ns/op\nBenchmarkName\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Problems) != 1 || set.Problems[0].Line != 1 || len(set.Results) != 0 {
		t.Errorf("problems %+v results %+v", set.Problems, set.Results)
	}
}

func TestTooLargeTextIsRefused(t *testing.T) {
	if _, err := Parse(strings.Repeat("x", maxText+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}

func TestHistoryComparesWithTheLastRun(t *testing.T) {
	var h History
	first, _ := Parse("BenchmarkA-2\t10\t100 ns/op\t8 B/op\nBenchmarkB-2\t10\t50 ns/op\n")
	if d := h.Add(first); len(d) != 0 {
		t.Errorf("first run has deltas %+v", d)
	}
	second, _ := Parse("BenchmarkA-2\t10\t25 ns/op\t8 B/op\n")
	deltas := h.Add(second)
	if len(deltas) != 2 {
		t.Fatalf("deltas %+v", deltas)
	}
	if ratio, ok := deltas[0].Ratio(); !ok || ratio != 0.25 || deltas[0].Overlap() {
		t.Errorf("delta %+v", deltas[0])
	}
	if !deltas[1].Overlap() {
		t.Error("equal bytes do not overlap")
	}
	if g, ok := h.Last("BenchmarkB-2"); !ok || len(g.Results) != 1 {
		t.Error("a benchmark that did not run again is forgotten")
	}
}

// TestParseReadsRealGoTest runs the real tool, custom metrics and printing included.
func TestParseReadsRealGoTest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", "module m\n\ngo 1.26\n")
	write(t, dir, "m_test.go", `package m

import (
	"fmt"
	"testing"
)

var sink []byte

func BenchmarkAlloc(b *testing.B) {
	for b.Loop() {
		sink = make([]byte, 1000)
	}
	b.ReportMetric(3.5, "widgets/op")
}

func BenchmarkSub(b *testing.B) {
	b.Run("n=1", func(b *testing.B) {
		b.SetBytes(100)
		for i := 0; i < b.N; i++ {
		}
	})
}

func BenchmarkPrints(b *testing.B) {
	fmt.Println("from the benchmark")
	for i := 0; i < b.N; i++ {
	}
}
`)
	cmd := exec.Command("go", "test", "-bench", ".", "-benchmem", "-benchtime", "10x", "-count", "2", "-cpu", "1,2", "-vet=off")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	set, err := Parse(string(out))
	if err != nil {
		t.Fatal(err)
	}
	groups := set.Groups()
	if len(groups) != 6 || len(set.Problems) != 0 || set.Verdict != "PASS" {
		t.Fatalf("%d groups, problems %+v, verdict %q in\n%s", len(groups), set.Problems, set.Verdict, out)
	}
	for _, g := range groups {
		if len(g.Results) != 2 || g.Results[0].Iterations != 10 || (g.Procs == 2) != strings.HasSuffix(g.FullName, "-2") {
			t.Errorf("group %+v", g)
		}
	}
	if sum, ok := groups[0].Summary("widgets/op"); !ok || sum.Median != 3.5 {
		t.Errorf("custom metric %+v", sum)
	}
	if sum, ok := groups[0].Summary("allocs/op"); !ok || sum.Median != 1 {
		t.Errorf("allocs/op %+v", sum)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("BenchmarkPrint-2   \thello\nhello     100\t       120.5 ns/op\n")
	f.Add("Benchmark- 1 NaN ns/op\nBenchmarkX-99999999999999999999 1 1e999 B/op\nUnit ns/op better=lower\n")
	f.Add("Benchmark\t\t")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Parse(text)
		if err != nil {
			return
		}
		n := 0
		for _, g := range set.Groups() {
			n += len(g.Results)
			for _, unit := range set.Units() {
				if sum, ok := g.Summary(unit); ok && !(sum.Min <= sum.Median && sum.Median <= sum.Max) && !math.IsInf(sum.Max, 0) && !math.IsInf(sum.Min, 0) {
					t.Errorf("summary out of order: %+v", sum)
				}
			}
		}
		if n != len(set.Results) {
			t.Errorf("%d results in groups, %d in the set", n, len(set.Results))
		}
		new(History).Add(set)
	})
}
