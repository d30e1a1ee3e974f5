package run_test

import (
	"testing"
)

func TestCompiledCellsReadAndWriteTheSessionsVariables(t *testing.T) {
	n := open(t)
	n.gives("x := 20\nxs := []int{3, 1, 2}\nname := \"gopher\"\nm := map[string][]int{\"a\": {1}}", "")
	n.gives("%%go\nx += 2\nxs[0] = 30\nxs = append(xs, 4)\nm[\"b\"] = xs[:2]\nfmt.Println(name, x, xs)", "gopher 22 [30 1 2 4]")
	n.gives("%why", "cell-2 was compiled: %%go asked for it")
	n.gives("fmt.Println(x, xs, m)", "22 [30 1 2 4] map[a:[1] b:[30 1]]")
	n.gives("%why", "cell-4 was interpreted")
	n.gives("xs[1] = 10\nm[\"b\"]", "[]int{30, 10}")
}

func TestVariableOfACompiledCellGoesToTheInterpreter(t *testing.T) {
	n := open(t)
	n.gives("%%go\ny := 21\nwords := strings.Fields(\"a b c\")", "")
	n.gives("y * 2", "42")
	n.gives("%why", "cell-2 was interpreted")
	n.gives("len(words)", "3")
}

func TestVariableWithMethodsIsKept(t *testing.T) {
	n := open(t)
	n.gives("type Celsius float64\nfunc (c Celsius) String() string { return fmt.Sprintf(\"%.1f°C\", float64(c)) }", "")
	n.gives("temps := map[string]fmt.Stringer{\"bern\": Celsius(21.5)}\nlist := []int{1, 2}", "")
	n.gives("temps[\"rome\"] = Celsius(30)\nlist = append(list, len(temps))", "")
	n.gives("fmt.Println(temps, list)", "map[bern:21.5°C rome:30.0°C] [1 2 2]")
	n.gives("list", "[]int{1, 2, 2}")
	n.gives("%why", "cell-5 was interpreted")
}
