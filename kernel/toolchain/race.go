package toolchain

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"gomri/kernel/display"
)

// raceStatus is the exit status of a program in which the race detector found something.
const raceStatus = 66

// raceWatch takes the reports of the race detector out of a program's standard error
// and reduces them to the lines of cells.
type raceWatch struct {
	to     io.Writer
	line   []byte   // the beginning of a line
	ruled  bool     // the line before was the rule that stands before and after a report
	report []string // of the report that is being read; nil outside of one
	count  int
	lines  []string // of all reports, reduced
}

const (
	raceRule  = "=================="
	raceTitle = "WARNING: DATA RACE"
)

// maxRaceLines bounds the lines of reports that are shown, and of one report.
const maxRaceLines = 200

// Write passes on what is no report.
func (r *raceWatch) Write(p []byte) (int, error) {
	r.line = append(r.line, p...)
	for {
		i := bytes.IndexByte(r.line, '\n')
		if i < 0 {
			break
		}
		line := string(r.line[:i+1])
		r.line = r.line[i+1:]
		if err := r.take(line); err != nil {
			return 0, err
		}
	}
	// What may not become a rule need not wait for its end.
	if r.report == nil && !r.ruled && r.count == 0 && !strings.HasPrefix(raceRule, string(r.line[:min(len(r.line), len(raceRule))])) {
		return len(p), r.flush()
	}
	return len(p), nil
}

// take takes one line.
func (r *raceWatch) take(line string) error {
	text := strings.TrimRight(line, "\r\n")
	switch {
	case r.report != nil && text == raceRule:
		r.lines = append(r.lines, reduceRace(r.report)...)
		r.report = nil
	case r.report != nil:
		if len(r.report) < maxRaceLines {
			r.report = append(r.report, text)
		}
	case r.ruled && text == raceTitle:
		r.count++
		r.ruled, r.report = false, []string{}
	case r.ruled:
		r.ruled = false
		return r.pass(raceRule + "\n" + line)
	case text == raceRule:
		r.ruled = true
	case r.count > 0 && foundRaces.MatchString(text):
	default:
		return r.pass(line)
	}
	return nil
}

// foundRaces is the detector's last line.
var foundRaces = regexp.MustCompile(`^Found [0-9]+ data race\(s\)$`)

func (r *raceWatch) pass(text string) error {
	if _, err := io.WriteString(r.to, text); err != nil {
		return fmt.Errorf("pass on standard error: %w", err)
	}
	return nil
}

// flush passes on the last line if it has no end.
func (r *raceWatch) flush() error {
	text := string(r.line)
	r.line = nil
	if r.ruled {
		r.ruled, text = false, raceRule+"\n"+text
	}
	if text == "" {
		return nil
	}
	return r.pass(text)
}

// raceHead is the line above the frames of one access, or of a goroutine's start.
var raceHead = regexp.MustCompile(`^((?:Previous |Atomic |Previous atomic )?[A-Za-z]+)(?: at 0x[0-9a-f]+)? by (.*):$|^(Goroutine [0-9]+) \([a-z ]+\) created at:$`)

// racePlace is the second line of a frame.
var racePlace = regexp.MustCompile(`^      (?:\S*[\\/])?(cell-[0-9]+):([0-9]+)(?: |$)`)

// wrapper matches the functions that the compiler makes of go statements with arguments.
var wrapper = regexp.MustCompile(`\.gowrap[0-9]+$`)

// reduceRace is a report with the frames that are lines of cells.
func reduceRace(report []string) []string {
	var lines []string
	function := ""
	for _, line := range report {
		if m := raceHead.FindStringSubmatch(line); m != nil {
			head := m[1] + " by " + m[2]
			if m[3] != "" {
				head = m[3] + " was started"
			}
			lines = append(lines, strings.ToLower(head[:1])+head[1:])
			continue
		}
		if m := racePlace.FindStringSubmatch(line); m != nil {
			place := fmt.Sprintf("    at %s, line %s", m[1], m[2])
			if name := function[:max(0, strings.LastIndexByte(function, '('))]; name != "" && name != "main.main" && !wrapper.MatchString(name) {
				place += ", in " + shortFunction(name)
			}
			lines = append(lines, place)
			continue
		}
		function = strings.TrimSpace(line)
	}
	return lines
}

// text is all reports, reduced.
func (r *raceWatch) text() string {
	return "data race:\n" + strings.Join(r.lines[:min(len(r.lines), maxRaceLines)], "\n") + "\n"
}

// failure is the failure of a program with data races.
func (r *raceWatch) failure() *display.Failure {
	said := "the race detector found a data race"
	if r.count > 1 {
		said = fmt.Sprintf("the race detector found %d data races", r.count)
	}
	f := display.Failf("DataRace", "%s", said)
	f.Traceback = append(f.Traceback, r.lines[:min(len(r.lines), maxRaceLines)]...)
	return f
}
