package toolchain

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// crashWatch passes a program's standard error on until a crash report of the Go
// runtime begins, and keeps that: the cell shows it as its error.
type crashWatch struct {
	to    io.Writer
	crash child.Crash
}

// Write passes on what is no report.
func (c *crashWatch) Write(p []byte) (int, error) {
	if own := c.crash.Take(p); len(own) > 0 {
		if _, err := c.to.Write(own); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// release passes on what was held back: it was no crash report after all.
func (c *crashWatch) release() error {
	own := c.crash.Release()
	if len(own) == 0 {
		return nil
	}
	if _, err := c.to.Write(own); err != nil {
		return fmt.Errorf("pass on standard error: %w", err)
	}
	return nil
}

// failure is how the program failed.
func (c *crashWatch) failure(exit child.Exit) error {
	text := c.crash.Report()
	at := crashStart(text)
	if at < 0 || exit.Code != 2 {
		if err := c.release(); err != nil {
			return err
		}
		name := "Exit"
		if exit.Signal != nil {
			name = "Died"
		}
		return display.Failf(name, "%s", exit)
	}
	return crashFailure(text[at:])
}

// crashStart finds where a report begins; "runtime: …" lines may come before it.
func crashStart(text string) int {
	for _, begin := range []string{"panic: ", "fatal error: "} {
		if strings.HasPrefix(text, begin) {
			return 0
		}
		if i := strings.Index(text, "\n"+begin); i >= 0 {
			return i + 1
		}
	}
	return -1
}

// crashFailure makes a failure of a report that begins with "panic: " or "fatal
// error: ": its message, and of the first goroutine the frames that are lines of
// cells.
func crashFailure(text string) *display.Failure {
	name, message := "Panic", ""
	head, rest, _ := strings.Cut(text, "\n\n")
	if m, ok := strings.CutPrefix(head, "panic: "); ok {
		message = panicMessage(m)
	} else {
		name, message = "FatalError", strings.TrimPrefix(head, "fatal error: ")
		message, _, _ = strings.Cut(message, "\n[signal ")
		message = strings.TrimRight(message, "\n") // there may be no goroutine to tell of
	}
	f := display.Failf(name, "%s", message)
	f.Traceback = strings.Split(strings.TrimRight(firstWords(head)+message, "\n"), "\n")
	first := true
	for _, fr := range cellFrames(rest) {
		place := fmt.Sprintf("%s, line %s", fr.file, fr.line)
		if fr.function != "main.main" && fr.function != "" {
			place += ", in " + shortFunction(fr.function)
		}
		lead := "    called from "
		if first {
			lead, first = "    at ", false
		}
		f.Traceback = append(f.Traceback, lead+place)
	}
	return f
}

// firstWords is "panic: " or "fatal error: ".
func firstWords(head string) string {
	i := strings.Index(head, ": ")
	return head[:i+2]
}

// panicMessage is the text of a panic, and of the earlier ones that it follows.
func panicMessage(s string) string {
	s, _, _ = strings.Cut(s, "\n[signal ")
	// The runtime indents the further lines of a message.
	return strings.ReplaceAll(strings.ReplaceAll(s, "\n\t", "\n"), "\npanic: ", "\n\tpanic: ")
}

// frame is one call in a goroutine's trace.
type frame struct{ function, file, line string }

// framePlace is the second line of a frame in a trace.
var framePlace = regexp.MustCompile(`^\t(cell-[0-9]+):([0-9]+)(?: |$)`)

// goroutine is the head of a goroutine's trace.
var goroutine = regexp.MustCompile(`(?m)^goroutine [0-9]+`)

// maxFrames bounds the frames that are shown; deep recursion has thousands.
const maxFrames = 20

// cellFrames returns the frames of the first goroutine of a trace that are lines of
// cells. A frame of the place where another goroutine was started is not one.
func cellFrames(trace string) []frame {
	if at := goroutine.FindStringIndex(trace); at != nil {
		trace = trace[at[0]:]
	}
	trace, _, _ = strings.Cut(trace, "\n\n")
	var frames []frame
	function := ""
	for line := range strings.Lines(trace) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "created by ") {
			break
		}
		if !strings.HasPrefix(line, "\t") {
			function = line
			continue
		}
		m := framePlace.FindStringSubmatch(line)
		if m == nil || len(frames) >= maxFrames {
			continue
		}
		if i := strings.LastIndexByte(function, '('); i > 0 {
			function = function[:i]
		}
		frames = append(frames, frame{function: function, file: m[1], line: m[2]})
	}
	return frames
}

// shortFunction is a function's name without its package.
func shortFunction(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	_, short, ok := strings.Cut(name, ".")
	if !ok {
		return name
	}
	return short
}
