package gate

import (
	"context"
	"testing"
	"time"

	"gomri/kernel/cell"
	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

func TestWorkIsEstimatedFromBoundsAndRecursion(t *testing.T) {
	const fib = "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\n"
	const sieve = "n := 5000000\ns := make([]bool, n+1)\nfor i := 2; i*i <= n; i++ {\n\tif !s[i] {\n\t\tfor j := i * i; j <= n; j += i {\n\t\t\ts[j] = true\n\t\t}\n\t}\n}"
	k := check.New(&check.GoList{})
	for _, tt := range []struct {
		cell string
		slow bool
	}{
		{"x := 5\nfmt.Println(x)", false},
		{"for i := range 1000 {\n\tfmt.Println(i)\n}", false},
		{"sum := 0\nfor i := 0; i < 100000; i++ {\n\tsum += i\n}\nsum", false},
		{"sum := 0\nfor i := 0; i < 100_000_000; i++ {\n\tsum += i\n}\nsum", true},
		{"n := 3000\nsum := 0\nfor i := range n {\n\tfor j := range n {\n\t\tsum += i * j\n\t}\n}\nsum", true},
		{"for i := 0; i < 100; i++ {\n\tfor j := 0; j < i; j++ {\n\t\t_ = i * j\n\t}\n}", false},
		{fib + "fib(10)", false},
		{fib + "fib(35)", true},
		{fib + "for i := range 20 {\n\tfmt.Println(fib(i))\n}", false},
		{fib + "n := 40\nfmt.Println(fib(n))", true},
		{"func fact(n int) int {\n\tif n == 0 {\n\t\treturn 1\n\t}\n\treturn n * fact(n-1)\n}\nfact(20)", false},
		{"func gcd(a, b int) int {\n\tif b == 0 {\n\t\treturn a\n\t}\n\treturn gcd(b, a%b)\n}\ngcd(1000000000, 999999)", false},
		{"func pow(x, n int) int {\n\tif n == 0 {\n\t\treturn 1\n\t}\n\th := pow(x, n/2)\n\tif n%2 == 0 {\n\t\treturn h * h\n\t}\n\treturn h * h * x\n}\npow(3, 1000000)", false},
		{"func hanoi(n int, a, b, c string) {\n\tif n > 0 {\n\t\thanoi(n-1, a, c, b)\n\t\thanoi(n-1, c, b, a)\n\t}\n}\nhanoi(25, \"a\", \"b\", \"c\")", true},
		{"func work(n int) (s int) {\n\tfor i := 0; i < n; i++ {\n\t\ts += i\n\t}\n\treturn\n}\nwork(50000000)", true},
		{"func f(n int) int {\n\tif n > 100 {\n\t\treturn n - 10\n\t}\n\treturn f(f(n + 11))\n}\nf(1)", false},
		{sieve, true},
		{"for {\n\tbreak\n}", false},
		{"var a [2]int\nfor a[0] = 0; a[0] < 5; a[0]++ {\n}", false},
		{"var a [2]int\ni := 0\nfor a[1], i = 2, 0; i < 100_000_000; i++ {\n}", true},
		{"for i := 1; i < 1<<40; i *= 2 {\n\tfmt.Print(i)\n}", false},
	} {
		c, err := cell.Parse("cell-1", tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		p, err := k.Check(context.Background(), c, c.Parts[0].Go, ledger.New())
		if err != nil {
			t.Fatalf("%s\n%v", tt.cell, err)
		}
		if d := Work(p); (d > SlowAfter) != tt.slow {
			t.Errorf("%s\nis taken to be %s of work", tt.cell, d.Round(time.Microsecond))
		}
	}
}
