package prof

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
)

// filter returns the profile with the options' filters applied, and one warning
// for each filter that matched nothing. The receiver is not changed.
func (p *Profile) filter(o Options) (*profile.Profile, []string, error) {
	if !o.filtered() {
		return p.p, nil, nil
	}
	var exprs [8]*regexp.Regexp
	for i, f := range []struct{ name, value string }{
		{"focus", o.Focus},
		{"ignore", o.Ignore},
		{"hide", o.Hide},
		{"show", o.Show},
		{"show_from", o.ShowFrom},
		{"prune_from", o.PruneFrom},
		{"tagshow", o.TagShow},
		{"taghide", o.TagHide},
	} {
		if f.value == "" {
			continue
		}
		re, err := regexp.Compile(f.value)
		if err != nil {
			return nil, nil, fmt.Errorf("parsing %s regexp: %w", f.name, err)
		}
		exprs[i] = re
	}
	focus, ignore, hide, show, showFrom := exprs[0], exprs[1], exprs[2], exprs[3], exprs[4]
	pruneFrom, tagShow, tagHide := exprs[5], exprs[6], exprs[7]
	units, _ := p.p.NumLabelUnits()
	tagFocus, err := tagMatcher("tagfocus", o.TagFocus, units)
	if err != nil {
		return nil, nil, err
	}
	tagIgnore, err := tagMatcher("tagignore", o.TagIgnore, units)
	if err != nil {
		return nil, nil, err
	}

	c := clone(p.p)
	var warnings []string
	if o.TagRoot != "" || o.TagLeaf != "" {
		warnings = addLabelFrames(c, o)
	}
	warn := func(set, matched bool, name string) {
		if set && !matched {
			warnings = append(warnings, name+" expression matched no samples")
		}
	}
	fm, im, hm, sm := c.FilterSamplesByName(focus, ignore, hide, show)
	warn(focus != nil, fm, "Focus")
	warn(ignore != nil, im, "Ignore")
	warn(hide != nil, hm, "Hide")
	warn(show != nil, sm, "Show")
	warn(showFrom != nil, c.ShowFrom(showFrom), "ShowFrom")
	tfm, tim := c.FilterSamplesByTag(tagFocus, tagIgnore)
	warn(tagFocus != nil, tfm, "TagFocus")
	warn(tagIgnore != nil, tim, "TagIgnore")
	if tagShow != nil || tagHide != nil {
		tsm, thm := filterLabels(c, tagShow, tagHide)
		warn(tagShow != nil, tsm, "TagShow")
		warn(tagHide != nil, thm, "TagHide")
	}
	if pruneFrom != nil {
		c.PruneFrom(pruneFrom)
	}
	return c, warnings, nil
}

// clone copies what the library's filters change in place: the list of samples,
// their stacks, and the lines of the locations. The library's own Copy encodes
// and decodes the whole profile, which takes longer than all the rest.
func clone(p *profile.Profile) *profile.Profile {
	c := &profile.Profile{
		SampleType: p.SampleType, DefaultSampleType: p.DefaultSampleType,
		PeriodType: p.PeriodType, Period: p.Period, TimeNanos: p.TimeNanos, DurationNanos: p.DurationNanos,
		Mapping: p.Mapping, Function: p.Function,
	}
	locations := make([]profile.Location, len(p.Location))
	moved := make(map[*profile.Location]*profile.Location, len(p.Location))
	c.Location = make([]*profile.Location, len(p.Location))
	for i, l := range p.Location {
		locations[i] = *l
		locations[i].Line = slices.Clone(l.Line)
		c.Location[i] = &locations[i]
		moved[l] = &locations[i]
	}
	samples := make([]profile.Sample, len(p.Sample))
	c.Sample = make([]*profile.Sample, len(p.Sample))
	for i, s := range p.Sample {
		samples[i] = *s
		samples[i].Location = make([]*profile.Location, len(s.Location))
		for j, l := range s.Location {
			samples[i].Location[j] = moved[l]
		}
		c.Sample[i] = &samples[i]
	}
	return c
}

// tagMatcher compiles a tagfocus or tagignore option; nil when it is not set.
func tagMatcher(name, value string, units map[string]string) (profile.TagMatch, error) {
	if value == "" {
		return nil, nil
	}
	key, rest, keyed := strings.Cut(value, "=")
	if keyed {
		value = rest
	} else {
		key = ""
	}
	inRange, err := tagRange(value)
	if err != nil {
		return nil, fmt.Errorf("parsing %s range: %w", name, err)
	}
	if inRange != nil {
		return rangeMatcher(key, keyed, inRange, units), nil
	}
	var exprs []*regexp.Regexp
	for part := range strings.SplitSeq(value, ",") {
		re, err := regexp.Compile(part)
		if err != nil {
			return nil, fmt.Errorf("parsing %s regexp: %w", name, err)
		}
		exprs = append(exprs, re)
	}
	if keyed {
		return func(s *profile.Sample) bool {
			return slices.ContainsFunc(exprs, func(re *regexp.Regexp) bool {
				return slices.ContainsFunc(s.Label[key], re.MatchString)
			})
		}, nil
	}
	return func(s *profile.Sample) bool {
		for _, re := range exprs {
			if !anyLabel(s, re) {
				return false
			}
		}
		return true
	}, nil
}

// anyLabel says whether re matches one of the sample's labels, written "key:value".
func anyLabel(s *profile.Sample, re *regexp.Regexp) bool {
	for key, values := range s.Label {
		for _, v := range values {
			if re.MatchString(key + ":" + v) {
				return true
			}
		}
	}
	return false
}

// rangeMatcher matches samples that have a numeric label in a range, under any
// key or under one.
func rangeMatcher(key string, keyed bool, inRange func(int64, string) bool, units map[string]string) profile.TagMatch {
	return func(s *profile.Sample) bool {
		keys := maps.Keys(s.NumLabel)
		if keyed {
			keys = slices.Values([]string{key})
		}
		for k := range keys {
			if slices.ContainsFunc(s.NumLabel[k], func(v int64) bool { return inRange(v, units[k]) }) {
				return true
			}
		}
		return false
	}
}

// tagRangeExpr finds the one or two bounds of a range such as "12kb:64mb".
var tagRangeExpr = regexp.MustCompile("([+-]?[[:digit:]]+)([[:alpha:]]+)?")

// tagRange compiles a range of a numeric label: "32kb" exactly, ":64kb" at most,
// "4mb:" at least, "12kb:64mb" between. It returns nil for what is not a range.
func tagRange(text string) (func(int64, string) bool, error) {
	bounds := tagRangeExpr.FindAllStringSubmatch(text, 2)
	if len(bounds) == 0 {
		return nil, nil
	}
	n, err := strconv.ParseInt(bounds[0][1], 10, 64)
	if err != nil {
		return nil, err
	}
	low, unit := Scale(n, bounds[0][2], bounds[0][2])
	compare := func(ok func(float64) bool) func(int64, string) bool {
		return func(v int64, u string) bool {
			sv, su := Scale(v, u, unit)
			return su == unit && ok(sv)
		}
	}
	if len(bounds) == 1 {
		switch text {
		case bounds[0][0]:
			return compare(func(v float64) bool { return v == low }), nil
		case bounds[0][0] + ":":
			return compare(func(v float64) bool { return v >= low }), nil
		case ":" + bounds[0][0]:
			return compare(func(v float64) bool { return v <= low }), nil
		}
		return nil, nil
	}
	if text != bounds[0][0]+":"+bounds[1][0] {
		return nil, nil
	}
	if n, err = strconv.ParseInt(bounds[1][1], 10, 64); err != nil {
		return nil, err
	}
	high, highUnit := Scale(n, bounds[1][2], unit)
	if highUnit != unit {
		return nil, nil
	}
	return compare(func(v float64) bool { return v >= low && v <= high }), nil
}

// Only returns the profile with the options' filters applied, for who wants to
// keep a part of it.
func (p *Profile) Only(o Options) (*Profile, error) {
	filtered, _, err := p.filter(o)
	if err != nil {
		return nil, err
	}
	return &Profile{p: filtered}, nil
}
