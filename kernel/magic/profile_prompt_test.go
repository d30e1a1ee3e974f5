package magic_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/magic"
)

// typed runs a %%pprof cell and returns the text of all that it shows.
func typed(t *testing.T, env *magic.Env, source string, lines ...string) (string, error) {
	t.Helper()
	out := &page{}
	err := magic.Pprof(context.WithoutCancel(t.Context()), env, out, []string{source}, lines)
	var text strings.Builder
	for _, b := range out.shown {
		text.WriteString(b.Data[display.MIMEText] + "\n")
	}
	return text.String(), err
}

func TestPromptAnswersWhatAPprofUserTypes(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out", "demo.test")
	for lines, want := range map[string]string{
		"top":                                 "Showing nodes accounting for",
		"top10":                               "demo.sum",
		"top 2 -cum":                          "Showing top 2 nodes",
		"top sum -hash":                       "ignore=hash",
		"text 3":                              "flat%",
		"cum=true\ntop 1":                     "Showing top 1 nodes",
		"sort=cum\ntop 1":                     "Showing top 1 nodes",
		"samples\ntop 1":                      "Showing top 1 nodes",
		"sample_index=0\ntop":                 "demo.sum",
		"focus = sum\ntop":                    "focus=sum",
		"focus=sum\n:\ntop":                   "Showing nodes",
		"lines=1\ntop":                        "demo_test.go:",
		"granularity=files\ntop":              "demo_test.go",
		"unit=ms\ntop 1":                      "ms",
		"# heavy ones\ntop 1\n// done":        "Showing top 1 nodes",
		"list demo.sum":                       "ROUTINE ======================== demo.sum",
		"peek sum":                            "calls%",
		"tree 3":                              "calls%",
		"traces":                              "demo.sum",
		"tags":                                "no labels",
		"comments":                            "no comments",
		"raw":                                 "PeriodType: cpu nanoseconds",
		"disasm demo.sum":                     "IMULL $0x1000193",
		"intel_syntax=true\ndisasm demo.sum":  "imul ",
		"weblist demo.sum":                    "ROUTINE ======================== demo.sum",
		"dot":                                 "digraph",
		"callgrind":                           "events: ",
		"flame":                               "demo.sum",
		"help":                                "Draws a flame graph",
		"help top":                            "[focus_regex]*",
		"help focus":                          "Restricts to samples",
		"o":                                   "nodecount",
		"focus=sum\noptions":                  "focus                     = sum",
		"output=x.txt\no":                     `output                    = "x.txt"`,
		"normalize\ntop 1":                    "Showing top 1 nodes",
		"top >top.txt":                        "wrote top.txt",
		"top >two.txt\ntop 2 > two.txt":       "in place of a file of",
		"output=tree.txt\ntree\noutput=\ntop": "wrote tree.txt",
		"proto >copy.pb.gz":                   "wrote copy.pb.gz",
		"top 1\nquit\nnonsense":               "Showing top 1 nodes",
		"":                                    "Showing nodes",
	} {
		got, err := typed(t, env, "cpu.out", strings.Split(lines, "\n")...)
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%q: no %q but error %v and\n%s", lines, want, err, got)
		}
	}
}

func TestPromptSaysWhatToTypeInstead(t *testing.T) {
	env := withDriver(t)
	putBenchmark(t, env, "cpu.out")
	for line, want := range map[string]string{
		"tpo":                 `unrecognized command: "tpo"; did you mean top?`,
		"Top":                 "did you mean top?",
		"lst main":            "did you mean list?",
		"fokus=main":          "did you mean focus=main?",
		"focus main":          "did you mean: focus=main",
		"tagfocus":            "please specify a value, e.g. tagfocus=<val>",
		"cum":                 "type cum=true",
		"lines":               "type lines=true",
		"-top":                "at the prompt there is no minus: top",
		"-focus=main":         "at the prompt there is no minus: focus=main",
		"diff_base=old.out":   "%%pprof -diff_base=old.out SOURCE",
		"http=:8080":          "%%pprof -http=:8080 SOURCE",
		"xyzzy":               "help lists the commands",
		"list":                "command list requires an argument",
		"list [":              "missing closing ]",
		"list nothing_at_all": "no matches found for regexp: nothing_at_all",
		"focus=[\ntop":        "parsing focus regexp",
		"sample_index=bytes":  "must be one of: [samples cpu]",
		"granularity=line":    `invalid "granularity" value "line"`,
		"nodecount=many":      `parsing "many"`,
		"mean=maybe":          "illegal value",
		"top >":               "unexpected end of line after >",
		"top >../x":           "outside the notebook's folder",
		"help tpo":            "did you mean top?",
		"kcachegrind":         "open a window",
		"disasm demo.sum":     "%pprof -disasm=demo.sum PROGRAM cpu.out",
		"proto":               "-output=FILE.pb.gz",
	} {
		got, err := typed(t, env, "cpu.out", strings.Split(line, "\n")...)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "%%%%", "%%"), want) {
			t.Errorf("%q: no %q in the error %v; shown\n%s", line, want, err, got)
		}
	}
}

// goPprof runs the real tool.
func goPprof(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"tool", "pprof", "-symbolize=none"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go tool pprof %v: %v", args, err)
	}
	return string(out)
}

// compilerProfile is the largest profile that every Go installation brings: 290 KB.
func compilerProfile(t *testing.T) []byte {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "src/cmd/compile/default.pgo"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSavedProfileOpensInPprof(t *testing.T) {
	env := withDriver(t)
	large := compilerProfile(t)
	if err := os.WriteFile(filepath.Join(env.Dir, "cpu.out"), large, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pprofs(t, env, "-proto", "-output=all.pb.gz", "cpu.out"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(env.Dir, "all.pb.gz")); err != nil || !bytes.Equal(got, large) {
		t.Errorf("%d of %d bytes are saved, %v", len(got), len(large), err)
	}
	if _, err := pprofs(t, env, "-proto", "-focus=mallocgc", "-output=part.pb.gz", "cpu.out"); err != nil {
		t.Fatal(err)
	}
	want := goPprof(t, "-top", "-compact_labels", "-relative_percentages", "-focus=mallocgc", filepath.Join(env.Dir, "cpu.out"))
	got := goPprof(t, "-top", "-compact_labels", filepath.Join(env.Dir, "part.pb.gz"))
	if _, after, _ := strings.Cut(want, "mallocgc\n"); got != after {
		t.Errorf("the part that was saved is\n%s\nand not\n%s", got, after)
	}
}

func TestSavedReportsAreThoseOfPprofAndNothingElseIsWritten(t *testing.T) {
	env := withDriver(t)
	heapFile(t, env)
	source := filepath.Join(env.Dir, "mem.out")
	home, elsewhere := t.TempDir(), t.TempDir()
	goPprof(t, "-callgrind", "-output="+filepath.Join(elsewhere, "x"), source)
	callgrind, err := os.ReadFile(filepath.Join(elsewhere, "x"))
	if err := errors.Join(err, os.Remove(filepath.Join(elsewhere, "x"))); err != nil {
		t.Fatal(err)
	}
	tree := goPprof(t, "-tree", source)
	t.Setenv("HOME", home)
	t.Setenv("TMPDIR", elsewhere)
	t.Chdir(elsewhere)
	saved := []string{"mem.out"}
	for _, c := range []struct {
		report, file, start string
	}{
		{"-callgrind", "mem.callgrind", string(callgrind)},
		{"-tree", "mem.tree", tree},
		{"-dot", "mem.dot", "digraph"},
		{"-svg", "mem.svg", "<svg"},
		{"-flame", "flame.svg", "<svg"},
		{"-png", "mem.png", "\x89PNG"},
		{"-pdf", "mem.pdf", "%PDF"},
		{"-topproto", "top.pb.gz", "\x1f\x8b"},
		{"-raw", "mem.raw", "PeriodType: space bytes"},
		{"-peek=.", "mem.peek", "File: "},
	} {
		if slices.Contains([]string{"-svg", "-png", "-pdf"}, c.report) {
			if _, err := exec.LookPath("dot"); err != nil {
				continue // Graphviz is not installed
			}
		}
		if _, err := pprofs(t, env, c.report, "-output="+c.file, "mem.out"); err != nil {
			t.Errorf("%s: %v", c.report, err)
			continue
		}
		saved = append(saved, c.file)
		data, err := os.ReadFile(filepath.Join(env.Dir, c.file))
		if err != nil || !strings.HasPrefix(string(data), c.start) || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v: %.60q", c.report, len(data), err, data)
		}
	}
	slices.Sort(saved)
	for dir, want := range map[string][]string{env.Dir: saved, home: nil, elsewhere: nil} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if !slices.Equal(names, want) {
			t.Errorf("in %s are %q, want %q", dir, names, want)
		}
	}
}
