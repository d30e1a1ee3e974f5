package check

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gomri/kernel/ledger"
)

// clause matches a package clause; a program without it is a cell.
var clause = regexp.MustCompile(`(?m)^package main\b`)

// TestProgramsOfTheGoTestSuiteAreCellsWithoutErrors checks programs that the
// toolchain's own tests run: valid Go has to pass, whatever it looks like.
func TestProgramsOfTheGoTestSuiteAreCellsWithoutErrors(t *testing.T) {
	root := filepath.Join(runtime.GOROOT(), "test")
	list, _ := filepath.Glob(filepath.Join(root, "*.go"))
	more, _ := filepath.Glob(filepath.Join(root, "*", "*.go"))
	if list = append(list, more...); len(list) == 0 {
		t.Skip("this Go installation has no test folder")
	}
	k, n := newNotebook().k, 0
	for _, file := range list {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if !strings.HasPrefix(text, "// run\n") || strings.Contains(text, `"C"`) || strings.Contains(text, "syscall/js") {
			continue
		}
		if n++; n%3 != 0 && os.Getenv("GOMRI_WHOLE_CORPUS") == "" {
			continue // a third is enough to notice, and takes two seconds
		}
		nb := newNotebook()
		nb.k = k // imports are read once
		p, err := nb.run(clause.ReplaceAllString(text, "            "))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, d := range p.Reach {
			if d.Kind != ledger.Var && d.Source == "" {
				t.Errorf("%s: %s has no source", file, d.Name)
			}
		}
	}
	t.Logf("%d programs", n)
}
