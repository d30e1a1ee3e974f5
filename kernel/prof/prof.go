// Package prof reads pprof data and computes what is shown of it: the rows of a top table, the callers and callees of a function, the listing of a source, the tree of a flame graph.
//
// The figures and the text are those of "go tool pprof"; the tests compare
// them with that tool, byte for byte. What this package does not compute itself,
// the driver package below it asks pprof's own code for, in a process of its own.
package prof

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// The bounds of what Parse reads. A profile of ten minutes of a large server is
// a few megabytes; what is beyond these bounds is not a profile but an attack
// or a mistake.
const (
	// MaxSize is the largest profile, in bytes as stored, that Parse accepts.
	MaxSize = 64 << 20
	// MaxUnpacked is the largest profile, in bytes after decompression.
	MaxUnpacked = 256 << 20
)

// ErrEmpty is returned by Parse for data of no bytes at all.
var ErrEmpty = errors.New("the profile is empty: 0 bytes")

// ErrTooLarge is wrapped by the error of Parse for data beyond MaxSize or MaxUnpacked.
var ErrTooLarge = errors.New("the profile is too large")

// Profile is a parsed profile. It is not changed after Parse, so it may be used
// by several goroutines at once.
type Profile struct {
	p *profile.Profile
	// to and from are the two sides of a difference, nil of other profiles.
	to, from *Profile
}

// ValueType is the meaning of one of the numbers that every sample carries.
type ValueType struct {
	Type string // such as "cpu", "inuse_space"
	Unit string // such as "nanoseconds", "bytes", "count"
}

// Parse reads a profile in any format that pprof knows: protocol buffers,
// gzipped or not, and the older text and binary formats. It never panics and
// never unpacks more than MaxUnpacked bytes.
func Parse(data []byte) (*Profile, error) {
	p, err := Raw(data)
	if err != nil {
		return nil, err
	}
	if err := clean(p); err != nil {
		return nil, fmt.Errorf("not a profile: %w", err)
	}
	return &Profile{p: p}, nil
}

// Raw is Parse for pprof's own driver: the profile as the library has it, with the
// same bounds.
func Raw(data []byte) (p *profile.Profile, err error) {
	if len(data) == 0 {
		return nil, ErrEmpty
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, len(data), MaxSize)
	}
	data, err = unpack(data)
	if err != nil {
		return nil, err
	}
	// A profile comes from anywhere, so a crash of the library on malformed data
	// must not be ours.
	defer recovered(&err)
	p, err = profile.ParseData(data)
	if err != nil {
		return nil, fmt.Errorf("not a profile: %w", err)
	}
	if len(p.SampleType) == 0 {
		return nil, errors.New("not a profile: it names no sample types")
	}
	return p, nil
}

// Write writes the profile, gzipped, as pprof's -proto does.
func (p *Profile) Write(w io.Writer) error { return p.p.Write(w) }

// clean does what pprof does after fetching: the frames that the profile itself
// calls uninteresting go.
func clean(p *profile.Profile) (err error) {
	defer recovered(&err)
	// Its error is a bad pattern in the profile, which pprof ignores.
	_ = p.RemoveUninteresting()
	return p.CheckValid()
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("not a profile: malformed data (%v)", r)
	}
}

// unpack returns data, decompressed if it is gzipped.
func unpack(data []byte) ([]byte, error) {
	if !gzipped(data) {
		return data, nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decompressing the profile: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(zr, MaxUnpacked+1))
	if err != nil {
		return nil, fmt.Errorf("decompressing the profile: %w", err)
	}
	if len(plain) > MaxUnpacked {
		return nil, fmt.Errorf("%w: more than %d bytes after decompression", ErrTooLarge, MaxUnpacked)
	}
	// The library would decompress a second layer without a bound.
	if gzipped(plain) {
		return nil, errors.New("not a profile: it is compressed twice")
	}
	if len(plain) == 0 {
		return nil, ErrEmpty
	}
	return plain, nil
}

// gzipped says whether data begins as a gzip file does.
func gzipped(data []byte) bool {
	return len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b
}

// SampleTypes returns what the samples measure, in the order of their index.
func (p *Profile) SampleTypes() []ValueType {
	types := make([]ValueType, len(p.p.SampleType))
	for i, t := range p.p.SampleType {
		types[i] = ValueType{Type: t.Type, Unit: t.Unit}
	}
	return types
}

// SampleIndex returns the index of the sample type that name names: its type, a
// number, or "" for the profile's default.
func (p *Profile) SampleIndex(name string) (int, error) {
	return p.p.SampleIndexByName(name)
}

// Duration is how long the profile was collected, 0 if it does not say.
func (p *Profile) Duration() time.Duration { return time.Duration(p.p.DurationNanos) }

// Time is when the profile was collected, the zero time if it does not say.
func (p *Profile) Time() time.Time {
	if p.p.TimeNanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, p.p.TimeNanos)
}

// Period is how much of PeriodType lies between two samples: 10 ms of CPU time,
// or 512 KiB of allocation, by default.
func (p *Profile) Period() (int64, ValueType) {
	if p.p.PeriodType == nil {
		return p.p.Period, ValueType{}
	}
	return p.p.Period, ValueType{Type: p.p.PeriodType.Type, Unit: p.p.PeriodType.Unit}
}

// DropFrames returns the profile's own patterns for frames to leave out, and
// for frames to keep nevertheless; "" means none. Parse has applied them.
func (p *Profile) DropFrames() (drop, keep string) { return p.p.DropFrames, p.p.KeepFrames }

// Binary returns the file name of the program that was profiled, "" if unknown.
func (p *Profile) Binary() string {
	if len(p.p.Mapping) == 0 {
		return ""
	}
	return p.p.Mapping[0].File
}

// BuildID is the linker's mark of the program that was profiled, "" if unknown.
func (p *Profile) BuildID() string {
	if len(p.p.Mapping) == 0 {
		return ""
	}
	return p.p.Mapping[0].BuildID
}

// Empty says whether no sample has a value other than zero.
func (p *Profile) Empty() bool {
	for _, s := range p.p.Sample {
		if slices.ContainsFunc(s.Value, func(v int64) bool { return v != 0 }) {
			return false
		}
	}
	return true
}

// Samples returns how many times the profiler looked, for a CPU profile, which
// is what its statistical error follows from; 0 for profiles that do not count that.
func (p *Profile) Samples() int64 {
	i := p.samplesIndex()
	if i < 0 {
		return 0
	}
	var n int64
	for _, s := range p.p.Sample {
		n += s.Value[i]
	}
	return n
}

// Has says whether a function of that name, without its package, is in the profile:
// "BenchmarkJoin" is in one of that benchmark.
func (p *Profile) Has(name string) bool {
	return slices.ContainsFunc(p.p.Function, func(f *profile.Function) bool {
		rest, ok := strings.CutSuffix(f.Name, name)
		return ok && strings.HasSuffix(rest, ".")
	})
}

// samplesIndex is the index of the count of samples of a CPU profile, or -1.
func (p *Profile) samplesIndex() int {
	return slices.IndexFunc(p.p.SampleType, func(t *profile.ValueType) bool {
		return t.Type == "samples" && t.Unit == "count"
	})
}

// Margin is the half-width of the 95 % interval, in percentage points, of a
// share of pct percent seen in n samples.
func Margin(pct float64, n int64) float64 {
	if n <= 0 {
		return 100
	}
	share := min(max(pct/100, 0), 1)
	return 196 * math.Sqrt(share*(1-share)/float64(n))
}
