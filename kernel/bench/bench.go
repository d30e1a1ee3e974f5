// Package bench reads the output of "go test -bench" into results and compares them with earlier runs.
//
// The text follows the Go benchmark data format
// (https://golang.org/design/14313-benchmark-format); the reading is
// golang.org/x/perf/benchfmt's, and only this package knows that library.
package bench

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// maxText is the size in bytes above which Parse refuses a text: a benchmark that
// prints in its loop can write without end.
const maxText = 64 << 20

// maxLine is the length in bytes of the longest line that can be a result; longer
// ones are what the benchmarked code printed.
const maxLine = 32 << 10

// ErrTooLarge is the error for a text that is too large to be read.
var ErrTooLarge = errors.New("benchmark output is larger than 64 MiB")

// Set is what one run of "go test -bench" measured.
type Set struct {
	// Config holds the goos, goarch, pkg and cpu lines in their order. Of a run over
	// several packages, it has the pkg of the last.
	Config []Setting
	// Results are in the order of the text: with -count, a benchmark has several.
	Results []Result
	// Problems are the lines that look like a result and are none.
	Problems []Problem
	// Verdict is "PASS" or "FAIL", or "" if the run has not ended.
	Verdict string
	// Text is the output as it was given to Parse.
	Text string
}

// Setting is one "key: value" line.
type Setting struct{ Key, Value string }

// Result is one result line.
type Result struct {
	// Name is the benchmark's name without "Benchmark" and without the processor
	// suffix: "Join/n=10".
	Name string
	// FullName is the name as printed: "BenchmarkJoin/n=10-8".
	FullName string
	// Pkg is the import path of the package, "" if the text does not say.
	Pkg string
	// Procs is GOMAXPROCS during the run.
	Procs int
	// Iterations is b.N of the run that was measured.
	Iterations int
	// Values are the measurements in the order of the line.
	Values []Value
	// Line is the 1-based line of the text.
	Line int
}

// Value is one measurement. Number is in the printed Unit ("ns/op", "B/op",
// "allocs/op", "MB/s" or one of the benchmark's own); Text is the number as printed.
type Value struct {
	Number float64
	Unit   string
	Text   string
}

// Problem is a line that begins like a result and cannot be read as one.
type Problem struct {
	Line    int // 1-based
	Text    string
	Message string
}

// Get returns the measurement with the given unit.
func (r Result) Get(unit string) (Value, bool) {
	for _, v := range r.Values {
		if v.Unit == unit {
			return v, true
		}
	}
	return Value{}, false
}

// Setting returns the value of a "key: value" line, "" if there is none.
func (s Set) Setting(key string) string {
	for _, c := range s.Config {
		if c.Key == key {
			return c.Value
		}
	}
	return ""
}

// Parse reads the output of "go test -bench", also of a run that failed or was cut
// short. What the benchmarks printed themselves is passed over. The one error is
// ErrTooLarge.
func Parse(text string) (Set, error) {
	set := Set{Text: text}
	if len(text) > maxText {
		return Set{}, fmt.Errorf("parse: %w", ErrTooLarge)
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	set.Verdict = verdict(lines)
	lines = mendTorn(lines)
	for i, line := range lines {
		if len(line) > maxLine {
			lines[i] = ""
		}
	}
	r := benchfmt.NewReader(strings.NewReader(strings.Join(lines, "\n")), "")
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			set.Results = append(set.Results, newResult(rec, lines))
			set.Config = settings(rec)
		case *benchfmt.SyntaxError:
			set.Problems = append(set.Problems, problem(rec, lines))
		}
	}
	if len(set.Results) == 0 {
		set.Config = plainSettings(lines)
	}
	return set, nil
}

// newResult copies what the reader lends.
func newResult(rec *benchfmt.Result, lines []string) Result {
	_, line := rec.Pos()
	full := string(rec.Name.Full())
	res := Result{
		Name: full, FullName: "Benchmark" + full, Pkg: rec.GetConfig("pkg"),
		Procs: 1, Iterations: rec.Iters, Line: line,
	}
	if _, parts := rec.Name.Parts(); len(parts) > 0 {
		last := parts[len(parts)-1]
		if n, err := strconv.Atoi(string(bytes.TrimPrefix(last, []byte("-")))); last[0] == '-' && err == nil {
			res.Procs = n
			res.Name = strings.TrimSuffix(full, string(last))
		}
	}
	var printed []string
	if line >= 1 && line <= len(lines) {
		printed = strings.Fields(lines[line-1])
	}
	for i, v := range rec.Values {
		val := Value{Number: v.Value, Unit: v.Unit}
		if v.OrigUnit != "" {
			val.Number, val.Unit = v.OrigValue, v.OrigUnit
		}
		val.Text = strconv.FormatFloat(val.Number, 'g', -1, 64)
		if at := 2 + 2*i; at < len(printed) {
			val.Text = printed[at]
		}
		res.Values = append(res.Values, val)
	}
	return res
}

// problem copies a syntax error with its line.
func problem(rec *benchfmt.SyntaxError, lines []string) Problem {
	p := Problem{Line: rec.Line, Message: rec.Msg}
	if rec.Line >= 1 && rec.Line <= len(lines) {
		p.Text = lines[rec.Line-1]
	}
	return p
}

// known are the settings that go test itself prints. Other "key: value" lines are
// taken for what the benchmarked code printed.
var known = [...]string{"goos", "goarch", "pkg", "cpu"}

// settings copies go test's own settings from a result.
func settings(rec *benchfmt.Result) []Setting {
	var out []Setting
	for _, key := range known {
		if value := rec.GetConfig(key); value != "" {
			out = append(out, Setting{Key: key, Value: value})
		}
	}
	return out
}

// plainSettings finds go test's settings in a text without results.
func plainSettings(lines []string) []Setting {
	var out []Setting
	for _, line := range lines {
		for _, key := range known {
			if value, ok := strings.CutPrefix(line, key+": "); ok {
				out = append(out, Setting{Key: key, Value: value})
			}
		}
	}
	return out
}

// verdict finds how the run ended. One FAIL is enough.
func verdict(lines []string) string {
	v := ""
	for _, line := range lines {
		switch {
		case line == "FAIL" || strings.HasPrefix(line, "FAIL\t"):
			return "FAIL"
		case line == "PASS":
			v = "PASS"
		}
	}
	return v
}
