package child

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// WaitsFor tells whether process pid, or one that it has started, may wait for input
// on the pipe whose read end is r.
func WaitsFor(_ int, r *os.File) Waiting {
	peek := windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")
	var available uint32
	ok, _, _ := peek.Call(r.Fd(), 0, 0, 0, uintptr(unsafe.Pointer(&available)), 0)
	if ok == 0 || available > 0 {
		return Busy
	}
	return PerhapsIdle
}
