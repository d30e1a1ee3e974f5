package run_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gomri/kernel/run"
	"gomri/kernel/session"
)

// openBench starts a session and runs one warm-up cell.
func openBench(b *testing.B, warmUp string) func(code string) {
	b.Helper()
	s, err := run.New(b.Context(), run.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	count := 0
	cell := func(code string) {
		count++
		if err := s.Execute(b.Context(), session.Request{Code: code, Count: count}, &shown{}); err != nil {
			b.Fatal(err)
		}
	}
	cell(warmUp)
	return cell
}

// BenchmarkInterpretedCell is the latency of a small cell that the gate passes.
func BenchmarkInterpretedCell(b *testing.B) {
	cell := openBench(b, "x := 0")
	for b.Loop() {
		cell("x++\nx * 2")
	}
}

// BenchmarkPrintCell is the latency of a cell that prints one line.
func BenchmarkPrintCell(b *testing.B) {
	cell := openBench(b, "fmt.Println()")
	for b.Loop() {
		cell(`fmt.Println("hello")`)
	}
}

// BenchmarkCompiledCell is the latency of a small cell that is compiled.
func BenchmarkCompiledCell(b *testing.B) {
	cell := openBench(b, "%%go\nfmt.Println()")
	n := 0
	for b.Loop() {
		n++
		cell(fmt.Sprintf("%%%%go\nfmt.Println(%d)", n))
	}
}

const benchmarkText = "func Benchmark%d(b *testing.B) {\n\tfor b.Loop() {\n\t\tstrings.Repeat(\"go\", 100)\n\t}\n}\n"

// BenchmarkBenchmarkCell is the latency of a cell with a benchmark that runs once;
// BenchmarkGoTest is the same benchmark by go test alone. Their difference is what
// the notebook adds.
func BenchmarkBenchmarkCell(b *testing.B) {
	cell := openBench(b, "%%bench -benchtime 1x\n"+fmt.Sprintf(benchmarkText, 0))
	n := 0
	for b.Loop() {
		n++
		cell("%%bench -benchtime 1x\n" + fmt.Sprintf(benchmarkText, n))
	}
}

// BenchmarkGoTest is go test on a package with one new benchmark.
func BenchmarkGoTest(b *testing.B) {
	dir := b.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", "module m\n\ngo 1.26\n")
	n := 0
	for b.Loop() {
		n++
		write("m_test.go", "package m\n\nimport (\n\t\"strings\"\n\t\"testing\"\n)\n\n"+fmt.Sprintf(benchmarkText, n))
		cmd := exec.CommandContext(b.Context(), "go", "test", "-vet=off", "-run=^$", "-bench=.", "-benchmem", "-benchtime=1x")
		cmd.Dir = dir
		if text, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, text)
		}
	}
}
