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

// withoutClause blanks the package clause, so that lines and columns stay.
func withoutClause(text string) string {
	at := clause.FindStringIndex(text)
	if at == nil {
		return text
	}
	return text[:at[0]] + strings.Repeat(" ", at[1]-at[0]) + text[at[1]:]
}

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
			if strings.HasPrefix(string(data), "// run\n") && wanted(t, name) {
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
	ways := []*figures{newFigures("$GOROOT/test as a cell"), newFigures("$GOROOT/test split"), newFigures("$GOROOT/test as a listing")}
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
	trials(t, len(usable), ways, func(lane, k int) {
		i := usable[k]
		text, want := programs[i].Files["main.go"], runs[i].outcome()
		cells := [][]string{{withoutClause(text)}, splitProgram(text), {text}}
		for way, list := range cells {
			if list != nil {
				ways[way].judge(t, programs[i].Name, books[lane].program(list, limitFor(runs[i].Time)), want, runs[i].Time, excused[way])
			}
		}
	})
	t.Logf("%d programs of $GOROOT/test, left out: %v", len(programs), left)
	for _, f := range ways {
		f.tell(t)
	}
}
