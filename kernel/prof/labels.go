package prof

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// addLabelFrames puts the values of labels onto the stacks as frames, as the options
// TagRoot and TagLeaf say, and returns one warning for each that no sample has. It
// changes c.
func addLabelFrames(c *profile.Profile, o Options) []string {
	keys := func(list string) []string {
		return slices.DeleteFunc(strings.Split(list, ","), func(key string) bool { return key == "" })
	}
	roots, leaves := keys(o.TagRoot), keys(o.TagLeaf)
	unit := o.Unit
	if unit == "" {
		unit = "minimum"
	}
	f := newLabelFrames(c, unit)
	var rootSeen, leafSeen bool
	for _, s := range c.Sample {
		below, found := f.of(s, leaves)
		leafSeen = leafSeen || found
		above, found := f.of(s, roots)
		rootSeen = rootSeen || found
		if len(below)+len(above) > 0 {
			s.Location = slices.Concat(below, s.Location, above)
		}
	}
	c.Location = append(c.Location, f.locations...)
	c.Function = append(slices.Clip(c.Function), f.functions...)
	var warnings []string
	if o.TagRoot != "" && !rootSeen {
		warnings = append(warnings, "TagRoot expression matched no samples")
	}
	if o.TagLeaf != "" && !leafSeen {
		warnings = append(warnings, "TagLeaf expression matched no samples")
	}
	return warnings
}

// labelFrames makes one frame for each value of a label.
type labelFrames struct {
	unit      string
	known     map[labelValue]*profile.Location
	functions []*profile.Function
	locations []*profile.Location
	lastFunc  uint64
	lastLoc   uint64
}

type labelValue struct{ key, value string }

func newLabelFrames(p *profile.Profile, unit string) *labelFrames {
	f := &labelFrames{unit: unit, known: make(map[labelValue]*profile.Location)}
	for _, fn := range p.Function {
		f.lastFunc = max(f.lastFunc, fn.ID)
	}
	for _, l := range p.Location {
		f.lastLoc = max(f.lastLoc, l.ID)
	}
	return f
}

// of returns the frames of a sample, those of the last key first, and whether it has
// any of the labels. A label that it has not gets a frame without a name.
func (f *labelFrames) of(s *profile.Sample, keys []string) (frames []*profile.Location, found bool) {
	for _, key := range slices.Backward(keys) {
		values := f.values(s, key)
		found = found || len(values) > 0
		frames = append(frames, f.frame(labelValue{key, strings.Join(values, ",")}))
	}
	return frames, found
}

// frame returns the frame of a value, whose file is the label's key.
func (f *labelFrames) frame(v labelValue) *profile.Location {
	if l := f.known[v]; l != nil {
		return l
	}
	f.lastFunc++
	f.lastLoc++
	fn := &profile.Function{ID: f.lastFunc, Name: v.value, Filename: v.key}
	l := &profile.Location{ID: f.lastLoc, Line: []profile.Line{{Function: fn}}}
	f.functions, f.locations, f.known[v] = append(f.functions, fn), append(f.locations, l), l
	return l
}

// isLabelFrame says whether a frame stands for the value of a label: it is no code.
func isLabelFrame(l *profile.Location) bool {
	return l.Mapping == nil && l.Address == 0 && len(l.Line) == 1 && l.Line[0].Line == 0 &&
		l.Line[0].Function != nil && l.Line[0].Function.SystemName == ""
}

// values are the sample's values of a label, numbers with their units.
func (f *labelFrames) values(s *profile.Sample, key string) []string {
	values := slices.Clone(s.Label[key])
	numbers, units := s.NumLabel[key], s.NumUnit[key]
	if len(units) != 0 && len(units) != len(numbers) {
		return values
	}
	for i, n := range numbers {
		if len(units) == 0 {
			values = append(values, Label(n, "", ""))
		} else {
			values = append(values, Label(n, units[i], f.unit))
		}
	}
	return values
}

// filterLabels keeps the labels whose names the expressions let pass, and says whether
// each has matched any. The samples' own maps are those of another profile.
func filterLabels(c *profile.Profile, show, hide *regexp.Regexp) (shown, hidden bool) {
	for _, s := range c.Sample {
		s.Label, s.NumLabel, s.NumUnit = maps.Clone(s.Label), maps.Clone(s.NumLabel), maps.Clone(s.NumUnit)
	}
	return c.FilterTagsByName(show, hide)
}
