package fetch

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"gomri/kernel/prof"
)

const (
	// maxKept bounds the profiles that are kept, in bytes as stored; the oldest go
	// first, the last one stays however large it is.
	maxKept = 64 << 20
	// maxKeptCount bounds how many they are.
	maxKeptCount = 200
)

// Kept holds the profiles that a session has fetched, so that seconds of a
// production server are never fetched twice. The zero value is empty. The session
// owns it; its methods may be called at once.
type Kept struct {
	mu    sync.Mutex
	list  []KeptProfile
	count map[string]int // how many there were of each kind
}

// KeptProfile is one profile that was fetched.
type KeptProfile struct {
	Name string // "heap-2": its kind and the how manieth it is
	Kind string // "cpu", "heap" …; TraceKind of an execution trace
	Time time.Time
	Data []byte
	Info Info
}

// Add keeps a profile and returns it with its name. A profile of the same bytes is
// not kept twice.
func (k *Kept) Add(data []byte, info Info) KeptProfile {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.list {
		if slices.Equal(p.Data, data) {
			return p
		}
	}
	if k.count == nil {
		k.count = make(map[string]int)
	}
	kind := KindOf(info)
	k.count[kind]++
	p := KeptProfile{Name: fmt.Sprintf("%s-%d", kind, k.count[kind]), Kind: kind, Time: time.Now(), Data: data, Info: info}
	k.list = append(k.list, p)
	size := 0
	for _, p := range k.list {
		size += len(p.Data)
	}
	for len(k.list) > 1 && (size > maxKept || len(k.list) > maxKeptCount) {
		size -= len(k.list[0].Data)
		k.list = slices.Delete(k.list, 0, 1)
	}
	return p
}

// Find returns the profile of a name, or the last one of a kind.
func (k *Kept) Find(name string) (KeptProfile, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range slices.Backward(k.list) {
		if p.Name == name || p.Kind == name {
			return p, true
		}
	}
	return KeptProfile{}, false
}

// List returns the profiles, the oldest first.
func (k *Kept) List() []KeptProfile {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.list)
}

// TraceKind is the kind of execution traces, which are kept beside the profiles.
const TraceKind = "trace"

// Kinds are the words by which the last profile of a kind is named. The last row is of
// what other tools than pprof measure: wall-clock profiles, execution traces, and the
// profiles that are made of these.
var Kinds = []string{
	"cpu", "heap", "allocs", "goroutine", "goroutineleak", "block", "mutex", "threadcreate",
	WallKind, TraceKind, "net", "sync", "syscall", "sched",
}

// KindOf returns the kind of a profile: by the path it came from, or by what it measures.
func KindOf(info Info) string {
	if info.Kind != "" {
		return info.Kind
	}
	if u, err := url.Parse(info.Source); info.Remote && err == nil {
		if base := path.Base(u.Path); slices.Contains(Kinds, base) {
			return base
		}
	}
	return kindOfTypes(info.Parsed)
}

// kindOfTypes is KindOf from what a profile measures.
func kindOfTypes(p *prof.Profile) string {
	types := p.SampleTypes()
	switch last := types[len(types)-1].Type; {
	case last == "cpu":
		return "cpu"
	case strings.HasSuffix(last, "space"), strings.HasSuffix(last, "objects"):
		return "heap"
	case last == "delay":
		return "block"
	case slices.Contains(Kinds, last):
		return last
	}
	return "profile"
}
