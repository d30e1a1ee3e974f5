package render

import "gomri/kernel/prof"

// The bounds of the lines that are in the data of a live graph.
const (
	maxSourceBytes = 40 << 10 // of text, which packs to a quarter
	// maxSourceLines is the length of a function up to which all its lines are kept, and
	// sourceMargin how many are kept of longer ones around each with samples.
	maxSourceLines = 120
	sourceMargin   = 3
)

// flameSource is one function with its lines, for the live graph.
type flameSource struct {
	Name string `json:"n"`
	File string `json:"f"`
	// Lines have a number, what the line takes itself and with what it calls, and its text.
	Lines [][4]any `json:"l"`
}

// flameSources takes as much of a listing as has room, in its order.
func flameSources(routines []prof.Routine) []flameSource {
	var list []flameSource
	room := maxSourceBytes
	for _, r := range routines {
		lines := around(r.Lines)
		size := 0
		for _, line := range lines {
			size += len(line.Text) + 24
		}
		if len(lines) == 0 || size > room {
			continue
		}
		room -= size
		s := flameSource{Name: r.Name, File: r.File}
		for _, line := range lines {
			s.Lines = append(s.Lines, [4]any{line.Number, line.Flat, line.Cum, line.Text})
		}
		list = append(list, s)
	}
	return list
}

// around keeps of a long function the lines with samples and those next to them.
func around(lines []prof.Line) []prof.Line {
	if len(lines) <= maxSourceLines {
		return lines
	}
	var kept []prof.Line
	until := 0 // everything before this index is kept or dropped
	for i, line := range lines {
		if line.Cum == 0 && line.Flat == 0 {
			continue
		}
		from, to := max(i-sourceMargin, until), min(i+sourceMargin+1, len(lines))
		kept = append(kept, lines[from:to]...)
		until = to
	}
	return kept
}

// scaled writes the values of lines in units of step, as the frames have them.
func scaled(list []flameSource, step int64) []flameSource {
	for _, s := range list {
		for i := range s.Lines {
			for k := 1; k <= 2; k++ {
				if v, ok := s.Lines[i][k].(int64); ok {
					s.Lines[i][k] = v / step
				}
			}
		}
	}
	return list
}
