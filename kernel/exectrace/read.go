package exectrace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// header is how every trace begins: "go 1.26 trace" and three zero bytes.
const header = 16

// IsTrace says whether data begins as an execution trace does.
func IsTrace(data []byte) bool {
	return len(data) >= header && bytes.HasPrefix(data, []byte("go 1.")) && bytes.HasSuffix(data[:header], []byte(" trace\x00\x00\x00"))
}

// ErrNotTrace is wrapped by the error of Read for data that is something else.
var ErrNotTrace = errors.New("not an execution trace")

// errStart is wrapped when nothing at all can be read.
var errStart = errors.New("the trace is broken from its start")

// Read reads a trace. A trace that breaks off or is damaged gives what was read
// before that, with Trace.Cut; the error is of what gives nothing.
func Read(r io.Reader, o Options) (t *Trace, err error) {
	defer recovered(&err)
	br := bufio.NewReaderSize(r, 1<<16)
	head, err := br.Peek(header)
	if !IsTrace(head) {
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, ErrNotTrace
	}
	version, _, _ := strings.Cut(string(head), " trace")
	events, err := open(br)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	var rd *reading
	var cut error
	for {
		e, err := next(events)
		if err == io.EOF {
			break
		}
		if err != nil {
			cut = err
			break
		}
		if rd == nil {
			rd = newReading(int64(e.Time()), o)
		}
		if cut = rd.event(e); cut != nil {
			break
		}
	}
	// A trace without anything but its frame says nothing about a program.
	if rd == nil || rd.last <= rd.start {
		if cut == nil {
			cut = errors.New("it holds no events")
		}
		return nil, fmt.Errorf("%w: %w", errStart, cut)
	}
	t = rd.finish()
	t.Version, t.Cut = version, cut
	return t, nil
}

// open starts the library's reader; a crash of it on malformed data is an error.
func open(r io.Reader) (events *trace.Reader, err error) {
	defer recovered(&err)
	return trace.NewReader(r)
}

// next is the next event.
func next(events *trace.Reader) (e trace.Event, err error) {
	defer recovered(&err)
	return events.ReadEvent()
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("malformed data (%v)", r)
	}
}

// reading is a trace while it is read. Times are nanoseconds of the trace's clock.
type reading struct {
	start, last, sync int64
	events            int64

	line               *timeline
	gcShare, stopShare *series
	heap, runnable     *series
	heapMin, heapMax   uint64

	gs     map[trace.GoID]*goroutine
	procs  map[trace.ProcID]*proc
	spans  []openSpan
	max    int64 // GOMAXPROCS
	groups map[groupKey]*Group
	stacks *stackSet
	kinds  map[Kind]*blockedKind

	latency Distribution
	ready   int64 // goroutines that can run and do not
	counted int64 // since when

	ranges  map[trace.Range]int64
	cycles  Section
	assist  int64
	pauses  Distribution
	longest []Pause

	regions, tasks sections
	taskTypes      map[trace.TaskID]openSection
}

// newReading begins at the time of the first event.
func newReading(start int64, o Options) *reading {
	from, to := start+int64(max(o.From, 0)), int64(math.MaxInt64)
	if o.To > 0 {
		to = max(from, start+int64(o.To))
	}
	r := &reading{
		start: start, last: start, sync: start, counted: start,
		line:   newTimeline(from, to),
		gs:     make(map[trace.GoID]*goroutine),
		procs:  make(map[trace.ProcID]*proc),
		groups: make(map[groupKey]*Group),
		stacks: newStackSet(),
		kinds:  make(map[Kind]*blockedKind),
		ranges: make(map[trace.Range]int64),

		regions: make(sections), tasks: make(sections),
		taskTypes: make(map[trace.TaskID]openSection),
	}
	for _, k := range Kinds {
		r.kinds[k] = &blockedKind{stacks: make(map[string]*Stack)}
	}
	r.gcShare, r.stopShare = r.line.series(false), r.line.series(false)
	r.heap, r.runnable = r.line.series(true), r.line.series(false)
	return r
}

// event takes one event. Its error, or a crash, is of malformed data.
func (r *reading) event(e trace.Event) (err error) {
	defer recovered(&err)
	now := int64(e.Time())
	r.last = max(r.last, now)
	r.events++
	switch e.Kind() {
	case trace.EventSync:
		r.sync = now
		r.stacks.forget()
	case trace.EventStateTransition:
		st := e.StateTransition()
		switch st.Resource.Kind {
		case trace.ResourceGoroutine:
			r.goroutine(e, st, now)
		case trace.ResourceProc:
			r.processor(st, now)
		}
	case trace.EventRangeBegin, trace.EventRangeActive:
		if _, open := r.ranges[e.Range()]; !open {
			begin := now
			if e.Kind() == trace.EventRangeActive {
				begin = r.sync
			}
			r.ranges[e.Range()] = begin
		}
	case trace.EventRangeEnd:
		if begin, open := r.ranges[e.Range()]; open {
			delete(r.ranges, e.Range())
			r.rangeEnd(e.Range(), begin, now, true)
		}
	case trace.EventMetric:
		r.metric(e.Metric(), now)
	case trace.EventRegionBegin, trace.EventRegionEnd, trace.EventTaskBegin, trace.EventTaskEnd:
		r.section(e, now)
	}
	return nil
}

// metric takes a sample of one of the runtime's metrics.
func (r *reading) metric(m trace.Metric, now int64) {
	if m.Value.Kind() != trace.ValueUint64 {
		return
	}
	v := m.Value.Uint64()
	switch m.Name {
	case "/memory/classes/heap/objects:bytes":
		if r.heapMax == 0 || v < r.heapMin {
			r.heapMin = v
		}
		r.heapMax = max(r.heapMax, v)
		r.line.peak(r.heap, now, int64(min(v, math.MaxInt64)))
	case "/sched/gomaxprocs:threads":
		r.max = max(r.max, int64(min(v, math.MaxInt32)))
	}
}

// finish closes what is open at the end of the trace and sums up.
func (r *reading) finish() *Trace {
	for _, p := range r.procs {
		r.does(p, p.doing, r.last)
	}
	for what, begin := range r.ranges {
		r.rangeEnd(what, begin, r.last, false)
	}
	for _, g := range r.gs {
		r.leave(g, r.last)
		r.fold(g, r.last, true)
	}
	r.count(0, r.last)
	lanes := r.lanes()
	t := &Trace{
		Duration: time.Duration(r.last - r.start), Events: r.events,
		Procs:   max(int(r.max), len(lanes)),
		Strip:   r.strip(lanes, r.last),
		Groups:  r.sortedGroups(),
		Latency: r.latency,
		GC: GC{
			Cycles: r.cycles, Assist: time.Duration(r.assist), Pauses: r.pauses, Longest: r.longest,
			HeapMin: r.heapMin, HeapMax: r.heapMax,
		},
		Regions: r.regions.sorted(), Tasks: r.tasks.sorted(),
	}
	for _, p := range lanes {
		t.Lanes = append(t.Lanes, p.lane())
	}
	for _, k := range Kinds {
		t.Blocking = append(t.Blocking, r.kinds[k].blocking(k))
	}
	return t
}
