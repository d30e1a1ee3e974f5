package cell

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// outline writes the parts of a cell in one line each.
func outline(c *Cell) string {
	var b strings.Builder
	for _, p := range c.Parts {
		fmt.Fprintf(&b, "%d ", p.Line)
		switch {
		case p.Go != nil:
			fmt.Fprintf(&b, "go %q", strings.Join(strings.Fields(p.Go.Text), " "))
		case p.Listing != nil:
			fmt.Fprintf(&b, "listing %s", p.Listing.Package)
		case p.Magic != nil:
			fmt.Fprintf(&b, "magic %s cell=%v %q back=%v raw=%q body=%q", p.Magic.Name, p.Magic.Cell, p.Magic.Args, p.Magic.Back, p.Magic.Raw, strings.Trim(p.Magic.Body, " \n"))
		case p.Shell != nil:
			fmt.Fprintf(&b, "shell %q", p.Shell.Text)
		case p.Command != nil:
			fmt.Fprintf(&b, "command %q %q", p.Command.Args, p.Command.Input)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestCellsAreTakenApart(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{" \n// nothing\n/* here */\n", ""},
		{"x := 1\nx", "1 go \"x := 1 x\"\n"},
		{"\ufeffx := 1\r\nx\r\n", "1 go \"x := 1 x\"\n"},
		{"// Package comment.\n\npackage main\n\nfunc main() {}", "3 listing main\n"},
		{"//go:build ignore\n\npackage foo_test", "3 listing foo_test\n"},
		{"%who", "1 magic who cell=false [] back=false raw=\"\" body=\"\"\n"},
		{"x := 1\n%load http://h:1/p -rate 5 &\ny := 2\n!ls -l | wc\n", "1 go \"x := 1\"\n2 magic load cell=false [\"http://h:1/p\" \"-rate\" \"5\"] back=true raw=\"http://h:1/p -rate 5\" body=\"\"\n3 go \"y := 2\"\n4 shell \"ls -l | wc\"\n"},
		{"%%bench -count 3 -benchtime '10 ms'\nfor {\n}\n", "1 magic bench cell=true [\"-count\" \"3\" \"-benchtime\" \"10 ms\"] back=false raw=\"-count 3 -benchtime '10 ms'\" body=\"for {\\n}\"\n"},
		{"// first\n%%file x.go\npackage x\n%not a command\n", "2 magic file cell=true [\"x.go\"] back=false raw=\"x.go\" body=\"package x\\n%not a command\"\n"},
		{"x := 5 +\n  !y\nz := []bool{\n!a,\n}\ns := `\n%who\n!ls`\n/*\n%who\n*/\nn := 7\n  %who\n", "1 go \"x := 5 + !y z := []bool{ !a, } s := ` %who !ls` /* %who */ n := 7\"\n13 magic who cell=false [] back=false raw=\"\" body=\"\"\n"},
		{"a := 7\n% 3", "error cell-1:2:2: the name of a command must follow the %, as in: %help"},
		{"f(\n%who\n)", "1 go \"f( %who )\"\n"},
		{"go func() { }()\n", "1 go \"go func() { }()\"\n"},
		{"go f(1)", "1 go \"go f(1)\"\n"},
		{"go test()", "1 go \"go test()\"\n"},
		{"go run (1)", "1 go \"go run (1)\"\n"},
		{"go work.Do()", "1 go \"go work.Do()\"\n"},
		{"go test -bench=.", "1 command [\"test\" \"-bench=.\"] []\n"},
		{"$ go build -gcflags=\"-m -m\" main.go", "1 command [\"build\" \"-gcflags=-m -m\" \"main.go\"] []\n"},
		{"// In your terminal:\ngo tool pprof http://localhost:8080/debug/pprof/heap\n\n(pprof) top\nShowing nodes\n   flat\n", "2 command [\"tool\" \"pprof\" \"http://localhost:8080/debug/pprof/heap\"] [\"top\"]\n"},
		{"go vet\ngo test ./...\nlist x", "1 command [\"vet\"] []\n2 command [\"test\" \"./...\"] [\"list x\"]\n"},
		{"x := 1\ngo test", "1 go \"x := 1\"\n2 command [\"test\"] []\n"},
		{"%load http://h &\ngo tool pprof http://h\ntop\n%ps", "1 magic load cell=false [\"http://h\"] back=true raw=\"http://h\" body=\"\"\n2 command [\"tool\" \"pprof\" \"http://h\"] [\"top\"]\n4 magic ps cell=false [] back=false raw=\"\" body=\"\"\n"},
		{"%pprof 'cpu.out", "error cell-1:1:8: the quote ' is not closed"},
		{"x := 1\n\n  %pprof a \"b", "error cell-1:3:12: the quote \" is not closed"},
		{"go test -run 'x", "error cell-1:1:14: the quote ' is not closed"},
		{"!", "error cell-1:1:1: a command must follow the !, as in: !ls -l"},
		{"x := 1\n%%bench", "error cell-1:2:1: a %% command must stand on the first line of its cell"},
		{"x := \"a\x00b\"", "error cell-1:1:8: invalid NUL character"},
		{"x\ny\xffz", "error cell-1:2:2: invalid UTF-8 encoding"},
		{"%%", "error cell-1:1:3: the name of a command must follow the %, as in: %help"},
	} {
		c, err := Parse("cell-1", tt.text)
		got := "error "
		if err != nil {
			got += err.Error()
		} else {
			got = outline(c)
		}
		if got != tt.want {
			t.Errorf("%q\n got: %s\nwant: %s", tt.text, got, tt.want)
		}
	}
}

func TestHugeCellsAreRefused(t *testing.T) {
	if _, err := Parse("cell-1", strings.Repeat("x", MaxText+1)); err == nil {
		t.Error("no error")
	}
}

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		`a  b	c`:              {"a", "b", "c"},
		`'a b' "c d" e\ f`:    {"a b", "c d", "e f"},
		`a"b c"d ''`:          {"ab cd", ""},
		`"a\"b" 'c\d' "e\nf"`: {`a"b`, `c\d`, `e\nf`},
		`C:\tmp\cpu.out`:      {`C:\tmp\cpu.out`},
		`-run=^Test$ \\x \"`:  {"-run=^Test$", `\x`, `"`},
		``:                    nil,
		`x\`:                  {`x\`},
	} {
		got, _, msg := Words(line)
		if msg != "" || strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Errorf("%s: %q %s, want %q", line, got, msg, want)
		}
	}
}

func TestIsComplete(t *testing.T) {
	for text, want := range map[string]Status{
		"":                               Complete,
		"x := 1":                         Complete,
		"if x {":                         Incomplete,
		"f(1,":                           Incomplete,
		"s := `abc":                      Incomplete,
		"/* abc":                         Incomplete,
		"x +":                            Incomplete,
		"x++":                            Complete,
		"return":                         Complete,
		"func f()":                       Complete,
		"type":                           Incomplete,
		"}":                              Invalid,
		"x y":                            Invalid,
		"s := \"abc":                     Invalid,
		"%who":                           Complete,
		"%pprof '":                       Invalid,
		"%%bench":                        Incomplete,
		"%%bench\nfor {":                 Incomplete,
		"%%bench\nfor {\n\n":             Complete,
		"go test":                        Complete,
		"package main\nfunc main() {":    Incomplete,
		"package main\nfunc main() {}\n": Complete,
		"func f() {\n\tif true {":        Incomplete,
		"import \"fmt\"\nfmt.Println()":  Complete,
		"x.":                             Incomplete,
	} {
		if got, _ := IsComplete(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if _, indent := IsComplete("func f() {\n\tif true {"); indent != "\t\t" {
		t.Errorf("indent %q", indent)
	}
}

func TestSplitFindsFunctionsAndTheirComments(t *testing.T) {
	text := "import \"fmt\"; x := 1 // one\n\n// not of f\n\n// Doc.\n//go:noinline\nfunc f() { func() {}() }\nfunc (t T) M() int { return 1 }\nfunc() {}()\nfunc (a int) T { return 1 }(2)\nfunc(f func()) (x int) { return }(nil)\nimport (\n\"os\"\n)"
	var got []string
	for _, s := range Split(text).Decls {
		got = append(got, text[s.Start:s.End])
	}
	want := []string{"import \"fmt\";", "// Doc.\n//go:noinline\nfunc f() { func() {}() }", "func (t T) M() int { return 1 }", "import (\n\"os\"\n)"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	decls, body := Split(text).Parts(text)
	if len(decls) != len(text) || len(body) != len(text) || strings.Contains(body, "import") || strings.Contains(decls, "x := 1") {
		t.Errorf("%q\n%q", decls, body)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"x := 1\n%who a 'b\n!ls", "%%bench -x\nfoo", "go test -bench=.\n(pprof) top", "package main\n", "func (f", "`", "/*", "if {\n%", "\"\r\n", "import \"a\"\nfunc f() {", "}{", "// c\n//line x:1\nfunc",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		IsComplete(text)
		c, err := Parse("cell-1", text)
		var e *Error
		if errors.As(err, &e) {
			lines := strings.Split(normalise(text), "\n")
			if e.Line < 1 || e.Line > len(lines) || e.Col < 1 || e.Col > len(lines[e.Line-1])+1 {
				t.Fatalf("%q: error outside the cell: %v", text, e)
			}
			return
		}
		if err != nil || !utf8.ValidString(c.Text) {
			t.Fatalf("%q: %v", text, err)
		}
		last := 0
		for _, p := range c.Parts {
			if p.Line <= last && p.Go == nil || p.Line < 1 || p.Line > strings.Count(c.Text, "\n")+1 {
				t.Fatalf("%q: part on line %d after %d", text, p.Line, last)
			}
			last = p.Line
			if p.Go != nil {
				if len(p.Go.Text) != len(c.Text) {
					t.Fatalf("%q: the text of a chunk has %d bytes", text, len(p.Go.Text))
				}
				for _, s := range Split(p.Go.Text).Decls {
					if s.Start > s.Keyword || s.Keyword > s.End || s.End > len(c.Text) {
						t.Fatalf("%q: span %v", text, s)
					}
				}
			}
		}
	})
}
