package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Each loop of these benchmarks runs code that the build cache has not seen, as a
// cell that was edited. BenchmarkBenchmarkCell less BenchmarkGoTest is what the
// kernel adds to the go command.

const latencyCell = "func hash%[1]d(s string) (h uint32) {\n\tfor i := range len(s) {\n\t\th = h*31 + uint32(s[i]) + %[1]d\n\t}\n\treturn h\n}\n\n" +
	"func BenchmarkHash(b *testing.B) {\n\tfor b.Loop() {\n\t\t_ = hash%[1]d(\"hello\")\n\t}\n}\n"

// seed tells one run of the benchmarks from the next, for the build cache.
func seed() int { return os.Getpid() * 1000 }

func BenchmarkBenchmarkCell(b *testing.B) {
	nb := open(b)
	for n := seed(); b.Loop(); n++ {
		p := nb.check(fmt.Sprintf(latencyCell, n))
		if res, err := nb.w.Test(context.Background(), TestRun{Program: p, Flags: []string{"-benchtime=1x"}}); err != nil {
			b.Fatal(err, res.Text)
		}
	}
}

func BenchmarkGoTest(b *testing.B) {
	dir := b.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", "module cell\n\ngo 1.26\n")
	for n := seed() + 500; b.Loop(); n++ {
		write("main_test.go", "package main\n\nimport \"testing\"\n\n"+fmt.Sprintf(latencyCell, n))
		cmd := exec.Command("go", "test", "-vet=off", "-run=^$", "-bench=.", "-benchmem", "-benchtime=1x")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatal(err, string(out))
		}
	}
}

// BenchmarkCompiledCell compares a cell that is built directly with the same cell
// built by the go command; a value is the cell's last expression.
func BenchmarkCompiledCell(b *testing.B) {
	cells := map[string]string{
		"print": "fmt.Println(%[1]d)",
		"value": "type celsius%[1]d float64\n\nfunc (c celsius%[1]d) String() string { return fmt.Sprintf(\"%%.1f°\", float64(c)) }\n\ncelsius%[1]d(21.5)",
	}
	for name, text := range cells {
		for _, how := range []string{"direct", "go"} {
			b.Run(name+"/"+how, func(b *testing.B) {
				nb := open(b)
				if how == "go" {
					nb.w.mishaps = maxMishaps
				}
				cell := func(n int) {
					if _, err := nb.w.Program(context.Background(), nb.check(fmt.Sprintf(text, n)), newRecorder()); err != nil {
						b.Fatal(err)
					}
				}
				n := seed()
				cell(n)
				for b.Loop() {
					n++
					cell(n)
				}
			})
		}
	}
}
