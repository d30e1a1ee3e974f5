package codec

import (
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
)

// branch is a node of a search tree.
type branch struct {
	v           int
	left, right *branch
}

// carried are the values of BenchmarkCarry: pointers to them, and how many bytes they
// take in memory. Each is made when it is needed, so that the garbage collector has
// nothing else to look at.
var carried = []struct {
	name string
	size int
	make func() any
}{
	{"int", 8, func() any { return new(int) }},
	{"ints-1e7", 8e7, func() any {
		ints := make([]int, 1e7)
		for i := range ints {
			ints[i] = i * i
		}
		return &ints
	}},
	{"structs-1e6", 1e6 * 42, func() any {
		rows := make([]point, 1e6)
		for i := range rows {
			rows[i] = point{X: i, name: "word" + strconv.Itoa(i)}
		}
		return &rows
	}},
	{"strings-1e6", 1e6 * 26, func() any {
		words := make([]string, 1e6)
		for i := range words {
			words[i] = "word" + strconv.Itoa(i)
		}
		return &words
	}},
	{"map-1e6", 1e6 * 34, func() any {
		counts := map[string]int{}
		for i := range 1_000_000 {
			counts["word"+strconv.Itoa(i)] = i
		}
		return &counts
	}},
	{"list-1e6", 1e6 * 40, func() any {
		var head *item
		for i := range 1_000_000 {
			head = &item{v: i, next: head}
		}
		return &head
	}},
	{"tree-1e6", 1e6 * 24, func() any {
		var root *branch
		for _, v := range rand.New(rand.NewSource(1)).Perm(1e6) {
			at := &root
			for *at != nil {
				if v < (*at).v {
					at = &(*at).left
				} else {
					at = &(*at).right
				}
			}
			*at = &branch{v: v}
		}
		return &root
	}},
}

// BenchmarkCarry writes a value into a file and reads it from there, as a compiled cell
// does with what it needs of the session.
func BenchmarkCarry(b *testing.B) {
	for _, tt := range carried {
		b.Run(tt.name, func(b *testing.B) {
			v := variable("x", tt.make())
			path := filepath.Join(b.TempDir(), "values")
			b.Run("write", func(b *testing.B) {
				b.SetBytes(int64(tt.size))
				for b.Loop() {
					writeTo(b, path, v)
				}
			})
			writeTo(b, path, v)
			to := map[string]reflect.Value{v.Key: reflect.New(v.Ptr.Type().Elem())}
			v = Var{}
			b.Run("read", func(b *testing.B) {
				b.SetBytes(int64(tt.size))
				for b.Loop() {
					readFrom(b, path, to)
				}
			})
		})
	}
}

func writeTo(b *testing.B, path string, v Var) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := NewRegistry().Take([]Var{v}).Write(f, 0, nil); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func readFrom(b *testing.B, path string, to map[string]reflect.Value) {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := NewRegistry().DecodePart(Part{Path: path, Length: info.Size()}, to, nil); err != nil {
		b.Fatal(err)
	}
}
