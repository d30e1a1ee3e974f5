package run_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bridged is a session of some cells, and the same as one program.
type bridged struct {
	name  string
	decls string   // of the first part: types and functions, and variables with their types
	cells []string // the others
}

// sessionsOf reads testdata/bridged.txt.
func sessionsOf(t *testing.T) []bridged {
	t.Helper()
	text, err := os.ReadFile("testdata/bridged.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []bridged
	for _, part := range strings.Split("\n"+string(text), "\n== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		cells := strings.Split(strings.TrimSpace(body), "\n---\n")
		list = append(list, bridged{name: name, decls: cells[0], cells: cells[1:]})
	}
	return list
}

var (
	declares = regexp.MustCompile(`(?m)^([a-z][a-zA-Z0-9_]*(?:, *[a-z_][a-zA-Z0-9_]*)*) := `)
	varLine  = regexp.MustCompile(`(?m)^var .*\n?`)
)

// program is the session as the function of one program. A := at the beginning of a
// line declares a variable of the session, which is one of the package here.
func (b bridged) program(pkg string) string {
	var main strings.Builder
	declared := strings.Join(varLine.FindAllString(b.decls, -1), "")
	for _, cell := range b.cells {
		main.WriteString(declares.ReplaceAllStringFunc(cell, func(s string) string {
			name, _, _ := strings.Cut(strings.TrimSuffix(s, " := "), ",")
			if regexp.MustCompile(`\b` + name + `\b`).MatchString(declared) {
				return strings.Replace(s, ":=", "=", 1)
			}
			return s
		}) + "\n")
	}
	return "package " + pkg + "\n" + stdImports(b.decls+main.String()) + b.decls + "\nfunc Main() {\n" + main.String() + "}\n"
}

// stdImports are import clauses for the packages that a text mentions.
func stdImports(text string) string {
	var list strings.Builder
	for _, path := range []string{
		"bytes", "container/list", "encoding/json", "errors", "fmt", "io", "io/fs", "math/big", "math/rand", "net/url", "os", "regexp",
		"slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time",
	} {
		if regexp.MustCompile(`(?:^|[^.\w])` + filepath.Base(path) + `\.[A-Z]`).MatchString(text) {
			fmt.Fprintf(&list, "import %q\n", path)
		}
	}
	return list.String()
}

// TestSessionsAreOneProgram runs sessions whose cells are by turns compiled and left to the
// gate. What they print is what one program prints that has all their statements.
func TestSessionsAreOneProgram(t *testing.T) {
	sessions := sessionsOf(t)
	want := runPrograms(t, sessions)
	patterns := []string{"go", "og"}
	if testing.Short() {
		patterns = patterns[:1]
	}
	n := open(t)
	for i, b := range sessions {
		for _, pattern := range patterns {
			n.run("%reset")
			n.run(`import "math/rand"`)
			got := n.cells(b, pattern)
			if got != want[i] {
				t.Errorf("%s, %s:\ngot  %s\nwant %s", b.name, pattern, got, want[i])
			}
		}
	}
}

// cells runs a session; where the pattern has a g, the cell is compiled.
func (n *notebook) cells(b bridged, pattern string) string {
	n.Helper()
	var out strings.Builder
	n.run(b.decls)
	for i, cell := range b.cells {
		head := ""
		if pattern[i%len(pattern)] == 'g' {
			head = "%%go\n"
		}
		shown, err := n.try(head + cell)
		if err != nil {
			n.Errorf("%s, %s, cell %d: %v\n%s", b.name, pattern, i+1, err, cell)
			return out.String()
		}
		if shown.err.Len() > 0 {
			n.Errorf("%s, %s, cell %d: stderr: %s", b.name, pattern, i+1, shown.err.String())
		}
		out.WriteString(shown.out.String())
		for _, d := range shown.displays {
			n.Errorf("%s, %s, cell %d: %v", b.name, pattern, i+1, d.Data)
		}
	}
	return out.String()
}

// runPrograms builds one binary of all sessions and runs each.
func runPrograms(t *testing.T, sessions []bridged) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module one\n\ngo 1.26\n")
	imports, table := "import \"os\"\n", ""
	for i, b := range sessions {
		pkg := fmt.Sprintf("p%d", i)
		write(filepath.Join(pkg, "p.go"), b.program(pkg))
		imports += fmt.Sprintf("import \"one/%s\"\n", pkg)
		table += fmt.Sprintf("\tcase %q:\n\t\t%s.Main()\n", pkg, pkg)
	}
	write("main.go", "package main\n"+imports+"func main() {\n\tswitch os.Args[1] {\n"+table+"\t}\n}\n")
	exe := filepath.Join(dir, "one.exe")
	build := exec.Command("go", "build", "-o", exe, ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var want []string
	for i := range sessions {
		out, err := exec.Command(exe, fmt.Sprintf("p%d", i)).Output()
		if err != nil {
			t.Fatalf("%s: %v", sessions[i].name, err)
		}
		want = append(want, regexp.MustCompile(`\bp\d+\.`).ReplaceAllString(string(out), "main."))
	}
	return want
}
