package child

import (
	"os"
	"strconv"
	"time"
)

// Exit is how a child ended and what it used.
type Exit struct {
	// Code is the exit status, or -1 if a signal ended the child.
	Code int
	// Signal is the signal that ended the child, nil if it exited.
	Signal os.Signal
	// Stopped is true if Stop, Kill or the context was what ended the child, so
	// that Code and Signal say nothing about the program.
	Stopped bool
	// User and System are the processor time of the child and of those of its
	// own children that it waited for.
	User, System time.Duration
	// MaxRSS is the largest resident memory, in bytes; 0 where the system does not tell.
	MaxRSS int64
}

// Success is true if the child exited with status 0.
func (e Exit) Success() bool { return e.Code == 0 && e.Signal == nil }

// String says how the child ended in the words of the go command: "exit status 2",
// "signal: killed".
func (e Exit) String() string {
	if e.Signal != nil {
		return "signal: " + e.Signal.String()
	}
	return "exit status " + strconv.Itoa(e.Code)
}

// exitOf reads the state of a process that has ended; nil is one that could not
// be waited for.
func exitOf(state *os.ProcessState) Exit {
	if state == nil {
		return Exit{Code: -1}
	}
	e := Exit{Code: state.ExitCode(), User: state.UserTime(), System: state.SystemTime()}
	e.Signal, e.MaxRSS = systemExit(state)
	return e
}
