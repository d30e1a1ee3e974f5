//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package toolchain

import (
	"errors"
	"os"
)

// lockFile is not to be had on this system.
func lockFile(string, bool) (*os.File, error) { return nil, errors.ErrUnsupported }
