package value

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

type point struct{ X, Y int }

type secret struct {
	name  string
	after time.Duration
	err   error
	next  *secret
}

type celsius float64

func (c celsius) String() string { return "warm" }

type bad struct{}

func (bad) String() string { panic("no words") }

type node struct {
	V    int
	Next *node
}

type ids []int

func TestTextShowsValuesAsGoWritesThem(t *testing.T) {
	loop := &node{V: 1}
	loop.Next = loop
	self := []any{1, nil}
	self[1] = self
	selfMap := map[string]any{}
	selfMap["me"] = selfMap
	var nilErr error
	seven := 7
	tests := []struct {
		v    any
		want string
	}{
		{5, "5"},
		{"a\"b\n", `"a\"b\n"`},
		{true, "true"},
		{3.0, "3"},
		{1e21, "1e+21"},
		{float32(0.1), "0.1"},
		{math.NaN(), "NaN"},
		{1 + 2i, "(1+2i)"},
		{'x', "120"},
		{byte('x'), "120"},
		{nil, "nil"},
		{nilErr, "nil"},
		{[]int{1, 2}, "[]int{1, 2}"},
		{[]int{}, "[]int{}"},
		{[]int(nil), "[]int(nil)"},
		{[2]bool{true}, "[2]bool{true, false}"},
		{[][]int{{1}, nil, {}}, "[][]int{{1}, nil, {}}"},
		{map[string]int{"b": 2, "a": 1}, `map[string]int{"a": 1, "b": 2}`},
		{map[int]string{10: "x", 9: "y"}, `map[int]string{9: "y", 10: "x"}`},
		{map[string]int(nil), "map[string]int(nil)"},
		{map[point]point{{1, 2}: {3, 4}}, "map[value.point]value.point{{X: 1, Y: 2}: {X: 3, Y: 4}}"},
		{point{1, 2}, "value.point{X: 1, Y: 2}"},
		{[]point{{1, 2}}, "[]value.point{{X: 1, Y: 2}}"},
		{&point{1, 2}, "&value.point{X: 1, Y: 2}"},
		{(*point)(nil), "(*value.point)(nil)"},
		{&seven, "&7"},
		{ids{1}, "value.ids{1}"},
		{struct {
			A int
			b string
		}{1, "x"}, `struct{ A int; b string }{A: 1, b: "x"}`},
		{struct{}{}, "struct{}{}"},
		{secret{"n", time.Second, io.EOF, nil}, `value.secret{name: "n", after: 1s, err: EOF, next: (*value.secret)(nil)}`},
		{errors.New("it broke"), "it broke"},
		{1500 * time.Millisecond, "1.5s"},
		{[]time.Duration{time.Second}, "[]time.Duration{1s}"},
		{celsius(3), "warm"},
		{bad{}, "(its String method panics: no words)"},
		{big.NewInt(12), "12"},
		{loop, "&value.node{V: 1, Next: …}"},
		{self, "[]any{1, …}"},
		{selfMap, `map[string]any{"me": …}`},
		{[]any{1, "a", nil, []int{2}, point{}}, `[]any{1, "a", nil, []int{2}, value.point{X: 0, Y: 0}}`},
		{[]byte("hello"), `[]byte("hello")`},
		{[]byte{0, 1}, "[]byte{0, 1}"},
		{[]error{io.EOF, nil}, "[]error{EOF, nil}"},
		{func(int) string { return "" }, "func(int) string"},
		{(func())(nil), "(func())(nil)"},
		{make(chan int), "chan int"},
		{(<-chan int)(nil), "(<-chan int)(nil)"},
	}
	for _, tt := range tests {
		got := Text(tt.v)
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestResultsOfACallAreSeparated(t *testing.T) {
	if got := Of(1, "a", nil).Text(); got != `1, "a", nil` {
		t.Errorf("got %s", got)
	}
}

func TestShapeNamesWhatReflectDoesNotKnow(t *testing.T) {
	v := []struct{ X, XpriV int }{{1, 2}}
	shape := &Shape{Name: "[]P", Elem: &Shape{Name: "P", Fields: []Field{{Name: "X"}, {Name: "priV"}}}}
	m := Shaped([]reflect.Value{reflect.ValueOf(v)}, []*Shape{shape})
	if got := m.Text(); got != "[]P{{X: 1, priV: 2}}" {
		t.Errorf("got %s", got)
	}
	if m.Values[0].Elem != "P" {
		t.Errorf("the elements are %q", m.Values[0].Elem)
	}
}

func TestShapeThatHoldsItselfIsTied(t *testing.T) {
	var list *node
	for i := range 40 {
		list = &node{i, list}
	}
	shape := &Shape{Name: "*N", Elem: &Shape{Name: "N", Fields: []Field{{Name: "V"}, {Name: "Next", Shape: &Shape{Up: 2}}}}}
	shape.Tie()
	n := Shaped([]reflect.Value{reflect.ValueOf(list)}, []*Shape{shape}).Values[0]
	levels := 0
	for at := n.Items[0].Value; at.Kind == Struct; at = n.Items[0].Value {
		if n.Type != "*N" || at.Type != "N" {
			t.Fatalf("level %d: %s to %s", levels, n.Type, at.Type)
		}
		n = at.Items[1].Value
		levels++
	}
	if levels < 10 || n.Items[0].Value.Kind != Deep {
		t.Errorf("%d levels, then %+v", levels, n.Items[0].Value)
	}
}

func TestTextIsBounded(t *testing.T) {
	type wide struct{ S []string }
	deep := any(1)
	for range 1000 {
		deep = []any{deep}
	}
	long := strings.Repeat("é", 100000)
	for _, v := range []any{
		make([]int, 10_000_000), long, []byte(long), errors.New(long), deep,
		wide{[]string{long, long, long, long, long, long, long}},
	} {
		m := Of(v)
		if got := m.Text(); len(got) > maxText+3*maxSpeak || !strings.Contains(got, "…") {
			t.Errorf("%T: %d bytes: %.80s", v, len(got), got)
		}
		if m.Values[0].Whole() {
			t.Errorf("%T is said to be whole", v)
		}
	}
}

func TestSourceNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, pictures := range []bool{false, true} {
		fset := token.NewFileSet()
		var files []*ast.File
		for name, text := range Source(pictures) {
			f, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
			for _, imp := range f.Imports {
				if strings.Contains(imp.Path.Value, ".") || strings.Contains(imp.Path.Value, "gomri") {
					t.Errorf("%s imports %s", name, imp.Path.Value)
				}
				if !pictures && strings.Contains(imp.Path.Value, "/") && imp.Path.Value != `"unicode/utf8"` {
					t.Errorf("%s imports %s, which makes every cell slower to link", name, imp.Path.Value)
				}
			}
		}
		conf := types.Config{Importer: importer.Default()}
		if _, err := conf.Check("value", fset, files, nil); err != nil {
			t.Errorf("with pictures %v: %v", pictures, err)
		}
	}
}
