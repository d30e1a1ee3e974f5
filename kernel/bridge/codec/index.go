package codec

import (
	"math/bits"
	"reflect"
	"unsafe"
)

// index finds objects by their address, their type and their number of elements. There
// may be millions of objects, so it holds nothing but their numbers: in a Go map of
// the keys every address would lie twice, and growing it took half of a scan's time.
type index struct {
	slots []int32 // the number of an object plus one, 0 for none
	shift int     // what leaves as many bits of a hash as slots need
	used  int
}

// slot returns where the number of an object is, or is to be.
func (x *index) slot(objects []object, at unsafe.Pointer, t reflect.Type, n int) *int32 {
	for k := x.home(at, t, n); ; k = (k + 1) % len(x.slots) {
		s := &x.slots[k]
		if *s == 0 || objects[*s-1].is(at, t, n) {
			return s
		}
	}
}

// home is the slot where the search for an object begins.
func (x *index) home(at unsafe.Pointer, t reflect.Type, n int) int {
	typ := (*[2]uintptr)(unsafe.Pointer(&t))[1] // the address of its description
	h := (uint64(uintptr(at)) ^ uint64(typ)<<17 ^ uint64(n)<<40) * 0x9e3779b97f4a7c15
	return int(h >> x.shift)
}

// find returns the number of an object, -1 if there is none.
func (x *index) find(objects []object, at unsafe.Pointer, t reflect.Type, n int) int32 {
	if len(x.slots) == 0 {
		return -1
	}
	return *x.slot(objects, at, t, n) - 1
}

// put notes the last object. Of two that are alike it is found from now on.
func (x *index) put(objects []object) {
	if 4*x.used >= 3*len(x.slots) {
		x.grow(objects[:len(objects)-1])
	}
	o := &objects[len(objects)-1]
	s := x.slot(objects, o.at, o.typ, o.n)
	if *s == 0 {
		x.used++
	}
	*s = int32(len(objects))
}

// grow makes room for more objects.
func (x *index) grow(objects []object) {
	size := max(64, 4*len(x.slots))
	x.slots, x.used = make([]int32, size), 0
	x.shift = 64 - bits.TrailingZeros(uint(size))
	for i := range objects {
		o := &objects[i]
		s := x.slot(objects, o.at, o.typ, o.n)
		if *s == 0 {
			x.used++
		}
		*s = int32(i + 1)
	}
}
