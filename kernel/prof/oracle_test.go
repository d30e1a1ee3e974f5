package prof_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gomri/kernel/prof"
)

// oracle is the real tool, built once for all tests of the package.
var oracle = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "pprof").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go tool -n pprof: %w\n%s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
})

// pprof runs the real tool and returns its standard output.
func pprof(t testing.TB, args ...string) string {
	t.Helper()
	path, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"-symbolize=none"}, args...)...)
	cmd.Env = append(os.Environ(), "PPROF_BINARY_PATH="+t.TempDir(), "HOME="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pprof %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// goList returns what go list prints for one module.
func goList(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// publicProfiles are profiles that every Go installation and the pprof module bring.
func publicProfiles(t testing.TB) []string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := []string{filepath.Join(strings.TrimSpace(string(goroot)), "src/cmd/compile/default.pgo")}
	dir := goList(t, "-m", "-f", "{{.Dir}}", "github.com/google/pprof")
	for _, pattern := range []string{
		"profile/testdata/*.cpu", "profile/testdata/*.heap", "profile/testdata/*.contention", "profile/testdata/*.growth",
		"profile/testdata/*.thread*", "internal/driver/testdata/*cpu*", "internal/driver/testdata/*contention",
		"internal/driver/testdata/go.*", "internal/report/testdata/sample.cpu", "internal/proftest/testdata/large.cpu",
	} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if data, err := os.ReadFile(f); err == nil {
				if _, err := prof.Parse(data); err == nil {
					files = append(files, f)
				}
			}
		}
	}
	return files
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func load(t testing.TB, file string) *prof.Profile {
	t.Helper()
	p, err := prof.Parse(readFile(t, file))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return p
}

// variant is one set of flags, for the tool and for us.
type variant struct {
	flags   string
	options prof.Options
}

var variants = []variant{
	{"", prof.Options{}},
	{"-cum", prof.Options{Cum: true}},
	{"-trim=false", prof.Options{NoTrim: true}},
	{"-nodecount=10", prof.Options{NodeCount: 10}},
	{"-nodecount=10 -cum", prof.Options{NodeCount: 10, Cum: true}},
	{"-nodefraction=0.05", prof.Options{NodeFraction: 0.05}},
	{"-nodefraction=0", prof.Options{NodeFraction: -1}},
	{"-edgefraction=0.3", prof.Options{EdgeFraction: 0.3}},
	{"-focus=a.*c", prof.Options{Focus: "a.*c"}},
	{"-ignore=runtime|main", prof.Options{Ignore: "runtime|main"}},
	{"-hide=runtime|malloc", prof.Options{Hide: "runtime|malloc"}},
	{"-show=o", prof.Options{Show: "o"}},
	{"-show_from=main|o", prof.Options{ShowFrom: "main|o"}},
	{"-prune_from=a", prof.Options{PruneFrom: "a"}},
	{"-focus=e -relative_percentages", prof.Options{Focus: "e", RelativePercentages: true}},
	{"-lines", prof.Options{Granularity: "lines"}},
	{"-files", prof.Options{Granularity: "files"}},
	{"-filefunctions", prof.Options{Granularity: "filefunctions"}},
	{"-addresses", prof.Options{Granularity: "addresses"}},
	{"-addresses -noinlines", prof.Options{Granularity: "addresses", NoInlines: true}},
	{"-noinlines", prof.Options{NoInlines: true}},
	{"-unit=auto", prof.Options{Unit: "auto"}},
	{"-divide_by=3", prof.Options{DivideBy: 3}},
	{"-mean", prof.Options{Mean: true}},
	{"-drop_negative", prof.Options{DropNegative: true}},
	{"-sample_index=0", prof.Options{SampleIndex: "0"}},
	{"-compact_labels", prof.Options{CompactLabels: true}},
	{"-tagfocus=1kb:64kb", prof.Options{TagFocus: "1kb:64kb"}},
	{"-tagfocus=bytes=:1mb -unit=kb", prof.Options{TagFocus: "bytes=:1mb", Unit: "kb"}},
	{"-tagignore=32kb:", prof.Options{TagIgnore: "32kb:"}},
	{"-tagroot=bytes", prof.Options{TagRoot: "bytes"}},
	{"-tagleaf=bytes,nothing -filefunctions", prof.Options{TagLeaf: "bytes,nothing", Granularity: "filefunctions"}},
	{"-tagroot=bytes -focus=kB -cum", prof.Options{TagRoot: "bytes", Focus: "kB", Cum: true}},
	{"-tagshow=b -taghide=x", prof.Options{TagShow: "b", TagHide: "x"}},
	{"-trim_path=/usr:src -files", prof.Options{TrimPath: "/usr:src", Granularity: "files"}},
	{"-source_path=/a/cmd:/b/src -lines", prof.Options{SourcePath: "/a/cmd:/b/src", Granularity: "lines"}},
}

// sameTable compares two tables line by line and returns how many there are.
// Where rows tie in everything that pprof sorts by, their order in its output is that
// of a Go map, so the column that tells them apart is compared as a set.
func sameTable(t *testing.T, what, got, want string) (rows int) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if g, w = untied(g), untied(w); got != want && !slices.Equal(g, w) {
		shown := 0
		for i := 0; i < max(len(g), len(w)) && shown < 6; i++ {
			a, b := "(no line)", "(no line)"
			if i < len(g) {
				a = g[i]
			}
			if i < len(w) {
				b = w[i]
			}
			if a != b {
				t.Errorf("%s: line %d\n got %q\nwant %q", what, i+1, a, b)
				shown++
			}
		}
	}
	return len(w)
}

// rowExpr splits a row: flat and flat%, sum%, cum and cum%, name, inline mark.
var rowExpr = regexp.MustCompile(`^(\s*\S+\s+\S+%)(\s+\S+%)(\s+\S+\s+\S+%)(  .*?)( \((?:partial-)?inline\))?$`)

// untied sorts the cumulative columns of neighbouring rows that have the same
// flat value and name.
func untied(lines []string) []string {
	type row struct{ key, sum, cum string }
	rows := make([]row, len(lines))
	for i, l := range lines {
		rows[i] = row{key: l}
		if m := rowExpr.FindStringSubmatch(l); m != nil {
			rows[i] = row{m[1] + m[4], m[2], m[3] + m[5]}
		}
	}
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j].key == rows[i].key {
			j++
		}
		cums := make([]string, 0, j-i)
		for _, r := range rows[i:j] {
			cums = append(cums, r.cum)
		}
		slices.Sort(cums)
		for k, cum := range cums {
			rows[i+k].cum = cum
		}
		i = j
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.key + r.sum + r.cum
	}
	return out
}

func TestTopTextEqualsPprof(t *testing.T) {
	var tables, rows atomic.Int64
	all := os.Getenv("GOMRI_WHOLE_CORPUS") != ""
	t.Run("profiles", func(t *testing.T) {
		for i, file := range publicProfiles(t) {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				p := load(t, file)
				for j, v := range variants {
					// The whole matrix takes a minute; away from CI every profile meets
					// a part of it, another one each.
					if !all && (i > 0 && (i+j)%24 != 0 || i == 0 && j%5 != 0) {
						continue
					}
					top, err := p.Top(v.options)
					if err != nil {
						t.Errorf("%s: %v", v.flags, err)
						continue
					}
					args := append([]string{"-top"}, strings.Fields(v.flags)...)
					rows.Add(int64(sameTable(t, v.flags, top.Text(), pprof(t, append(args, file)...))))
					tables.Add(1)
				}
			})
		}
	})
	t.Logf("%d tables, %d lines", tables.Load(), rows.Load())
}

// matrix runs f for every profile with every variant, or away from CI for a part of
// them: the whole takes minutes.
func matrix(t *testing.T, offset int, f func(t *testing.T, p *prof.Profile, file string, v variant)) {
	all := os.Getenv("GOMRI_WHOLE_CORPUS") != ""
	for i, file := range publicProfiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			p := load(t, file)
			for j, v := range variants {
				if (i+j+offset)%28 == 0 || i == 0 && (j+offset)%7 == 0 || all && (i == 0 || (i+j+offset)%4 == 0) {
					f(t, p, file, v)
				}
			}
		})
	}
}

// sameText compares two reports as sets of lines under each head, because the order
// of ties in pprof's output is that of a Go map.
func sameText(t reporter, what, got, want string) {
	t.Helper()
	if equalText(got, want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	shown := 0
	for i := 0; i < max(len(g), len(w)) && shown < 4; i++ {
		a, b := "(no line)", "(no line)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("%s: line %d\n got %q\nwant %q", what, i+1, a, b)
			shown++
		}
	}
}

// equalText says whether two reports differ in nothing but the order of ties.
func equalText(got, want string) bool {
	if got == want {
		return true
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(g) != len(w) || !slices.Equal(withoutSums(g), withoutSums(w)) {
		return false
	}
	return ties(g, w) || slices.Equal(blocks(got), blocks(want)) && slices.Equal(sizes(g), sizes(w))
}

// blocks are the parts of a tree, each function with its callers and callees, in the
// order of the alphabet: two rows of one name, such as those of a file, tie.
func blocks(text string) []string {
	list := strings.Split(text, "\n"+strings.Repeat("-", 58)+"+-------------\n")
	for i, block := range list {
		list[i] = strings.Join(withoutSums(strings.Split(block, "\n")), "\n")
	}
	slices.Sort(list)
	return list
}

// sizes are what the rows are ordered by, in the order of the rows: their flat values.
func sizes(lines []string) []string {
	var list []string
	for _, l := range lines {
		if m := sumExpr.FindStringSubmatch(l); m != nil {
			list = append(list, m[1])
		}
	}
	return list
}

// reporter is a test, or one case of a random one.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// sumExpr finds the running sum of a row, which depends on the order of ties.
var sumExpr = regexp.MustCompile(`^(\s*\S+\s+\S+%)\s+\S+%`)

// withoutSums sorts lines without their running sums.
func withoutSums(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = sumExpr.ReplaceAllString(l, "$1")
	}
	slices.Sort(out)
	return out
}

// tieExpr is what a row of callers or callees is sorted by: its value.
var tieExpr = regexp.MustCompile(`^\s*(-?[\d.]+\S*)`)

// ties says whether lines that differ at least begin with the same size.
func ties(g, w []string) bool {
	for i := range g {
		if g[i] == w[i] {
			continue
		}
		a, b := tieExpr.FindStringSubmatch(g[i]), tieExpr.FindStringSubmatch(w[i])
		if a == nil || b == nil || strings.TrimPrefix(a[1], "-") != strings.TrimPrefix(b[1], "-") {
			return false
		}
	}
	return true
}

func TestTreeTextEqualsPprof(t *testing.T) {
	matrix(t, 3, func(t *testing.T, p *prof.Profile, file string, v variant) {
		c, err := p.Calls(v.options, "")
		if err != nil {
			t.Fatal(err)
		}
		sameText(t, v.flags, c.Text(), pprof(t, append(append([]string{"-tree"}, strings.Fields(v.flags)...), file)...))
	})
}

func TestPeekTextEqualsPprof(t *testing.T) {
	matrix(t, 11, func(t *testing.T, p *prof.Profile, file string, v variant) {
		c, err := p.Calls(v.options, "[aeiou]")
		if err != nil {
			if strings.Contains(err.Error(), "no matches found") {
				return
			}
			t.Fatal(err)
		}
		sameText(t, v.flags, c.Text(), pprof(t, append(append([]string{"-peek=[aeiou]"}, strings.Fields(v.flags)...), file)...))
	})
}

func TestListTextEqualsPprof(t *testing.T) {
	file := cpuProfile(t)
	p := load(t, file)
	for i, v := range variants {
		if i%5 != 0 && os.Getenv("GOMRI_WHOLE_CORPUS") == "" {
			continue
		}
		for _, expr := range []string{"spin", "cpuProfile|time.Now|tRunner"} {
			l, err := p.List(v.options, expr, sourcesOf(t, v.options))
			if err != nil {
				if strings.Contains(err.Error(), "no matches found") {
					continue
				}
				t.Fatal(err)
			}
			sameText(t, v.flags, l.Text(), pprof(t, append(append([]string{"-list=" + expr}, strings.Fields(v.flags)...), file)...))
		}
	}
}

func TestDifferenceTextEqualsPprof(t *testing.T) {
	before, now := cpuProfile(t), cpuProfile(t)
	goroot := publicProfiles(t)[0]
	for i, pair := range [][2]string{{before, now}, {before, goroot}, {goroot, before}} {
		if i > 0 && os.Getenv("GOMRI_WHOLE_CORPUS") == "" {
			break
		}
		for _, flags := range []string{"-base", "-diff_base", "-diff_base -normalize", "-base -cum", "-diff_base -focus=runtime", "-base -drop_negative"} {
			base, now := load(t, pair[0]), load(t, pair[1])
			d, err := now.Minus(base, prof.DiffOptions{OfBase: strings.Contains(flags, "diff"), Normalize: strings.Contains(flags, "normalize")})
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(flags)
			args := append([]string{words[0] + "=" + pair[0]}, words[1:]...)
			o := prof.Options{Cum: strings.Contains(flags, "cum"), DropNegative: strings.Contains(flags, "drop")}
			if strings.Contains(flags, "focus") {
				o.Focus = "runtime"
			}
			top, err := d.Top(o)
			if err != nil {
				t.Fatal(err)
			}
			sameTable(t, flags, top.Text(), pprof(t, append(append([]string{"-top"}, args...), pair[1])...))
			tree, err := d.Calls(o, "")
			if err != nil {
				t.Fatal(err)
			}
			sameText(t, flags, tree.Text(), pprof(t, append(append([]string{"-tree"}, args...), pair[1])...))
		}
	}
}

func TestMergedProfilesEqualPprof(t *testing.T) {
	files := []string{cpuProfile(t), publicProfiles(t)[0], cpuProfile(t)}
	var list []*prof.Profile
	for _, f := range files {
		list = append(list, load(t, f))
	}
	sum, err := prof.Merge(list)
	if err != nil {
		t.Fatal(err)
	}
	top, err := sum.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameTable(t, "merged", top.Text(), pprof(t, append([]string{"-top"}, files...)...))
}
