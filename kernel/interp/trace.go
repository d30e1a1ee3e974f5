package interp

import (
	"regexp"
	"strings"

	"gomri/kernel/child"
)

// traceLimit bounds what is held back of a stream, in bytes.
const traceLimit = 1 << 20

// trace holds back what looks like the crash of a worker: the trace names yaegi's
// functions, not the user's lines. If the worker lives on, it was the user's own text.
type trace struct {
	text    strings.Builder
	holding bool
	line    string // the unfinished line before, for a start that is split in two
	begun   string // what of the crash's first line was shown before it was known as one
}

// crashLine begins the text of a process that the Go runtime ends.
var crashLine = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: goroutine stack exceeds|runtime: out of memory|unexpected fault address|SIG[A-Z]+: |unhandled signal)`)

// take returns what of the text is to be shown now.
func (t *trace) take(text string) string {
	if t.holding {
		t.text.WriteString(text)
		if t.text.Len() > traceLimit {
			return t.release()
		}
		return ""
	}
	at := crashLine.FindStringIndex(t.line + text)
	if at == nil || at[1] <= len(t.line) {
		t.line = (t.line + text)[strings.LastIndexByte(t.line+text, '\n')+1:]
		if len(t.line) > 64 {
			t.line = t.line[:64] // no start of a crash is longer
		}
		return text
	}
	from := max(at[0]-len(t.line), 0)
	t.begun = t.line[min(at[0], len(t.line)):]
	t.holding, t.line = true, ""
	t.text.WriteString(text[from:])
	return text[:from]
}

// release returns what was held back and starts anew.
func (t *trace) release() string {
	text := t.text.String()
	t.text.Reset()
	t.holding, t.begun = false, ""
	return text
}

// crash is release with the whole of the first line, to find the reason in.
func (t *trace) crash() string {
	begun := t.begun
	return begun + t.release()
}

// crashFailure is the failure of a cell whose worker ended by itself: the panic of a
// goroutine, an error that the runtime cannot survive, or something else.
func crashFailure(exit child.Exit, held string) *Failure {
	f := &Failure{Kind: Died, Lost: true}
	for at := held; at != ""; _, at, _ = strings.Cut(at, "\n") {
		if word, ok := strings.CutPrefix(at, "fatal error: "); ok {
			f.Kind = Fatal
			f.Value, _, _ = strings.Cut(word, "\n")
			return f
		}
		if word, ok := strings.CutPrefix(at, "panic: "); ok {
			f.Kind = Panic
			f.Value, _, _ = strings.Cut(word, "\n\ngoroutine ")
			f.Value = strings.TrimSuffix(f.Value, " [recovered]")
			return f
		}
	}
	f.Value = "the program ended: " + diedBecause(exit, held)
	return f
}

// diedBecause tells why a worker ended by itself, in one line of the runtime's own
// words where it said something.
func diedBecause(exit child.Exit, held string) string {
	for _, line := range strings.Split(held, "\n") {
		line = strings.TrimSpace(line)
		if word, ok := strings.CutPrefix(line, "fatal error: "); ok {
			return "fatal error: " + word
		}
		if strings.HasPrefix(line, "panic: ") {
			return strings.TrimSuffix(line, " [recovered]")
		}
	}
	if strings.HasPrefix(held, "SIG") {
		first, _, _ := strings.Cut(held, "\n")
		return first
	}
	return exit.String()
}
