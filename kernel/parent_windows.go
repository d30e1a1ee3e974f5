package kernel

import (
	"strconv"
	"syscall"
)

// parentLives returns a test of whether the process behind a handle, given as
// text, still lives; nil if there is nothing to test. On Windows Jupyter hands
// down an open handle in place of a number. A handle that cannot be asked says
// nothing, and the kernel goes on.
func parentLives(parent string) func() bool {
	handle, err := strconv.ParseUint(parent, 10, 0)
	if err != nil || handle == 0 {
		return nil
	}
	return func() bool {
		event, err := syscall.WaitForSingleObject(syscall.Handle(handle), 0)
		return err != nil || event != syscall.WAIT_OBJECT_0
	}
}
