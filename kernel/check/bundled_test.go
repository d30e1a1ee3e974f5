package check_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"flag"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/gcexportdata"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/gate"
	"gomri/kernel/ledger"
)

var update = flag.Bool("update", false, "write bundled.zip anew")

// bundledPaths are the packages that an interpreted cell may import.
func bundledPaths() []string {
	paths := append(gate.Packages(), "cmp", "io/fs", "maps", "slices")
	slices.Sort(paths)
	return slices.Compact(paths)
}

// TestBundledPackages looks whether the bundle is that of the installed Go, or writes it.
func TestBundledPackages(t *testing.T) {
	found, err := check.NewExporter(check.ExporterOptions{}).Export(t.Context(), bundledPaths())
	if err != nil {
		t.Fatal(err)
	}
	fset, all := token.NewFileSet(), map[string]*types.Package{}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, path := range bundledPaths() {
		data, err := os.ReadFile(found[path].File)
		if err != nil {
			t.Fatal(err)
		}
		//lint:ignore SA1019 the go command of today writes archives, which only NewReader reads
		r, err := gcexportdata.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		pkg, err := gcexportdata.Read(r, fset, all, path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(path)
		if err == nil {
			err = gcexportdata.Write(w, fset, pkg)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("bundled.zip", out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	r, err := zip.OpenReader("bundled.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, f := range r.File {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, bundledPaths()) {
		t.Errorf("the bundle has %v, the interpreter %v: go generate ./kernel/check (with %s) writes it anew", names, bundledPaths(), runtime.Version())
	}
}

// noGo is a machine without a go command.
type noGo struct{}

func (noGo) Export(context.Context, []string) (map[string]check.Export, error) {
	return nil, check.ErrNoGo
}

func TestCellsAreCheckedWithoutAGoCommand(t *testing.T) {
	k, led := check.New(noGo{}), ledger.New()
	for _, c := range []struct{ text, says string }{
		{"fmt.Println(strings.ToUpper(\"a\"), math.Pi, rand.Intn(1))", ""},
		{"xs := slices.Sorted(maps.Keys(map[string]time.Duration{}))\nvar err error = os.ErrNotExist\nsort.Strings(xs)", ""},
		{"var f *os.File = os.Stdout\nvar i fs.FileInfo\ni, _ = f.Stat()", ""},
		{"strconv.Itoa(\"a\")", "cannot use \"a\""},
		{"http.Get(\"x\")", "the interpreter does not have package net/http"},
		{"import \"example.com/x\"\nx.F()", "https://go.dev/dl"},
	} {
		p, err := k.Check(t.Context(), &cell.Cell{Name: "cell-1", Text: c.text}, &cell.Go{Text: c.text}, led)
		var es check.Errors
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s\n%v", c.text, err)
		case c.says == "":
			p.Commit(led)
		case !errors.As(err, &es) || !strings.Contains(es.Error(), c.says):
			t.Errorf("%s\nsays %v, want %s", c.text, err, c.says)
		}
	}
}
