package load

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// maxKinds bounds how many kinds of errors are told apart; the rest is counted
// under one name.
const maxKinds = 16

// Latencies are times from sending a request to the end of its answer.
type Latencies struct {
	Min, Mean, P50, P90, P95, P99, Max time.Duration
}

// Count is how often one status code or one kind of error was seen.
type Count struct {
	Name string
	N    int
}

// TargetReport is what one of several targets answered.
type TargetReport struct {
	Target
	Requests, Failed int
	Latency          Latencies
}

// Snapshot is the state of a load that is under way.
type Snapshot struct {
	Elapsed  time.Duration // since the first request
	Duration time.Duration // how long the load takes in all
	Requests int           // answered or failed
	Failed   int           // no answer, or a status of 400 and more
	Rate     float64       // answers a second since the last snapshot
	Latency  Latencies
	Buckets  []Bucket // how many requests took how long
}

// Report is what a load measured.
type Report struct {
	// What was asked for, with defaults filled in.
	Targets  []Target
	Rate     int // requests a second; without meaning when Fastest
	Fastest  bool
	Workers  int
	Duration time.Duration

	Interrupted bool          // stopped before its time
	Requests    int           // answered or failed
	Failed      int           // no answer, or a status of 400 and more
	Sent        float64       // requests a second that were really sent
	Throughput  float64       // good answers a second
	Elapsed     time.Duration // from the first request to the last answer
	Latency     Latencies
	BytesIn     uint64 // of the answers' bodies
	BytesOut    uint64 // of the requests' bodies
	Codes       []Count
	Errors      []Count // most frequent first
	Buckets     []Bucket
	// ByTarget is what each of several targets answered; nil for one.
	ByTarget []TargetReport
	// Beyond are the hosts that are not this machine.
	Beyond []string
	// Text is the report as the command "vegeta report" prints it.
	Text string
}

// Success returns the share of good answers, 0 to 1.
func (r Report) Success() float64 {
	if r.Requests == 0 {
		return 0
	}
	return float64(r.Requests-r.Failed) / float64(r.Requests)
}

// Starved reports whether clearly fewer requests were sent than asked for:
// all workers were waiting for answers, and the latencies leave out the
// requests that could not even start.
func (r Report) Starved() bool {
	wanted := float64(r.Rate) * r.Duration.Seconds()
	return !r.Fastest && !r.Interrupted && float64(r.Requests) < 0.95*wanted-1
}

// collector adds up results; it belongs to the goroutine that runs Run.
type collector struct {
	o       Options
	client  *client
	m       vegeta.Metrics
	began   time.Time
	kinds   map[string]int
	failed  int
	refused bool
	times   histogram
	targets []vegeta.Metrics // of each of several targets

	lastAt time.Time
	lastN  uint64
}

func newCollector(o Options, c *client) *collector {
	now := time.Now()
	col := &collector{o: o, client: c, began: now, lastAt: now, kinds: map[string]int{}}
	if len(o.Targets) > 1 {
		col.targets = make([]vegeta.Metrics, len(o.Targets))
	}
	return col
}

// add counts one result. A request that was cut off because the load was
// stopped says nothing about the server and is left out.
func (c *collector) add(runCtx context.Context, r *vegeta.Result) {
	if runCtx.Err() != nil && strings.Contains(r.Error, context.Canceled.Error()) {
		return
	}
	if r.Error != "" {
		// Error texts hold port numbers that never repeat; vegeta keeps each.
		r.Error = kindOf(strings.ReplaceAll(r.Error, mark+strconv.Itoa(targetOf(r)), ""))
		if _, known := c.kinds[r.Error]; !known && len(c.kinds) >= maxKinds {
			r.Error = "other errors"
		}
		c.kinds[r.Error]++
		c.failed++
	}
	c.m.Add(r)
	c.times.add(r.Latency)
	if c.targets != nil {
		c.addTarget(r)
	}
}

// addTarget counts a result of one of several targets.
func (c *collector) addTarget(r *vegeta.Result) {
	if i := targetOf(r); i >= 0 && i < len(c.targets) {
		c.targets[i].Add(r)
	}
}

// kindOf returns the kind of a failed request from its error text.
func kindOf(text string) string {
	kinds := []struct{ in, kind string }{
		{"connection refused", "connection refused"},
		{"actively refused", "connection refused"}, // Windows
		{context.DeadlineExceeded.Error(), "timeout"},
		{"i/o timeout", "timeout"},
		{"connection reset", "connection reset"},
		{"forcibly closed", "connection reset"}, // Windows
		{"broken pipe", "connection closed"},
		{"server closed idle connection", "connection closed"},
		{"unexpected EOF", "answer cut off"},
		{": EOF", "connection closed"},
		{"no such host", "no such host"},
		{"too many open files", "too many open files on this machine"},
		{"cannot assign requested address", "no free port on this machine"},
		{"is not this machine", "target is not this machine (needs -remote)"},
		{"malformed HTTP", "answer is not HTTP"},
		{"server gave HTTP response to HTTPS client", "server speaks http, not https"},
		{"certificate", "certificate not accepted"},
	}
	for _, k := range kinds {
		if strings.Contains(text, k.in) {
			return k.kind
		}
	}
	const long = 120
	if len(text) > long {
		text = strings.ToValidUTF8(text[:long], "") + "…"
	}
	return text
}

// nobodyListens reports whether all of the first requests were refused.
func (c *collector) nobodyListens() bool {
	n := c.kinds["connection refused"]
	return n >= refusedEnough && uint64(n) == c.m.Requests
}

// firstError returns the most frequent kind of error.
func (c *collector) firstError() string {
	counts := counts(c.kinds)
	if len(counts) == 0 {
		return ""
	}
	return counts[0].Name
}

// snapshot returns how the load stands now.
func (c *collector) snapshot() Snapshot {
	now := time.Now()
	s := Snapshot{
		Elapsed: now.Sub(c.began), Duration: c.o.Duration,
		Requests: int(c.m.Requests), Failed: c.failed,
		Rate: float64(c.m.Requests-c.lastN) / now.Sub(c.lastAt).Seconds(),
	}
	c.lastAt, c.lastN = now, c.m.Requests
	if c.m.Requests > 0 {
		s.Latency = latency(&c.m)
		s.Buckets = c.times.buckets()
	}
	return s
}

// latency returns the percentiles of what has been added.
func latency(m *vegeta.Metrics) Latencies {
	l := &m.Latencies
	return Latencies{
		Min: l.Min, Max: l.Max, Mean: l.Total / time.Duration(max(1, m.Requests)),
		P50: l.Quantile(0.50), P90: l.Quantile(0.90), P95: l.Quantile(0.95), P99: l.Quantile(0.99),
	}
}

// byTarget returns what each target answered, in their order.
func (c *collector) byTarget() []TargetReport {
	var out []TargetReport
	for i := range c.targets {
		m := &c.targets[i]
		if m.Requests == 0 {
			continue // the load was too short for its turn
		}
		m.Close()
		good := int(float64(m.Requests)*m.Success + 0.5)
		out = append(out, TargetReport{Target: c.o.Targets[i], Requests: int(m.Requests), Failed: int(m.Requests) - good, Latency: latency(m)})
	}
	return out
}

// report returns the whole result. No result may be added after it.
func (c *collector) report(interrupted bool) Report {
	c.m.BytesIn.Total = c.client.bytesIn.Load()
	c.m.Close()
	o, m := c.o, &c.m
	r := Report{
		Targets: o.Targets, Rate: o.Rate, Fastest: o.Fastest, Workers: o.Workers, Duration: o.Duration,
		Interrupted: interrupted,
		Requests:    int(m.Requests), Failed: c.failed,
		Sent: m.Rate, Throughput: m.Throughput, Elapsed: m.Duration + m.Wait,
		BytesIn: m.BytesIn.Total, BytesOut: m.BytesOut.Total,
		Codes: c.codes(), Errors: counts(c.kinds),
		Buckets: c.times.buckets(), ByTarget: c.byTarget(), Beyond: o.beyond(),
	}
	if m.Requests > 0 {
		r.Latency = latency(m)
	}
	var b strings.Builder
	if err := vegeta.NewTextReporter(m).Report(&b); err != nil {
		// Writing to a strings.Builder does not fail; keep the numbers if it ever does.
		fmt.Fprintf(&b, "no text report: %v\n", err)
	}
	r.Text = b.String()
	return r
}

// codes returns the status codes in order. The code 0, which vegeta gives to
// a request without an answer, is among the errors instead.
func (c *collector) codes() []Count {
	var out []Count
	for code, n := range c.m.StatusCodes {
		if i, err := strconv.Atoi(code); err == nil && i > 0 {
			out = append(out, Count{Name: code, N: n})
		}
	}
	slices.SortFunc(out, func(a, b Count) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// counts returns a map's entries, the most frequent first.
func counts(m map[string]int) []Count {
	out := make([]Count, 0, len(m))
	for name, n := range m {
		out = append(out, Count{Name: name, N: n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}
