// Package exectrace reads execution traces and sums them up: what ran on each processor, what goroutines waited for, and the pauses of the garbage collector.
//
// A trace is what runtime/trace, "go test -trace", /debug/pprof/trace and a
// runtime/trace.FlightRecorder write. It is read once, from front to back, in memory
// that does not grow with its length. The blocking profiles have the figures of
// "go tool trace -pprof=…"; the tests compare them.
package exectrace

import "time"

// MaxSize is the largest trace, in bytes, that callers should read. A busy server
// writes some 10 MB a second.
const MaxSize = 256 << 20

// Options says what of a trace to look at closely. The zero value is all of it.
type Options struct {
	// From and To bound the part that the lanes show, from the trace's start; a To of
	// 0 is the trace's end. Tables are always of the whole trace.
	From, To time.Duration
}

// Trace is what an execution trace says.
type Trace struct {
	// Version is the format's version, "go 1.26", which is at most that of the program.
	Version string
	// Duration is from the first event to the last, and Events is how many there are.
	Duration time.Duration
	Events   int64
	// Cut says why reading ended before the trace's end; nil if it did not.
	Cut error

	// Procs is the largest GOMAXPROCS, and Lanes what each processor did.
	Procs int
	Lanes []Lane
	// Strip is the picture over time.
	Strip Strip

	// Groups are the goroutines by start function, the longest execution first.
	Groups []Group
	// Blocking is what goroutines waited for, one for each Kind, in the order of Kinds.
	Blocking []Blocking
	// Latency is how long goroutines of the program that could run waited until they
	// did, each time; the wait of a new goroutine is among them.
	Latency Distribution

	GC GC
	// Regions and Tasks are those of package runtime/trace, by type.
	Regions, Tasks []Section
}

// Lane is what one processor (a P of the scheduler) did, in sum.
type Lane struct {
	Proc int64
	// User, Runtime, Syscall and Idle are the times in goroutines of the program, in
	// those of the runtime, in system calls that held the processor, and without one.
	// What is missing to the duration is time in the scheduler.
	User, Runtime, Syscall, Idle time.Duration
}

// Group are the goroutines that a function started.
type Group struct {
	// Name is the start function; "" when the trace holds no stack of them.
	Name string
	// By is the function that started them by a wrapper whose name says nothing, such
	// as sync.WaitGroup's Go; else "".
	By string
	// System says that they are the runtime's own.
	System bool
	Count  int
	// Alive is how many of them the end of the trace found alive.
	Alive int
	// Exec is time on a processor, Sched the time between being able to run and
	// running, Syscall the time in system calls.
	Exec, Sched, Syscall time.Duration
	// Network, Sync, Sleep, GC and Other are the times blocked, by reason.
	Network, Sync, Sleep, GC, Other time.Duration
	// Assist is the time from the beginning to the end of their help to the garbage
	// collector; it overlaps with the times above, waits included.
	Assist time.Duration
	// Total is how long they were there, in sum.
	Total time.Duration
}

// Kind is one of the blocking profiles of "go tool trace -pprof=KIND".
type Kind string

// The blocking profiles, by the words of go tool trace.
const (
	Net     Kind = "net"     // waiting for the network
	Sync    Kind = "sync"    // waiting for a channel, a lock, a select
	Syscall Kind = "syscall" // in a system call
	Sched   Kind = "sched"   // able to run, waiting for a processor
)

// Kinds are the blocking profiles in the order of Trace.Blocking.
var Kinds = []Kind{Net, Sync, Syscall, Sched}

// Blocking is one blocking profile.
type Blocking struct {
	Kind  Kind
	Total time.Duration
	Count int64
	// Stacks are where it happened, the longest time first.
	Stacks []Stack
}

// Stack is one place in the program and how long goroutines were blocked there.
type Stack struct {
	// Frames begin with the innermost call; there are none where the trace has none.
	Frames []Frame
	Count  int64
	Time   time.Duration
}

// Frame is one call.
type Frame struct {
	PC             uint64
	Function, File string
	Line           int
}

// GC is what the garbage collector did.
type GC struct {
	// Cycles are its concurrent mark phases: how many, their time, the longest.
	Cycles Section
	// Assist is the sum of what the goroutines have as Assist.
	Assist time.Duration
	// Pauses are all stop-the-world pauses, also those for other reasons, and
	// Longest the longest of them, the longest first.
	Pauses  Distribution
	Longest []Pause
	// HeapMin and HeapMax are the least and the most bytes of live and dead objects.
	HeapMin, HeapMax uint64
}

// Pause is one stop-the-world pause.
type Pause struct {
	Start, Length time.Duration
	// Reason is the runtime's word: "GC mark termination", "read mem stats".
	Reason string
}

// Section are the times of one kind of region, task or phase.
type Section struct {
	Name  string
	Times Distribution
	// Open is how many had not ended when the trace did.
	Open int
}

// Strip is the picture of a trace over time, in columns of one width.
type Strip struct {
	// From and To are the part of the trace that it shows.
	From, To time.Duration
	// Lanes are the processors in the order of Trace.Lanes: for each column the shares,
	// between 0 and 1, of the time in goroutines of the program, in those of the
	// runtime, and in system calls.
	Lanes []StripLane
	// GC and Stopped are the shares of the time in a mark phase and stopped.
	GC, Stopped []float64
	// Spans are what ran, one goroutine after the other, in the order of their ends; none
	// when they are too many to be told apart in a picture.
	Spans []Span
	// Heap is the most bytes of objects in each column, and Runnable the mean number
	// of goroutines that waited for a processor.
	Heap, Runnable []float64
}

// Span is a stretch of time in which a processor was with one goroutine.
type Span struct {
	Proc       int64
	Start, End time.Duration // from the trace's start; of the part that the strip shows
	Goroutine  int64
	// Name is the goroutine's start function, as in Group.
	Name, By string
	// System says that it is one of the runtime's, Syscall that it was in a system call.
	System, Syscall bool
}

// StripLane is one processor's lane.
type StripLane struct {
	User, Runtime, Syscall []float64
}
