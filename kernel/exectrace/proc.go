package exectrace

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"golang.org/x/exp/trace"
)

// activity is what a processor does.
type activity int

const (
	doesNothing  activity = iota // idle, or not there
	doesSchedule                 // runs without a goroutine: it looks for one
	doesUser
	doesRuntime
	doesSyscall
	activities
)

// proc is a processor while the trace is read.
type proc struct {
	id     trace.ProcID
	doing  activity
	since  int64
	sums   [activities]int64
	series [activities]*series
}

// proc finds a processor, or makes it: an idle one from the trace's start.
func (r *reading) proc(id trace.ProcID) *proc {
	p := r.procs[id]
	if p == nil {
		p = &proc{id: id, since: r.start}
		if len(r.procs) < maxLanes {
			for _, a := range []activity{doesUser, doesRuntime, doesSyscall} {
				p.series[a] = r.line.series(false)
			}
		}
		r.procs[id] = p
	}
	return p
}

// does notes that a processor does something else from now on.
func (r *reading) does(p *proc, what activity, now int64) {
	p.sums[p.doing] += now - p.since
	r.line.add(p.series[p.doing], p.since, now, 1)
	p.doing, p.since = what, now
}

// processor takes the transition of a processor.
func (r *reading) processor(st trace.StateTransition, now int64) {
	from, to := st.Proc()
	if from == to {
		return
	}
	id := st.Resource.Proc()
	p := r.proc(id)
	if to == trace.ProcRunning {
		r.does(p, doesSchedule, now)
		return
	}
	// A goroutine whose system call held the processor goes on without it.
	r.does(p, doesNothing, now)
}

// lane is what a processor did in sum.
func (p *proc) lane() Lane {
	return Lane{
		Proc: int64(p.id),
		User: time.Duration(p.sums[doesUser]), Runtime: time.Duration(p.sums[doesRuntime]),
		Syscall: time.Duration(p.sums[doesSyscall]), Idle: time.Duration(p.sums[doesNothing]),
	}
}

// lanes are the processors of which there is a lane, in their order.
func (r *reading) lanes() []*proc {
	return slices.DeleteFunc(slices.SortedFunc(maps.Values(r.procs), func(a, b *proc) int { return cmp.Compare(a.id, b.id) }), func(p *proc) bool {
		return p.series[doesUser] == nil
	})
}
