package run_test

import (
	"maps"
	"strings"
	"testing"

	"gomri/kernel/display"
)

// valueDecls are what the expressions below use.
const valueDecls = `type Point struct{ X, Y int }
type Person struct {
	Name  string
	Since time.Duration
	Where Point
	pets  []string
	best  *Person
}
type List struct {
	V    int
	Next *List
}
type Tree struct{ Left, Right *Tree; Name string }
type IDs []int
type Table map[string]Person
type Celsius float64
func crowd(n int) []Person {
	var ps []Person
	for i := 0; i < n; i++ {
		ps = append(ps, Person{Name: strings.Repeat("é<", i%7), Since: time.Duration(i) * time.Second, pets: []string{"cat"}})
	}
	if n > 1 {
		ps[0].best = &ps[1]
	}
	return ps
}
func byName() Table {
	t := Table{}
	for i, p := range crowd(9) {
		p.Name = "n" + strconv.Itoa(i)
		t[p.Name] = p
	}
	return t
}
func chain(n int) *List {
	var l *List
	for i := 0; i < n; i++ {
		l = &List{i, l}
	}
	return l
}
func ring() *List {
	l := &List{1, nil}
	l.Next = &List{2, l}
	return l
}
func grow(n int) *Tree {
	if n == 0 {
		return nil
	}
	return &Tree{grow(n - 1), grow(n - 1), strings.Repeat("x", n)}
}
func many(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = float64(i) / 8
	}
	return s
}
func divide(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a / b, nil
}
func noOne() (*Person, []Point, map[string]IDs) { return nil, nil, nil }`

// bothEngines are expressions that the interpreter takes too, with what their text
// begins with.
var bothEngines = []struct{ expr, text string }{
	{`40 + 2`, "42"},
	{`"a\tb"`, `"a\tb"`},
	{`Point{1, 2}`, "Point{X: 1, Y: 2}"},
	{`&Point{1, 2}`, "&Point{X: 1, Y: 2}"},
	{`[]Point{{1, 2}}`, "[]Point{{X: 1, Y: 2}}"},
	{`[]*Point{{1, 2}, nil}`, "[]*Point{&Point{X: 1, Y: 2}, nil}"},
	{`map[Point]IDs{{2, 1}: nil, {1, 9}: {4}}`, "map[Point]IDs{{X: 1, Y: 9}: {4}, {X: 2, Y: 1}: nil}"},
	{`crowd(60)`, `[]Person{{Name: "", Since: 0s, Where: Point{X: 0, Y: 0}, pets: []string{"cat"}, best: &Person{`},
	{`crowd(1000)`, `[]Person{{Name: "", `},
	{`byName()`, `Table{"n0": {Name: "n0", `},
	{`chain(30)`, "&List{V: 29, Next: &List{V: 28, "},
	{`ring()`, "&List{V: 1, Next: &List{V: 2, Next: …}}"},
	{`grow(6)`, "&Tree{Left: &Tree{Left: "},
	{`many(100000)`, "[]float64{0, 0.125, 0.25, "},
	{`[3][]Point{1: {{1, 2}}}`, "[3][]Point{nil, {{X: 1, Y: 2}}, nil}"},
	{`struct{ A int; b string }{1, "x"}`, `struct{ A int; b string }{A: 1, b: "x"}`},
	{`[]struct{ A int; b []Point }{{1, nil}, {2, []Point{{}}}}`, `[]struct{ A int; b []Point }{{A: 1, b: []Point(nil)}, `},
	{`(*Person)(nil)`, "(*Person)(nil)"},
	{`IDs(nil)`, "IDs(nil)"},
	{`Celsius(21.5)`, "21.5"},
	{`time.Duration(90) * time.Minute`, "1h30m0s"},
	{`[]byte("hello")`, `[]byte("hello")`},
	{`strings.Repeat("long ", 5000)`, `"long long `},
	{`divide(7, 0)`, "0, division by zero"},
	{`divide(7, 2)`, "3, nil"},
	{`noOne()`, "(*Person)(nil), []Point(nil), map[string]IDs(nil)"},
	{`map[string][]Person{"a": crowd(2), "b": nil}`, `map[string][]Person{"a": {{Name: "", `},
}

func TestBothEnginesShowAValueAlike(t *testing.T) {
	n := open(t)
	n.run(valueDecls)
	drawn := 0
	for _, tt := range bothEngines {
		got, want := n.run("%%interp\n"+tt.expr), n.run("%%go\n"+tt.expr)
		if len(got.results) != 1 || len(want.results) != 1 {
			t.Errorf("%s: %d and %d values", tt.expr, len(got.results), len(want.results))
			continue
		}
		g, w := got.results[0].Data, want.results[0].Data
		if !maps.Equal(g, w) {
			t.Errorf("%s: interpreted\n%s\n%s\ncompiled\n%s\n%s", tt.expr,
				g[display.MIMEText], g[display.MIMEHTML], w[display.MIMEText], w[display.MIMEHTML])
		}
		if !strings.HasPrefix(g[display.MIMEText], tt.text) {
			t.Errorf("%s: %.300s, want %s", tt.expr, g[display.MIMEText], tt.text)
		}
		if g[display.MIMEHTML] != "" {
			drawn++
		}
	}
	if drawn < 8 {
		t.Errorf("only %d values are drawn", drawn)
	}
}

func TestCompiledValuesSpeakAndArePictures(t *testing.T) {
	n := open(t)
	n.run(`type Level int
func (l Level) String() string { return strings.Repeat("▮", int(l)) }
type Bad struct{}
func (*Bad) Error() string { panic("no words") }
type Loud struct{ n *int }
func (l Loud) String() string { *l.n++; fmt.Println("asked", *l.n); return "loud" }`)
	n.gives("[]Level{1, 3}", "[]Level{▮, ▮▮▮}")
	n.gives("error(&Bad{})", "(its Error method panics: no words)")
	n.gives("var e error = (*Bad)(nil)\ne", "(*Bad)(nil)")
	n.gives("%%go\nk := 0\nmap[string]Loud{\"a\": {&k}}", "asked 1\nmap[string]Loud{\"a\": loud}")
	out := n.run("img := image.NewGray(image.Rect(0, 0, 80, 60))\nimg.SetGray(3, 4, color.Gray{200})\nimg")
	if len(out.results) != 1 {
		t.Fatal("no value")
	}
	data := out.results[0].Data
	if data[display.MIMEText] != "*image.Gray(80×60 pixels)" || !strings.HasPrefix(data[display.MIMEPNG], "iVBOR") ||
		!strings.Contains(data[display.MIMEHTML], `<img alt="*image.Gray, 80 × 60 pixels"`) {
		t.Errorf("got %s\n%s", data[display.MIMEText], data[display.MIMEHTML])
	}
	n.gives("%%go\nimage.Rect(0, 0, 2, 2)", "(0,0)-(2,2)")
}
