package run_test

import "testing"

func TestSlowCellIsCompiledAndKeepsItsVariables(t *testing.T) {
	n := open(t)
	n.gives("func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\nxs := []int{1, 2}", "")
	n.gives("fib(10)", "55")
	n.gives("%why", "cell-2 was interpreted")
	n.gives("f := fib(32)\nxs = append(xs, f)\nf", "2178309")
	n.gives("%why", "cell-4 was compiled: it is about 6.9 s of work for the interpreter")
	n.gives("fmt.Println(f, xs)", "2178309 [1 2 2178309]")
	n.gives("%why", "cell-6 was interpreted")
}

func TestSlowCellThatNeedsAFunctionValueIsInterpreted(t *testing.T) {
	n := open(t)
	n.gives("n := 0\nadd := func(k int) { n += k }", "")
	n.gives("for i := 0; i < 1000; i++ {\n\tfor j := 0; j < 1000; j++ {\n\t\tif j%1000 == 0 {\n\t\t\tadd(1)\n\t\t}\n\t}\n}\nn", "1000")
	n.gives("%why", "cell-2 was interpreted")
}

func TestSlowCellChangesWhatAFunctionValueSees(t *testing.T) {
	n := open(t)
	n.gives("xs := []int{0}\nadd := func() { xs[0]++ }", "")
	n.gives("for i := 0; i < 1000; i++ {\n\tfor j := 0; j < 1000; j++ {\n\t\tif j == 0 {\n\t\t\txs[0]++\n\t\t}\n\t}\n}\nxs", "[]int{1000}")
	n.gives("add()\nxs", "[]int{1001}")
}
