package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gomri/kernel/nbformat"
	"gomri/notebooks"
)

// TestMain lets the test program stand in for gomri where a session starts gomri
// itself: as the interpreter and as pprof's driver.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "worker" || os.Args[1] == "pprof") {
		std := stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
		os.Exit(status(os.Stderr, gomri(context.Background(), std, os.Args[1:])))
	}
	os.Exit(m.Run())
}

// lessonShows lists by lesson and cell what the outputs of a run have to contain,
// in any format.
func lessonShows() map[string]map[string][]string {
	return map[string]map[string][]string{
		"01-benchmarking.ipynb": {
			"words":        {"word0 word1 word2 word3 word4"},
			"builder":      {"true"},
			"first":        {"BenchmarkPlus", "BenchmarkBuilder", "allocs/op"},
			"growth":       {"BenchmarkPlusBySize/n=800"},
			"top":          {"flat%", "countPieces"},
			"flame":        {"<img", "countPieces"},
			"terminal-run": {"BenchmarkSized", "ok"},
		},
		"02-cpu-profiling.ipynb": {
			"ps":     {"shop", "localhost:"}, // 6061, unless another program has it
			"scan":   {"flat%", "sortByName", "p99"},
			"flame":  {"<img", "sortByName"},
			"margin": {" 100 samples: 10 % ± 5.9"},
			"rescan": {"flat%"},
		},
		"03-heap-profiling.ipynb": {
			"inuse":        {"main.remember"},
			"inuse2":       {"main.remember"},
			"alloc":        {"main.greeting"},
			"flame":        {"<img", "main.greeting"},
			"terminal-run": {"main.greeting", "flat%"},
			"fix":          {"BenchmarkGreetingBuilt"},
			"cured-scan":   {"main.remember"},
		},
		"04-escape-analysis-and-gc.ipynb": {
			"escape":       {"moved to heap: p"},
			"build":        {"moved to heap: p"},
			"pointers":     {"BenchmarkPointerInlined", "BenchmarkValue"},
			"sizes":        {"BenchmarkFill/n=33"},
			"sizes-escape": {"does not escape"},
			"gc":           {"GOGC", "400"},
		},
		"05-practice-and-review.ipynb": {
			"ex1-check":   {"PASS"},
			"ex2-check":   {"PASS"},
			"ex3-flame":   {"<img", "contains"},
			"ex3-check":   {"Right."},
			"ex4-check":   {"PASS"},
			"amdahl-code": {"share 90 %: twice as fast gives 1.82×"},
		},
		"06-service-under-load.ipynb": {
			"mix":        {"3 targets answered all", "X-Tenant: acme", "Histogram of the latencies", "<img"},
			"idle":       {"Put load on the server"},
			"cpu":        {"<img", "main.report", "encoding/json"},
			"tags":       {"acme", "zoo"},
			"tagfocus":   {"tagfocus=tenant=zoo"},
			"mutex":      {"sync.(*Mutex).Unlock", "main.reserve"},
			"mutex-list": {"defer mu.Unlock()"},
			"watch":      {"main.remember grows", "up in", "<img"},
			"growth":     {"<img", "main.remember"},
			"mix2":       {"3 targets answered all"},
			"cpu2":       {"of the CPU time: ", "main.report", "-diff_base"},
			"watch2":     {"No function grows by more than chance"},
		},
	}
}

func TestEveryLessonRunsHeadless(t *testing.T) {
	if testing.Short() {
		t.Skip("the lessons take a minute")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH")
	}
	shows := lessonShows()
	for _, name := range notebooks.Names() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			data, err := fs.ReadFile(notebooks.Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			source := filepath.Join(dir, name)
			if err := os.WriteFile(source, data, 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			err = runVerb(startEngine)(t.Context(), stdio{Out: &out, Err: &errs}, []string{"-o", filepath.Join(dir, "out"), "-timeout", "2m", source})
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
			}
			checkLesson(t, filepath.Join(dir, "out", name), shows[name])
			page, err := os.ReadFile(strings.TrimSuffix(filepath.Join(dir, "out", name), ".ipynb") + ".html")
			if err != nil || !bytes.Contains(page, []byte("<h1")) {
				t.Errorf("no report: %v", err)
			}
		})
	}
}

// checkLesson looks into an executed lesson for what its cells have to show.
func checkLesson(t *testing.T, path string, shows map[string][]string) {
	t.Helper()
	nb, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(shows) == 0 {
		t.Error("nothing is known of what this lesson shows")
	}
	for _, c := range nb.Cells {
		text := shownText(c)
		for _, want := range shows[c.ID] {
			if !strings.Contains(text, want) {
				t.Errorf("cell %q does not show %q but\n%.2000s", c.ID, want, text)
			}
		}
		delete(shows, c.ID)
		if strings.Contains(text, "stderr") {
			t.Errorf("cell %q writes to stderr, which graders count as a failure:\n%s", c.ID, text)
		}
	}
	for id := range shows {
		t.Errorf("there is no cell %q", id)
	}
}

// shownText is all that a cell shows, in all formats, one after the other.
func shownText(c nbformat.Cell) string {
	var b strings.Builder
	for _, o := range c.Outputs {
		b.WriteString(o.Name + "\n" + o.Text + "\n")
		for mime, content := range o.Data.Text {
			b.WriteString(mime + "\n" + content + "\n")
		}
	}
	return b.String()
}
