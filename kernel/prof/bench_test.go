package prof_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"gomri/kernel/prof"
)

// BenchmarkTop reads a profile and makes its table, by us and by the tool, in one run:
// the ratio of the two is what counts on a busy machine.
func BenchmarkTop(b *testing.B) {
	for _, file := range benchmarkProfiles(b) {
		name := filepath.Base(file)
		b.Run(name+"/gomri", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := load(b, file).Top(prof.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/gotool", func(b *testing.B) { benchmarkTool(b, file) })
	}
}

// BenchmarkTopAndTree is what a flame graph with its table takes.
func BenchmarkTopAndTree(b *testing.B) {
	for _, file := range benchmarkProfiles(b) {
		b.Run(filepath.Base(file), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := load(b, file)
				if _, err := p.Top(prof.Options{}); err != nil {
					b.Fatal(err)
				}
				if _, err := p.Tree(prof.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchmarkTool runs the real tool and reports the largest memory it had.
func benchmarkTool(b *testing.B, file string) {
	path, err := oracle()
	if err != nil {
		b.Fatal(err)
	}
	var memory int64
	for b.Loop() {
		cmd := exec.Command(path, "-symbolize=none", "-top", file)
		cmd.Env = append(os.Environ(), "PPROF_BINARY_PATH="+b.TempDir(), "HOME="+b.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		memory = max(memory, maxMemory(cmd.ProcessState))
	}
	if memory > 0 {
		b.ReportMetric(float64(memory)/(1<<20), "MB-resident")
	}
}

// benchmarkProfiles are a small profile, the two large public ones, and a generated
// one of about 6 MB, which takes the tool some seconds.
func benchmarkProfiles(b *testing.B) []string {
	files := publicProfiles(b)
	var list []string
	for _, f := range files {
		switch filepath.Base(f) {
		case "default.pgo", "large.cpu", "cppbench.cpu":
			if !strings.Contains(f, "internal/driver") {
				list = append(list, f)
			}
		}
	}
	if testing.Short() {
		return list
	}
	return append(list, generated(b, files[0]))
}

// generated writes a profile of some 370,000 samples: the stacks of a real one, cut
// and labelled at random as those of a server are.
func generated(b *testing.B, like string) string {
	b.Helper()
	p, err := profile.ParseData(readFile(b, like))
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var samples []*profile.Sample
	for len(samples) < 370_000 {
		s := p.Sample[r.IntN(len(p.Sample))]
		if len(s.Location) < 2 {
			continue
		}
		c := &profile.Sample{Location: s.Location[r.IntN(len(s.Location)/2):], Value: []int64{1, 10_000_000 * (1 + r.Int64N(3))}}
		if r.IntN(10) > 0 {
			c.Label = map[string][]string{"request": {fmt.Sprintf("r%d", r.IntN(300_000))}, "handler": {fmt.Sprintf("h%d", r.IntN(9))}}
		}
		samples = append(samples, c)
	}
	p.Sample = samples
	var data bytes.Buffer
	if err := p.Write(&data); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), "generated.pb.gz")
	if err := os.WriteFile(file, data.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Logf("%s has %d bytes", file, data.Len())
	return file
}
