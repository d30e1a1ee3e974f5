package faithful

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRandomProgramsAreTheSameInBothEngines writes well-typed programs of what the gate
// passes and compares the interpreter with the compiler.
func TestRandomProgramsAreTheSameInBothEngines(t *testing.T) {
	checks := "12"
	if whole {
		checks = "400"
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.nofailfile": "true", "rapid.shrinktime": "20s"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	n := openNotebooks(t)[0]
	f := newFigures("random programs")
	rapid.Check(t, func(r *rapid.T) {
		if late() {
			f.left++
			return
		}
		text := randomProgram(r)
		n.ask("%reset")
		want := n.cell("%%go\n"+text, time.Minute)
		if want.refused != nil || want.fault != nil {
			r.Fatalf("the compiler does not take it: %v, %v\n%s", want.refused, want.fault, text)
		}
		n.ask("%reset")
		got := n.cell("%%interp\n"+text, time.Minute)
		f.programs++
		f.cell(got)
		f.cell(want)
		switch diff := difference(got.outcome, want.outcome); {
		case got.fault != nil:
			r.Fatalf("%v\n%s", got.fault, text)
		case got.refused != nil:
			f.refused++
			f.note(got.refused.reason, "one")
		case diff != "":
			f.different++
			r.Fatalf("%s\n%s", diff, text)
		default:
			f.equal++
		}
	})
	f.tell(t)
	if f.equal < f.programs/3 {
		t.Errorf("two of three were not interpreted: they test little")
	}
}

// writer writes one random program.
type writer struct {
	*rapid.T
	b     strings.Builder
	depth int
	names int
	vars  map[string][]string // type → variables in scope
	funcs map[string][]string // result type → calls with three %s for int, string and []int
}

// kinds are the types of the variables.
var kinds = []string{"int", "int8", "uint16", "float64", "string", "bool", "[]int", "[]string", "map[string]int", "[3]int", "P", "*P", "func(int) int"}

// beginning is what every program has: a type, and numbers in variables, so that
// nothing is an error of constant arithmetic.
const beginning = `type P struct {
	X, Y int
	Name string
	Next *P
}
var c0, c1, c7, c3, c100 int = 0, 1, 7, -3, 100
var c18, c1278, c1288 int8 = 1, 127, -128
var u1, u65535, u9 uint16 = 1, 65535, 9
var d1, d2, d3, d4 float64 = 1.5, -0.25, 3, 1e10
`

func randomProgram(t *rapid.T) string {
	w := &writer{T: t, vars: map[string][]string{}, funcs: map[string][]string{}}
	w.b.WriteString(beginning)
	for i := range w.n(1, 3) {
		w.function(i)
	}
	for _, k := range kinds {
		w.declare(k)
	}
	w.block(w.n(4, 14))
	w.show()
	return w.b.String()
}

// n is a number from low to high.
func (w *writer) n(low, high int) int { return rapid.IntRange(low, high).Draw(w.T, "n") }

// of is one of some texts.
func (w *writer) of(list ...string) string { return rapid.SampledFrom(list).Draw(w.T, "choice") }

func (w *writer) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("\t", w.depth) + fmt.Sprintf(format, args...) + "\n")
}

// function writes a function of three parameters.
func (w *writer) function(i int) {
	result := w.of("int", "string", "bool", "[]int")
	inner := &writer{T: w.T, depth: 1, names: 100 * (i + 1), funcs: w.funcs, vars: map[string][]string{"int": {"a"}, "string": {"s"}, "[]int": {"l"}}}
	inner.block(inner.n(1, 4))
	inner.line("return %s", inner.expr(result, 2))
	fmt.Fprintf(&w.b, "func f%d(a int, s string, l []int) %s {\n%s}\n", i, result, inner.b.String())
	w.funcs[result] = append(w.funcs[result], fmt.Sprintf("f%d(%%s, %%s, %%s)", i))
}

// declare writes a new variable of a type.
func (w *writer) declare(kind string) {
	value := w.expr(kind, 2)
	name := fmt.Sprintf("v%d", w.names)
	w.names++
	if w.n(0, 1) == 0 {
		w.line("var %s %s = %s", name, kind, value)
	} else {
		w.line("%s := %s", name, w.typed(kind, value))
	}
	w.line("_ = %s", name)
	w.vars[kind] = append(w.vars[kind], name)
}

// typed is a value that has its type without a declaration.
func (w *writer) typed(kind, value string) string {
	if strings.HasPrefix(kind, "[]") {
		return value // it has it already
	}
	return "(" + kind + ")(" + value + ")"
}

// block writes statements; what they declare ends with them.
func (w *writer) block(n int) {
	before := map[string][]string{}
	for k, v := range w.vars {
		before[k] = v[:len(v):len(v)]
	}
	for range n {
		w.statement()
	}
	if w.depth > 0 {
		w.vars = before
	}
}

func (w *writer) inner(head string, n int) {
	w.line("%s {", head)
	w.depth++
	w.block(n)
	w.depth--
	w.line("}")
}

// statement writes one statement.
func (w *writer) statement() {
	kind := w.of(kinds...)
	choice := w.n(0, 13)
	if w.depth > 3 && choice < 6 {
		choice = 6
	}
	switch choice {
	case 0:
		w.inner("if "+w.expr("bool", 2), w.n(1, 3))
	case 1:
		w.names++
		i := fmt.Sprintf("i%d", w.names)
		w.line("for %s := range %d {", i, w.n(1, 4))
		w.depth++
		w.line("_ = %s", i)
		old := w.vars["int"]
		w.vars["int"] = append(old[:len(old):len(old)], i)
		w.block(w.n(1, 3))
		w.vars["int"] = old
		w.depth--
		w.line("}")
	case 2:
		w.names++
		w.line("for i%d, e%d := range %s {", w.names, w.names, w.expr("[]int", 1))
		w.line("\tfmt.Print(i%d, e%d, \" \")", w.names, w.names)
		w.line("}")
	case 3:
		w.line("switch %s {", w.expr("int", 1))
		w.line("case %d, %d:", w.n(0, 3), w.n(4, 9))
		w.depth++
		w.block(1)
		w.depth--
		w.line("default:")
		w.depth++
		w.block(1)
		w.depth--
		w.line("}")
	case 4:
		w.inner(fmt.Sprintf("for n := 0; n < %d; n++", w.n(0, 3)), 1)
	case 5:
		w.inner("func()", 2)
		text := strings.TrimSuffix(w.b.String(), "\n") + "()\n"
		w.b.Reset()
		w.b.WriteString(text)
	case 6, 7:
		w.declare(kind)
	case 8:
		w.line("fmt.Println(%s, %s)", w.expr("int", 2), w.expr(w.of("string", "[]int", "float64", "bool", "map[string]int", "[3]int"), 2))
	case 9:
		w.assignPart()
	default:
		// A call stands alone: beside variables that it may change the gate does not pass it.
		if calls := w.funcs[kind]; len(calls) > 0 {
			w.line("%s = "+w.of(calls...), w.variable(kind), w.expr("int", 0), w.expr("string", 0), w.expr("[]int", 0))
			return
		}
		if names := w.vars[kind]; len(names) > 0 {
			w.line("%s = %s", w.of(names...), w.expr(kind, 3))
			return
		}
		w.declare(kind)
	}
}

// assignPart assigns to a part of a variable, or by an operator.
func (w *writer) assignPart() {
	switch w.n(0, 6) {
	case 0:
		w.line("%s = append(%s, %s)", w.variable("[]int"), w.variable("[]int"), w.expr("int", 2))
	case 1:
		if m := w.vars["map[string]int"]; m != nil {
			w.line("if %s != nil {", m[0])
			w.line("\t%s[%s] %s %s", m[0], w.expr("string", 1), w.of("=", "+=", "-="), w.expr("int", 2))
			w.line("}")
		}
	case 2:
		if p := w.vars["P"]; p != nil {
			w.line("%s.%s %s %s", w.of(p...), w.of("X", "Y"), w.of("=", "+=", "*="), w.expr("int", 2))
		}
	case 3:
		if p := w.vars["*P"]; p != nil {
			w.line("if %s != nil {", p[0])
			w.line("\t%s.X, %s.Name = %s, %s", p[0], p[0], w.expr("int", 1), w.expr("string", 1))
			w.line("}")
		}
	case 4:
		w.line("if l := %s; len(l) > 0 {", w.expr("[]int", 1))
		w.line("\tl[%s&1%%len(l)] %s %s", w.variable("int"), w.of("=", "+=", "^="), w.expr("int", 1))
		w.line("}")
	case 5:
		w.line("%s %s %s", w.variable("string"), "+=", w.expr("string", 1))
	default:
		w.line("%s%s", w.variable("int"), w.of("++", "--"))
	}
}

// variable is one of a type that can be assigned; a new one if there is none.
func (w *writer) variable(kind string) string {
	if len(w.vars[kind]) == 0 {
		w.declare(kind)
	}
	return w.of(w.vars[kind]...)
}

// expr is an expression of a type. Divisions and indices may panic.
func (w *writer) expr(kind string, depth int) string {
	names := w.vars[kind]
	if depth == 0 && len(names) > 0 && w.n(0, 2) > 0 {
		return w.of(names...)
	}
	if depth == 0 {
		return w.literal(kind)
	}
	sub := func(k string) string { return w.expr(k, depth-1) }
	switch kind {
	case "int":
		switch w.n(0, 7) {
		case 0:
			return "len(" + sub(w.of("string", "[]int", "map[string]int", "[]string")) + ")"
		case 1:
			return "int(" + sub(w.of("int8", "uint16")) + ")"
		case 2:
			return "(" + sub("int") + w.of("/", "%") + "(" + sub("int") + "|1))"
		case 3:
			return w.of("min", "max") + "(" + sub("int") + ", " + sub("int") + ")"
		case 4:
			if m := w.vars["map[string]int"]; m != nil {
				return m[0] + "[" + sub("string") + "]"
			}
		case 5:
			if p := w.vars["P"]; p != nil {
				return w.of(p...) + w.of(".X", ".Y")
			}
		case 6:
			if l := w.vars["[]int"]; l != nil {
				return w.of(l...) + "[" + sub("int") + "&3]"
			}
		}
		return "(" + sub("int") + w.of("+", "-", "*", "&", "|", "^", "&^") + sub("int") + ")"
	case "int8", "uint16":
		return w.of("("+sub(kind)+w.of("+", "-", "*", "&^")+sub(kind)+")", kind+"("+sub("int")+")", "("+sub(kind)+w.of("<<", ">>")+w.of("1", "7", "9")+")")
	case "float64":
		return w.of("("+sub(kind)+w.of("+", "-", "*", "/")+sub(kind)+")", "float64("+sub("int")+")", "math.Floor("+sub(kind)+")")
	case "string":
		return w.of("("+sub(kind)+"+"+sub(kind)+")", "strconv.Itoa("+sub("int")+")", "strings.ToUpper("+sub(kind)+")", "fmt.Sprint("+sub("int")+", "+sub("[]int")+")", "string(rune(65+"+sub("int")+"&15))")
	case "bool":
		k := w.of("int", "int8", "float64", "string")
		return w.of("("+sub(k)+w.of("<", ">=", "==", "!=")+sub(k)+")", "("+sub(kind)+w.of("&&", "||")+sub(kind)+")", "!"+sub(kind), "("+w.variableOr("[]int")+" == nil)")
	case "[]int":
		return w.of("append("+w.variableOr(kind)+", "+w.expr("int", 0)+")", "[]int{"+sub("int")+", "+sub("int")+"}", sub(kind), "append([]int(nil), "+w.variableOr(kind)+"...)")
	case "[]string":
		return w.of("append("+w.variableOr(kind)+", "+w.expr("string", 0)+")", "strings.Fields("+sub("string")+")")
	case "P":
		return w.of("P{"+sub("int")+", "+sub("int")+", "+sub("string")+", nil}", "P{Name: "+sub("string")+", X: "+sub("int")+"}")
	case "*P":
		return "&" + "P{X: " + sub("int") + ", Next: " + sub("*P") + "}"
	case "func(int) int":
		w.names++
		a := fmt.Sprintf("a%d", w.names)
		old := w.vars["int"]
		w.vars["int"] = append(old[:len(old):len(old)], a)
		body := sub("int")
		w.vars["int"] = old
		return "func(" + a + " int) int { return " + body + " }"
	}
	return w.literal(kind)
}

// variableOr is a variable of a type, or a literal in its type.
func (w *writer) variableOr(kind string) string {
	if names := w.vars[kind]; len(names) > 0 {
		return w.of(names...)
	}
	return w.typed(kind, w.literal(kind))
}

// literal is a value of a type.
func (w *writer) literal(kind string) string {
	switch kind {
	case "int":
		return w.of("c0", "c1", "c7", "c3", "c100")
	case "int8":
		return w.of("c1", "c127", "c128") + "8"
	case "uint16":
		return w.of("u1", "u65535", "u9")
	case "float64":
		return w.of("d1", "d2", "d3", "d4")
	case "string":
		return w.of(`""`, `"a"`, `"héllo"`, `"x y"`)
	case "bool":
		return w.of("true", "false")
	case "[]int":
		return w.of("[]int{1, 2, 3}", "[]int(nil)", "[]int{}", "make([]int, 2, 5)")
	case "[]string":
		return w.of(`[]string{"b", "a"}`, "[]string(nil)")
	case "map[string]int":
		return w.of(`map[string]int{"a": 1}`, "map[string]int{}")
	case "[3]int":
		return w.of("[3]int{1, 2, 3}", "[3]int{2: 5}")
	case "P":
		return w.of("P{}", `P{X: 1, Name: "p"}`)
	case "*P":
		return w.of("(*P)(nil)", "&P{X: 2}")
	}
	return w.of("func(n int) int { return n * 2 }", "func(n int) int { return n - 1 }")
}

// show prints every variable that can be printed.
func (w *writer) show() {
	for _, k := range kinds {
		for _, name := range w.vars[k] {
			switch k {
			case "P":
				w.line("fmt.Println(%s.X, %s.Y, %s.Name, %s.Next == nil)", name, name, name, name)
			case "*P":
				w.line("for p := %s; p != nil; p = p.Next {\n\tfmt.Print(p.X, p.Name, \" \")\n}", name)
			case "func(int) int":
				w.line("fmt.Println(%s(3), %s(-1))", name, name)
			default:
				w.line("fmt.Println(%s)", name)
			}
		}
	}
}
