package codec

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"unsafe"
)

// Snapshot is the values of variables at one moment, in segments. It reads the memory of
// the variables when it is written, so nothing may change until then.
type Snapshot struct {
	graph *graph
	comps []component
	texts []stretch
}

// Take finds everything that the variables reach. Variables that are not wanted are
// part of it only if they share memory with wanted ones. A variable without a Key is
// memory that others may lead to, and no root.
func (r *Registry) Take(vars []Var) *Snapshot {
	if chosen := r.related(vars); len(chosen) < len(vars) {
		vars = chosen
	}
	g := r.scan(vars, true).graph()
	s := &Snapshot{graph: g, texts: mergeTexts(g.strings)}
	for _, c := range g.components() {
		if slices.ContainsFunc(c.vars, func(v int) bool { return vars[v].Wanted && vars[v].Key != "" }) {
			s.comps = append(s.comps, c)
		}
	}
	return s
}

// related leaves out the variables that are not wanted and share no memory with a wanted
// one. It looks only at what can be shared.
func (r *Registry) related(vars []Var) []Var {
	if !slices.ContainsFunc(vars, func(v Var) bool { return !v.Wanted }) {
		return vars
	}
	g := r.scan(vars, false).graph()
	wanted := map[int32]bool{}
	for i, v := range vars {
		if v.Wanted {
			wanted[g.find(int32(i))] = true
		}
	}
	var list []Var
	for i, v := range vars {
		if wanted[g.find(int32(i))] {
			list = append(list, v)
		}
	}
	return list
}

// Len is the number of segments.
func (s *Snapshot) Len() int { return len(s.comps) }

// Keys returns the keys of the variables in a segment.
func (s *Snapshot) Keys(segment int) []string {
	var keys []string
	for _, v := range s.comps[segment].vars {
		if key := s.graph.vars[v].Key; key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// Refused says why a segment cannot be written, nil if it can.
func (s *Snapshot) Refused(segment int) *Refusal { return s.comps[segment].bad }

// Write writes one segment. The pieces of memory that lie in origins, which may be nil,
// are written with their number there. The error is a *Refusal or that of w.
func (s *Snapshot) Write(w io.Writer, segment int, origins *Origins) error {
	c := &s.comps[segment]
	if c.bad != nil {
		return c.bad
	}
	e := &encoder{writer: newWriter(w), Snapshot: s, comp: c, home: origins.home(), ids: map[reflect.Type]int{}, blobs: map[int]int{}}
	if err := e.segment(); err != nil {
		return fmt.Errorf("write the values: %w", err)
	}
	return nil
}

// Origins returns the pieces of a segment, in its order.
func (s *Snapshot) Origins(segment int) Origins {
	var o Origins
	for _, b := range s.comps[segment].blocks {
		o.blocks = append(o.blocks, place{b.at, b.typ, b.n})
	}
	for _, m := range s.comps[segment].maps {
		o.maps = append(o.maps, place{m.at, m.typ, m.n})
	}
	return o
}

// Append adds the pieces of a further segment.
func (o *Origins) Append(more Origins) {
	o.blocks, o.maps = append(o.blocks, more.blocks...), append(o.maps, more.maps...)
}

// mergeTexts makes stretches that overlap one, in the order of their addresses.
func mergeTexts(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int {
		if x, y := uintptr(unsafe.Pointer(a.at)), uintptr(unsafe.Pointer(b.at)); x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return b.n - a.n
	})
	merged := list[:0]
	for _, t := range list {
		if n := len(merged); n > 0 {
			last := &merged[n-1]
			off := uintptr(unsafe.Pointer(t.at)) - uintptr(unsafe.Pointer(last.at))
			if off < uintptr(last.n) {
				last.n = max(last.n, int(off)+t.n)
				continue
			}
		}
		merged = append(merged, t)
	}
	return merged
}

// ErrChanged is what writing ends with when the values change meanwhile.
var ErrChanged = errors.New("the values change while they are read: a goroutine is still at work on them")
