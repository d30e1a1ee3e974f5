package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gomri/kernel/display"
)

// mustBuildDirectly builds the cell that was written last without the go command.
func (nb *notebook) mustBuildDirectly(text string) string {
	nb.t.Helper()
	p := nb.check(text)
	nb.w.turn.Lock()
	defer nb.w.turn.Unlock()
	if err := nb.w.writeClosed(p, asProgram, Glue{}); err != nil {
		nb.t.Fatal(err)
	}
	exe := nb.w.newProgram()
	if err := nb.w.direct(context.Background(), exe); err != nil {
		nb.t.Fatal(err)
	}
	return exe
}

func TestSmallCellIsBuiltWithoutTheGoCommand(t *testing.T) {
	nb := open(t)
	for _, text := range []string{
		"fmt.Println(1)",
		"type celsius float64\nfunc (c celsius) String() string { return \"warm\" }\ncelsius(21.5)",
		"import \"net/http\"\nhttp.StatusText(404)",
		"import \"image/color\"\ncolor.RGBA{1, 2, 3, 4}",
	} {
		if _, err := os.Stat(nb.mustBuildDirectly(text)); err != nil {
			t.Error(err)
		}
	}
}

func TestDirectBuildAndGoCommandGiveTheSame(t *testing.T) {
	programs := []string{
		"fmt.Println(\"hi\")\nprintln(\"there\")",
		"func f(n int) int {\n\tif n == 0 {\n\t\tpanic(\"deep\")\n\t}\n\treturn f(n-1) + 1\n}\nf(3)",
		"a := []int{1}\ni := 5\nfmt.Println(a[i])",
		"ch := make(chan int)\n<-ch",
		"os.Exit(3)",
		"var m map[string]int\nm[\"x\"] = 1",
		"done := make(chan bool)\ngo func() {\n\tvar p *int\n\t*p = 1\n}()\n<-done",
		"type T struct{ A, B int }\nT{1, 2}",
		"func g[T any](x T) T { return x }\ng(1)",
		"info, ok := debug.ReadBuildInfo()\nfmt.Println(info.Path, info.Main, info.GoVersion, info.Settings, ok)",
		"fmt.Println(runtime.GOOS, runtime.Version(), os.Args[1:])",
	}
	nb := open(t)
	for _, text := range programs {
		p := nb.check(text)
		var got [2]string
		for i, mishaps := range []int{0, maxMishaps} {
			nb.w.turn.Lock()
			nb.w.mishaps = mishaps
			nb.w.turn.Unlock()
			out := newRecorder()
			res, err := nb.w.Program(context.Background(), p, out)
			got[i] = fmt.Sprintf("out %q err %q value %q failure %s", out.out(), out.err(), res.Value, describe(err))
		}
		if nb.w.mishaps != maxMishaps {
			t.Errorf("the direct build of %q failed", text)
		}
		if got[0] != got[1] {
			t.Errorf("%s\ndirect:     %s\ngo command: %s", text, got[0], got[1])
		}
	}
}

// describe is a failure with all that a person would see of it.
func describe(err error) string {
	var f *display.Failure
	if errors.As(err, &f) {
		return fmt.Sprintf("%s %q %q", f.Name, f.Value, f.Traceback)
	}
	return fmt.Sprint(err)
}

func TestDirectBuildSurvivesAnEmptiedBuildCache(t *testing.T) {
	nb := open(t)
	p := nb.check("println(1)")
	run := func() {
		t.Helper()
		out := newRecorder()
		if _, err := nb.w.Program(context.Background(), p, out); err != nil || out.err() != "1\n" {
			t.Fatalf("%q, %v", out.err(), err)
		}
	}
	run()
	gone := nb.w.index.packages["internal/abi"]
	gone.Export = filepath.Join(t.TempDir(), "gone")
	nb.w.index.packages["internal/abi"] = gone
	run()
	if nb.w.mishaps != 1 {
		t.Errorf("%d direct builds went wrong, want the one whose package was gone", nb.w.mishaps)
	}
	run()
	if nb.w.mishaps != 1 {
		t.Error("the direct build does not recover")
	}
}

func TestRecipeOfAnUnknownGoCommandIsRefused(t *testing.T) {
	for _, text := range []string{"", "compile -p main", "/bin/sh -o $WORK/b001/_pkg_.a", "modinfo \"x\"", "a 'b"} {
		if r, err := readRecipe(text); err == nil {
			t.Errorf("%q is read as %+v", text, r)
		}
	}
}
