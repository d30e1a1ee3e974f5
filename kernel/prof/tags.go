package prof

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// Tags is what of a profile each label accounts for: pprof's report "tags".
type Tags struct {
	Type     ValueType
	Total    int64 // of the whole profile
	Keys     []TagKey
	Samples  int64 // that a CPU profile took; 0 of others
	Warnings []string
	// Counted is what Tag.Count counts: "samples", "alloc_objects"; "" if nothing.
	Counted string
	measure measure
}

// TagKey is one label and its values.
type TagKey struct {
	Key       string
	Total     int64 // of all samples that carry it
	TotalText string
	Values    []Tag // the largest first
}

// Tag is one value of a label.
type Tag struct {
	Name  string // a number with its unit, such as "64kB"
	Value int64  // in Tags.Type.Unit
	Text  string // Value as pprof writes it
	Count int64  // of Tags.Counted
	// Number says that the label is a number.
	Number bool
}

// Tags computes the report. Its error says which option is wrong.
func (p *Profile) Tags(o Options) (Tags, error) {
	m, err := p.measure(o)
	if err != nil {
		return Tags{}, err
	}
	filtered, warnings, err := p.filter(o)
	if err != nil {
		return Tags{}, err
	}
	whole := p.p
	if o.RelativePercentages {
		whole = filtered
	}
	m.unit = o.Unit
	if m.unit == "" {
		m.unit = "minimum"
	}
	t := Tags{Type: m.kind, Total: m.total(whole), Samples: (&Profile{p: filtered}).Samples(), Warnings: warnings, measure: m}
	first := p.p.SampleType[0]
	if first.Unit == "count" && first.Type != m.kind.Type {
		t.Counted = first.Type
	}
	units, _ := p.p.NumLabelUnits()
	shown := o.shownLabels()
	keys := make(map[string]map[string]*Tag)
	for _, s := range filtered.Sample {
		add := func(key, name string, number bool) {
			if !shown(key) {
				return
			}
			if keys[key] == nil {
				keys[key] = make(map[string]*Tag)
			}
			tag := keys[key][name]
			if tag == nil {
				tag = &Tag{Name: name, Number: number}
				keys[key][name] = tag
			}
			tag.Value += m.value(s.Value)
			tag.Count += s.Value[0]
		}
		for key, values := range s.Label {
			for _, v := range values {
				add(key, v, false)
			}
		}
		for key, values := range s.NumLabel {
			for _, v := range values {
				add(key, Label(v, units[key], m.unit), true)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		t.Keys = append(t.Keys, m.tagKey(key, keys[key]))
	}
	return t, nil
}

// shownLabels says which labels tagshow and taghide leave; filter has compiled them.
func (o Options) shownLabels() func(key string) bool {
	compile := func(text string) *regexp.Regexp {
		re, err := regexp.Compile(text)
		if text == "" || err != nil {
			return nil
		}
		return re
	}
	show, hide := compile(o.TagShow), compile(o.TagHide)
	return func(key string) bool {
		return (show == nil || show.MatchString(key)) && (hide == nil || !hide.MatchString(key))
	}
}

// tagKey sorts the values of a label.
func (m measure) tagKey(key string, values map[string]*Tag) TagKey {
	k := TagKey{Key: key}
	for _, tag := range values {
		tag.Text = m.format(tag.Value)
		k.Total += tag.Value
		k.Values = append(k.Values, *tag)
	}
	k.TotalText = m.format(k.Total)
	slices.SortFunc(k.Values, func(a, b Tag) int {
		return cmp.Or(cmp.Compare(abs(b.Value), abs(a.Value)), strings.Compare(a.Name, b.Name))
	})
	return k
}

// Rest is what the samples without a label account for.
func (t Tags) Rest(k TagKey) (v int64, text string) {
	return t.Total - k.Total, t.measure.format(t.Total - k.Total)
}

// Text is the report as "go tool pprof -tags" prints it.
func (t Tags) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	for _, k := range t.Keys {
		share := func(v int64) string { return "" }
		if t.Total > 0 {
			share = func(v int64) string { return " (" + Percentage(v, t.Total) + ")" }
		}
		fmt.Fprintf(w, "%s:\t Total %s of %s%s\n", k.Key, k.TotalText, t.measure.format(t.Total), share(k.Total))
		for _, v := range k.Values {
			fmt.Fprintf(w, " \t%s%s:\t %s\n", v.Text, share(v.Value), v.Name)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // a strings.Builder does not fail
	return b.String()
}
