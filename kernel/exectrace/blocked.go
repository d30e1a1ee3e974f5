package exectrace

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

const (
	// maxDepth is how many frames of a stack tell it from others, as in go tool trace.
	maxDepth = 128
	// maxStacks bounds the stacks of one kind; what is beyond goes into one without frames.
	maxStacks = 20000
)

// blocked is a goroutine in a state that one of the profiles is about.
type blocked struct {
	kind  Kind
	start int64
	time  int64 // once it is over
	stack string
}

// blockedKind is one profile while the trace is read.
type blockedKind struct {
	total, count int64
	stacks       map[string]*Stack
}

// kindOf is the profile that a state belongs to, "" if to none.
func kindOf(to trace.GoState, reason string) Kind {
	switch {
	case to == trace.GoWaiting && reason == "network":
		return Net
	case to == trace.GoWaiting && isSync(reason):
		return Sync
	case to == trace.GoSyscall:
		return Syscall
	case to == trace.GoRunnable:
		return Sched
	}
	return ""
}

// stateOf is the state of a profile's goroutines.
func stateOf(k Kind) trace.GoState {
	switch k {
	case Syscall:
		return trace.GoSyscall
	case Sched:
		return trace.GoRunnable
	}
	return trace.GoWaiting
}

// blocks notes when a goroutine comes into a state that a profile is about, and when
// it leaves it. The rules are those of go tool trace: what had not ended when the
// trace did is left out, and so is what came before a goroutine's first run in it.
func (r *reading) blocks(g *goroutine, e trace.Event, st trace.StateTransition, to trace.GoState, now int64) {
	if b := g.block; b != nil {
		if to == stateOf(b.kind) {
			return
		}
		g.block = nil
		b.time = now - b.start
		if g.started {
			r.record(b)
		} else {
			g.pending = append(g.pending, b)
		}
	}
	if k := kindOf(to, st.Reason); k != "" {
		g.block = &blocked{kind: k, start: now, stack: r.stacks.key(e.Stack())}
	}
	if to == trace.GoRunning {
		g.pending = nil
	}
}

// record adds what is over to its profile.
func (r *reading) record(b *blocked) {
	if b.time <= 0 {
		return
	}
	k := r.kinds[b.kind]
	k.total += b.time
	k.count++
	s := k.stacks[b.stack]
	if s == nil {
		key := b.stack
		if len(k.stacks) >= maxStacks {
			key = ""
		}
		if s = k.stacks[key]; s == nil {
			s = &Stack{Frames: r.stacks.frames[key]}
			k.stacks[key] = s
		}
	}
	s.Count++
	s.Time += time.Duration(b.time)
}

// blocking is the profile.
func (k *blockedKind) blocking(kind Kind) Blocking {
	b := Blocking{Kind: kind, Total: time.Duration(k.total), Count: k.count}
	for _, s := range slices.SortedFunc(maps.Values(k.stacks), func(x, y *Stack) int {
		return cmp.Or(cmp.Compare(y.Time, x.Time), cmp.Compare(y.Count, x.Count), slices.CompareFunc(x.Frames, y.Frames, func(f, g Frame) int {
			return cmp.Or(strings.Compare(f.Function, g.Function), cmp.Compare(f.Line, g.Line), cmp.Compare(f.PC, g.PC))
		}))
	}) {
		b.Stacks = append(b.Stacks, *s)
	}
	return b
}

// stackSet holds each stack once: the library's handles differ from one part of the
// trace to the next, and keep all of that part in memory.
type stackSet struct {
	keys   map[trace.Stack]string
	frames map[string][]Frame
}

func newStackSet() *stackSet {
	return &stackSet{keys: make(map[trace.Stack]string), frames: make(map[string][]Frame)}
}

// forget lets go of the library's handles.
func (s *stackSet) forget() { clear(s.keys) }

// key is what stands for a stack: its program counters. A stack without frames is "".
func (s *stackSet) key(stack trace.Stack) string {
	if key, ok := s.keys[stack]; ok {
		return key
	}
	var frames []Frame
	var pcs []byte
	for f := range stack.Frames() {
		if len(frames) == maxDepth {
			break
		}
		frames = append(frames, Frame{PC: f.PC, Function: f.Func, File: f.File, Line: int(f.Line)})
		pcs = binary.LittleEndian.AppendUint64(pcs, f.PC)
	}
	key := string(pcs)
	if _, ok := s.frames[key]; !ok {
		s.frames[key] = frames
	}
	s.keys[stack] = key
	return key
}
