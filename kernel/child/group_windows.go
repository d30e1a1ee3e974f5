package child

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object: what the child starts belongs to it too, and Windows ends
// all of it when the last handle closes, which our own death does as well.
type group struct {
	job windows.Handle
	pid uint32
}

// prepare makes the child the root of a console group, so that a break reaches it alone.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

func newGroup(leader *os.Process) (group, error) {
	g := group{pid: uint32(leader.Pid)}
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return g, fmt.Errorf("make a job object: %w", err)
	}
	g.job = job
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return g, fmt.Errorf("limit a job object: %w", err)
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, g.pid)
	if err != nil {
		return g, nil // it has ended already
	}
	defer windows.CloseHandle(process)
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		return g, fmt.Errorf("put the child into its job object: %w", err)
	}
	return g, nil
}

func (g group) interrupt() error {
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, g.pid)
}

func (g group) kill() {
	if g.job != 0 {
		_ = windows.TerminateJobObject(g.job, 1)
	}
}

func (g group) close() {
	if g.job != 0 {
		_ = windows.CloseHandle(g.job)
	}
}

// waitExit returns when the child has ended. Its job object outlives it.
func (g group) waitExit(cmd *exec.Cmd) error {
	_ = cmd.Wait() // the exit status is in cmd.ProcessState
	return nil
}

// systemExit has nothing to add: Windows ends no process by a signal.
func systemExit(*os.ProcessState) (os.Signal, int64) { return nil, 0 }
