package faithful

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// told are the figures for the table, in the order of the tests.
var told []*figures

// printFigures writes the table of all that has run. Silent differences have failed their
// tests by then.
func printFigures(w io.Writer) {
	if len(told) == 0 {
		return
	}
	fmt.Fprint(w, "\nA cell gives what go run gives:\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tprograms\tequal\tsilently different\trefused, with the reason\tstopped as too slow\tdifferent, as they must\tnot run\tcells\tinterpreted\t")
	all := newFigures("together")
	for _, f := range told {
		all.programs += f.programs
		all.equal += f.equal
		all.different += f.different
		all.refused += f.refused
		all.slow += f.slow
		all.apart += f.apart
		all.left += f.left
		all.cells += f.cells
		all.interpreted += f.interpreted
		f.counts(table)
	}
	all.counts(table)
	_ = table.Flush() // nobody reads it if it cannot be written
	fmt.Fprintln(w)
	table = tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "time of a cell              \tinterpreted p50\tp95\tcompiled p50\tp95\tslowest against native\t")
	for _, f := range told {
		fmt.Fprintf(table, "%-*s\t%s\t%s\t%s\t%s\t%s\t\n", nameWidth, f.name, duration(f.fast, 50), duration(f.fast, 95),
			duration(f.built, 50), duration(f.built, 95), f.worst())
	}
	_ = table.Flush()
	fmt.Fprintln(w)
}

// nameWidth is what the first column has: the table itself is set to the right.
const nameWidth = 28

// counts writes one row of the first table.
func (f *figures) counts(w io.Writer) {
	fmt.Fprintf(w, "%-*s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d %%\t\n",
		nameWidth, f.name, f.programs, f.equal, f.different, f.refused, f.slow, f.apart, f.left, f.cells, 100*f.interpreted/max(1, f.cells))
}

// worst is the slowest program against the native one.
func (f *figures) worst() string {
	if f.slowest == "" {
		return "–"
	}
	return fmt.Sprintf("%.0f × %s", f.ratio, f.slowest)
}

// duration is a quantile, "–" if nothing was measured.
func duration(list []time.Duration, percent int) string {
	if len(list) == 0 {
		return "–"
	}
	return quantile(list, percent).String()
}

// TestTableSaysWhatWasNotRun prints the table of a run that had to stop.
func TestTableSaysWhatWasNotRun(t *testing.T) {
	kept := told
	defer func() { told = kept }()
	f := newFigures("a corpus")
	f.programs, f.equal, f.refused, f.left, f.cells, f.interpreted = 9, 8, 1, 3, 20, 15
	f.fast = []time.Duration{time.Millisecond, 3 * time.Millisecond}
	told = []*figures{f}
	var b strings.Builder
	printFigures(&b)
	for line, want := range map[string]string{
		"a corpus ": "a corpus 9 8 0 1 0 0 3 20 75 %",
		"together ": "together 9 8 0 1 0 0 3 20 75 %",
	} {
		at := strings.Index(b.String(), line)
		if at < 0 {
			t.Fatalf("%q is missing in\n%s", line, b.String())
		}
		got, _, _ := strings.Cut(b.String()[at:], "\n")
		if strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if !strings.Contains(b.String(), "1ms   1ms") {
		t.Errorf("no times in\n%s", b.String())
	}
}
