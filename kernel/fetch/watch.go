package fetch

import (
	"context"
	"path"
	"time"

	"gomri/kernel/display"
)

// heapHandler is what a watch of a bare host and port asks for.
const heapHandler = "/debug/pprof/heap"

// Bounds of a watch.
const (
	MinWatch    = 2
	MaxWatch    = maxKeptCount // so that every profile of it can be kept
	MinInterval = 50 * time.Millisecond
	MaxInterval = time.Hour
)

// WatchOptions says how often to get a profile.
type WatchOptions struct {
	// N is how many profiles to get, and Interval the time from one to the next;
	// where a server takes longer, the next one is asked for at once.
	N        int
	Interval time.Duration
	// Timeout is the most that a server may take for one; 0 means 15 seconds.
	Timeout time.Duration
}

// Check says which number is out of its range.
func (o WatchOptions) Check() error {
	switch {
	case o.N < MinWatch || o.N > MaxWatch:
		return display.Failf("UsageError", "-n %d is out of range: take %d to %d profiles", o.N, MinWatch, MaxWatch)
	case o.Interval < MinInterval || o.Interval > MaxInterval:
		return display.Failf("UsageError", "-interval %s is out of range: give %s to %s", o.Interval, MinInterval, MaxInterval)
	}
	return nil
}

// WatchURL completes the address of a profile that is taken again and again: without
// a path it is the heap, and a heap is asked to collect its garbage first (gc=1),
// so that garbage is not taken for growth. Profiles of a span of time are refused,
// because they start from nothing each time.
func WatchURL(source string) (string, error) {
	u := addressOf(source, heapHandler)
	if u == nil {
		return "", failf("%s is no URL, nor the name of a server of this notebook (%%ps lists them); a watch takes profiles of a running program, such as http://localhost:8080%s", source, heapHandler)
	}
	query := u.Query()
	switch kind := path.Base(u.Path); {
	case kind == "profile" || kind == "trace":
		return "", failf("%s is collected over a span of time and does not add up; watch heap, goroutine, allocs, block, mutex or threadcreate, such as http://%s%s", kind, u.Host, heapHandler)
	case query.Get("seconds") != "":
		return "", failf("seconds=%s asks for a difference, which begins at nothing each time; leave it out, and say how often with -n and -interval", query.Get("seconds"))
	}
	if path.Base(u.Path) == "heap" && !query.Has("gc") {
		query.Set("gc", "1")
		u.RawQuery = query.Encode()
	}
	return u.String(), nil
}

// Watch gets a profile again and again and gives each to each, with the time since
// the first one was there. It returns early with the error of a server or of each,
// and with a *display.Failure when ctx has ended.
func Watch(ctx context.Context, url string, o WatchOptions, each func(at time.Duration, data []byte, info Info) error) error {
	var first, next time.Time
	for i := range o.N {
		if wait := time.Until(next); i > 0 && wait > 0 {
			t := time.NewTimer(wait)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return display.Interrupted(ctx)
			}
		}
		next = time.Now().Add(o.Interval)
		data, info, err := Profile(ctx, url, Options{Timeout: o.Timeout, Bare: true})
		if err != nil {
			return err
		}
		now := time.Now()
		if i == 0 {
			first = now
		}
		if err := each(now.Sub(first), data, info); err != nil {
			return err
		}
	}
	return nil
}
