package prof_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"pgregory.net/rapid"

	"gomri/kernel/fetch"
	"gomri/kernel/prof"
)

// labelled writes a profile of requests: two labels that are text, one of them not
// everywhere, and two that are numbers, with and without a unit.
func labelled(t testing.TB) string {
	t.Helper()
	return labelledBy(t, func(i, j int) int64 { return int64(1 + i*3 + j*j*2) })
}

// labelledBy is labelled with the given samples of each stack and tenant.
func labelledBy(t testing.TB, samples func(stack, tenant int) int64) string {
	t.Helper()
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 1e7,
		Comments: []string{"made for a test", "# hidden"}, DurationNanos: 3e9,
		Mapping: []*profile.Mapping{{ID: 1, Start: 0x1000, Limit: 0x9000, File: "/bin/shop", BuildID: "0123456789abcdef", HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}},
	}
	for i, name := range []string{"main.main", "shop.Serve", "shop.price", "shop.tax", "encoding/json.Marshal", "runtime.mallocgc"} {
		file := []string{"/src/shop/main.go", "/src/shop/serve.go", "/src/shop/price.go", "/src/shop/price.go", "/usr/local/go/src/encoding/json/encode.go", "/proc/self/cwd/runtime/malloc.go"}[i]
		fn := &profile.Function{ID: uint64(i + 1), Name: name, SystemName: name, Filename: file, StartLine: int64(10 * i)}
		p.Function = append(p.Function, fn)
		lines := []profile.Line{{Function: fn, Line: int64(10*i + 3), Column: 7}}
		if name == "shop.tax" { // inlined into price
			lines = append(lines, profile.Line{Function: p.Function[2], Line: 25, Column: 9})
		}
		p.Location = append(p.Location, &profile.Location{ID: uint64(i + 1), Mapping: p.Mapping[0], Address: 0x1100 + uint64(i)*0x40, Line: lines})
	}
	for i, stack := range [][]int{{2, 1, 0}, {3, 1, 0}, {4, 1, 0}, {5, 4, 1, 0}, {5, 3, 1, 0}, {5, 0}, {2, 2, 1, 0}} {
		var locations []*profile.Location
		for _, l := range stack {
			locations = append(locations, p.Location[l])
		}
		for j, tenant := range []string{"acme", "globex", ""} {
			n := samples(i, j)
			if n == 0 {
				continue
			}
			s := &profile.Sample{Location: locations, Value: []int64{n, n * 1e7}, Label: map[string][]string{"region": {"eu"}}, NumLabel: map[string][]int64{}, NumUnit: map[string][]string{}}
			if tenant != "" {
				s.Label["tenant"] = []string{tenant}
				s.NumLabel["bytes"], s.NumUnit["bytes"] = []int64{int64(512 << i)}, []string{"bytes"}
				s.NumLabel["items"] = []int64{int64(i)}
			}
			p.Sample = append(p.Sample, s)
		}
	}
	file := filepath.Join(t.TempDir(), "labels.pb.gz")
	var b bytes.Buffer
	if err := errors.Join(p.CheckValid(), p.Write(&b), os.WriteFile(file, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file
}

// randomFlags are the flags that a combination is drawn from, those that exclude one
// another in one line.
var randomFlags = [][]string{
	{"-cum", "-flat"},
	{"-functions", "-filefunctions", "-files", "-lines", "-addresses"},
	{"-focus=main|shop", "-focus=a.*c", "-focus=eu|acme", "-focus=nothing_at_all"},
	{"-ignore=malloc", "-ignore=json|Free"},
	{"-hide=price|runtime", "-hide=e$"},
	{"-show=shop|o", "-show=[A-Z]"},
	{"-show_from=Serve|main", "-show_from=o"},
	{"-prune_from=price|alloc"},
	{"-tagfocus=acme", "-tagfocus=tenant=acme,globex", "-tagfocus=1kb:8kb", "-tagfocus=items=2:4", "-tagfocus=bytes=:4kb"},
	{"-tagignore=globex", "-tagignore=16kb:", "-tagignore=tenant=."},
	{"-tagshow=tenant", "-tagshow=none", "-taghide=bytes"},
	{"-tagroot=tenant", "-tagroot=tenant,bytes", "-tagroot=items", "-tagroot=none"},
	{"-tagleaf=region", "-tagleaf=bytes,tenant", "-tagleaf=none"},
	{"-nodecount=3", "-nodecount=0", "-nodecount=12", "-trim=false"},
	{"-nodefraction=0.1", "-nodefraction=0"},
	{"-edgefraction=0.2", "-edgefraction=0"},
	{"-unit=ms", "-unit=auto", "-unit=mb", "-unit=nonsense", "-unit=seconds"},
	{"-divide_by=2", "-divide_by=0.5"},
	{"-mean"},
	{"-noinlines"},
	{"-showcolumns"},
	{"-relative_percentages"},
	{"-drop_negative"},
	{"-compact_labels"},
	{"-sample_index=0", "-sample_index=samples"},
	{"-trim_path=/src", "-trim_path=/usr/local:/src/shop/"},
	{"-source_path=/elsewhere/shop", "-source_path=/elsewhere/src:/x"},
}

// small are the public profiles that the tool reads quickly, and one with labels.
func small(t testing.TB) []string {
	t.Helper()
	files := []string{labelled(t)}
	for _, file := range publicProfiles(t) {
		if info, err := os.Stat(file); err == nil && info.Size() < 64<<10 {
			files = append(files, file)
		}
	}
	return files
}

// sourcesOf reads sources as the tool does.
func sourcesOf(t testing.TB, o prof.Options) prof.Sources {
	t.Helper()
	s := fetch.Sources{Path: filepath.SplitList(o.SourcePath), Trim: filepath.SplitList(o.TrimPath)}
	if len(s.Path) == 0 {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		s.Path = []string{dir}
	}
	return s.Lines
}

// text is the text of one of our own reports.
func text(t testing.TB, p *prof.Profile, r prof.Request) (string, error) {
	t.Helper()
	switch r.Report {
	case "top", "text":
		top, err := p.Top(r.Options)
		return top.Text(), err
	case "tree":
		calls, err := p.Calls(r.Options, "")
		return calls.Text(), err
	case "peek":
		calls, err := p.Calls(r.Options, r.Param)
		return calls.Text(), err
	}
	listing, err := p.List(r.Options, r.Param, sourcesOf(t, r.Options))
	return listing.Text(), err
}

// tool runs the real tool, which may refuse.
func tool(t testing.TB, args []string) (string, error) {
	t.Helper()
	path, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"-symbolize=none"}, args...)...)
	cmd.Env = append(os.Environ(), "PPROF_BINARY_PATH="+os.DevNull, "HOME="+os.DevNull)
	out, err := cmd.Output()
	return string(out), err
}

// TestRandomFlagsGiveTheTextOfPprof draws combinations of flags: what the tool refuses
// we refuse, and the text of the rest is the tool's.
func TestRandomFlagsGiveTheTextOfPprof(t *testing.T) {
	checks := "300"
	if os.Getenv("GOMRI_WHOLE_CORPUS") != "" {
		checks = "2000"
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.nofailfile": "true", "rapid.shrinktime": "20s"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	files := small(t)
	before := labelledBy(t, func(i, j int) int64 { return int64((i*5 + j) % 9) })
	loaded := map[string]*prof.Profile{before: load(t, before)}
	same, lines, refusals := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		file := files[0]
		if rapid.IntRange(0, 2).Draw(r, "which") > 0 {
			file = rapid.SampledFrom(files).Draw(r, "profile")
		}
		if loaded[file] == nil {
			loaded[file] = load(t, file)
		}
		args := []string{rapid.SampledFrom([]string{"-top", "-text", "-tree", "-peek=[aeiou]", "-peek=price", "-list=shop|a", "-list=e"}).Draw(r, "report")}
		for range rapid.IntRange(0, 5).Draw(r, "flags") {
			group := rapid.SampledFrom(randomFlags).Draw(r, "group")
			for _, other := range group {
				if strings.Contains(strings.Join(args, " "), other) {
					group = nil // it may be given once
					break
				}
			}
			if group != nil {
				args = append(args, rapid.SampledFrom(group).Draw(r, "flag"))
			}
		}
		if file == files[0] && rapid.Bool().Draw(r, "difference") {
			args = append(args, rapid.SampledFrom([]string{"-base=", "-diff_base="}).Draw(r, "base")+before)
			if rapid.Bool().Draw(r, "normalized") {
				args = append(args, "-normalize")
			}
		}
		args = append(args, file)
		want, refused := tool(t, args)
		request, err := prof.ParseArgs(args)
		var got string
		if err == nil {
			p := loaded[file]
			if len(request.Base)+len(request.DiffBase) > 0 {
				p, err = p.Minus(loaded[before], prof.DiffOptions{OfBase: len(request.DiffBase) > 0, Normalize: request.Normalize})
			}
			if err == nil {
				got, err = text(t, p, request)
			}
		}
		if (err != nil) != (refused != nil) {
			r.Fatalf("%v: we say %v, pprof %v\n%s", args, err, refused, want)
		}
		if err != nil {
			refusals++
			return
		}
		// Which of rows that tie pass -nodecount changes from run to run of the tool.
		for range 4 {
			if equalText(got, want) {
				break
			}
			if want, err = tool(t, args); err != nil {
				r.Fatalf("%v: %v", args, err)
			}
		}
		sameText(r, strings.Join(args, " "), got, want)
		same++
		lines += strings.Count(want, "\n")
	})
	t.Logf("%d reports of %d lines are the same, %d are refused by both", same, lines, refusals)
}

func TestFindingIsAboutCodeAndNotAboutLabels(t *testing.T) {
	p := load(t, labelled(t))
	plain, err := p.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []prof.Options{{TagRoot: "tenant"}, {TagLeaf: "tenant,bytes"}, {TagRoot: "none"}} {
		top, err := p.Top(o)
		if err != nil {
			t.Fatal(err)
		}
		if top.Finding != plain.Finding {
			t.Errorf("%+v: %+v, without %+v", o, top.Finding, plain.Finding)
		}
	}
}
