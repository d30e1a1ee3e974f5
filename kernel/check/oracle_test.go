package check

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMessagesAreTheCompilers compares the errors of cells with what the compiler
// says about the same text as the body of a function, place by place and word by
// word. The cells are in testdata/faulty.txt, parted by lines of "---".
func TestMessagesAreTheCompilers(t *testing.T) {
	data, err := os.ReadFile("testdata/faulty.txt")
	if err != nil {
		t.Fatal(err)
	}
	cells := strings.Split(strings.TrimSpace(string(data)), "\n---\n")
	if len(cells) < 60 {
		t.Errorf("only %d cells", len(cells))
	}
	oracle := newOracle(t)
	for _, text := range cells {
		want := oracle.errors(t, text)
		_, err := newNotebook().run(text)
		var es Errors
		got := ""
		if errors.As(err, &es) {
			got = es.Error()
		} else if err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		got = strings.ReplaceAll(got, "cell-1:", "")
		if got != want {
			t.Errorf("%s\n  got: %s\n want: %s", text, got, want)
		}
	}
}

// oracle is the compiler.
type oracle struct{ dir string }

func newOracle(t *testing.T) *oracle {
	o := &oracle{t.TempDir()}
	if err := os.WriteFile(filepath.Join(o.dir, "go.mod"), []byte("module oracle\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// place matches the "./a.go:2:5: " that the go command prints.
var place = regexp.MustCompile(`(?m)(^|\t)(?:\./)?[\w.-]*cell-1:`)

// real matches the true place that the compiler adds in brackets.
var real = regexp.MustCompile(`\[/[^\]]*\]`)

// errors returns what "go build -gcflags=-e" says about a cell whose lines up to
// "//body" stand at package level. The top-level rules of cells are put into Go's:
// every variable is used and every import needed.
func (o *oracle) errors(t *testing.T, text string) string {
	head, body, ok := strings.Cut(text+"\n", "//body\n")
	if !ok {
		head, body = "", text
	}
	skip := strings.Count(head, "\n") + 2
	if !ok {
		head, body, skip = "", text, 1
	}
	src := "package main\n\n//line cell-1:1:1\n" + head + "\nfunc _() {\n//line cell-1:" + itoa(skip) + ":1\n" + body + "\n}\nfunc main() {}\n"
	if err := os.WriteFile(filepath.Join(o.dir, "a.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-gcflags=-e", "-o", os.DevNull, ".")
	cmd.Dir = o.dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	var lines []string
	for l := range strings.Lines(string(out)) {
		l = strings.TrimRight(l, "\n")
		if !strings.HasPrefix(l, "#") && l != "" {
			lines = append(lines, strings.ReplaceAll(place.ReplaceAllString(real.ReplaceAllString(l, ""), "$1"), "cell-1:", ""))
		}
	}
	return strings.Join(lines, "\n")
}
