//go:build unix && !linux

package child

import "os"

// WaitsFor tells whether process pid, or one that it has started, may wait for input
// on the pipe whose read end is r.
func WaitsFor(_ int, r *os.File) Waiting {
	if unread(r) {
		return Busy
	}
	return PerhapsIdle
}
