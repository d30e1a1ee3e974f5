package toolchain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A kernel that is killed outright cannot remove its workspace. The next one does:
// every workspace holds a file that its owner keeps locked while it lives, and the
// system drops the lock however the owner ends. The file has its mark only after it
// has been locked, so a workspace that is just being made is never taken for one
// whose owner has gone.

const (
	basePrefix = "gomri-"
	ownerFile  = "owner"
	ownerMark  = "a gomri workspace; its owner holds a lock on this file\n"
)

// claim marks base as the workspace of this process. Where the system has no
// locks there is no mark, and nobody but Close ever removes the workspace.
func claim(base string) (*os.File, error) {
	f, err := lockFile(filepath.Join(base, ownerFile), true)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("make the workspace: %w", err)
	}
	if _, err := f.WriteString(ownerMark); err != nil {
		return nil, fmt.Errorf("make the workspace: %w", errors.Join(err, f.Close()))
	}
	return f, nil
}

// sweep removes the workspaces in dir whose owners have gone without Close. What
// cannot be removed, or read, is left: it may be another user's.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), basePrefix) {
			sweepOne(filepath.Join(dir, e.Name()))
		}
	}
}

// sweepOne removes one workspace if its owner has gone.
func sweepOne(base string) {
	f, err := lockFile(filepath.Join(base, ownerFile), false)
	if err != nil {
		return // no workspace, or its owner lives
	}
	mark := make([]byte, len(ownerMark)+1)
	n, _ := f.Read(mark)
	if string(mark[:n]) != ownerMark {
		_ = f.Close()
		return
	}
	// A file that is open cannot be removed on Windows; everything else can.
	_ = os.RemoveAll(filepath.Join(base, "cell"))
	_ = f.Close()
	_ = os.RemoveAll(base)
}
