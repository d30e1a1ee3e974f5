//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package toolchain

import (
	"os"
	"syscall"
)

// lockFile opens a file and locks it. With create it makes the file, which must not
// be there yet, and waits for the lock; without, it fails if another process, or
// another owner in this one, has it. The lock ends with the file's Close.
func lockFile(name string, create bool) (*os.File, error) {
	flags, how := os.O_RDWR|syscall.O_NOFOLLOW, syscall.LOCK_EX|syscall.LOCK_NB
	if create {
		flags, how = flags|os.O_CREATE|os.O_EXCL, syscall.LOCK_EX
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	return f, nil
}
