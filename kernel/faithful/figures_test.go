package faithful

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// figures counts how a corpus went in one way of running it.
type figures struct {
	name string

	mu                                                      sync.Mutex
	programs, equal, different, refused, slow, short, apart int
	left                                                    int // not run, because the time was over
	reasons, compiled                                       map[string]int
	refusedBy                                               map[string]string   // an example of each reason
	names                                                   map[string][]string // the programs of each reason
	interpreted, cells                                      int
	fast, built                                             []time.Duration // of interpreted and of compiled cells
	ratio                                                   float64
	slowest                                                 string
}

func newFigures(name string) *figures {
	return &figures{name: name, reasons: map[string]int{}, compiled: map[string]int{}, refusedBy: map[string]string{}, names: map[string][]string{}}
}

// known are programs whose output cannot be that of the native program, each with the reason.
type known map[string]string

// judge compares how the cells of a program went with the native program.
func (f *figures) judge(t testing.TB, name string, runs []cellRun, want outcome, took time.Duration, excused known) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.programs++
	for _, r := range runs {
		f.cell(r)
	}
	last := runs[len(runs)-1]
	got := together(runs)
	got.Value, want.Value = "", ""
	switch {
	case last.late:
		f.slow++
		f.note("too slow", name)
	case last.fault != nil:
		f.different++
		t.Errorf("%s, %s: the kernel failed: %v", f.name, name, last.fault)
	case last.refused != nil:
		f.refused++
		f.note(last.refused.reason, name)
	default:
		f.compare(t, name, got, want, excused)
		f.slowness(name, runs, took)
	}
}

// cell counts one cell.
func (f *figures) cell(r cellRun) {
	if r.refused != nil || r.fault != nil {
		return
	}
	f.cells++
	if r.interpreted {
		f.interpreted++
		f.fast = append(f.fast, r.time)
		return
	}
	f.built = append(f.built, r.time)
	f.compiled[general(r.why)]++
}

func (f *figures) compare(t testing.TB, name string, got, want outcome, excused known) {
	t.Helper()
	diff := difference(got, want)
	if diff == "" {
		f.equal++
		if _, short := sameEnd(got.End, want.End); short {
			f.short++
		}
		return
	}
	if why, ok := excused[name]; ok {
		f.apart++
		t.Logf("%s, %s: differs as it must: %s", f.name, name, why)
		return
	}
	f.different++
	t.Errorf("%s, %s: silently different\n%s", f.name, name, diff)
}

// slowness keeps the worst ratio of an interpreted program to the native one. Programs
// that natively end at once say nothing.
func (f *figures) slowness(name string, runs []cellRun, took time.Duration) {
	var total time.Duration
	for _, r := range runs {
		if !r.interpreted {
			return
		}
		total += r.time
	}
	if ratio := float64(total) / float64(max(took, 2*time.Millisecond)); ratio > f.ratio {
		f.ratio, f.slowest = ratio, fmt.Sprintf("%s: %s, natively %s", name, total.Round(time.Millisecond), took.Round(time.Millisecond))
	}
}

// note counts a reason; the caller holds f.mu.
func (f *figures) note(reason, name string) {
	key := general(reason)
	f.reasons[key]++
	f.names[key] = append(f.names[key], name)
	if f.refusedBy[key] == "" {
		f.refusedBy[key] = name + ": " + reason
	}
}

var particular = []*regexp.Regexp{
	regexp.MustCompile(`\(line \d+\)`),
	regexp.MustCompile(`cell-\d+(:\d+)*:?`),
	regexp.MustCompile(`\b(the value of|a value of type|a value of interface type|the type|undefined:|generic function|package|field|panic with a value of type) [^ ]+`),
	regexp.MustCompile(`^[^ ]+, which`),
	regexp.MustCompile(`: [^ ]+ is a variable of`),
	regexp.MustCompile(`"[^"]*"`),
}

// general is a reason without what is of one program only.
func general(reason string) string {
	for _, re := range particular {
		reason = re.ReplaceAllStringFunc(reason, func(s string) string {
			if m := re.FindStringSubmatch(s); len(m) > 1 && m[1] != "" && strings.Contains(s, " ") && !strings.HasPrefix(m[1], ":") {
				return m[1] + " …"
			}
			return "…"
		})
	}
	return strings.TrimSpace(reason)
}

// tell logs the reasons of one way of running a corpus, and keeps its figures for the table.
func (f *figures) tell(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.programs+f.left == 0 {
		return
	}
	told = append(told, f)
	t.Logf("%s: %d programs, %d equal, %d silently different; %d of the equal panics say less", f.name, f.programs, f.equal, f.different, f.short)
	for _, r := range top(f.reasons) {
		t.Logf("%s: refused %3d × %s   (%.160s; all: %.300s)", f.name, f.reasons[r], r, f.refusedBy[r], strings.Join(f.names[r], ", "))
	}
	for _, r := range top(f.compiled) {
		t.Logf("%s: compiled %3d × %s", f.name, f.compiled[r], r)
	}
}

// top returns the ten commonest reasons.
func top(counts map[string]int) []string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return keys[:min(10, len(keys))]
}

func quantile(list []time.Duration, percent int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)-1)*percent/100].Round(100 * time.Microsecond)
}
