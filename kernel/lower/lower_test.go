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

// TestReadsBesideCallsThatStore are those whose order the language leaves open.
func TestReadsBesideCallsThatStore(t *testing.T) {
	store := "func store(p *int) int { *p = 10; return 1 }\nfunc first(s []int) int { s[0] = 10; return 1 }\n"
	for _, tt := range []struct {
		cell    string
		refused bool
	}{
		{store + "n := 1\nx := n + store(&n)", true},
		{store + "f := func() int { n := 1; return n + store(&n) }\nf()", true},
		{store + "f := func() int { n, m := 1, 2; return n + store(&m) }\nf()", false},
		{store + "a := [2]int{}\nb := [][2]int{a, {first(a[:])}}", true},
		{store + "s := \"a\"\nt := s + strconv.Itoa(first([]int{1}))", false},
		{"a := []int{1, 2}\nx := a[0] + copy(a, a[1:])", true},
		{"a := []int{1, 2}\nx := a[0] + copy([]string{}, []string{\"a\"})", false},
		{"b := []byte(\"ab\")\ns := string(b) + strconv.Itoa(copy(b, \"x\"))", true},
		{"a := []int{1}\na = append(a, a[0])\na[0], a = 1, append(a, 2)", false},
		{"type N struct{ tags []int }\nps := []N{{}}\nps[0].tags = append(ps[0].tags, 1)", false},
		{"type S struct{ m map[string][]int }\nfunc (s *S) put(k string) { s.m[k] = append(s.m[k], 1) }\nvar s S\ns.put(\"a\")", false},
		{"var n int32 = 1\nx := n + atomic.AddInt32(&n, 1)", true},
		{"n, a := 1, []int{3}\nx := n + sort.SearchInts(a, 3) + a[0]", false},
	} {
		_, err := lowered(t, tt.cell)
		if refused := err != nil && strings.Contains(err.Error(), "beside a call"); refused != tt.refused || err != nil && !refused {
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
