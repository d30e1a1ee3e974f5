package check

import (
	"context"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// at splits code at the bar that stands for the cursor.
func at(code string) (string, int) {
	before, after, _ := strings.Cut(code, "|")
	return before + after, utf8.RuneCountInString(before)
}

// session is a notebook with something in it.
func session(t *testing.T) *notebook {
	nb := newNotebook()
	nb.must(t, "import tt \"text/template\"\ntype Point struct{ X, y int; inner }\ntype inner struct{ deep string }\nfunc (p *Point) Dist(o Point) float64 { return 0 }\n"+
		"pt := &Point{}\nnames := []string{\"a\"}\nvar _ = tt.New\nconst größe = 3")
	return nb
}

func TestCompletion(t *testing.T) {
	nb := session(t)
	for code, want := range map[string][]string{
		"strings.Has|": {"HasPrefix", "HasSuffix"},
		"pt.|":         {"Dist", "X", "deep", "inner", "y"},
		"pt.d|":        {"deep", "Dist"},
		"for _, n := range names {\n\tfmt.Println(n, pt.D|": {"Dist", "deep"},
		"func f(q Point) {\n\tlocal := q\n\tif local.|":     {"Dist", "X", "deep", "inner", "y"},
		"x := 1; loc := pt; lo|":                            {"loc", "log"},
		"func g(parameter int) { para|":                     {"parameter"},
		"po|\nmore text (":                                  {"Point"},
		"gr|":                                               {"größe"},
		"\"strings.Has|":                                    nil,
		"// strings.Has|":                                   nil,
		"tt.Mus|":                                           {"Must"},
		"rand.Int6|":                                        {"Int63", "Int63n", "Int64", "Int64N"},
		"time.Now().Trun|":                                  {"Truncate"},
		"fallt|":                                            {"fallthrough"},
		"%who|":                                             nil,
		"s := struct{ Abc int }{}\ns.A|":                    {"Abc"},
		"é := 1; strings.Cut|":                              {"Cut", "CutPrefix", "CutSuffix"},
		"var wg sync.WaitGroup\nwg.A|":                      {"Add"},
		"nosuch.X|":                                         nil,
	} {
		text, cursor := at(code)
		c := nb.k.Complete(context.Background(), text, cursor, nb.led)
		if !slices.Equal(c.Matches, want) {
			t.Errorf("%s: %q, want %q", code, c.Matches, want)
		}
		if len(c.Types) != len(c.Matches) || c.End != cursor || c.Start > cursor {
			t.Errorf("%s: %+v", code, c)
		}
	}
}

func TestCompletionLeavesNoFilesBehind(t *testing.T) {
	nb := session(t)
	before := files(nb.k)
	for range 5 {
		nb.k.Complete(context.Background(), "pt.D", 4, nb.led)
		_, _ = nb.run("x := undefinedName")
		_, _ = nb.run("x := (")
	}
	if after := files(nb.k); after != before {
		t.Errorf("%d files, then %d", before, after)
	}
}

// files counts the files of cells in a Checker's file set.
func files(k *Checker) int { return len(fileNames(k)) }

func TestInspection(t *testing.T) {
	nb := session(t)
	for code, want := range map[string]string{
		"strings.Cut|Prefix(a)":         "func CutPrefix(s, prefix string) (after string, found bool)",
		"fmt.Println(|":                 "func Println(a ...any) (n int, err error)",
		"pt.Di|st":                      "cell-1, line 4\nfunc (p *Point) Dist(o Point) float64 { return 0 }",
		"pt|":                           "cell-1, line 5\nvar pt *Point",
		"Point|{}":                      "cell-1, line 2\ntype Point struct",
		"strings|":                      "package strings",
		"func f(q map[int]string) { q|": "var q map[int]string",
		"größe|":                        "const größe = 3",
	} {
		text, cursor := at(code)
		b, ok := nb.k.Inspect(context.Background(), text, cursor, nb.led)
		if !ok || !strings.Contains(b.Data["text/plain"], want) {
			t.Errorf("%s: %v %q, want %q", code, ok, b.Data["text/plain"], want)
		}
	}
	for _, code := range []string{"", "|  ", "nosuch|", "1 + |", "\"fmt|\"", "pt.nosuch|"} {
		text, cursor := at(code)
		if b, ok := nb.k.Inspect(context.Background(), text, cursor, nb.led); ok {
			t.Errorf("%q: %v", code, b)
		}
	}
}
