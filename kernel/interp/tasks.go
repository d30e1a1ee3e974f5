package interp

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"
)

// tasks are the goroutines of the session. All that can wait for each other waits in
// here: then an interrupt wakes them, and when all of them wait, it is a deadlock.
//
// A goroutine that is still running when its cell ends goes on beside the next cells.
// An interrupt ends the running cell and all goroutines that look at the flag or wait.
type tasks struct {
	mu      sync.Mutex
	stopped chan struct{} // closed by an interrupt; each cell that follows one gets another
	cell    bool          // a cell is running
	live    int           // goroutines, and the cell
	waiting int
	timers  int    // channels that a timer will send to
	ends    uint64 // how many waits have ended
	begun   bool   // some goroutine ran since the cell began
	dead    bool   // the cell is ended by a deadlock
}

// begin is called when a cell begins, and its result when it ends.
func (t *tasks) begin() (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begun, t.dead, t.cell = t.live > 0, false, true
	t.live++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.live--
		t.cell = false
	}
}

// alone is true if no goroutine has run since the cell began: then the line marker is the cell's.
func (t *tasks) alone() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.begun
}

// deadlocked is true if the cell was ended by a deadlock.
func (t *tasks) deadlocked() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dead
}

// stop wakes all that wait.
func (t *tasks) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wake()
}

func (t *tasks) wake() {
	select {
	case <-t.stopped:
	default:
		close(t.stopped)
	}
}

// ready lets goroutines wait again after an interrupt.
func (t *tasks) ready() {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.stopped:
		t.stopped = make(chan struct{})
	default:
	}
}

// natives adds what lowered code calls.
func (t *tasks) natives(rt symbols) {
	for name, f := range map[string]any{
		"Go":      t.start,
		"Send":    func(c, v any) { t.choose([]reflect.SelectCase{caseSend(c, v)}) },
		"Receive": func(c, v any) bool { return t.receive(c, v) },
		"Close":   func(c any) { reflect.ValueOf(c).Close() },
		"ChanLen": func(c any) int { return reflect.ValueOf(c).Len() },
		"ChanCap": func(c any) int { return reflect.ValueOf(c).Cap() },
		"CaseSend": func(c, v any) *choice {
			return &choice{of: caseSend(c, v)}
		},
		"CaseReceive": func(c, v any) *choice {
			return &choice{of: caseReceive(c), to: reflect.ValueOf(v).Elem()}
		},
		"Select": t.selects,
		"Wait":   func(wg *sync.WaitGroup) { t.helped(nil, wg.Wait, func() {}) },
		"WaitGo": func(wg *sync.WaitGroup, f func()) {
			wg.Add(1)
			t.start(func() {
				defer wg.Done()
				f()
			})
		},
		"Lock":  t.lock,
		"RLock": func(mu *sync.RWMutex) { t.helped(mu.TryRLock, mu.RLock, mu.RUnlock) },
		"Sleep": t.sleep,
		"After": t.after,
	} {
		rt[name] = reflect.ValueOf(f)
	}
}

// start runs a goroutine of the user's. A panic in it ends the program, as the runtime
// would: nothing may recover it.
func (t *tasks) start(f func()) {
	t.mu.Lock()
	t.live++
	t.begun = true
	t.mu.Unlock()
	go func() { // the user's: it ends as the user wants, with an interrupt, or with the worker
		defer func() {
			v := recover()
			t.mu.Lock()
			t.live--
			t.mu.Unlock()
			t.suspect()
			if _, stop := v.(interrupted); v == nil || stop {
				return
			}
			texts := panicTexts(v)
			for i := range texts {
				texts[i] = strings.ReplaceAll(texts[i], "\n", "\n\t")
			}
			fmt.Fprintf(os.Stderr, "panic: %s\n\ngoroutine 1 [running]:\n", strings.Join(texts, "\n\tpanic: "))
			os.Exit(2)
		}()
		f()
	}()
}

// park is called by the cell or a goroutine that never goes on. A goroutine is counted no more;
// the cell ends anyway.
func (t *tasks) park() {
	if !startedHere() {
		return
	}
	t.mu.Lock()
	t.live--
	t.mu.Unlock()
}

// startedHere is true on a goroutine that start has begun, by what the runtime says of it:
// the first and the last frames of a stack, however deep it is.
func startedHere() bool {
	buf := make([]byte, 1<<16)
	return bytes.Contains(buf[:runtime.Stack(buf, false)], []byte("interp.(*tasks).start.func1("))
}

// choice is one case of a select statement; to is where what is received goes.
type choice struct {
	of reflect.SelectCase
	to reflect.Value
}

// caseSend and caseReceive make a case of a channel and a pointer to a variable of its
// element type.
func caseSend(c, v any) reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectSend, Chan: channel(c), Send: reflect.ValueOf(v).Elem()}
}

func caseReceive(c any) reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: channel(c)}
}

// channel is the channel, or the zero Value for nil, which is never ready.
func channel(c any) reflect.Value {
	v := reflect.ValueOf(c)
	if v.IsNil() {
		return reflect.Value{}
	}
	return v
}

func (t *tasks) receive(c, v any) bool {
	_, got, ok := t.choose([]reflect.SelectCase{caseReceive(c)})
	if ok {
		reflect.ValueOf(v).Elem().Set(got)
	}
	return ok
}

// selects is a select statement: the number of the chosen case, -1 for the default, and
// whether a value was received.
func (t *tasks) selects(fallback bool, choices ...*choice) (int, bool) {
	cases := make([]reflect.SelectCase, len(choices), len(choices)+1)
	for i, c := range choices {
		cases[i] = c.of
	}
	if fallback {
		n, got, ok := reflect.Select(append(cases, reflect.SelectCase{Dir: reflect.SelectDefault}))
		if n == len(choices) {
			return -1, false
		}
		choices[n].set(got, ok)
		return n, ok
	}
	n, got, ok := t.choose(cases)
	choices[n].set(got, ok)
	return n, ok
}

// set stores what was received: the zero value if the channel is closed.
func (c *choice) set(v reflect.Value, ok bool) {
	if ok {
		c.to.Set(v)
	}
}

// choose waits for one of the cases.
func (t *tasks) choose(cases []reflect.SelectCase) (int, reflect.Value, bool) {
	n, got, ok := reflect.Select(append(cases[:len(cases):len(cases)], reflect.SelectCase{Dir: reflect.SelectDefault}))
	if n < len(cases) {
		return n, got, ok
	}
	stopped := t.enter()
	defer t.leave()
	n, got, ok = waitingSelect(append(cases[:len(cases):len(cases)],
		reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(stopped)}))
	if n == len(cases) {
		panic(interrupted{})
	}
	return n, got, ok
}

// waitingSelect has a name of its own to be found in the states of all goroutines.
//
//go:noinline
func waitingSelect(cases []reflect.SelectCase) (int, reflect.Value, bool) {
	return reflect.Select(cases)
}

// lock locks a Mutex or a RWMutex.
func (t *tasks) lock(mu any) {
	switch mu := mu.(type) {
	case *sync.Mutex:
		t.helped(mu.TryLock, mu.Lock, mu.Unlock)
	case *sync.RWMutex:
		t.helped(mu.TryLock, mu.Lock, mu.Unlock)
	}
}

// helped waits for something that cannot be interrupted, by a goroutine that undoes it
// if nobody wants it any more.
func (t *tasks) helped(try func() bool, wait, undo func()) {
	if try != nil && try() {
		return
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() { // ends when what it waits for comes; after an interrupt that may be never
		helperWait(wait)
		select {
		case done <- struct{}{}:
		case <-gone:
			undo()
		}
	}()
	stopped := t.enter()
	defer t.leave()
	n, _, _ := waitingSelect([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(done)},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(stopped)},
	})
	if n == 1 {
		close(gone)
		panic(interrupted{})
	}
}

// helperWait has a name of its own to be found in the states of all goroutines.
//
//go:noinline
func helperWait(wait func()) { wait() }

func (t *tasks) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	t.mu.Lock()
	stopped := t.stopped
	t.mu.Unlock()
	select {
	case <-timer.C:
	case <-stopped:
		panic(interrupted{})
	}
}

// after is time.After; while its timer runs there is no deadlock.
func (t *tasks) after(d time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	t.mu.Lock()
	t.timers++
	t.mu.Unlock()
	time.AfterFunc(d, func() {
		c <- time.Now()
		t.mu.Lock()
		t.timers--
		t.mu.Unlock()
		t.suspect()
	})
	return c
}

// enter and leave stand around a wait.
func (t *tasks) enter() (stopped <-chan struct{}) {
	t.mu.Lock()
	t.waiting++
	stopped = t.stopped
	t.mu.Unlock()
	t.suspect()
	return stopped
}

func (t *tasks) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting--
	t.ends++
}

// suspect looks for a deadlock if all are waiting. The one who is about to wait has to be
// in it, so it looks a little later.
func (t *tasks) suspect() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stuck() {
		return
	}
	at := t.ends
	time.AfterFunc(deadlockAfter, func() { t.look(at) })
}

// deadlockAfter is how long nothing may happen before the goroutines are looked at.
const deadlockAfter = 20 * time.Millisecond

func (t *tasks) stuck() bool { return t.cell && t.waiting >= t.live && t.timers == 0 }

// look ends the cell if nobody has gone on since, and nobody can.
func (t *tasks) look(at uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stuck() || t.ends != at {
		return
	}
	if !allParked(t.waiting) {
		time.AfterFunc(deadlockAfter, func() { t.look(at) })
		return
	}
	t.dead = true
	t.wake()
}

// allParked is true if as many goroutines as are said to wait are parked in here and none is
// about to run, by what the runtime itself says of a moment at which it has stopped all of
// them. One that is only on its way into a wait or out of it is not parked.
func allParked(waiting int) bool {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		if len(buf) > 64<<20 {
			return false
		}
		buf = make([]byte, 2*len(buf))
	}
	parked := 0
	for _, g := range bytes.Split(buf, []byte("\n\n")) {
		if bytes.Contains(g, []byte("interp.waitingSelect(")) {
			parked++
		}
		if !bytes.Contains(g, []byte("interp.waitingSelect(")) && !bytes.Contains(g, []byte("interp.helperWait(")) &&
			!bytes.Contains(g, []byte(".(*tasks).helped.func1(")) {
			continue
		}
		head, _, _ := bytes.Cut(g, []byte("\n"))
		if bytes.Contains(head, []byte("[runnable")) || bytes.Contains(head, []byte("[running")) || bytes.Contains(head, []byte("[waiting")) {
			return false
		}
	}
	return parked >= waiting
}
