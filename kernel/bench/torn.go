package bench

import (
	"regexp"
	"strings"
)

// go test prints a benchmark's name, runs it, and then prints the figures on the
// same line. A benchmark that prints to standard output gets in between: the name
// stands on one line with the first of its output, the figures at the end of a
// later one.

// tornName is a result line that ends before its figures.
var tornName = regexp.MustCompile(`^(Benchmark\S*)[ \t]+\t`)

// tornRest is the figures at the end of a line: iterations, then a time.
var tornRest = regexp.MustCompile(`(\d+)\t[ \t]*([0-9.e+]+ ns/op(?:\t.*)?)$`)

// whole is a complete result line.
var whole = regexp.MustCompile(`^Benchmark\S*[ \t]+\d+[ \t]+\S+[ \t]+\S+`)

// mendTorn returns lines with every torn result line put together again, on the
// line where its figures are. The number of lines stays the same.
func mendTorn(lines []string) []string {
	out := make([]string, len(lines))
	copy(out, lines)
	pending, at := "", -1
	for i, line := range lines {
		if len(line) > maxLine {
			continue
		}
		if strings.HasPrefix(line, "Benchmark") {
			pending, at = "", -1
			if m := tornName.FindStringSubmatch(line); m != nil && !whole.MatchString(line) {
				pending, at = m[1], i
			}
		}
		if pending == "" {
			continue
		}
		if m := tornRest.FindStringSubmatch(line); m != nil {
			out[at] = "" // what is left there is the benchmark's own output
			out[i] = pending + "\t" + m[1] + "\t" + m[2]
			pending, at = "", -1
		}
	}
	return out
}
