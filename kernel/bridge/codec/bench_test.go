package codec

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
)

// BenchmarkCarry writes a value into a file and reads it from there, as a compiled cell
// does with what it needs of the session.
func BenchmarkCarry(b *testing.B) {
	ints := make([]int, 1e7)
	for i := range ints {
		ints[i] = i * i
	}
	words := make([]string, 1e6)
	for i := range words {
		words[i] = "word" + strconv.Itoa(i)
	}
	counts := map[string]int{}
	for i := range 200_000 {
		counts[words[i]] = i
	}
	var head *item
	for i := range 1_000_000 {
		head = &item{v: i, next: head}
	}
	rows := make([]point, 1e6)
	for i := range rows {
		rows[i] = point{X: i, name: words[i]}
	}
	small := 42
	for _, tt := range []struct {
		name string
		ptr  any
		size int
	}{
		{"ints-1e7", &ints, 8e7},
		{"strings-1e6", &words, 1e6 * 26},
		{"map-2e5", &counts, 200_000 * 34},
		{"list-1e6", &head, 1e6 * 40},
		{"structs-1e6", &rows, 1e6 * 42},
		{"int", &small, 8},
	} {
		v := variable("x", tt.ptr)
		to := map[string]reflect.Value{v.Key: reflect.New(v.Ptr.Type().Elem())}
		path := filepath.Join(b.TempDir(), "values")
		write := func(b *testing.B) {
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
		b.Run(fmt.Sprintf("write/%s", tt.name), func(b *testing.B) {
			b.SetBytes(int64(tt.size))
			for b.Loop() {
				write(b)
			}
		})
		write(b)
		b.Run(fmt.Sprintf("read/%s", tt.name), func(b *testing.B) {
			b.SetBytes(int64(tt.size))
			for b.Loop() {
				f, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				info, err := f.Stat()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := NewRegistry().Decode(f, info.Size(), to, nil); err != nil {
					b.Fatal(err)
				}
				if err := f.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
