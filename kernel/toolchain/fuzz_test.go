package toolchain

import (
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
