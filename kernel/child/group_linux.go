package child

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// prepare makes the child the leader of a new group that dies with us.
func prepare(cmd *exec.Cmd) { separate(cmd).Pdeathsig = syscall.SIGKILL }

// waitExit returns when the child has ended, without reaping it: as long as it is a
// zombie its id cannot belong to another group, so the group can be killed safely.
func (g group) waitExit(*exec.Cmd) error {
	for {
		err := unix.Waitid(unix.P_PID, g.id, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
