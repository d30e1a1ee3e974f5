package interp

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generated are random programs: arithmetic of every basic type, in expressions,
// assignments and loops, on values at the edges of the types.
func generated(n int) []program {
	r := rand.New(rand.NewPCG(1, 2))
	programs := make([]program, n)
	for i := range programs {
		g := &generator{r: r}
		programs[i] = program{name: fmt.Sprintf("random/%d", i), cells: []string{g.declarations(), g.statements(12), g.statements(12)}}
	}
	return programs
}

// generator writes one program. Divisors and shift counts may be anything, so some
// programs panic, on both engines at the same place.
type generator struct {
	r *rand.Rand
}

var (
	intTypes   = []string{"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"}
	floatTypes = []string{"float64", "float32"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (g *generator) anyType() string {
	return pick(g.r, append(append([]string{"string", "bool"}, intTypes...), floatTypes...))
}

// declarations makes two variables of each type: aint, bint, aint8, …
func (g *generator) declarations() string {
	var b strings.Builder
	for _, t := range append(append([]string{"string", "bool"}, intTypes...), floatTypes...) {
		for _, name := range []string{"a", "b"} {
			fmt.Fprintf(&b, "var %s%s %s = %s\n", name, t, t, g.literal(t))
		}
		fmt.Fprintf(&b, "func f%s(x, y %s) (%s, bool) {\n\tif x == y {\n\t\treturn y, true\n\t}\n\treturn %s, x != y\n}\n", t, t, t, g.on(t, "x", "y"))
	}
	return b.String()
}

// on is an operation on two variables that cannot fail.
func (g *generator) on(t, x, y string) string {
	switch t {
	case "bool":
		return x + " && !" + y
	case "string", "float64", "float32":
		return x + " + " + y
	}
	return x + pick(g.r, []string{" + ", " - ", " * ", " ^ ", " &^ ", " | "}) + y
}

func (g *generator) literal(t string) string {
	switch {
	case t == "bool":
		return pick(g.r, []string{"true", "false"})
	case t == "string":
		return pick(g.r, []string{`""`, `"a"`, `"héllo"`, `"\xff\x00"`})
	case strings.HasPrefix(t, "float"):
		return pick(g.r, []string{"1.5", "3", "0.1", "1e10", "-2.25"})
	case strings.HasPrefix(t, "uint"):
		return pick(g.r, []string{"0", "1", "7", "200", "^" + t + "(0)"})
	}
	return pick(g.r, []string{"0", "1", "-1", "7", "100", "-128"})
}

// statements writes n statements and shows all variables.
func (g *generator) statements(n int) string {
	var b strings.Builder
	for range n {
		t := g.anyType()
		x := pick(g.r, []string{"a", "b"}) + t
		switch g.r.IntN(6) {
		case 0:
			fmt.Fprintf(&b, "%s, _ = f%s(%s, %s)\n", x, t, g.expr(t, 1), g.expr(t, 1))
		case 1:
			fmt.Fprintf(&b, "if %s {\n\t%s = %s\n}\n", g.expr("bool", 2), x, g.expr(t, 2))
		case 2:
			fmt.Fprintf(&b, "for i := range 3 {\n\t%s = %s\n\taint += i\n}\n", x, g.expr(t, 1))
		case 3:
			fmt.Fprintf(&b, "fmt.Println(%s, %s)\n", g.expr(t, 3), g.expr(g.anyType(), 2))
		case 4:
			fmt.Fprintf(&b, "switch %s {\ncase %s, %s:\n\tfmt.Println(1)\ndefault:\n\t%s = %s\n}\n", g.expr(t, 1), x, g.expr(t, 1), x, g.expr(t, 1))
		default:
			fmt.Fprintf(&b, "%s = %s\n", x, g.expr(t, 3))
		}
	}
	var names []string
	for _, t := range append(append([]string{"string", "bool"}, intTypes...), floatTypes...) {
		names = append(names, "a"+t, "b"+t)
	}
	fmt.Fprintf(&b, "if len(astring) > 100 {\n\tastring, bstring = \"\", \"\"\n}\nfmt.Println(%s)\n", strings.Join(names, ", "))
	return b.String()
}

// expr writes an expression of a type. Constants never stand alone, so that nothing is
// an error of constant arithmetic.
func (g *generator) expr(t string, depth int) string {
	v := pick(g.r, []string{"a", "b"}) + t
	if depth == 0 {
		return v
	}
	x, y := g.expr(t, depth-1), g.expr(t, depth-1)
	switch {
	case t == "bool":
		u := g.anyType()
		p, q := g.expr(u, depth-1), g.expr(u, depth-1)
		if u == "bool" {
			return pick(g.r, []string{"(" + p + " && " + q + ")", "(" + p + " || " + q + ")", "!" + p, "(" + p + " == " + q + ")"})
		}
		return "(" + p + pick(g.r, []string{" < ", " <= ", " > ", " >= ", " == ", " != "}) + q + ")"
	case t == "string":
		return pick(g.r, []string{"(" + x + " + " + y + ")", v, "string(rune(" + g.expr("int32", depth-1) + "&127 + 64))", v + "[:len(" + v + ")/2]"})
	case strings.HasPrefix(t, "float"):
		return pick(g.r, []string{"(" + x + " + " + y + ")", "(" + x + " * " + y + ")", "(" + x + " - " + y + ")", "(" + x + " / " + y + ")", t + "(" + g.expr(pick(g.r, intTypes), depth-1) + ")"})
	}
	u := pick(g.r, intTypes)
	return pick(g.r, []string{
		"(" + x + pick(g.r, []string{" + ", " - ", " * ", " & ", " | ", " ^ ", " &^ "}) + y + ")",
		"(" + x + pick(g.r, []string{" / ", " % "}) + "(" + y + "|1))",
		"(" + x + pick(g.r, []string{" << ", " >> "}) + "(" + g.expr(u, depth-1) + " & 63))",
		"-" + v, "^" + v, t + "(" + g.expr(u, depth-1) + ")", "min(" + x + ", " + y + ")", "max(" + v + ", " + y + ")",
		"(" + v + " + 1)", "(" + v + " * 2)",
	})
}
