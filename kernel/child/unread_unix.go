//go:build unix

package child

import (
	"os"

	"golang.org/x/sys/unix"
)

// unread tells whether there is something to read in a pipe.
func unread(r *os.File) bool {
	polled := []unix.PollFd{{Fd: int32(r.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(polled, 0)
	return err == nil && n > 0 && polled[0].Revents&unix.POLLIN != 0
}
