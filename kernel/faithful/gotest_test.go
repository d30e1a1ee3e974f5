package faithful

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// clause matches a package clause; a program without it is a cell.
var clause = regexp.MustCompile(`(?m)^package main\b`)

// goTests returns the programs of $GOROOT/test that begin with the line "// run".
func goTests(t testing.TB) []native {
	t.Helper()
	var programs []native
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(filepath.Join(goroot(), "test", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(filepath.Join(goroot(), "test"), file)
			name = filepath.ToSlash(name)
			if strings.HasPrefix(string(data), "// run\n") && strings.Contains(name, *only) {
				programs = append(programs, native{Name: name, Files: map[string]string{"main.go": string(data)}})
			}
		}
	}
	if len(programs) == 0 && *only == "" {
		t.Skip("this Go installation has no test folder")
	}
	return programs
}

// limitFor is how long a program may take in the kernel.
func limitFor(took time.Duration) time.Duration { return 15*time.Second + 3*took }

// TestProgramsOfTheGoDistribution runs them as one cell without the package clause, split over
// several cells, and as a listing with the package clause.
func TestProgramsOfTheGoDistribution(t *testing.T) {
	programs := part(goTests(t), 25)
	runs := natives(t, programs)
	books := openNotebooks(t)
	ways := []*figures{newFigures("as a cell"), newFigures("split over cells"), newFigures("as a listing")}
	excused := []known{differentAsCell, differentSplit, differentAsListing}
	left := map[string]int{}
	var usable []int
	for i, r := range runs {
		switch {
		case !r.Built:
			left["does not build here"]++
		case r.Code < 0:
			left["does not end in 10 s"]++
		case !r.Stable:
			left["says something else every time"]++
		default:
			usable = append(usable, i)
		}
	}
	parallel(len(usable), func(lane, k int) {
		i := usable[k]
		text, want := programs[i].Files["main.go"], runs[i].outcome()
		cells := [][]string{{clause.ReplaceAllString(text, "            ")}, splitProgram(text), {text}}
		for way, list := range cells {
			if list != nil {
				ways[way].judge(t, programs[i].Name, books[lane].program(list, limitFor(runs[i].Time)), want, runs[i].Time, excused[way])
			}
		}
	})
	t.Logf("%d programs of $GOROOT/test, left out: %v", len(programs), left)
	for _, f := range ways {
		f.print(t)
	}
}
