package lower

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// lowered checks the cells of a session and lowers the last one.
func lowered(t *testing.T, cells ...string) (Code, error) {
	t.Helper()
	k, led := check.New(&check.GoList{}), ledger.New()
	var p *check.Program
	for i, text := range cells {
		c, err := cell.Parse(fmt.Sprintf("cell-%d", i+1), text)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = k.Check(context.Background(), c, c.Parts[0].Go, led); err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		p.Commit(led)
	}
	return Lower(p)
}

// text is all of the lowered source.
func text(c Code) string {
	var b strings.Builder
	for _, u := range c.Units {
		b.WriteString(u.Source)
	}
	return b.String() + c.Source
}

func TestLoweredSourceIsGo(t *testing.T) {
	for _, cell := range []string{
		"x := 1\nx, y := x+1, -2.5\nfmt.Println(x, y)\nx",
		"type P struct{ X, y int; Q *P }\np := P{y: 1}\nps := []*P{{X: 1}}\nfor _, q := range ps {\n\tq.y += p.X\n}",
		"outer:\nfor i, j := 0, 9; i < j; i, j = i+1, j-1 {\n\tfor k := range 3 {\n\t\tif k == 1 {\n\t\t\tcontinue outer\n\t\t}\n\t}\n}",
		"func f(a int, b ...string) (n int, err error) {\n\tswitch {\n\tcase a > 1, a < 0:\n\t\treturn\n\t}\n\treturn a, nil\n}\nf(1, \"x\")",
		"s := \"é\"\nfor i, r := range s {\n\tfmt.Println(i, r, s[i], min(i, 2), new(i))\n}",
	} {
		code, err := lowered(t, cell)
		if err != nil {
			t.Errorf("%s\n%v", cell, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text(code), 0); err != nil {
			t.Errorf("%s\n%v\n%s", cell, err, text(code))
		}
	}
}

func TestEveryLoopAndFunctionLooksAtTheStopFlag(t *testing.T) {
	code, err := lowered(t, "func f() {\n\tfor {\n\t}\n}\nfor range 3 {\n\tfunc() { f() }()\n}\nfor i := 0; i < 3; i++ {\n}")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text(code), "if "+StopVar); n != 5 {
		t.Errorf("%d tests\n%s", n, text(code))
	}
}

func TestUnitsKeepTheirKeysUntilSomethingChanges(t *testing.T) {
	code, err := lowered(t, "func f() int { return 1 }\nfunc g() int { return f() }", "x := g()", "func f() int { return 2 }", "g() + x")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, u := range code.Units {
		keys = append(keys, u.Key)
		if u.Var != (u.Name == "x") || u.Fresh {
			t.Errorf("%+v", u)
		}
	}
	if got := strings.Join(keys, " "); !strings.Contains(got, "f_v2") || !strings.Contains(got, "g_v2") || !strings.Contains(got, "x_v1") {
		t.Errorf("keys %s", got)
	}
}

func TestMarkerTellsCellAndLine(t *testing.T) {
	code, err := lowered(t, "func f(s []int) int {\n\treturn s[0]\n}", "x := 1\n\nf(nil)")
	if err != nil {
		t.Fatal(err)
	}
	for _, pos := range []token.Position{{Filename: "cell-1", Line: 2}, {Filename: "cell-2", Line: 3}} {
		if got := code.Position(Mark(pos)); got != pos {
			t.Errorf("got %v, want %v", got, pos)
		}
	}
	if got := code.Position(0); got.IsValid() {
		t.Errorf("got %v for no marker", got)
	}
}

func TestWhatIsNotRewrittenHasAPlaceAndAReason(t *testing.T) {
	for _, tt := range []struct{ cell, reason string }{
		{"\nx := maps.Keys(map[int]int{})", "generic type Seq"},
		{"\nfunc f() any { return recover() }\ndefer f()", "recover elsewhere"},
		{"\na := []int{1}\nf := func() int { a[0] = 2; return 1 }\nn := a[0] + f()", "beside a call"},
		{"\nvar fs []func()\nfor i := 0; i < 3; i++ {\n\ti++\n\tfs = append(fs, func() { i++ })\n}", "kept and changed"},
		{"\ntype S func(int) S\nvar s S", "contains itself"},
	} {
		_, err := lowered(t, tt.cell)
		var u *Unsupported
		if !errors.As(err, &u) || !strings.Contains(u.Reason, tt.reason) {
			t.Errorf("%s\ngot %v", tt.cell, err)
		}
	}
}

func TestAliasesOfPathsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, path := range []string{"fmt", "math/rand", "math/rand/v2", "a/b", "a_b", "a-b", "a.b"} {
		a := Alias(path)
		if other, ok := seen[a]; ok {
			t.Errorf("%s and %s are both %s", path, other, a)
		}
		seen[a] = path
		if !token.IsIdentifier(a) {
			t.Errorf("%s is no identifier", a)
		}
	}
}
