package exectrace

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

const (
	// maxPauses is how many of the longest pauses are kept.
	maxPauses = 10
	// maxSections bounds the types of regions and of tasks; further ones are counted
	// as otherSections.
	maxSections   = 200
	otherSections = "others"
)

// rangeEnd takes a range of the runtime that is over, or, if not whole, that the
// trace's end has cut.
func (r *reading) rangeEnd(what trace.Range, begin, end int64, whole bool) {
	t := time.Duration(end - begin)
	reason, stopped := strings.CutPrefix(what.Name, "stop-the-world (")
	switch {
	case stopped:
		r.line.add(r.stopShare, begin, end, 1)
		r.pauses.add(t)
		r.pause(Pause{Start: time.Duration(begin - r.start), Length: t, Reason: strings.TrimSuffix(reason, ")")})
	case what.Name == "GC concurrent mark phase":
		r.line.add(r.gcShare, begin, end, 1)
		if !whole {
			r.cycles.Open++
			return
		}
		r.cycles.Times.add(t)
	case what.Name == "GC mark assist":
		r.assist += int64(t)
		if what.Scope.Kind != trace.ResourceGoroutine {
			return
		}
		if g := r.gs[what.Scope.Goroutine()]; g != nil {
			g.sums.Assist += t
		}
	}
}

// pause keeps a pause if it is one of the longest.
func (r *reading) pause(p Pause) {
	i, _ := slices.BinarySearchFunc(r.longest, p, func(a, b Pause) int {
		return cmp.Or(cmp.Compare(b.Length, a.Length), cmp.Compare(a.Start, b.Start))
	})
	r.longest = slices.Insert(r.longest, i, p)
	r.longest = r.longest[:min(len(r.longest), maxPauses)]
}

// openSection is a region or task that has begun.
type openSection struct {
	name  string
	begin int64
}

// sections are the times of regions or tasks by type.
type sections map[string]*Section

// get finds a type, or makes it.
func (s sections) get(name string) *Section {
	if s[name] == nil && len(s) >= maxSections {
		name = otherSections
	}
	if s[name] == nil {
		s[name] = &Section{Name: name}
	}
	return s[name]
}

// sorted are the sections, the longest time first.
func (s sections) sorted() []Section {
	var list []Section
	for _, x := range slices.SortedFunc(maps.Values(s), func(a, b *Section) int {
		return cmp.Or(cmp.Compare(b.Times.Sum, a.Times.Sum), strings.Compare(a.Name, b.Name))
	}) {
		list = append(list, *x)
	}
	return list
}

// section takes the beginning or end of a region or task of the program's.
func (r *reading) section(e trace.Event, now int64) {
	switch e.Kind() {
	case trace.EventTaskBegin:
		r.taskTypes[e.Task().ID] = openSection{e.Task().Type, now}
		r.tasks.get(e.Task().Type).Open++
	case trace.EventTaskEnd:
		// The beginning of a task may be before the trace's.
		if open, ok := r.taskTypes[e.Task().ID]; ok {
			delete(r.taskTypes, e.Task().ID)
			s := r.tasks.get(open.name)
			s.Open--
			s.Times.add(time.Duration(now - open.begin))
		}
	case trace.EventRegionBegin:
		if g := r.gs[e.Goroutine()]; g != nil {
			g.regions = append(g.regions, openSection{e.Region().Type, now})
		}
	case trace.EventRegionEnd:
		g := r.gs[e.Goroutine()]
		if g == nil || len(g.regions) == 0 {
			return
		}
		open := g.regions[len(g.regions)-1]
		g.regions = g.regions[:len(g.regions)-1]
		r.regions.get(open.name).Times.add(time.Duration(now - open.begin))
	}
}
