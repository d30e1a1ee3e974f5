package check

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestCellsThatEndTooEarly(t *testing.T) {
	for text, want := range map[string]string{
		"x := ":              "cell-1:1:6: syntax error: unexpected EOF, expected expression",
		"for {\n\tif true {": "cell-1:2:11: syntax error: unexpected EOF, expected }",
		"func f() {\n\tx()":  "cell-1:2:5: syntax error: unexpected EOF, expected }",
		"go":                 "cell-1:1:3: syntax error: unexpected EOF, expected expression",
		"while true { }":     "cell-1:1:7: syntax error: unexpected name true at end of statement",
		"x := `a":            "cell-1:1:6: string not terminated",
		"x()\n}":             "cell-1:2:1: syntax error: unexpected }, there is nothing open that it closes",
		"a.b.\n\n":           "cell-1:1:5: syntax error: unexpected EOF, expected name or (",
	} {
		if got := newNotebook().fails(t, text); got != want {
			t.Errorf("%q\n got: %s\nwant: %s", text, got, want)
		}
	}
}

func TestEmbeddedFilesAreRefused(t *testing.T) {
	nb := newNotebook()
	nb.must(t, "s := `\n//go:embed x.txt\n`\n_ = s")
	want := "cell-2:3:1: a cell cannot embed files; read them with os.ReadFile"
	if got := nb.fails(t, "import _ \"embed\"\n\n//go:embed x.txt\nvar text string"); got != want {
		t.Errorf("got: %s", got)
	}
}

// withoutParser hides the compiler from the Checker.
type withoutParser struct{ Exporter }

func TestSyntaxErrorsWithoutACompiler(t *testing.T) {
	nb := newNotebook()
	nb.k = New(withoutParser{shared()})
	if got := nb.fails(t, "x := 1 +\n"); !strings.HasPrefix(got, "cell-1:1:9: syntax error: expected operand") {
		t.Error(got)
	}
}

func TestMissingGoCommandIsNamed(t *testing.T) {
	nb := newNotebook()
	nb.k = New(NewExporter(ExporterOptions{Go: "/nonexistent/go"}))
	nb.must(t, "x := 1\nx + 1") // needs no package
	_, err := nb.run("fmt.Println(x)")
	var es Errors
	if err == nil || errors.As(err, &es) || !strings.Contains(err.Error(), "install Go") {
		t.Error(err)
	}
}

func TestFailureShowsLineAndCaret(t *testing.T) {
	nb := newNotebook()
	_, err := nb.run("if true {\n\tä := 1; fmt.println(y)\n}")
	var es Errors
	if !errors.As(err, &es) {
		t.Fatal(err)
	}
	f := es.Failure()
	want := []string{
		"cell-1:2:3: declared and not used: ä", "\t\tä := 1; fmt.println(y)", "\t\t^",
	}
	_ = want
	got := strings.Join(f.Traceback, "\n")
	if f.Name != "CompileError" || got != "cell-1:2:2: declared and not used: ä\n\t\tä := 1; fmt.println(y)\n\t\t^\n"+
		"cell-1:2:15: undefined: fmt.println (but have Println)\n\t\tä := 1; fmt.println(y)\n\t\t            ^\n"+
		"cell-1:2:23: undefined: y\n\t\tä := 1; fmt.println(y)\n\t\t                    ^" {
		t.Errorf("%s\n%s", f.Name, got)
	}
	_, err = nb.run("x := = 2")
	if !errors.As(err, &es) || es.Failure().Name != "SyntaxError" {
		t.Error(err)
	}
}

func TestPackagesAreFoundByName(t *testing.T) {
	nb := newNotebook()
	paths := func(text string) string {
		var list []string
		for _, imp := range nb.must(t, text).Imports {
			list = append(list, imp.Path)
		}
		return strings.Join(list, " ")
	}
	for text, want := range map[string]string{
		"rand.Intn(3)":               "math/rand",
		"rand.IntN(3)":               "math/rand/v2",
		"rand.Reader":                "crypto/rand",
		"pprof.StartCPUProfile(nil)": "runtime/pprof",
		"func f(template int) int { return template }": "",
		"json.Valid(nil)":      "encoding/json",
		"var h heap.Interface": "container/heap",
	} {
		if got := paths(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	got := nb.fails(t, "template.New(\"x\")")
	if !strings.Contains(got, "template may be any of these packages, for each has template.New") || !strings.Contains(got, "import \"html/template\"") {
		t.Error(got)
	}
	nb.must(t, "import \"text/template\"")
	if got := paths("template.New(\"x\")"); got != "text/template" {
		t.Error(got)
	}
	nb.must(t, "import tt \"html/template\"\nimport . \"math\"\nimport _ \"image/png\"")
	if got := paths("tt.New(\"\"); Sqrt(2)"); got != "html/template image/png math" {
		t.Error(got)
	}
	nb.must(t, "func Sqrt(x float64) string { return \"\" }")
	nb.must(t, "var s string = Sqrt(2)")
}

func TestLastExpression(t *testing.T) {
	shown := map[string]bool{
		"1 + 2": true, "fmt.Println(1)": false, "fmt.Sprint(1)": true, "x := 1": false, "println(1)": false,
		"log.Print(1)": false, "strconv.Atoi(\"1\")": true, "func() {}()": false, "append([]int{}, 1)": true,
		"fmt.Fprintln(os.Stderr)": false, "time.Now": true, "(fmt.Println(1))": false, "len(\"a\")": true, "f := 3; f == 3": true,
		"x := 3; x;": true,
	}
	for text, want := range shown {
		if p := newNotebook().must(t, text); (p.Last != nil) != want {
			t.Errorf("%s: shown %v", text, p.Last != nil)
		}
	}
	for text, want := range map[string]string{
		"nil":      "cell-1:1:1: nil is not used",
		"int":      "cell-1:1:1: int (type) is not an expression",
		"fmt":      "cell-1:1:1: undefined: fmt",
		"len":      "cell-1:1:1: len (built-in) must be called",
		"1 << 100": "cell-1:1:1: cannot use 1 << 100 (untyped int constant 1267650600228229401496703205376) as int value in a cell's last expression (overflows)",
	} {
		if got := newNotebook().fails(t, text); got != want {
			t.Errorf("%q\n got: %s\nwant: %s", text, got, want)
		}
	}
}

func TestDeadlineEndsTheSearchForPackages(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := NewExporter(ExporterOptions{}).Export(ctx, []string{"fmt"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
