package prof

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// unit is one step of a scale of units.
type unit struct {
	name    string   // as printed
	aliases []string // in lower case and without the plural's s
	factor  float64  // in the scale's base unit
}

// scale is a family of units that convert into one another.
type scale struct {
	base  unit // used when the wanted unit is not of the family
	units []unit
}

// scales are the families of units that pprof knows, smallest unit first.
var scales = [...]scale{
	{
		base: unit{name: "B", factor: 1},
		units: []unit{
			{"B", []string{"b", "byte"}, 1},
			{"kB", []string{"kb", "kbyte", "kilobyte"}, 1 << 10},
			{"MB", []string{"mb", "mbyte", "megabyte"}, 1 << 20},
			{"GB", []string{"gb", "gbyte", "gigabyte"}, 1 << 30},
			{"TB", []string{"tb", "tbyte", "terabyte"}, 1 << 40},
			{"PB", []string{"pb", "pbyte", "petabyte"}, 1 << 50},
		},
	},
	{
		base: unit{name: "s", factor: float64(time.Second)},
		units: []unit{
			{"ns", []string{"ns", "nanosecond"}, float64(time.Nanosecond)},
			{"us", []string{"μs", "us", "microsecond"}, float64(time.Microsecond)},
			{"ms", []string{"ms", "millisecond"}, float64(time.Millisecond)},
			{"s", []string{"s", "sec", "second"}, float64(time.Second)},
			{"hrs", []string{"hour", "hr"}, float64(time.Hour)},
		},
	},
	{
		base: unit{name: "GCU", factor: 1},
		units: []unit{
			{"n*GCU", []string{"nanogcu"}, 1e-9},
			{"u*GCU", []string{"microgcu"}, 1e-6},
			{"m*GCU", []string{"milligcu"}, 1e-3},
			{"GCU", []string{"gcu"}, 1},
			{"k*GCU", []string{"kilogcu"}, 1e3},
			{"M*GCU", []string{"megagcu"}, 1e6},
			{"G*GCU", []string{"gigagcu"}, 1e9},
			{"T*GCU", []string{"teragcu"}, 1e12},
			{"P*GCU", []string{"petagcu"}, 1e15},
		},
	},
}

// find returns the unit of the family that alias names.
func (s *scale) find(alias string) (unit, bool) {
	alias = strings.ToLower(alias)
	if utf8.RuneCountInString(alias) > 2 {
		alias = strings.TrimSuffix(alias, "s")
	}
	for _, u := range s.units {
		for _, a := range u.aliases {
			if a == alias {
				return u, true
			}
		}
	}
	return unit{}, false
}

// largest returns the largest unit in which v, in base units, is at least 1.
func (s *scale) largest(v float64) unit {
	best := s.base
	found := false
	for _, u := range s.units {
		if v/u.factor >= 1 && (!found || u.factor >= best.factor) {
			best, found = u, true
		}
	}
	return best
}

// Scale converts value from one unit into another, by pprof's rules: "auto" and
// "minimum" choose a unit that suits the value, and a unit that means nothing
// ("count") comes back empty.
func Scale(value int64, from, to string) (float64, string) {
	if value < 0 && -value > 0 { // the smallest int64 is its own negative
		v, u := Scale(-value, from, to)
		return -v, u
	}
	for _, s := range scales {
		source, ok := s.find(from)
		if !ok {
			continue
		}
		v := float64(value) * source.factor
		target := s.base
		if to == "minimum" || to == "auto" {
			target = s.largest(v)
		} else if u, ok := s.find(to); ok {
			target = u
		}
		return v / target.factor, target.name
	}
	switch to {
	case "count", "sample", "unit", "minimum", "auto":
		return float64(value), ""
	}
	return float64(value), to
}

// factor is how many of the unit to are one of the unit from, if both are of one family.
func factor(from, to string) (f float64, ok bool) {
	for _, s := range scales {
		a, isA := s.find(from)
		b, isB := s.find(to)
		if isA && isB {
			return a.factor / b.factor, true
		}
	}
	return 0, false
}

// Label writes value, given in the unit from, in the unit to, as pprof writes it:
// "1.20s", "512.50kB", "3".
func Label(value int64, from, to string) string {
	v, u := Scale(value, from, to)
	text := strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")
	if text == "0" || text == "-0" {
		return "0"
	}
	return text + u
}

// percent is 100 times the size of value over total, 0 when there is no total.
func percent(value, total int64) float64 {
	if total == 0 {
		return 0
	}
	return math.Abs(float64(value)/float64(total)) * 100
}

// Percentage writes value as a share of total in the six columns that pprof gives it.
func Percentage(value, total int64) string {
	ratio := percent(value, total)
	switch {
	case ratio >= 99.95 && ratio <= 100.05:
		return "  100%"
	case ratio >= 1:
		return fmt.Sprintf("%5.2f%%", ratio)
	default:
		return fmt.Sprintf("%5.2g%%", ratio)
	}
}
