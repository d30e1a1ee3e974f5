// Package load drives HTTP requests at a server at a steady rate and measures what comes back.
//
// The pacing and the estimate of the percentiles are vegeta's
// (https://github.com/tsenart/vegeta): requests are sent when they are due, not
// when the one before has been answered, so that a slow server is seen to be slow.
package load

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"gomri/kernel/display"
)

// What a load is when its options say nothing, and what it may be at most.
const (
	DefaultRate     = 50              // requests a second
	DefaultDuration = 5 * time.Second // how long requests are sent
	DefaultTimeout  = 10 * time.Second
	DefaultWorkers  = 10

	MaxRate     = 100_000
	MaxDuration = 10 * time.Minute
	MaxTimeout  = time.Minute
	MaxWorkers  = 1000
	MaxBody     = 10 << 20 // bytes of a request body
	MaxTargets  = 100
)

// snapshotEvery is the time between two calls of the progress function.
const snapshotEvery = 200 * time.Millisecond

// lateness is how much longer a load may take to send its last requests when this
// machine is busy: the pacer says when there are enough of them.
const lateness = 100 * time.Millisecond

// refusedEnough is after how many refused connections, and no answer at all,
// a load stops: nobody listens there.
const refusedEnough = 20

// Options say what to send. The zero value of each but URLs and Targets has a
// default.
type Options struct {
	// URLs are the targets, http or https; several are taken in turn. Each gets Method,
	// Body and Header.
	URLs []string
	// Targets are requests of their own kinds, in place of URLs.
	Targets []Target
	// Rate is in requests a second, all targets together; 0 means DefaultRate.
	// With Fastest it is not used.
	Rate int
	// Fastest sends the next request as soon as a worker is free.
	Fastest bool
	// Duration is how long requests are sent; 0 means DefaultDuration.
	Duration time.Duration
	// Workers bounds how many requests are under way at once. 0 means as many
	// as the rate needs up to MaxWorkers, or DefaultWorkers with Fastest.
	Workers int
	// Method is the HTTP method; empty means GET, or POST with a body.
	Method string
	// Body is sent with every request.
	Body []byte
	// Header is sent with every request.
	Header http.Header
	// Timeout bounds one request, its body included; 0 means DefaultTimeout.
	Timeout time.Duration
	// Remote allows targets beyond this machine.
	Remote bool
}

// Run sends the load that o describes and returns what was measured. It calls
// progress, if there is one, about five times a second from the calling
// goroutine. When ctx ends Run stops at once, leaves out what was still under way,
// and returns the report of the requests so far with Interrupted set and no error.
//
// The error is a *display.Failure when the options cannot be used or when nobody
// listens at the target.
func Run(ctx context.Context, o Options, progress func(Snapshot)) (Report, error) {
	o, err := o.checked()
	if err != nil {
		return Report{}, err
	}
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := newClient(runCtx, o)
	defer client.CloseIdleConnections()
	attacker := vegeta.NewAttacker(
		vegeta.Client(client.Client),
		vegeta.Workers(uint64(min(o.Workers, DefaultWorkers))),
		vegeta.MaxWorkers(uint64(o.Workers)),
		vegeta.MaxBody(0),
	)
	longest := o.Duration
	if !o.Fastest {
		longest += lateness
	}
	results := attacker.Attack(targeter(o), pacer{ctx: runCtx, o: o}, longest, "")
	c := newCollector(o, client)
	c.collect(runCtx, cancel, results, progress)
	rep := c.report(ctx.Err() != nil)
	if c.refused {
		return rep, display.Failf("LoadError",
			"nothing listens at %s: %s\nstart the server first (%%%%serve NAME on its cell), or correct the address",
			rep.Targets[0].URL, c.firstError())
	}
	return rep, nil
}

// collect reads results until the attack has ended, which it also does soon
// after cancel: the pacer and every request listen to runCtx.
func (c *collector) collect(runCtx context.Context, cancel func(), results <-chan *vegeta.Result, progress func(Snapshot)) {
	tick := time.NewTicker(snapshotEvery)
	defer tick.Stop()
	for {
		select {
		case r, ok := <-results:
			if !ok {
				return
			}
			c.add(runCtx, r)
			if c.nobodyListens() {
				c.refused = true
				cancel()
			}
		case <-tick.C:
			if progress != nil && runCtx.Err() == nil {
				progress(c.snapshot())
			}
		}
	}
}

// pacer decides when the next request is due. It waits inside Pace, where vegeta
// would sleep, because a sleep does not hear that the load was stopped.
type pacer struct {
	ctx context.Context
	o   Options
}

// Pace waits until the request after the given number of hits is due; see vegeta.Pacer.
func (p pacer) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if p.ctx.Err() != nil {
		return 0, true
	}
	if p.o.Fastest {
		return 0, false
	}
	due := time.Duration(float64(hits) / float64(p.o.Rate) * float64(time.Second))
	if due >= p.o.Duration {
		return 0, true
	}
	if due <= elapsed {
		return 0, false
	}
	t := time.NewTimer(due - elapsed)
	defer t.Stop()
	select {
	case <-t.C:
		return 0, false
	case <-p.ctx.Done():
		return 0, true
	}
}

// Rate returns the wanted rate in requests a second, 0 when there is none.
func (p pacer) Rate(time.Duration) float64 {
	if p.o.Fastest {
		return 0
	}
	return float64(p.o.Rate)
}

// Command returns the shell command that sends the same load with vegeta's own tool.
func (r Report) Command() string {
	rate := fmt.Sprint(r.Rate)
	if r.Fastest {
		rate = fmt.Sprintf("0 -max-workers=%d", r.Workers)
	}
	if len(r.Targets) > 1 {
		return fmt.Sprintf("vegeta attack -targets=targets.txt -rate=%s -duration=%s | vegeta report", rate, r.Duration)
	}
	t := r.Targets[0]
	more := ""
	for _, name := range slices.Sorted(maps.Keys(t.Header)) {
		for _, value := range t.Header[name] {
			more += " -header=" + shellQuote(name+": "+value)
		}
	}
	if len(t.Body) > 0 {
		more += " -body=body.txt"
	}
	return fmt.Sprintf("echo %s | vegeta attack -rate=%s -duration=%s%s | vegeta report", shellQuote(t.String()), rate, r.Duration, more)
}

// shellQuote quotes one word for a POSIX shell.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
