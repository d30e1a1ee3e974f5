package check

import (
	"context"
	"fmt"
	"testing"

	"gomri/kernel/cell"
)

// BenchmarkCell measures the check of a small cell in a session of some cells.
func BenchmarkCell(b *testing.B) {
	for _, size := range []int{0, 20, 100} {
		nb := newNotebook()
		for i := range size {
			if _, err := nb.run(fmt.Sprintf("type T%d struct { a int; next *T%d }\nfunc (t *T%d) Get() int { return t.a }\n"+
				"func f%d(xs []int) (n int) { for _, x := range xs { n += x }; fmt.Println(n); return n }\nv%d := &T%d{}", i, i, i, i, i, i)); err != nil {
				b.Fatal(err)
			}
		}
		for name, text := range map[string]string{
			"Print":     "fmt.Println(strings.Repeat(\"x\", 3))",
			"Variables": "xs := []int{1, 2, 3}\nsum := 0\nfor _, x := range xs { sum += x }\nsum",
			"Function":  "func g(n int) int { if n < 2 { return n }; return g(n-1) + g(n-2) }\ng(10)",
		} {
			b.Run(fmt.Sprintf("%s/cells=%d", name, size), func(b *testing.B) {
				c, err := cell.Parse("cell-1000", text)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					p, err := nb.k.Check(context.Background(), c, c.Parts[0].Go, nb.led)
					if err != nil {
						b.Fatal(err)
					}
					_ = p
				}
			})
		}
	}
}
