package toolchain

import (
	"slices"
	"strings"
	"testing"

	"gomri/kernel/child"
)

func TestUnusedImportsAreBlankedInPlace(t *testing.T) {
	for _, c := range []struct{ in, out, dropped string }{
		{"package p\n\nimport \"strings\"\nvar x = 1\n", "package p\n\n                \nvar x = 1\n", "strings"},
		{"package p\n\nimport (\n\t\"fmt\"\n\tm \"math\"\n)\n\nvar _ = fmt.Sprint\n", "package p\n\nimport (\n\t\"fmt\"\n\t        \n)\n\nvar _ = fmt.Sprint\n", "math"},
		{"package p\n\nimport _ \"embed\"\nimport . \"os\"\nimport \"example.com/go-thing\"\n", "", ""},
		{"package p\n\nimport \"math/rand/v2\"\n\nvar _ = rand.Int\n", "", ""},
		{"package p\n\nfunc {", "", ""},
	} {
		out, dropped := dropUnusedImports("p.go", c.in)
		want := c.out
		if want == "" {
			want = c.in
		}
		if out != want || strings.Join(dropped, " ") != c.dropped {
			t.Errorf("%q: %q, dropped %v", c.in, out, dropped)
		}
	}
}

func FuzzDropUnusedImports(f *testing.F) {
	f.Add("package p\n\nimport \"strings\"\n")
	f.Add("package p\nimport (\"a\"; b \"c\")\nvar _ = b.X")
	f.Fuzz(func(t *testing.T, text string) {
		out, _ := dropUnusedImports("p.go", text)
		if len(out) != len(text) || strings.Count(out, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q became %q", text, out)
		}
	})
}

func FuzzCrashReport(f *testing.F) {
	f.Add("hello\npanic: boom\n\ngoroutine 1 [running]:\nmain.f(...)\n\tcell-3:4 +0x1\n")
	f.Add("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n")
	f.Add("panic: ")
	f.Fuzz(func(t *testing.T, text string) {
		out := newRecorder()
		c := &crashWatch{to: out}
		for i := 0; i < len(text); i += 3 {
			if _, err := c.Write([]byte(text[i:min(i+3, len(text))])); err != nil {
				t.Fatal(err)
			}
		}
		if crashStart(text) == 0 && out.out() != "" {
			t.Errorf("a report was streamed: %q", out.out())
		}
		if err := c.failure(child.Exit{Code: 2}); err == nil {
			t.Error("no failure")
		}
	})
}

func FuzzRaceReportsDoNotDependOnHowTheyArrive(f *testing.F) {
	f.Add(raceReport, 3)
	f.Add("==================\nWARNING: DATA RACE\n==================", 1)
	f.Add("==================", 5)
	f.Fuzz(func(t *testing.T, text string, size int) {
		size = max(1, size&0xfff)
		pass := func(size int) (string, int, []string) {
			var to strings.Builder
			r := &raceWatch{to: &to}
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				if _, err := r.Write([]byte(rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := r.flush(); err != nil {
				t.Fatal(err)
			}
			return to.String(), r.count, r.lines
		}
		wholeText, wholeCount, wholeLines := pass(max(1, len(text)))
		gotText, gotCount, gotLines := pass(size)
		if gotText != wholeText || gotCount != wholeCount || !slices.Equal(gotLines, wholeLines) {
			t.Errorf("in pieces of %d: %q, %d, %q\nas a whole: %q, %d, %q", size, gotText, gotCount, gotLines, wholeText, wholeCount, wholeLines)
		}
	})
}

func FuzzRecipe(f *testing.F) {
	f.Add("/bin/sh -o $WORK/b001/_pkg_.a -p main -importcfg $WORK/b001/importcfg -pack x.go\n")
	f.Add("GOROOT='/x' link -o a\nmodinfo \"x\"")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = readRecipe(text) // must not panic
	})
}
