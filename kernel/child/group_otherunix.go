//go:build unix && !linux

package child

import "os/exec"

// prepare makes the child the leader of a new group. These systems have no parent
// death signal: a child ends with us when its pipes close or its owner stops it.
func prepare(cmd *exec.Cmd) { separate(cmd) }

// waitExit returns when the child has ended; it is reaped by this, so the group is
// killed by an id that only its remaining members keep from being given away.
func (g group) waitExit(cmd *exec.Cmd) error {
	_ = cmd.Wait() // the exit status is in cmd.ProcessState
	return nil
}
