package prof_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gomri/kernel/prof"
)

// TestLinesOfFunctionsAreThoseOfTheListing compares with List, whose text is that of
// pprof's own report.
func TestLinesOfFunctionsAreThoseOfTheListing(t *testing.T) {
	text := make([]string, 10_000)
	for i := range text {
		text[i] = fmt.Sprint("line ", i+1)
	}
	sources := func(string) ([]string, error) { return text, nil }
	listed := 0
	for _, file := range publicProfiles(t) {
		if strings.HasSuffix(file, "large.cpu") {
			continue // a listing of it takes a second
		}
		p := load(t, file)
		for _, o := range []prof.Options{{}, {NoInlines: true}, {Focus: "e"}, {Hide: "^runtime"}} {
			tree, err := p.Tree(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range tree.Heaviest(6) {
				lines, err := p.Lines(o, []string{name}, sources)
				if err != nil {
					t.Fatal(err)
				}
				l, err := p.List(o, "^"+regexp.QuoteMeta(name)+"$", sources)
				if err != nil {
					continue // a frame without a function: it has no listing
				}
				if got, want := figures(lines), figures(l.Routines); got != want {
					t.Errorf("%s %+v %s:\n%s\nlist has:\n%s", file, o, name, got, want)
				}
				listed += len(lines)
			}
		}
	}
	if listed < 100 {
		t.Errorf("only %d functions were compared", listed)
	}
}

// figures writes what of routines Lines and List have both: the lines with values.
func figures(routines []prof.Routine) string {
	var b strings.Builder
	for _, r := range routines {
		if r.File == "" {
			continue
		}
		fmt.Fprintf(&b, "%s %s %d %d\n", r.Name, r.File, r.Flat, r.Cum)
		for _, line := range r.Lines {
			fmt.Fprintf(&b, "%d %d %d %s\n", line.Number, line.Flat, line.Cum, line.Text)
		}
	}
	return b.String()
}
