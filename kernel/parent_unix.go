//go:build unix

package kernel

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// parentLives returns a test of whether the process with a number, given as text,
// still lives; nil if there is nothing to test. Where it is our real parent, the
// kernel's own word for it is asked, which is right even when the number is used
// again; else (a wrapper stands between) a signal 0 is tried.
func parentLives(parent string) func() bool {
	pid, err := strconv.Atoi(parent)
	if err != nil || pid <= 1 { // process 1 ends with the machine or the container
		return nil
	}
	if os.Getppid() == pid {
		return func() bool { return os.Getppid() == pid }
	}
	return func() bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
}
