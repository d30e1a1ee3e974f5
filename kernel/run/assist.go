package run

import (
	"context"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/magic"
	"gomri/kernel/session"
)

// IsComplete tells a console whether the code is a whole cell.
func (s *Session) IsComplete(code string) session.Completeness {
	status, indent := cell.IsComplete(code)
	return session.Completeness{Status: string(status), Indent: indent}
}

// Complete lists what could stand at the cursor: a command on a line that begins
// with %, Go elsewhere.
func (s *Session) Complete(ctx context.Context, code string, cursor int) session.Completion {
	if c, ok := completeCommand(code, cursor); ok {
		return c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.checker.Complete(ctx, code, cursor, s.ledger)
	return session.Completion{Matches: c.Matches, Start: c.Start, End: c.End, Types: c.Types}
}

// completeCommand completes the name of a % command.
func completeCommand(code string, cursor int) (session.Completion, bool) {
	runes := []rune(code)
	if cursor < 0 || cursor > len(runes) {
		return session.Completion{}, false
	}
	start := cursor
	for start > 0 && runes[start-1] != '\n' {
		start--
	}
	word := string(runes[start:cursor])
	name := strings.TrimLeft(word, "%")
	percents := len(word) - len(name)
	if percents == 0 || percents > 2 || strings.ContainsAny(name, " \t") {
		return session.Completion{}, false
	}
	c := session.Completion{Start: start, End: cursor}
	for _, cmd := range magic.Commands() {
		if strings.HasPrefix(cmd.Name, name) && (percents == 1 && cmd.Line || percents == 2 && cmd.Block) {
			c.Matches = append(c.Matches, word[:percents]+cmd.Name)
			c.Types = append(c.Types, "magic")
			c.Signatures = append(c.Signatures, cmd.Args)
		}
	}
	return c, true
}

// Inspect describes what stands at the cursor; both levels of detail are the same.
func (s *Session) Inspect(ctx context.Context, code string, cursor, _ int) (display.Bundle, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checker.Inspect(ctx, code, cursor, s.ledger)
}
