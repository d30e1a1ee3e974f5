package exectrace

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// goroutine is a goroutine while the trace is read.
type goroutine struct {
	name    string
	by      string // of a wrapper: who called it
	created int64
	started bool // it ran in this trace
	state   trace.GoState
	since   int64 // of the state
	reason  string
	known   bool // since when it can run was seen
	sums    Group
	block   *blocked
	// pending are blockings before the first run, which count only if there is none.
	pending []*blocked
	regions []openSection
}

// goroutine takes the transition of a goroutine.
func (r *reading) goroutine(e trace.Event, st trace.StateTransition, now int64) {
	id := st.Resource.Goroutine()
	from, to := st.Goroutine()
	g := r.gs[id]
	if g == nil {
		if from == to {
			return // it blocks forever, and a new part of the trace says so again
		}
		g = &goroutine{created: now, since: now}
		if from == trace.GoUndetermined {
			// It was there before the trace, or before its first event here.
			g.created, g.since = r.sync, r.sync
		}
		r.gs[id] = g
		if from == trace.GoUndetermined && to != trace.GoNotExist {
			// The time since then was spent in the state that is told now.
			g.state, g.reason = to, st.Reason
			r.ready += one(to == trace.GoRunnable)
		}
	}
	if g.name == "" {
		for f := range st.Stack.Frames() {
			g.name = f.Func
		}
		if wrapper := wrappers[g.name]; wrapper != "" && from == trace.GoNotExist {
			g.by = callerOf(e.Stack(), wrapper)
		}
	}
	r.blocks(g, e, st, to, now)
	if from == to {
		return
	}
	if from != trace.GoUndetermined || g.state == trace.GoUndetermined {
		r.count(one(to == trace.GoRunnable)-one(g.state == trace.GoRunnable), now)
		if g.state == trace.GoRunnable && to == trace.GoRunning && g.known && !isSystem(g.name) {
			r.latency.add(time.Duration(now - g.since))
		}
		r.leave(g, now)
		g.state, g.reason, g.known = to, st.Reason, to == trace.GoRunnable
	}
	if to == trace.GoRunning {
		g.started = true
	}
	r.occupies(g, id, e.Proc(), from, to, now)
	// A goroutine that blocks forever is as one that has ended.
	if to == trace.GoNotExist || to == trace.GoWaiting && st.Reason == "forever" {
		r.fold(g, now, false)
		delete(r.gs, id)
	}
}

// wrappers are start functions that say nothing of what runs, with the function that
// a program calls to get them.
var wrappers = map[string]string{
	"sync.(*WaitGroup).Go.func1":                      "sync.(*WaitGroup).Go",
	"golang.org/x/sync/errgroup.(*Group).Go.func1":    "golang.org/x/sync/errgroup.(*Group).Go",
	"golang.org/x/sync/errgroup.(*Group).TryGo.func1": "golang.org/x/sync/errgroup.(*Group).TryGo",
}

// callerOf is who called a function, "" if the stack does not say.
func callerOf(stack trace.Stack, function string) string {
	seen := false
	for f := range stack.Frames() {
		if seen {
			return f.Func
		}
		seen = f.Func == function
	}
	return ""
}

// one is 1 of true.
func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// count changes how many goroutines can run and do not.
func (r *reading) count(change, now int64) {
	r.line.add(r.runnable, r.counted, now, r.ready)
	r.counted = now
	r.ready += change
}

// occupies notes what the processor of a goroutine does from now on.
func (r *reading) occupies(g *goroutine, id trace.GoID, on trace.ProcID, from, to trace.GoState, now int64) {
	if on == trace.NoProc {
		return
	}
	what := doesSchedule
	switch {
	case to == trace.GoRunning && isSystem(g.name) && g.name != "":
		what = doesRuntime
	case to == trace.GoRunning:
		what = doesUser
	case to == trace.GoSyscall:
		what = doesSyscall
	case !from.Executing():
		return // it happened to another goroutine than the one that runs here
	}
	p := r.proc(on)
	r.does(p, what, r.sinceTold(p, from == trace.GoUndetermined, now))
	if what != doesSchedule {
		p.g, p.gid = g, id
	}
}

// leave adds the time in the state that a goroutine leaves now.
func (r *reading) leave(g *goroutine, now int64) {
	t := time.Duration(now - g.since)
	g.since = now
	s := &g.sums
	switch g.state {
	case trace.GoRunning:
		s.Exec += t
	case trace.GoRunnable:
		s.Sched += t
	case trace.GoSyscall:
		s.Syscall += t
	case trace.GoWaiting:
		switch {
		case g.reason == "network":
			s.Network += t
		case isSync(g.reason):
			s.Sync += t
		case g.reason == "sleep":
			s.Sleep += t
		case strings.Contains(g.reason, "GC"):
			s.GC += t
		default:
			s.Other += t
		}
	}
}

// isSync says whether a reason to wait is synchronisation, as go tool trace sees it.
func isSync(reason string) bool {
	return strings.Contains(reason, "chan") || strings.Contains(reason, "sync") || strings.Contains(reason, "select")
}

// isSystem says whether a start function is the runtime's own, as the runtime itself
// tells them.
func isSystem(name string) bool {
	return name == "" || name != "runtime.main" && strings.HasPrefix(name, "runtime.")
}

// groupKey is what the goroutines of a group have in common.
type groupKey struct{ name, by string }

// fold adds a goroutine that has ended, or that the end of the trace found, to its group.
func (r *reading) fold(g *goroutine, now int64, alive bool) {
	key := groupKey{g.name, g.by}
	group := r.groups[key]
	if group == nil {
		group = &Group{Name: g.name, By: g.by, System: isSystem(g.name)}
		r.groups[key] = group
	}
	s := g.sums
	group.Count++
	group.Alive += int(one(alive))
	group.Exec += s.Exec
	group.Sched += s.Sched
	group.Syscall += s.Syscall
	group.Network += s.Network
	group.Sync += s.Sync
	group.Sleep += s.Sleep
	group.GC += s.GC
	group.Other += s.Other
	group.Assist += s.Assist
	group.Total += time.Duration(now - g.created)
	if !g.started {
		for _, b := range g.pending {
			r.record(b)
		}
	}
	for _, open := range g.regions {
		r.regions.get(open.name).Open++
	}
}

// sortedGroups are the groups, the longest execution first.
func (r *reading) sortedGroups() []Group {
	list := make([]Group, 0, len(r.groups))
	for _, g := range slices.SortedFunc(maps.Values(r.groups), func(a, b *Group) int {
		return cmp.Or(cmp.Compare(b.Exec, a.Exec), cmp.Compare(b.Total, a.Total), strings.Compare(a.Name, b.Name), strings.Compare(a.By, b.By))
	}) {
		list = append(list, *g)
	}
	return list
}
