package check

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// offline is an Exporter that knows no packages.
type offline struct{}

func (offline) Export(_ context.Context, paths []string) (map[string]Export, error) {
	found := map[string]Export{}
	for _, p := range paths {
		found[p] = Export{Err: "offline"}
	}
	return found, nil
}

// FuzzCheck feeds two cells of any text: nothing panics, and every message is
// about a place in one of them.
func FuzzCheck(f *testing.F) {
	for _, seed := range [][2]string{
		{"x := 1\nfunc f() int { return x }", "x := x + 1\nf()"},
		{"type T struct{ a int }\nv := T{}", "type T string\nv"},
		{"const (\na = iota\nb\n)", "const b = 2\na + b"},
		{"var a, b = b, 1", "L: x := 1; goto L"},
		{"func (t T) M() {}", "func init() {}; func main() {}"},
		{"len := len", "type int string; var x int"},
		{"//line foo:1\nx", "/*line :1*/ y"},
		{"var x = func() { for { break } }", "defer x(); return"},
		{"type G[T any] struct{ x T }\nvar g G[int]", "func (g G[T]) M() {}\ng.M()"},
		{"}", "func"},
		{"import \"a\"", "import . \"b\"; c.D"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		if len(first)+len(second) > 2000 {
			return
		}
		k, led := New(offline{}), ledger.New()
		for i, text := range []string{first, second} {
			c, err := cell.Parse("cell-"+itoa(i+1), text)
			if err != nil {
				return
			}
			for _, part := range c.Parts {
				if part.Go == nil {
					continue
				}
				p, err := k.Check(context.Background(), c, part.Go, led)
				var es Errors
				switch {
				case errors.As(err, &es):
					inside(t, es, first, second)
					es.Failure()
				case err != nil:
					t.Fatal(err)
				default:
					p.Commit(led)
				}
			}
		}
		k.Complete(context.Background(), second, len(second), led)
	})
}

// inside fails the test if a message is not about a place in its cell.
func inside(t *testing.T, es Errors, texts ...string) {
	for _, e := range es {
		n := strings.TrimPrefix(e.Position.Filename, "cell-")
		if n != "1" && n != "2" {
			t.Fatalf("%q: position %v", texts, e)
		}
		text := strings.ReplaceAll(texts[n[0]-'1'], "\r\n", "\n")
		lines := strings.Split(text, "\n")
		if e.Position.Line < 1 || e.Position.Line > len(lines) || e.Position.Column < 1 || e.Position.Column > len(lines[e.Position.Line-1])+2 {
			t.Fatalf("%q: position %v", texts, e)
		}
	}
}
