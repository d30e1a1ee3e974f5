package render

import (
	"fmt"
	"strings"

	"gomri/kernel/prof"
)

// fewSamples is the count of samples below which a share is too uncertain to act on.
const fewSamples = 100

// ProfileOptions says what stands around a drawn profile. The zero value is useful.
type ProfileOptions struct {
	// Command is the terminal command that gives the same; may be empty.
	Command string
	// Doubts are further doubts, put before ours.
	Doubts []string
	// Footer holds further lines: where the profile came from, machine, Go version.
	Footer []string
	// After holds fragments that go below the table or picture.
	After []string
	// Proto is the profile itself, for who wants to save it from a flame graph; may be nil.
	Proto []byte
	// Source is the profile's name, as %flame takes it; may be empty.
	Source string
	// Listing are the lines of functions, which a flame graph shows on demand; may be empty.
	Listing []prof.Routine
}

// nounOf names what a sample type measures, as the object of a sentence.
func nounOf(t prof.ValueType) string {
	switch strings.TrimPrefix(t.Type, "mean_") {
	case "cpu":
		return "the CPU time"
	case "inuse_space", "space":
		return "the memory in use"
	case "inuse_objects", "objects":
		return "the objects in use"
	case "alloc_space":
		return "the bytes allocated"
	case "alloc_objects":
		return "the objects allocated"
	case "delay":
		return "the time spent waiting"
	case "contentions":
		return "the waits"
	case "goroutine":
		return "the goroutines"
	case "time":
		return "the time"
	case "wall":
		return "the wall-clock time"
	}
	return "the " + strings.ReplaceAll(t.Type, "_", " ")
}

// kindOfProfile names the profile, as in "CPU flame graph".
func kindOfProfile(t prof.ValueType) string {
	switch t.Type {
	case "cpu":
		return "CPU"
	case "inuse_space", "inuse_objects", "alloc_space", "alloc_objects", "space", "objects":
		return "Heap"
	case "delay", "contentions":
		return "Contention"
	case "goroutine":
		return "Goroutine"
	case "wall":
		return "Wall-clock"
	}
	return strings.ReplaceAll(t.Type, "_", " ")
}

// spoken writes a value as a person would: "1.2 s", "35 MB", "1204".
func spoken(v int64, unit string) string {
	f, u := prof.Scale(v, unit, "auto")
	text := fmt.Sprintf("%.3g", f)
	if f >= 1000 || f <= -1000 {
		text = fmt.Sprintf("%.0f", f)
	}
	return strings.TrimSpace(text + " " + unitWord(u))
}

// unitWord is pprof's word for a unit as a person would write it.
func unitWord(u string) string {
	switch u {
	case "count", "samples":
		return ""
	case "us":
		return "µs"
	case "hrs":
		return "h"
	}
	return u
}

// shareOf is v as a share of total, between -1 and 1.
func shareOf(v, total int64) float64 {
	if total == 0 {
		return 0
	}
	return float64(v) / float64(total)
}

// headline says what the profile found.
func headline(t prof.Top) string {
	noun := nounOf(t.Type)
	f := t.Finding
	switch {
	case t.Diff != nil:
		return diffHeadline(t, noun)
	case t.Total == 0:
		return "The profile holds no samples of " + noun + "."
	case len(t.Rows) == 0:
		return "The filters leave nothing of " + noun + "."
	case f.Function == "":
		return heaviestRow(t, noun)
	}
	name := "`" + prof.ShortName(f.Function) + "`"
	share := Percent(shareOf(f.Value, t.Total))
	where := Percent(shareOf(f.CalleeValue, f.Value)) + " of it in "
	if f.Callee == f.Function {
		where += "its own code"
	} else {
		where += "`" + prof.ShortName(f.Callee) + "`"
	}
	if f.Outside > 2*f.Value {
		return fmt.Sprintf("%s of %s is outside your functions, most of it below `%s`; of your own, %s takes the most: %s.",
			Percent(shareOf(f.Outside, t.Total)), noun, prof.ShortName(f.OutsideRoot), name, share)
	}
	text := fmt.Sprintf("%s takes %s of %s, %s", name, share, noun, where)
	if f.Outside*5 > t.Total {
		text += fmt.Sprintf("; %s is outside your functions, most of it below `%s`", Percent(shareOf(f.Outside, t.Total)), prof.ShortName(f.OutsideRoot))
	}
	return text + "."
}

// heaviestRow is the headline of a profile without the user's own code.
func heaviestRow(t prof.Top, noun string) string {
	heaviest := t.Rows[0]
	for _, r := range t.Rows {
		if r.Flat > heaviest.Flat {
			heaviest = r
		}
	}
	return fmt.Sprintf("`%s` takes the most of %s: %s of %s.", prof.ShortName(heaviest.Name), noun,
		Percent(shareOf(heaviest.Flat, t.Total)), spoken(t.Total, t.Type.Unit))
}

// doubts says what limits the conclusions from the profile.
func doubts(t prof.Top, o ProfileOptions) []string {
	list := append([]string(nil), o.Doubts...)
	list = append(list, t.Warnings...)
	if t.Diff != nil {
		return append(list, diffDoubts(t)...)
	}
	if t.Samples > 0 && t.Samples < fewSamples {
		list = append(list, fmt.Sprintf("Profile for longer: %d samples are few; a share of 10 %% is 10 ± %.0f percentage points.",
			t.Samples, prof.Margin(10, t.Samples)))
	}
	return list
}

// footer says how much was measured.
func footer(t prof.Top, o ProfileOptions) []string {
	var parts []string
	if t.Duration > 0 {
		parts = append(parts, spoken(int64(t.Duration), "nanoseconds")+" long")
	}
	if t.Total != 0 {
		parts = append(parts, spoken(t.Total, t.Type.Unit)+" of "+t.Type.Type)
	}
	if t.Diff != nil && t.Diff.SamplesFrom+t.Diff.SamplesTo > 0 {
		parts = append(parts, fmt.Sprintf("%d → %d samples", t.Diff.SamplesFrom, t.Diff.SamplesTo))
	} else if t.Samples > 0 {
		parts = append(parts, fmt.Sprintf("%d samples, a share of 10 %% is exact to ± %.1f points", t.Samples, prof.Margin(10, t.Samples)))
	}
	list := append([]string(nil), o.Footer...)
	if len(parts) > 0 {
		list = append(list, strings.Join(parts, " · "))
	}
	return list
}
