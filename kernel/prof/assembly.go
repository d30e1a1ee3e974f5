package prof

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
)

// Assembly is the machine code of functions with what each instruction costs: the
// report "disasm" of pprof. The figures are pprof's own, as it writes them.
type Assembly struct {
	Text     string // the report itself
	Total    string
	Routines []AssemblyRoutine
}

// AssemblyRoutine is the code of one function.
type AssemblyRoutine struct {
	Name             string
	Flat, Cum, Share string
	Instructions     []Instruction
}

// Instruction is one machine instruction.
type Instruction struct {
	Addr, Text string
	Flat, Cum  string  // "." for nothing
	Heat       float64 // the larger of them as a share of the total, for colouring
	File       string  // the last element of the file that it comes from, "" if unknown
	Line       int64
}

// textColumns is how wide pprof sets an instruction before the place it comes from.
const textColumns = 40

var (
	// routineCost is the line under the name of a routine.
	routineCost = regexp.MustCompile(`^\s*(\S+)\s+(\S+) \(flat, cum\)\s+(\S+) of Total$`)
	// instructionLine is one instruction.
	instructionLine = regexp.MustCompile(`^\s*(\S+)\s+(\S+)\s+([0-9a-f]+): (.*)$`)
	// valueText is a value as pprof writes it.
	valueText = regexp.MustCompile(`^(-?[0-9.]+)(\S*)$`)
)

// ParseAssembly reads the text of pprof's report disasm. Lines that are none of that
// report's are skipped.
func ParseAssembly(text string) Assembly {
	a := Assembly{Text: text}
	var in *AssemblyRoutine
	place := "" // of the instructions that follow
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "Total: "):
			a.Total = strings.TrimPrefix(line, "Total: ")
		case strings.HasPrefix(line, "ROUTINE ===="):
			a.Routines = append(a.Routines, AssemblyRoutine{Name: strings.TrimSpace(strings.TrimLeft(strings.TrimPrefix(line, "ROUTINE "), "="))})
			in, place = &a.Routines[len(a.Routines)-1], ""
		case in == nil:
		case len(in.Instructions) == 0 && routineCost.MatchString(line):
			m := routineCost.FindStringSubmatch(line)
			in.Flat, in.Cum, in.Share = m[1], m[2], m[3]
		case strings.HasPrefix(strings.TrimLeft(line, " "), ";"):
			place = strings.TrimLeft(line, " ")[1:] // the instruction was too long for its line
		default:
			m := instructionLine.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			ins := Instruction{Flat: m[1], Cum: m[2], Addr: m[3], Text: m[4]}
			if len(m[4]) > textColumns && m[4][textColumns] == ';' {
				ins.Text, place = m[4][:textColumns], m[4][textColumns+1:]
			}
			ins.Text = strings.TrimRight(ins.Text, " ")
			ins.File, ins.Line = splitPlace(place)
			ins.Heat = max(shareOfText(ins.Flat, a.Total), shareOfText(ins.Cum, a.Total))
			in.Instructions = append(in.Instructions, ins)
		}
	}
	return a
}

// splitPlace reads "function file.go:12", in which each part may be missing.
func splitPlace(place string) (file string, line int64) {
	file = place[strings.LastIndexByte(place, ' ')+1:]
	name, number, ok := strings.Cut(file, ":")
	if n, err := strconv.ParseInt(number, 10, 64); ok && err == nil {
		return name, n
	}
	return file, 0
}

// shareOfText is a value that pprof wrote as a share of its total, 0 if they are not values.
func shareOfText(value, total string) float64 {
	number := func(text string) (float64, string) {
		m := valueText.FindStringSubmatch(text)
		if m == nil {
			return 0, ""
		}
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, ""
		}
		return max(v, -v), m[2]
	}
	v, unit := number(value)
	t, totalUnit := number(total)
	if f, ok := factor(unit, totalUnit); ok {
		v *= f
	}
	if t == 0 {
		return 0
	}
	return min(v/t, 1)
}

// Compiled returns the functions that hold the code of those whose names match: they
// themselves and those that they were inlined into, by name. Its error says that the
// expression is malformed.
func (p *Profile) Compiled(match string) ([]string, error) {
	expr, err := regexp.Compile(match)
	if err != nil {
		return nil, fmt.Errorf("parsing argument regexp %s: %w", match, err)
	}
	found := make(map[string]bool)
	var names []string
	for _, l := range p.p.Location {
		if !slices.ContainsFunc(l.Line, func(ln profile.Line) bool { return ln.Function != nil && expr.MatchString(ln.Function.Name) }) {
			continue
		}
		if outer := l.Line[len(l.Line)-1].Function; outer != nil && !found[outer.Name] {
			found[outer.Name] = true
			names = append(names, outer.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Attach puts the instructions under the lines that they come from: the report
// "weblist" of pprof.
func (l *Listing) Attach(a Assembly) {
	type place struct {
		file string
		line int64
	}
	code := make(map[place][]Instruction)
	for _, r := range a.Routines {
		for _, in := range r.Instructions {
			if in.Line > 0 {
				at := place{in.File, in.Line}
				code[at] = append(code[at], in)
			}
		}
	}
	for i := range l.Routines {
		r := &l.Routines[i]
		file := path.Base(filepath.ToSlash(r.File))
		for j := range r.Lines {
			if n := r.Lines[j].Number; r.From <= n && n <= r.To {
				r.Lines[j].Code = code[place{file, n}]
			}
		}
	}
}
