package prof_test

import (
	"bytes"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/prof"
)

// session runs the real tool's prompt on lines and returns what it prints to
// standard output, which is the reports.
func session(t *testing.T, file string, lines ...string) string {
	t.Helper()
	path, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-symbolize=none", file)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(out), "(pprof) ", "")
	return strings.TrimRight(text, " \n")
}

func TestPromptAnswersTopAsPprof(t *testing.T) {
	file := publicProfiles(t)[0]
	for _, lines := range [][]string{
		{"top"},
		{"top5"},
		{"top 7 -cum"},
		{"top mallocgc -scan"},
		{"text 3 gc"},
		{"sample_index=samples", "top 3"},
		{"samples", "top 3"},
		{"focus=mallocgc", "top 3", "focus=", "top 3"},
		{"focus=mallocgc", "ignore=scan", ":", "top 3"},
		{"cum=true", "top 2", "flat", "top 2", "flat=1", "top 2"},
		{"nodecount=4", "top"},
		{"lines=1", "top 4", "functions=true", "top 4", "lines", "top 1"},
		{"granularity=files", "sort=cum", "top 1"},
		{"nodefraction=0.1", "top", "trim=false", "top 2"},
		{"divide_by=2", "noinlines", "top 4"},
		{"relative_percentages=1", "top 4 gc"},
		{"mean_cpu", "top 2", "total_cpu", "top 2"},
		{"unit=ms", "top 2", "compact_labels=false", "top 2"},
		{"top 2", "quit", "top 3"},
		{"sample_index=nothing", "focus", "nonsense 1", "list", "top 1"},
	} {
		p := load(t, file)
		request, err := prof.ParseArgs([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		prompt := prof.NewPrompt(p, request)
		var got bytes.Buffer
		for _, line := range lines {
			r, err := prompt.Line(line)
			if errors.Is(err, prof.ErrQuit) {
				break
			}
			if err != nil || r.Report == "" {
				continue
			}
			top, err := p.Top(r.Options)
			if err != nil {
				t.Errorf("%q: %v", line, err)
				continue
			}
			got.WriteString(top.Text())
		}
		want := session(t, file, lines...)
		sameTable(t, strings.Join(lines, "; "), strings.TrimRight(got.String(), "\n"), want)
	}
}

func TestPromptSaysWhatIsWrongInPprofsWords(t *testing.T) {
	p := load(t, publicProfiles(t)[0])
	prompt := prof.NewPrompt(p, prof.Request{Plain: true})
	for line, want := range map[string]string{
		"sample_index=x": `sample_index "x" must be one of: [samples cpu]`,
		"sample_index=7": "sample_index 7 is outside the range [0..1]",
		"focus":          "please specify a value, e.g. focus=<val>",
		"frobnicate":     `unrecognized command: "frobnicate"`,
		"cum":            `unknown config field "cum"`,
		"list":           "command list requires an argument",
		"granularity=x":  `invalid "granularity" value "x"`,
		"mean=maybe":     `illegal value "maybe" for bool variable`,
	} {
		if _, err := prompt.Line(line); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
}

func TestGreetingIsPprofs(t *testing.T) {
	file := publicProfiles(t)[0]
	path, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-symbolize=none", file)
	cmd.Stdin = strings.NewReader("")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := strings.Cut(string(out), "(pprof)")
	if got := load(t, file).Greeting(prof.Options{}); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestParseArgsReadsPprofsFlags(t *testing.T) {
	r, err := prof.ParseArgs(strings.Fields("-list=main.* -cum -inuse_space -lines -focus=a -nodecount=5 -trim=false -diff_base=old.out -seconds 3 bin cpu.out"))
	if err != nil {
		t.Fatal(err)
	}
	o := r.Options
	if r.Report != "list" || r.Param != "main.*" || !o.Cum || o.SampleIndex != "inuse_space" || o.Granularity != "lines" ||
		o.Focus != "a" || o.NodeCount != 5 || !o.NoTrim || r.Seconds != 3 || !r.Plain {
		t.Errorf("got %+v", r)
	}
	if !slices.Equal(r.Sources, []string{"bin", "cpu.out"}) || !slices.Equal(r.DiffBase, []string{"old.out"}) {
		t.Errorf("got sources %q, base %q", r.Sources, r.DiffBase)
	}
	if want := "-diff_base"; strings.Contains(strings.Join(r.Args(), " "), want) {
		t.Errorf("the sources are among the flags %q", r.Args())
	}
	for args, want := range map[string]string{
		"-bogus x":             "flag provided but not defined: -bogus",
		"-top -tree x":         "must set at most one output format",
		"-lines -files x":      "conflicting options set",
		"-base=a -diff_base=b": "-base and -diff_base flags cannot both be specified",
		"-nodecount=x y":       `invalid value "x" for flag -nodecount`,
		"-divide_by=0 y":       "zero divisor specified",
		"-h":                   "usage",
	} {
		if _, err := prof.ParseArgs(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}

func TestArgsAskForWhatWasTyped(t *testing.T) {
	file := publicProfiles(t)[0]
	p := load(t, file)
	for _, v := range variants {
		r := prof.Request{Report: "top", Options: v.options}
		typed, err := prof.ParseArgs(append(append([]string{"-top"}, strings.Fields(v.flags)...), file))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(typed.Args(), r.Args()) {
			t.Errorf("%s: got %q, want %q", v.flags, typed.Args(), r.Args())
		}
		again, err := prof.ParseArgs(append(r.Args(), file))
		if err != nil {
			t.Fatal(err)
		}
		a, errA := p.Top(v.options)
		b, errB := p.Top(again.Options)
		if errA != nil || errB != nil || a.Text() != b.Text() {
			t.Errorf("%s: the table of the flags %q differs", v.flags, r.Args())
		}
	}
}

func TestFlagsOfTheDriverReachIt(t *testing.T) {
	r, err := prof.ParseArgs([]string{"-tree", "-add_comment=handler", "-call_tree", "-output=x.txt", "cpu.out"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Args(), []string{"-tree", "-add_comment=handler", "-call_tree=true"}; !slices.Equal(got, want) || r.Plain || r.Output != "x.txt" {
		t.Errorf("got %q, plain %v, want %q", got, r.Plain, want)
	}
	prompt := prof.NewPrompt(load(t, publicProfiles(t)[0]), prof.Request{Plain: true, Extra: []string{"-buildid=a"}})
	for _, line := range []string{"buildid=b", "call_tree"} {
		if _, err := prompt.Line(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	next, err := prompt.Line("top 3")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"-top", "-compact_labels", "-nodecount=3", "-buildid=b", "-call_tree=true"}; !slices.Equal(next.Args(), want) || next.Plain {
		t.Errorf("got %q, plain %v, want %q", next.Args(), next.Plain, want)
	}
}
