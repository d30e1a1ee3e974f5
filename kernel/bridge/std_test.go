package bridge

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestNamesOfTheStandardLibraryExist builds a program that uses every name of the tables
// and checks that each hidden type is what its expression gives.
func TestNamesOfTheStandardLibraryExist(t *testing.T) {
	var body strings.Builder
	imports := map[string]bool{"fmt": true}
	for _, path := range slices.Sorted(maps.Keys(packageValues)) {
		for _, name := range packageValues[path] {
			imports[path] = true
			fmt.Fprintf(&body, "\tkeep(%s.%s)\n", alias(path), name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hiddenTypes)) {
		g := &glue{imports: imports}
		fmt.Fprintf(&body, "\tcheck(%q, %s)\n", name, g.expand(hiddenTypes[name]))
	}
	text := "package main\n\nimport \"reflect\"\n"
	for path := range imports {
		text += "import " + alias(path) + " " + strconv.Quote(path) + "\n"
	}
	text += `
func keep(any) {}

func check(name string, v any) {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if got := t.PkgPath() + "." + t.Name(); got != name {
		` + alias("fmt") + `.Println(got, "is not", name)
	}
}

func main() {
` + body.String() + "}\n"
	dir := t.TempDir()
	for name, data := range map[string]string{"go.mod": "module names\n\ngo 1.26\n", "main.go": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSourceBuildsAlone builds the packages as a compiled cell has them.
func TestSourceBuildsAlone(t *testing.T) {
	packages, err := Source()
	if err != nil {
		t.Fatal(err)
	}
	for path, files := range packages {
		dir := t.TempDir()
		files["go.mod"] = "module cell\n\ngo 1.25\n"
		for name, data := range files {
			if strings.Contains(data, "gomri/kernel") || strings.Contains(data, "//go:") {
				t.Errorf("%s/%s needs more than the standard library, or the go command", path, name)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("go", "vet", ".")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}
