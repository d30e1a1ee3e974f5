//go:build unix

package child

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// group is the process group that the child leads.
type group struct{ id int }

func newGroup(leader *os.Process) (group, error) { return group{id: leader.Pid}, nil }

func (g group) interrupt() error { return g.signal(syscall.SIGINT) }

func (g group) kill() { _ = g.signal(syscall.SIGKILL) }

func (g group) close() {}

// signal sends sig to every process of the group; a group that is gone, or of
// which only a zombie is left, is no error.
func (g group) signal(sig syscall.Signal) error {
	err := syscall.Kill(-g.id, sig)
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) && runtime.GOOS == "darwin" {
		return nil
	}
	return err
}

// systemExit reads the ending signal and the largest resident memory in bytes.
func systemExit(state *os.ProcessState) (os.Signal, int64) {
	var sig os.Signal
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		sig = status.Signal()
	}
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return sig, 0
	}
	rss := int64(usage.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		rss *= 1024 // elsewhere than on Apple's systems the unit is the kibibyte
	}
	return sig, rss
}

// separate puts the child into a group of its own.
func separate(cmd *exec.Cmd) *syscall.SysProcAttr {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.SysProcAttr
}
