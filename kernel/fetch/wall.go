package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// goroutineHandler is where a wall-clock profile looks.
	goroutineHandler = "/debug/pprof/goroutine"
	// WallKind is the kind of wall-clock profiles.
	WallKind = "wall"

	wallDefault = 5 * time.Second
	maxWall     = 10 * time.Minute
	// WallRate is how many snapshots a second are taken when it is not said, and
	// MaxWallRate the most.
	WallRate    = 50
	MaxWallRate = 100
	// wallShare is the most of the time that a server should spend answering.
	wallShare = 0.25
)

// Wall makes a profile of wall-clock time of a running server: where its goroutines
// are, on the processor or not. It takes snapshots of their stacks, rate a second for
// Options.Seconds, and fewer when the server takes long for one: a snapshot stops the
// program for a moment. Info.Measured says how it went. Interrupted, it returns the
// profile of what was taken until then, beside the error.
func Wall(ctx context.Context, source string, o Options, rate int) ([]byte, Info, error) {
	u, total, err := wallURL(source, o)
	if err != nil {
		return nil, Info{}, err
	}
	if rate < 0 || rate > MaxWallRate {
		return nil, Info{}, failf("-rate=%d is out of range: at most %d snapshots a second are taken", rate, MaxWallRate)
	}
	if rate == 0 {
		rate = WallRate
	}
	info := Info{Source: u.Redacted(), Remote: true, Kind: WallKind, Terminal: "wall.pb.gz"}
	stop := progress(o.Progress, total)
	w := &wall{interval: time.Second / time.Duration(rate), total: total, timeout: o.Timeout}
	err = w.take(ctx, u)
	stop()
	interrupted := display.Interrupted(ctx)
	if w.snapshots.Count == 0 && interrupted != nil {
		return nil, info, interrupted
	}
	if err != nil && w.snapshots.Count == 0 {
		return nil, info, err
	}
	if interrupted != nil {
		err = nil // it is returned with the profile
	}
	info.Measured = w.said(rate)
	info.Doubt = w.doubt(rate, err)
	info.Parsed, err = w.snapshots.Profile(w.start, w.elapsed, info.Measured)
	if err != nil {
		return nil, info, failf("adding up the snapshots of %s: %v", info.Source, err)
	}
	info.Seconds = w.elapsed.Seconds()
	var data bytes.Buffer
	if err := info.Parsed.Write(&data); err != nil {
		return nil, info, fmt.Errorf("write a wall-clock profile: %w", err)
	}
	if interrupted != nil {
		return data.Bytes(), info, interrupted
	}
	return data.Bytes(), info, nil
}

// wallURL is where to look, and for how long.
func wallURL(source string, o Options) (*url.URL, time.Duration, error) {
	u := addressOf(strings.TrimSpace(source), goroutineHandler)
	if u == nil {
		return nil, 0, failf("-wall looks at a running server, and %s is no URL; type one such as http://localhost:8080", source)
	}
	switch trimmed := strings.TrimSuffix(u.Path, "/"); {
	case path.Base(trimmed) == "pprof":
		u.Path = trimmed + "/goroutine"
	case path.Base(trimmed) != "goroutine":
		return nil, 0, failf("-wall takes its snapshots from %s, not from %s; leave the path away. A profile that the server itself makes (fgprof) needs no -wall", goroutineHandler, u.Path)
	}
	seconds, err := span(u, o)
	if err != nil {
		return nil, 0, err
	}
	if seconds == 0 {
		seconds = wallDefault
	}
	if seconds > maxWall {
		return nil, 0, failf("seconds=%.0f is too long: snapshots are taken for at most %.0f seconds", seconds.Seconds(), maxWall.Seconds())
	}
	query := u.Query()
	query.Del("seconds") // it would ask for a difference
	query.Del("debug")
	u.RawQuery = query.Encode()
	return u, seconds, nil
}

// wall is the taking of one profile.
type wall struct {
	interval, total, timeout time.Duration
	start                    time.Time
	elapsed                  time.Duration
	snapshots                prof.Snapshots
	answering, slowest       time.Duration
}

// take takes snapshots until the time is over. Each stands for the time until the next.
func (w *wall) take(ctx context.Context, u *url.URL) error {
	client, target := clientFor(u)
	defer client.CloseIdleConnections()
	w.start = time.Now()
	for at := w.start; ; {
		data, took, err := w.one(ctx, client, target, u)
		if err != nil {
			return err
		}
		w.answering += took
		w.slowest = max(w.slowest, took)
		// The next one is due after the interval, or when this one's cost is made up for.
		next := at.Add(max(w.interval, time.Duration(float64(took)/wallShare)))
		end := w.start.Add(w.total)
		if next.After(end) {
			next = end
		}
		if err := wait(ctx, next); err != nil {
			return err
		}
		now := time.Now()
		if err := w.snapshots.Add(data, now.Sub(at)); err != nil {
			return failf("the answer of %s cannot be used: %v", u.Redacted(), err)
		}
		w.elapsed = now.Sub(w.start)
		if at = now; w.elapsed >= w.total {
			return nil
		}
	}
}

// one takes one snapshot.
func (w *wall) one(ctx context.Context, client *http.Client, target, u *url.URL) ([]byte, time.Duration, error) {
	limit := w.timeout
	if limit <= 0 {
		limit = margin
	}
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	data, err := ask(inner, client, target, aProfile())
	if err != nil {
		return nil, 0, explain(inner, err, u.Redacted(), u, limit)
	}
	return data, time.Since(start), nil
}

// wait waits until a time.
func wait(ctx context.Context, until time.Time) error {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// said says how it went.
func (w *wall) said(rate int) string {
	n := max(w.snapshots.Count, 1)
	return fmt.Sprintf("%d snapshots in %.2f s (%d/s wanted) of %.1f goroutines on average; the server took %v for one, %v at most, %.1f %% of the time in all",
		w.snapshots.Count, w.elapsed.Seconds(), rate, float64(w.snapshots.Goroutines)/float64(n),
		(w.answering / time.Duration(n)).Round(10*time.Microsecond), w.slowest.Round(10*time.Microsecond), 100*w.answering.Seconds()/max(w.elapsed.Seconds(), 1e-9))
}

// doubt says what limits the profile.
func (w *wall) doubt(rate int, ended error) string {
	var failure *display.Failure
	switch n := w.snapshots.Count; {
	case errors.As(ended, &failure):
		return fmt.Sprintf("See what became of the server (%%logs NAME): after %.1f s it gave no more snapshots: %s", w.elapsed.Seconds(), failure.Value)
	case w.elapsed > 0 && float64(n) < 0.8*float64(rate)*w.elapsed.Seconds():
		return "Believe the shares, not the fine detail: the server takes so long for a snapshot that fewer were taken than -rate=" + strconv.Itoa(rate) + " wants."
	case n < 100:
		return fmt.Sprintf("Look for longer (-seconds): %d snapshots are few; a share of 10 %% is 10 ± %.0f percentage points.", n, prof.Margin(10, n))
	}
	return ""
}
