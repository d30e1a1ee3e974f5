package driver_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/prof"
)

// publicProfiles are the profiles that the pprof module and every Go installation bring.
func publicProfiles(t *testing.T) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/pprof").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := []string{defaultPGO(t)}
	for _, pattern := range []string{"profile/testdata/*", "internal/driver/testdata/*", "internal/report/testdata/*", "internal/proftest/testdata/*"} {
		found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			if data, err := os.ReadFile(file); err == nil {
				if _, err := prof.Parse(data); err == nil {
					files = append(files, file)
				}
			}
		}
	}
	if len(files) < 15 {
		t.Fatalf("only %d profiles are found", len(files))
	}
	return files
}

// passed are the arguments that a report gets when args are typed: read, and written
// again for the driver.
func passed(t *testing.T, args []string) []string {
	t.Helper()
	r, err := prof.ParseArgs(args)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return append(r.Args(), r.Sources...)
}

// sameReport compares the driver's report with the tool's and says whether both made one.
func sameReport(t *testing.T, pprof string, args []string) bool {
	t.Helper()
	want, refused := written(t, pprof, args...)
	got, messages, err := run(t, "", passed(t, args)...)
	switch {
	case (err != nil) != (refused != nil):
		t.Errorf("%v: we say %v, pprof %v\n%s", args, err, refused, messages)
	case err == nil && got != want && !sameLines(got, want):
		t.Errorf("%v: %d bytes, pprof writes %d", args, len(got), len(want))
	}
	return err == nil
}

// nodeNumber is the number of a node in a graph.
var nodeNumber = regexp.MustCompile(`\bN{1,2}\d+(_\d+)*|\bnode\d+|\(\d+\)`)

// sameLines compares reports whose lines, and the numbers of the nodes in them, may come
// in another order: that of a Go map.
func sameLines(a, b string) bool {
	sorted := func(text string) []string {
		lines := strings.Split(nodeNumber.ReplaceAllString(text, "N"), "\n")
		slices.Sort(lines)
		return lines
	}
	return slices.Equal(sorted(a), sorted(b))
}

func TestReportsOfEveryPublicProfileEqualPprofs(t *testing.T) {
	pprof, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	whole := os.Getenv("GOMRI_WHOLE_CORPUS") != ""
	made := 0
	for i, file := range publicProfiles(t) {
		for j, report := range []string{"-traces", "-tags", "-comments", "-raw"} {
			if info, err := os.Stat(file); !whole && (err != nil || info.Size() > 512<<10 && (i+j)%4 != 0) {
				continue
			}
			if sameReport(t, pprof, []string{report, file}) {
				made++
			}
		}
	}
	if made < 40 {
		t.Errorf("only %d reports were compared", made)
	}
}

// driverFlags are what a combination of flags is drawn from.
var driverFlags = [][]string{
	{"-focus=main|e", "-focus=a.*c"},
	{"-ignore=malloc|x"},
	{"-hide=runtime|s$"},
	{"-show=o"},
	{"-show_from=main|o"},
	{"-prune_from=alloc"},
	{"-tagfocus=1kb:64kb", "-tagfocus=bytes=:1mb"},
	{"-tagignore=32kb:"},
	{"-tagroot=bytes"},
	{"-tagleaf=bytes,other"},
	{"-tagshow=bytes", "-taghide=bytes"},
	{"-nodecount=7", "-nodecount=0", "-trim=false"},
	{"-nodefraction=0.1"},
	{"-edgefraction=0.2"},
	{"-unit=kb", "-unit=auto", "-unit=ms"},
	{"-divide_by=2"},
	{"-mean"},
	{"-noinlines"},
	{"-showcolumns"},
	{"-relative_percentages"},
	{"-drop_negative"},
	{"-call_tree"},
	{"-compact_labels"},
	{"-cum"},
	{"-lines", "-files", "-filefunctions", "-addresses"},
	{"-sample_index=0"},
	{"-add_comment=seen"},
	{"-trim_path=/usr/local"},
	{"-source_path=/elsewhere/src"},
}

// TestFlagsReachTheDriver draws combinations of flags for the reports that pprof's own
// code makes: none is lost or changed on its way there.
func TestFlagsReachTheDriver(t *testing.T) {
	pprof, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	checks := 40
	if os.Getenv("GOMRI_WHOLE_CORPUS") != "" {
		checks = 600
	}
	files := slices.DeleteFunc(publicProfiles(t), func(file string) bool {
		info, err := os.Stat(file)
		return err != nil || info.Size() > 64<<10
	})
	random := rand.New(rand.NewPCG(1, uint64(checks)))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	made := 0
	for range checks {
		args := []string{pick([]string{"-traces", "-raw", "-tags", "-comments", "-dot", "-callgrind", "-tree", "-top"})}
		for _, group := range random.Perm(len(driverFlags))[:random.IntN(5)] {
			args = append(args, pick(driverFlags[group]))
		}
		if args[0] == "-dot" && slices.Contains(args, "-call_tree") {
			continue // which of equal calls it draws changes from run to run
		}
		if sameReport(t, pprof, append(args, pick(files))) {
			made++
		}
	}
	if made < checks/2 {
		t.Errorf("only %d of %d reports were compared", made, checks)
	}
}
