package render

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"

	"gomri/kernel/prof"
)

// lineShare is the part of all, one in so many, below which a frame of a profile that
// does not fit whole has no line: lines take as much room as all other columns.
const lineShare = 2000

// flameModel is what the live graph is drawn from. The field names are short
// because the model is part of every saved notebook.
type flameModel struct {
	// Names, Files and Kinds are tables that frames refer to by index; Kinds has a
	// letter for each name.
	Names []string `json:"n"`
	Files []string `json:"f"`
	Kinds string   `json:"k"`
	// Home has the index of a file for each name.
	Home []int `json:"h"`
	// Cums and Selfs have what each function takes in the whole profile, kept here or
	// not, and CumsFolded and SelfsFolded by how much less when the runtime's frames are
	// folded into their callers.
	Cums        []int64 `json:"w"`
	CumsFolded  []int64 `json:"wf"`
	Selfs       []int64 `json:"q"`
	SelfsFolded []int64 `json:"qf"`
	// Frames holds five columns, one after the other because that packs best, of a
	// number for each frame, parents before children: depth, name, total, self, line
	// (negative if inlined). Totals are in units of Step.
	Frames []int64 `json:"d"`
	Step   int64   `json:"g"`
	// Total is 100 %; it is larger than the first frame's when filters are set.
	Total int64 `json:"t"`
	// Units are the scale of the values, smallest first, as name and factor.
	Units [][2]any `json:"u"`
	// Type is what is measured.
	Type string `json:"y"`
	// Pruned counts the frames that are not in Frames.
	Pruned int `json:"p"`
	// Self are the shares of the kinds in themselves, as text, in the order of flameKinds.
	Self [4][3]string `json:"s"`
	// Fills are the colours of the kinds, for light and dark ground.
	Fills map[string][2]string `json:"c,omitempty"`
	// Sides holds, of a difference, four more columns: what each frame was and is, and
	// what of that was and is in itself, in units of Step.
	Sides []int64 `json:"x,omitempty"`
	// View is the name of the sample type, and Others are the other ones.
	View   string        `json:"v,omitempty"`
	Others []*flameModel `json:"o,omitempty"`
	// Proto is the profile itself, gzipped and in base64, when it is small.
	Proto string `json:"z,omitempty"`
	// Source is the profile as commands name it.
	Source string `json:"a,omitempty"`
	// Sources are the lines of functions.
	Sources []flameSource `json:"l,omitempty"`
}

// flameData returns the model of the live graph as a JavaScript expression of at most
// room bytes (and at most maxFlameData, with the profile's own beside it), shared with
// the other sample types. A model that is not small is packed: a string of gzipped JSON
// in base64, in which five times as many frames have room.
func flameData(tree *prof.Tree, others []FlameView, o ProfileOptions, room int) string {
	proto := base64.StdEncoding.EncodeToString(o.Proto)
	if len(o.Proto) > maxFlameProto || len(proto) > room/2 {
		proto = ""
	}
	sources := flameSources(o.Listing)
	// Base64 of what is packed already takes its length once more, and a little.
	limit := max(min(room-len(proto)*21/20-len(pack(jsValue(sources))), maxFlameData), leastFlameData)
	first := limit
	if len(others) > 0 {
		first = limit / 2
	}
	m := boundedModel(tree, first)
	m.Fills = map[string][2]string{
		"y": {FillYours, DarkFillYours}, "s": {FillStd, DarkFillStd},
		"m": {FillModules, DarkFillModules}, "r": {FillRuntime, DarkFillRuntime},
		"l": {FillBetter, DarkFillBetter}, "g": {FillWorse, DarkFillWorse},
	}
	if len(others) > 0 {
		m.View = tree.Type.Type
	}
	for _, v := range others {
		other := boundedModel(v.Tree, limit/2/len(others))
		other.View = v.Name
		m.Others = append(m.Others, other)
	}
	m.Proto, m.Source, m.Sources = proto, o.Source, scaled(sources, m.Step)
	text := jsValue(m)
	if len(text) <= maxPlainData {
		return text
	}
	return jsValue(pack(text))
}

// pack gzips text and writes it in base64.
func pack(text string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err != nil || w.Close() != nil {
		return "" // not reached: the level is known, and a buffer takes everything
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// boundedModel is the model with as many frames as fit into limit bytes when packed.
func boundedModel(tree *prof.Tree, limit int) *flameModel {
	self, sums := selfByKind(tree.Root), newFlameSums(tree)
	widest := limit / liveFrameSize
	for {
		m := newFlameModel(tree.PruneTo(widest), sums)
		for i, k := range flameKinds {
			m.Self[i] = [3]string{classOf(k), k.String(), Percent(shareOf(self[k], tree.Root.Total))}
		}
		frames := len(m.Frames) / 5
		text := jsValue(m)
		if len(text) <= maxPlainData {
			return m
		}
		size := len(pack(text))
		if size <= limit {
			return m
		}
		widest = min(widest*3/4, frames*limit/size*19/20)
	}
}

// flameSums is what each function takes in the whole of a tree, by name: as it is and
// with the runtime's frames folded.
type flameSums struct {
	cums, selfs, foldedCums, foldedSelfs map[string]int64
	step                                 int64 // what all values are multiples of
}

func newFlameSums(tree *prof.Tree) flameSums {
	folded := tree.Collapse()
	return flameSums{
		cums: tree.Cums(), selfs: tree.Selfs(), foldedCums: folded.Cums(), foldedSelfs: folded.Selfs(),
		step: max(stepOf(tree.Root, 0), 1),
	}
}

// newFlameModel writes a tree, which is the part that is kept of the one with the sums.
func newFlameModel(tree *prof.Tree, sums flameSums) *flameModel {
	m := &flameModel{
		Step: sums.step, Total: tree.Total, Type: tree.Type.Type, Pruned: tree.Pruned,
		Units: unitsOf(tree.Type.Unit),
	}
	names, files := make(map[string]int), make(map[string]int)
	kinds := []byte{}
	index := func(table map[string]int, list *[]string, s string) (int, bool) {
		i, ok := table[s]
		if !ok {
			i = len(*list)
			table[s] = i
			*list = append(*list, s)
		}
		return i, !ok
	}
	var frames [5][]int64
	var sides [4][]int64
	var walk func(n *prof.Node, depth int64)
	walk = func(n *prof.Node, depth int64) {
		name, isNew := index(names, &m.Names, n.Name)
		if isNew {
			file, _ := index(files, &m.Files, n.File)
			m.Home = append(m.Home, file)
			cum, self := sums.cums[n.Name], sums.selfs[n.Name]
			m.Cums, m.Selfs = append(m.Cums, cum/m.Step), append(m.Selfs, self/m.Step)
			m.CumsFolded = append(m.CumsFolded, (cum-sums.foldedCums[n.Name])/m.Step)
			m.SelfsFolded = append(m.SelfsFolded, (self-sums.foldedSelfs[n.Name])/m.Step)
			kinds = append(kinds, classOf(n.Kind)...)
		}
		// -1 is an inlined frame of unknown line, and so on.
		line := n.Line
		if tree.Pruned > 0 && n.Total < tree.Root.Total/lineShare {
			line = 0
		}
		if n.Inlined && depth > 0 {
			line = -line - 1
		}
		for i, v := range [...]int64{depth, int64(name), n.Total / m.Step, n.Self / m.Step, line} {
			frames[i] = append(frames[i], v)
		}
		if tree.Diff != nil {
			for i, v := range [...]int64{n.From, n.To, n.SelfFrom, n.SelfTo} {
				sides[i] = append(sides[i], v/m.Step)
			}
		}
		for _, c := range n.Children {
			if c.Total > 0 {
				walk(c, depth+1)
			}
		}
	}
	walk(tree.Root, 0)
	m.Frames, m.Sides = slices.Concat(frames[:]...), slices.Concat(sides[:]...)
	m.Kinds = string(kinds)
	return m
}

// stepOf is the greatest common divisor of all values: of a CPU profile, the time
// between two samples, which makes the numbers short.
func stepOf(n *prof.Node, step int64) int64 {
	step = gcd(step, n.Total)
	step = gcd(step, n.Self)
	step = gcd(step, n.From)
	step = gcd(step, n.SelfFrom)
	for _, c := range n.Children {
		if step == 1 {
			return 1
		}
		step = stepOf(c, step)
	}
	return step
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// unitsOf returns the scale of units that a unit is on: each one's name, and how
// many of the given unit it is. A count is on none, and is written as a number.
func unitsOf(unit string) [][2]any {
	scale := [][2]any{}
	if _, got := prof.Scale(1, unit, "?"); got == "?" {
		return scale
	}
	for _, u := range [][]string{
		{"ns", "us", "ms", "s", "hrs"},
		{"B", "kB", "MB", "GB", "TB"},
	} {
		for _, name := range u {
			f, got := prof.Scale(1<<40, unit, name)
			if got != name || f == 0 {
				break
			}
			shown := name
			if name == "us" {
				shown = "µs"
			}
			scale = append(scale, [2]any{shown, fmtFactor(float64(1<<40) / f)})
		}
	}
	return scale
}

// fmtFactor keeps factors that are whole numbers whole.
func fmtFactor(f float64) any {
	if f == float64(int64(f)) {
		return int64(f)
	}
	return fmt.Sprintf("%g", f)
}
