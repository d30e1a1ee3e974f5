package magic

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/cell"
)

func TestEveryCommandIsInTheReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(readme), `\|`, "|")
	for _, c := range Commands() {
		row := ""
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "| `%"+c.Name) || strings.HasPrefix(line, "| `%%"+c.Name) {
				row = line
			}
		}
		if !strings.Contains(row, c.Summary) {
			t.Errorf("README.md has no row with the summary of %s: %q", c.Name, c.Summary)
		}
		if c.Line && !strings.Contains(row, strings.TrimSpace("`%"+c.Name+" "+c.Args)) {
			t.Errorf("README.md does not show the usage of %%%s", c.Name)
		}
	}
}

func TestEveryExampleParsesAsItsCommand(t *testing.T) {
	for _, c := range Commands() {
		parsed, err := cell.Parse("cell-1", c.Example)
		if err != nil {
			t.Errorf("the example of %s: %v", c.Name, err)
			continue
		}
		m := parsed.Parts[0].Magic
		if m == nil || m.Name != c.Name || m.Cell && !c.Block || !m.Cell && !c.Line {
			t.Errorf("the example of %s is %+v", c.Name, parsed.Parts[0])
		}
		fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
		c.build(fs)
		if _, err := parseAnywhere(fs, m.Args); !c.Raw && err != nil {
			t.Errorf("the example of %s: %v", c.Name, err)
		}
	}
}

func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"-n", "3", "web"}, {"web", "-n", "3"}, {"web", "-n=3"}, {"-n", "3", "--", "web"},
	} {
		fs := flag.NewFlagSet("logs", flag.ContinueOnError)
		n := fs.Int("n", 50, "")
		rest, err := parseAnywhere(fs, args)
		if err != nil || *n != 3 || !slices.Equal(rest, []string{"web"}) {
			t.Errorf("%v gives n=%d, %v, %v", args, *n, rest, err)
		}
	}
	fs := flag.NewFlagSet("logs", flag.ContinueOnError)
	if rest, err := parseAnywhere(fs, []string{"a", "--", "-n"}); err != nil || !slices.Equal(rest, []string{"a", "-n"}) {
		t.Errorf("what follows -- is no flag: %v, %v", rest, err)
	}
}

func TestPprofFlagsMayFollowTheSource(t *testing.T) {
	req, err := pprofArgs([]string{"http://localhost:1/debug/pprof/heap", "-sample_index=alloc_space", "-cum"})
	if err != nil || req.Options.SampleIndex != "alloc_space" || !req.Options.Cum || len(req.Sources) != 1 {
		t.Errorf("%+v, %v", req, err)
	}
}

func TestNearestCommand(t *testing.T) {
	for typed, want := range map[string]string{
		"flmae": "flame", "benhc": "bench", "pprf": "pprof", "escpae": "escape", "sp": "ps", "xyzzy": "", "timeit": "",
	} {
		if got := nearest(typed); got != want {
			t.Errorf("%s suggests %q, want %q", typed, got, want)
		}
	}
}

func TestGCFlagMIsRecognised(t *testing.T) {
	for line, want := range map[string]bool{
		"build -gcflags=-m main.go": true, "build -gcflags -m=2": true, "build -gcflags=all=-m ./...": true,
		"build -gcflags=-N main.go": false, "build -mod=mod": false, "build -gcflags=-l,-m": false,
	} {
		if got := hasGCFlagM(strings.Fields(line)); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestHelpOfLoadShowsItsFlags(t *testing.T) {
	c, _ := lookup("load")
	for _, want := range []string{"-rate", "-duration", "-workers", "-method", "-body", "-header", "-timeout", "-remote"} {
		if help := c.flagHelp(); !strings.Contains(help, want) {
			t.Errorf("%%help load lacks %s:\n%s", want, help)
		}
	}
}
