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
	g      *goroutine // with which it is, or nil
	gid    trace.GoID
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

// does notes that a processor does something else from now on, without a goroutine.
func (r *reading) does(p *proc, what activity, now int64) {
	p.sums[p.doing] += now - p.since
	r.line.add(p.series[p.doing], p.since, now, 1)
	if p.g != nil {
		r.span(p, now)
	}
	p.doing, p.since, p.g = what, now, nil
}

// maxSpans bounds the spans of a strip.
const maxSpans = 1000

// openSpan is a span whose goroutine's name may not be known yet.
type openSpan struct {
	p          trace.ProcID
	start, end int64
	doing      activity
	g          *goroutine
	id         trace.GoID
}

// span keeps what a processor was doing, as long as there are not too many.
func (r *reading) span(p *proc, now int64) {
	start, end := max(p.since, r.line.from), min(now, r.line.to)
	if start >= end || len(r.spans) > maxSpans {
		return
	}
	r.spans = append(r.spans, openSpan{p.id, start, end, p.doing, p.g, p.gid})
}

// namedSpans are the spans, unless they are too many.
func (r *reading) namedSpans() []Span {
	if len(r.spans) > maxSpans {
		return nil
	}
	list := make([]Span, 0, len(r.spans))
	for _, s := range r.spans {
		list = append(list, Span{
			Proc: int64(s.p), Start: time.Duration(s.start - r.start), End: time.Duration(s.end - r.start),
			Goroutine: int64(s.id), Name: s.g.name, By: s.g.by,
			System: isSystem(s.g.name), Syscall: s.doing == doesSyscall,
		})
	}
	return list
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
		r.does(p, doesSchedule, r.sinceTold(p, from == trace.ProcUndetermined, now))
		return
	}
	// A goroutine whose system call held the processor goes on without it.
	r.does(p, doesNothing, now)
}

// sinceTold is since when a processor does what an event tells now. What is told of it
// for the first time in this part of the trace was so since the part's begin.
func (r *reading) sinceTold(p *proc, first bool, now int64) int64 {
	if first && p.since <= r.sync {
		return r.sync
	}
	return now
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
