package prof

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/google/pprof/profile"
)

// Lines returns the listings of the functions of some names, in their order: what List
// has of them but for their calls, in a fraction of its time, because no other
// function's lines are looked at. Functions without a file are left out.
func (p *Profile) Lines(o Options, names []string, sources Sources) ([]Routine, error) {
	o.Mean = false // as of a Tree
	m, err := p.measure(o)
	if err != nil {
		return nil, err
	}
	filtered, _, err := p.filter(o)
	if err != nil {
		return nil, err
	}
	c := newLineCounter(o, names)
	for _, l := range filtered.Location {
		c.addLocation(l)
	}
	for i, s := range mergeStacks(filtered.Sample, m.value, nil) {
		c.count(s.locations, m.scaled(s.value), i+1)
	}
	var list []Routine
	for _, name := range names {
		group := c.lines[name]
		slices.SortStableFunc(group, func(a, b *node) int { return cmp.Compare(a.info.file, b.info.file) })
		for len(group) > 0 {
			n := 1
			for n < len(group) && group[n].info.file == group[0].info.file {
				n++
			}
			list = append(list, newRoutine(name, group[0].info.file, group[:n], nil, nil, sources))
			group = group[n:]
		}
	}
	return list, nil
}

// lineCounter adds up what lines of chosen functions take.
type lineCounter struct {
	options Options
	trim    Trimmer
	lines   map[string][]*node            // by function; nil for one that is chosen and not seen
	frames  map[*profile.Location][]*node // the innermost first; nil for other functions
	known   map[nodeInfo]*node
}

func newLineCounter(o Options, names []string) *lineCounter {
	c := &lineCounter{
		options: o, trim: o.trimmer(), lines: make(map[string][]*node, len(names)),
		frames: make(map[*profile.Location][]*node), known: make(map[nodeInfo]*node),
	}
	for _, name := range names {
		c.lines[name] = nil
	}
	return c
}

// addLocation finds the chosen functions of a location.
func (c *lineCounter) addLocation(l *profile.Location) {
	lines := l.Line
	if c.options.NoInlines && len(lines) > 1 {
		lines = lines[len(lines)-1:]
	}
	var frames []*node
	for i, ln := range lines {
		if ln.Function == nil || ln.Function.Filename == "" {
			continue
		}
		if _, chosen := c.lines[ln.Function.Name]; !chosen {
			continue
		}
		if frames == nil {
			frames = make([]*node, len(lines))
		}
		info := nodeInfo{name: ln.Function.Name, file: filepath.Clean(c.trim.Trim(ln.Function.Filename)), line: ln.Line, startLine: ln.Function.StartLine}
		n := c.known[info]
		if n == nil {
			n = &node{info: info}
			c.known[info] = n
			c.lines[info.name] = append(c.lines[info.name], n)
		}
		frames[i] = n
	}
	if frames != nil {
		c.frames[l] = frames
	}
}

// count adds a stack's value to its lines, once to each; number tells it from others.
func (c *lineCounter) count(stack []*profile.Location, value int64, number int) {
	for i, l := range stack {
		for j, n := range c.frames[l] {
			if n == nil {
				continue
			}
			if i == 0 && j == 0 {
				n.flat += value
			}
			if n.seen != number {
				n.seen = number
				n.cum += value
			}
		}
	}
}
