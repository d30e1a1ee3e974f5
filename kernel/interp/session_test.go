package interp

import (
	"testing"
)

func TestLastExpressionIsShown(t *testing.T) {
	s := newSession(t)
	for _, tt := range []struct{ cell, value string }{
		{"x := 5", ""},
		{"x * 2", "10"},
		{"x = 7\nx", "7"},
		{`name := "gopher"; name + "!"`, `"gopher!"`},
		{"[]int{1, 2}", "[]int{1, 2}"},
		{`map[string]int{"b": 1, "a": 2}`, `map[string]int{"a": 2, "b": 1}`},
		{"type P struct{ X int; y string }\np := P{1, \"q\"}\np", `P{X: 1, y: "q"}`},
		{"[]P{p}", `[]P{{X: 1, y: "q"}}`},
		{"&p", `&P{X: 1, y: "q"}`},
		{"3.0", "3"},
		{"'x'", "120"},
		{"strconv.Atoi(\"12\")", "12, nil"},
		{"func add(a, b int) int { return a + b }\nadd(2, 3)", "5"},
		{"time.Duration(1500) * time.Millisecond", "1.5s"},
		{"errors.New(\"it broke\")", "it broke"},
		{"fmt.Println(x)", ""},
	} {
		res := s.run(t, t.Context(), tt.cell, &recorder{})
		if res.Failure != nil {
			t.Errorf("%s: %v", tt.cell, res.Failure)
		}
		if res.Value != tt.value || res.HasValue != (tt.value != "") {
			t.Errorf("%s: got %q, want %q", tt.cell, res.Value, tt.value)
		}
	}
}
