package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// clause matches a package clause; a program without it is a cell.
var clause = regexp.MustCompile(`(?m)^package main\b`)

// goroot is where the go command's Go is installed.
func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("go env GOROOT: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// TestProgramsOfTheGoTestSuiteAreCellsWithoutErrors checks programs that the
// toolchain's own tests run: valid Go has to pass, whatever it looks like.
func TestProgramsOfTheGoTestSuiteAreCellsWithoutErrors(t *testing.T) {
	root := filepath.Join(goroot(t), "test")
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
		compileSources(t, k, p)
		inCells(t, k, p)
		if t.Failed() {
			t.Fatal(file)
		}
	}
	t.Logf("%d programs", n)
}

// inCells feeds the declarations of a program to a new session, a cell each. What
// refers to itself in a circle cannot be had that way, and ends the program.
func inCells(t *testing.T, k *Checker, p *Program) {
	t.Helper()
	nb := newNotebook()
	nb.k = k
	for _, d := range p.Reach {
		if special(d) || d.Source == "" {
			continue
		}
		src := ""
		for _, imp := range d.Imports {
			src += "import " + imp.Name + " " + strconv.Quote(imp.Path) + "\n"
		}
		_, err := nb.run(src + d.Source)
		if err == nil {
			continue
		}
		if msg := err.Error(); !strings.Contains(msg, "undefined") && !strings.Contains(msg, "missing method") {
			t.Errorf("%s alone: %v", d.Name, err)
		}
		return
	}
}
