package prof

import (
	"errors"
	"slices"
	"time"

	"github.com/google/pprof/profile"
)

const (
	// mergeEvery is how many snapshots wait to be added up.
	mergeEvery = 32
	// maxSnapshotStacks bounds the different stacks of a sum of snapshots.
	maxSnapshotStacks = 200_000
)

// Snapshots adds up goroutine profiles that were taken one after the other into one
// profile of wall-clock time: where goroutines were, whether they ran or waited. The
// zero value is empty.
type Snapshots struct {
	// Count is how many there are, and Goroutines how many they saw, in sum.
	Count, Goroutines int64
	sum               *profile.Profile
	waiting           []*profile.Profile
}

// watchers are the functions of goroutines that are there only because a profile is
// taken over HTTP: of the first all are left out, of the second one, which watches
// the connection meanwhile.
const (
	watcherAnswers = "net/http/pprof.handler.ServeHTTP"
	watcherWaits   = "net/http.(*connReader).backgroundRead"
)

// Add adds a snapshot that stands for a span of time.
func (s *Snapshots) Add(data []byte, span time.Duration) error {
	parsed, err := Parse(data)
	if err != nil {
		return err
	}
	p := parsed.p
	if len(p.SampleType) != 1 || p.SampleType[0].Type != "goroutine" {
		return errors.New("not a goroutine profile")
	}
	p.SampleType = []*profile.ValueType{{Type: "goroutines", Unit: "count"}, {Type: "wall", Unit: "nanoseconds"}}
	p.DefaultSampleType = "wall"
	p.PeriodType, p.Period = &profile.ValueType{Type: "wall", Unit: "nanoseconds"}, 0
	p.TimeNanos, p.DurationNanos = 0, 0
	watched := false
	p.Sample = slices.DeleteFunc(p.Sample, func(x *profile.Sample) bool {
		n := x.Value[0]
		switch {
		case calls(x, watcherAnswers):
			n = 0
		case !watched && calls(x, watcherWaits):
			watched = true
			n--
		}
		s.Goroutines += n
		x.Value = []int64{n, n * int64(span)}
		return n <= 0
	})
	s.Count++
	s.waiting = append(s.waiting, p)
	if len(s.waiting) < mergeEvery {
		return nil
	}
	return s.merge()
}

// calls says whether a function is in a stack.
func calls(s *profile.Sample, function string) bool {
	return slices.ContainsFunc(s.Location, func(l *profile.Location) bool {
		return slices.ContainsFunc(l.Line, func(line profile.Line) bool { return line.Function != nil && line.Function.Name == function })
	})
}

// merge adds up what waits.
func (s *Snapshots) merge() error {
	list := s.waiting
	if s.sum != nil {
		list = append(list, s.sum)
	}
	if len(list) == 0 {
		return errors.New("there are no snapshots")
	}
	sum, err := merge(list)
	if err != nil {
		return err
	}
	if len(sum.Sample) > maxSnapshotStacks {
		return errors.New("the goroutines have too many different stacks")
	}
	s.sum, s.waiting = sum, nil
	return nil
}

// Profile is the sum. The comments are kept in it.
func (s *Snapshots) Profile(start time.Time, duration time.Duration, comments ...string) (*Profile, error) {
	if err := s.merge(); err != nil {
		return nil, err
	}
	s.sum.TimeNanos, s.sum.DurationNanos = start.UnixNano(), int64(duration)
	s.sum.Period = int64(duration) / max(s.Count, 1)
	s.sum.Comments = comments
	return &Profile{p: s.sum}, nil
}
