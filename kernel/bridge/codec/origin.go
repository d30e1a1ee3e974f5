package codec

import (
	"cmp"
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

// home finds pieces of Origins by address. They are mostly asked for in their own order,
// so that the next one is tried first.
type home struct {
	Origins
	next, nextMap int
	sorted        []numbered // made when the order is another
	byMap         map[unsafe.Pointer]int
}

// numbered is a piece and its number, which is its place in Origins plus one.
type numbered struct {
	place
	number int
}

func (o *Origins) home() *home {
	if o == nil {
		return &home{}
	}
	return &home{Origins: *o}
}

// of returns the number of the piece in which a block lies, and how far in it begins;
// 0 if there is none.
func (h *home) of(b *block) (number int, off uintptr) {
	if len(h.blocks) == 0 {
		return 0, 0
	}
	if k := h.next; k < len(h.blocks) && h.blocks[k].at == b.at && b.end() <= h.blocks[k].end() {
		h.next++
		return k + 1, 0
	}
	if h.sorted == nil {
		for i, b := range h.blocks {
			h.sorted = append(h.sorted, numbered{b, i + 1})
		}
		slices.SortFunc(h.sorted, func(a, b numbered) int { return cmp.Compare(uintptr(a.at), uintptr(b.at)) })
	}
	i := sort.Search(len(h.sorted), func(i int) bool { return uintptr(h.sorted[i].at) > uintptr(b.at) }) - 1
	if i < 0 || b.end() > h.sorted[i].end() {
		return 0, 0
	}
	h.next = h.sorted[i].number
	return h.sorted[i].number, uintptr(b.at) - uintptr(h.sorted[i].at)
}

// ofMap returns the number of a map, 0 if there is none.
func (h *home) ofMap(at unsafe.Pointer) int {
	if k := h.nextMap; k < len(h.maps) && h.maps[k].at == at {
		h.nextMap++
		return h.nextMap
	}
	if h.byMap == nil && len(h.maps) > 0 {
		h.byMap = map[unsafe.Pointer]int{}
		for i, m := range h.maps {
			h.byMap[m.at] = i + 1
		}
	}
	n := h.byMap[at]
	if n > 0 {
		h.nextMap = n
	}
	return n
}
