package toolchain

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomri/kernel/bench"
)

const benchCell = `var words = []string{"a", "b", "c"}

func BenchmarkJoin(b *testing.B) {
	for b.Loop() {
		_ = join(words)
	}
}

func BenchmarkPlus(b *testing.B) {
	for i := 0; i < b.N; i++ {
		s := ""
		for _, w := range words {
			s += w
		}
		_ = s
	}
}
`

func TestBenchmarkCellRunsItsOwnBenchmarksWithWhatTheyReach(t *testing.T) {
	nb := open(t)
	nb.check("func join(s []string) string { return strings.Join(s, \",\") }")
	nb.check("func BenchmarkOther(b *testing.B) { b.Fatal(\"not mine\") }")
	p := nb.check(benchCell)
	stream := newRecorder()
	res, err := nb.w.Test(context.Background(), TestRun{Program: p, Flags: []string{"-benchtime", "10x", "-cpu", "1"}, Stream: stream})
	if err != nil {
		t.Fatal(err, res.Text)
	}
	set, err := bench.Parse(res.Text)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Results) != 2 || set.Results[0].FullName != "BenchmarkJoin" || set.Setting("pkg") != "cell/session" || set.Verdict != "PASS" {
		t.Errorf("results %+v of\n%s", set.Results, res.Text)
	}
	if v, ok := set.Results[1].Get("allocs/op"); !ok || v.Number != 2 {
		t.Errorf("allocs/op %+v", v)
	}
	if stream.out() != res.Text {
		t.Errorf("streamed %q, returned %q", stream.out(), res.Text)
	}
	if res.Command != "go test '-run=^$' '-bench=^(BenchmarkJoin|BenchmarkPlus)$' -benchmem -benchtime 10x -cpu 1" || !res.Bench {
		t.Errorf("command %s", res.Command)
	}
}

func TestProfilesLandInTheWorkspace(t *testing.T) {
	nb := open(t)
	p := nb.check("func BenchmarkSpin(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}")
	res, err := nb.w.Test(context.Background(), TestRun{Program: p, Flags: []string{"-benchtime=1x", "-cpuprofile", "cpu.out", "-memprofile=mem.out", "-trace=trace.out"}})
	if err != nil {
		t.Fatal(err, res.Text)
	}
	if len(res.Profiles) != 3 || res.Profiles[0].Flag != "cpuprofile" || res.Profiles[0].Path != filepath.Join(nb.w.Root(), "cpu.out") {
		t.Errorf("profiles %+v", res.Profiles)
	}
	if path, ok := nb.w.Find("mem.out"); !ok || path != filepath.Join(nb.w.Root(), "mem.out") {
		t.Errorf("mem.out is at %q, %v", path, ok)
	}
	if _, err := os.Stat(filepath.Join(nb.w.Root(), "session.test")); err != nil {
		t.Error("the test binary is not kept:", err)
	}
}

func TestOutputFilesOutsideTheWorkspaceAreRefused(t *testing.T) {
	nb := open(t)
	p := nb.check("func BenchmarkSpin(b *testing.B) {}")
	for _, flags := range [][]string{{"-cpuprofile", "../cpu.out"}, {"-o=/tmp/x"}, {"--test.trace=../t"}, {"-outputdir", ".."}} {
		_, err := nb.w.Test(context.Background(), TestRun{Program: p, Flags: flags})
		failure(t, err, "UsageError")
		_, err = nb.w.Go(context.Background(), GoRun{Args: append([]string{"test"}, flags...)})
		failure(t, err, "UsageError")
	}
}

func TestFailingTestIsToldWithCellAndLine(t *testing.T) {
	nb := open(t)
	p := nb.check("func TestGood(t *testing.T) {}\n\nfunc TestBad(t *testing.T) {\n\tt.Errorf(\"want %d\", 1)\n}\n\nfunc ExampleHello() {\n\tfmt.Println(\"hello\")\n\t// Output: hello\n}")
	res, err := nb.w.Test(context.Background(), TestRun{Program: p})
	f := failure(t, err, "TestFailed")
	contains(t, "failure", f.Value, "--- FAIL: TestBad", "cell-1:4: want 1")
	contains(t, "output", res.Text, "--- PASS: TestGood", "--- PASS: ExampleHello")
	if res.Bench {
		t.Error("tests are taken for benchmarks")
	}
}

func TestUnknownTestFlagIsToldInGoTestsWords(t *testing.T) {
	nb := open(t)
	p := nb.check("func BenchmarkSpin(b *testing.B) {}")
	_, err := nb.w.Test(context.Background(), TestRun{Program: p, Flags: []string{"-bogus"}})
	if f := failure(t, err, "CommandError"); f.Value != "go test: flag provided but not defined: -bogus" {
		t.Errorf("value %q", f.Value)
	}
	_, err = nb.w.Test(context.Background(), TestRun{Program: p, Flags: []string{"-benchtime", "soon"}})
	contains(t, "value", failure(t, err, "CommandError").Value, `invalid value "soon"`)
}

func TestPanicInBenchmarkNamesCellAndLine(t *testing.T) {
	nb := open(t)
	p := nb.check("func BenchmarkBoom(b *testing.B) {\n\tvar m map[string]int\n\tm[\"a\"] = 1\n}")
	_, err := nb.w.Test(context.Background(), TestRun{Program: p})
	f := failure(t, err, "Panic")
	contains(t, "traceback", strings.Join(f.Traceback, "\n"), "assignment to entry in nil map", "at cell-1, line 3, in BenchmarkBoom")
}

func TestInterruptStopsRunningBenchmark(t *testing.T) {
	nb := open(t)
	p := nb.check("func BenchmarkForever(b *testing.B) {\n\tfmt.Println(\"running\")\n\tselect {}\n}")
	ctx, cancel := context.WithCancel(context.Background())
	stream := newRecorder()
	done := make(chan error)
	go func() {
		_, err := nb.w.Test(ctx, TestRun{Program: p, Stream: stream})
		done <- err
	}()
	stream.wait(t, "running")
	cancel()
	failure(t, <-done, "Interrupted")
}

func TestSessionVariableInBenchmarkIsRefusedByName(t *testing.T) {
	nb := open(t)
	nb.check("data := []int{1, 2}")
	p := nb.check("func BenchmarkSum(b *testing.B) {\n\tfor range b.N {\n\t\t_ = data[0]\n\t}\n}")
	_, err := nb.w.Test(context.Background(), TestRun{Program: p})
	contains(t, "value", failure(t, err, "SessionValue").Value, "data is a variable of cell-1, line 1")
}

func TestCellWithoutTestsSaysWhatIsMissing(t *testing.T) {
	nb := open(t)
	_, err := nb.w.Test(context.Background(), TestRun{Program: nb.check("func Benchmarked(n int) {}")})
	contains(t, "value", failure(t, err, "UsageError").Value, "BenchmarkX")
}

func TestGoTestInTheSessionLeavesOutWhatNeedsValues(t *testing.T) {
	nb := open(t)
	nb.check("sizes := []int{1, 2, 3}\nfunc BenchmarkSizes(b *testing.B) { b.ReportMetric(float64(len(sizes)), \"sizes\") }")
	nb.check("func BenchmarkFree(b *testing.B) {}")
	stream := newRecorder()
	res, err := nb.w.Go(context.Background(), GoRun{Args: []string{"test", "-bench=.", "-benchtime=1x"}, Stream: stream})
	if err != nil || res.Dir != "session" {
		t.Fatal(res.Dir, err)
	}
	contains(t, "output", stream.out(), "# BenchmarkSizes (cell-1) is left out: it uses sizes of cell-1", "BenchmarkFree")
	if strings.Contains(res.Text, "sizes\n") || res.Text != stream.out() {
		t.Errorf("output\n%s", res.Text)
	}
}
