package interp

import "time"

// How long goroutines that are about to end or to wait have for it, and how often it is
// looked at: nobody tells when they have come to rest.
const (
	restTime = 100 * time.Millisecond
	restLook = time.Millisecond
)

// restless counts the goroutines that are at work, or will be when a timer wakes them,
// and that do not come to rest within a time. Those that wait for another goroutine or
// for a later cell cannot touch anything meanwhile.
func (t *tasks) restless(within time.Duration) int {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	look := time.NewTicker(restLook)
	defer look.Stop()
	for {
		n := t.working()
		if n == 0 {
			return 0
		}
		select {
		case <-look.C:
		case <-timeout.C:
			return n
		}
	}
}

// working counts the goroutines that do not wait, and the timers that will wake one.
func (t *tasks) working() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live == 0 {
		return 0
	}
	return max(0, t.live-t.waiting) + t.timers
}
