package check

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestMessagesAreTheCompilers compares the errors of cells with what the compiler
// says about the same text as the body of a function, place by place and word by
// word. The cells are in testdata/faulty.txt, parted by lines of "---".
func TestMessagesAreTheCompilers(t *testing.T) {
	compareWithCompiler(t, "testdata/faulty.txt", 60)
}

// TestSyntaxErrorsAreTheCompilers is the same for text that is no Go.
func TestSyntaxErrorsAreTheCompilers(t *testing.T) {
	compareWithCompiler(t, "testdata/syntax.txt", 20)
}

func compareWithCompiler(t *testing.T, file string, least int) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cells := strings.Split(strings.TrimSpace(string(data)), "\n---\n")
	if len(cells) < least {
		t.Errorf("only %d cells", len(cells))
	}
	want := compilerErrors(t, cells)
	for i, text := range cells {
		_, err := newNotebook().run(text)
		var es Errors
		got := ""
		if errors.As(err, &es) {
			got = es.Error()
		} else if err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		if got = strings.ReplaceAll(got, "cell-1:", ""); got != want[i] {
			t.Errorf("%s\n  got: %s\n want: %s", text, got, want[i])
		}
	}
}

// place matches the "./a.go:2:5: " that the go command prints, and real the true
// place that the compiler adds in brackets.
var (
	place = regexp.MustCompile(`(?m)(^|\t)[\w./-]*cell-1:`)
	real  = regexp.MustCompile(`\[/[^\]]*\]`)
)

// compilerErrors returns what "go build -gcflags=-e" says about each cell. The lines
// of a cell up to "//body" stand at package level.
func compilerErrors(t *testing.T, cells []string) []string {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module oracle\n\ngo 1.26\n")
	for i, text := range cells {
		head, body, ok := strings.Cut(text+"\n", "//body\n")
		skip := strings.Count(head, "\n") + 2
		if !ok {
			head, body, skip = "", text, 1
		}
		write(fmt.Sprintf("c%d/a.go", i), "package main\n\n//line cell-1:1:1\n"+head+"\nfunc _() {\n//line cell-1:"+
			itoa(skip)+":1\n"+body+"\n}\nfunc main() {}\n")
	}
	cmd := exec.Command("go", "build", "-gcflags=-e", "-o", os.DevNull, "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the compiler has found no errors")
	}
	errs, at := make([]string, len(cells)), -1
	for l := range strings.Lines(string(out)) {
		l = strings.TrimRight(l, "\n")
		if n, ok := strings.CutPrefix(l, "# oracle/c"); ok {
			at, _ = strconv.Atoi(n)
			continue
		}
		if at < 0 || strings.Contains(l, "unexpected name main, expected (") {
			continue // our own func main below a brace that is missing
		}
		l = place.ReplaceAllString(real.ReplaceAllString(l, ""), "$1")
		errs[at] = strings.TrimPrefix(errs[at]+"\n"+strings.ReplaceAll(l, "cell-1:", ""), "\n")
	}
	return errs
}
