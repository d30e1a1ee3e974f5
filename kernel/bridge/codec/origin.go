package codec

import (
	"reflect"
	"slices"
	"sort"
	"unsafe"
)

// Origins are the pieces of memory and the maps of a segment, in its order, as one
// process holds them. Two processes that hold the same segment can tell each other
// by number which piece they mean, and so a value can go back to where it came from.
// They keep the memory alive.
type Origins struct {
	blocks []place
	maps   []place
}

// place is where a piece of memory or a map is.
type place struct {
	at  unsafe.Pointer
	typ reflect.Type
	n   int
}

func (p *place) end() uintptr { return uintptr(p.at) + uintptr(p.n)*p.typ.Size() }

// home finds pieces of Origins by address.
type home struct {
	blocks []numbered
	maps   map[unsafe.Pointer]int
}

type numbered struct {
	place
	number int
}

func (o *Origins) home() *home {
	h := &home{maps: map[unsafe.Pointer]int{}}
	if o == nil {
		return h
	}
	for i, b := range o.blocks {
		h.blocks = append(h.blocks, numbered{b, i + 1})
	}
	slices.SortFunc(h.blocks, func(a, b numbered) int {
		if uintptr(a.at) < uintptr(b.at) {
			return -1
		}
		return 1
	})
	for i, m := range o.maps {
		h.maps[m.at] = i + 1
	}
	return h
}

// of returns the number of the piece in which a block lies, and how far in it begins;
// 0 if there is none.
func (h *home) of(b *block) (number int, off uintptr) {
	i := sort.Search(len(h.blocks), func(i int) bool { return uintptr(h.blocks[i].at) > uintptr(b.at) }) - 1
	if i < 0 || b.end() > h.blocks[i].end() {
		return 0, 0
	}
	return h.blocks[i].number, uintptr(b.at) - uintptr(h.blocks[i].at)
}
