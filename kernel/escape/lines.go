package escape

import "slices"

// ByLine returns the notes of one file by line, in the order of their columns.
func ByLine(notes []Note, file string) map[int][]Note {
	lines := map[int][]Note{}
	for _, n := range notes {
		if n.File == file {
			lines[n.Line] = append(lines[n.Line], n)
		}
	}
	for _, l := range lines {
		slices.SortStableFunc(l, func(a, b Note) int { return a.Col - b.Col })
	}
	return lines
}

// Files returns the names of the files that notes are about, in the order of first mention.
func Files(notes []Note) []string {
	var files []string
	for _, n := range notes {
		if !slices.Contains(files, n.File) {
			files = append(files, n.File)
		}
	}
	return files
}
