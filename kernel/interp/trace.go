package interp

import (
	"strings"

	"gomri/kernel/child"
)

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
			f.Value = strings.ReplaceAll(strings.TrimSuffix(f.Value, " [recovered]"), "\n\t", "\n")
			f.Value = strings.ReplaceAll(f.Value, "\npanic: ", "\n\tpanic: ")
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
