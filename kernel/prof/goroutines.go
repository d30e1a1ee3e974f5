package prof

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Goroutines are goroutines that stand at the same place for the same reason.
type Goroutines struct {
	Count int
	// State is what they do or wait for: "running", "chan receive", "IO wait".
	State string
	// Shortest and Longest are how many minutes they have waited; 0 is less than one.
	Shortest, Longest int
	// Stack is where they are, the innermost call first, and Created what started them.
	Stack   []GoroutineFrame
	Created GoroutineFrame
}

// GoroutineFrame is one call.
type GoroutineFrame struct {
	Function, File string
	Line           int
}

// maxGoroutineGroups bounds how many groups are told apart.
const maxGoroutineGroups = 2000

var (
	goroutineHead  = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^\],]+)((?:, [^\]]*)?)\]:$`)
	goroutineWait  = regexp.MustCompile(`, (\d+) minutes`)
	goroutinePlace = regexp.MustCompile(`^\t(.*):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

// ParseGoroutines reads the text of /debug/pprof/goroutine?debug=2, which says what
// the profile does not: why goroutines wait and since when. The largest group comes
// first; what is not of that form is skipped.
func ParseGoroutines(text string) []Goroutines {
	groups := make(map[string]*Goroutines)
	for block := range strings.SplitSeq(text, "\n\n") {
		g, ok := parseGoroutine(block)
		if !ok {
			continue
		}
		key := g.State
		for _, f := range append(g.Stack, g.Created) {
			key += "\n" + f.Function + ":" + strconv.Itoa(f.Line)
		}
		if same := groups[key]; same != nil {
			same.Count++
			same.Shortest, same.Longest = min(same.Shortest, g.Shortest), max(same.Longest, g.Longest)
		} else if len(groups) < maxGoroutineGroups {
			groups[key] = &g
		}
	}
	list := make([]Goroutines, 0, len(groups))
	for _, g := range groups {
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b Goroutines) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Longest, a.Longest), strings.Compare(a.place(), b.place()))
	})
	return list
}

// place orders groups that are equal in all else.
func (g Goroutines) place() string {
	text := g.State
	for _, f := range g.Stack {
		text += f.Function
	}
	return text
}

// parseGoroutine reads one goroutine.
func parseGoroutine(block string) (g Goroutines, ok bool) {
	head, rest, _ := strings.Cut(strings.TrimLeft(block, "\n"), "\n")
	m := goroutineHead.FindStringSubmatch(head)
	if m == nil {
		return g, false
	}
	g = Goroutines{Count: 1, State: m[1]}
	if w := goroutineWait.FindStringSubmatch(m[2]); w != nil {
		if n, err := strconv.Atoi(w[1]); err == nil {
			g.Shortest, g.Longest = n, n
		}
	}
	var f *GoroutineFrame
	for line := range strings.SplitSeq(rest, "\n") {
		if p := goroutinePlace.FindStringSubmatch(line); p != nil && f != nil {
			f.File = p[1]
			if n, err := strconv.Atoi(p[2]); err == nil {
				f.Line = n
			}
			continue
		}
		if name, created := strings.CutPrefix(line, "created by "); created {
			name, _, _ = strings.Cut(name, " in goroutine ")
			g.Created.Function = name
			f = &g.Created
			continue
		}
		if name := strings.TrimSpace(line); name != "" && len(g.Stack) < maxDepth {
			// The arguments are the last parentheses; a method's receiver has some too.
			if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
				name = name[:i]
			}
			g.Stack = append(g.Stack, GoroutineFrame{Function: name})
			f = &g.Stack[len(g.Stack)-1]
		}
	}
	return g, true
}

// Where is the innermost call that is not of the runtime, or the innermost one.
func (g Goroutines) Where() GoroutineFrame {
	for _, f := range g.Stack {
		if KindOf(f.Function, f.File, nil) == Yours {
			return f
		}
	}
	for _, f := range g.Stack {
		if PackageOf(f.Function) != "runtime" {
			return f
		}
	}
	if len(g.Stack) > 0 {
		return g.Stack[0]
	}
	return GoroutineFrame{}
}
