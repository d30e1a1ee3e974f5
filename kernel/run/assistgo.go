package run

import (
	"context"

	"gomri/kernel/display"
	"gomri/kernel/session"
)

func (s *Session) completeGo(ctx context.Context, code string, cursor int) session.Completion {
	return session.Completion{Start: cursor, End: cursor}
}

func (s *Session) inspectGo(ctx context.Context, code string, cursor, detail int) (display.Bundle, bool) {
	return display.Bundle{}, false
}
