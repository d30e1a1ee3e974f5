package prof

import (
	"slices"

	"github.com/google/pprof/profile"
)

// Finding is the one sentence that a profile has to say: which of the user's
// functions the samples belong to, and what it spends them on.
type Finding struct {
	// Function is the function of the user's own code that is the innermost such
	// frame of the most value; "" when no sample has a frame of their own code.
	Function string
	Value    int64 // the value of those samples
	// Callee is what Function called, or Function itself, in the largest part of them.
	Callee      string
	CalleeValue int64

	// OutsideRoot is where most stacks without any of the user's functions begin,
	// and Outside the value of all such stacks.
	OutsideRoot string
	Outside     int64
}

// find computes the finding of a profile.
func find(p *profile.Profile, stacks []stack, own []string) Finding {
	kinds := make(map[*profile.Function]Kind, len(p.Function))
	for _, f := range p.Function {
		kinds[f] = KindOf(f.Name, f.Filename, own)
	}
	type call struct{ from, to string }
	mine := make(map[string]int64)
	calls := make(map[call]int64)
	roots := make(map[string]int64)
	var f Finding
	for _, s := range stacks {
		v := s.value
		if v == 0 || len(s.locations) == 0 {
			continue
		}
		fn, callee := innermost(s, kinds)
		if fn == "" {
			f.Outside += v
			roots[root(s)] += v
			continue
		}
		mine[fn] += v
		calls[call{fn, callee}] += v
	}
	f.Function, f.Value = heaviest(mine)
	callees := make(map[string]int64)
	for c, v := range calls {
		if c.from == f.Function {
			callees[c.to] = v
		}
	}
	f.Callee, f.CalleeValue = heaviest(callees)
	f.OutsideRoot, _ = heaviest(roots)
	return f
}

// innermost returns the innermost function of the user's own on the sample's
// stack and what it called; both are the same at the end of the stack.
func innermost(s stack, kinds map[*profile.Function]Kind) (fn, callee string) {
	below := ""
	for _, l := range s.locations {
		if isLabelFrame(l) {
			continue
		}
		for _, ln := range l.Line {
			if ln.Function == nil || ln.Function.Name == "" {
				continue
			}
			if kinds[ln.Function] == Yours {
				if below == "" {
					below = ln.Function.Name
				}
				return ln.Function.Name, below
			}
			below = ln.Function.Name
		}
	}
	return "", ""
}

// root returns the function that the sample's stack begins with.
func root(s stack) string {
	for _, l := range slices.Backward(s.locations) {
		if len(l.Line) == 0 || l.Line[len(l.Line)-1].Function == nil {
			return ""
		}
		if !isLabelFrame(l) {
			return l.Line[len(l.Line)-1].Function.Name
		}
	}
	return ""
}

// heaviest returns the name of the largest value, the first in the alphabet of equals.
func heaviest(values map[string]int64) (name string, value int64) {
	for n, v := range values {
		if abs(v) > abs(value) || abs(v) == abs(value) && (name == "" || n < name) {
			name, value = n, v
		}
	}
	return name, value
}
