package codec

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// kind is what is done with one piece of a type's memory.
type kind uint8

const (
	opRaw    kind = iota // n bytes as they are
	opBool               // n booleans
	opString             // a string
	opPtr                // a pointer to typ
	opSlice              // a slice of typ
	opMap                // a map of type typ
	opIface              // an interface of type typ
	opArray              // n elements of sub
	opZero               // memory of type typ that has to be zero
	opTime               // the two words of a time.Time before its location
	opSync               // a sync.Map
	opText               // a typ that is carried by its own words
)

// op is one step through the memory of a value.
type op struct {
	kind kind
	off  uintptr
	n    uintptr
	typ  reflect.Type
	sub  *plan  // of typ, or of an array's element
	why  string // what a value is that is not zero
}

// plan is how the memory of a type is walked.
type plan struct {
	typ  reflect.Type
	size uintptr
	ops  []op
	raw  bool // the whole of it is copied as it is
	deep bool // it can hold strings or lead elsewhere
	ties bool // it can lead to memory that something else leads to as well
	min  int  // the fewest bytes that a value takes in a segment
}

// plan returns the plan of a type.
func (r *Registry) plan(t reflect.Type) *plan {
	if p := r.recent; p != nil && p.typ == t {
		return p
	}
	if p := r.plans[t]; p != nil {
		r.recent = p
		return p
	}
	p := &plan{typ: t, size: t.Size()}
	r.plans[t] = p
	r.build(p, t, 0)
	p.raw = len(p.ops) == 1 && p.ops[0].kind == opRaw
	if p.raw {
		p.ops[0].off, p.ops[0].n = 0, p.size // with the padding
	}
	for _, o := range p.ops {
		switch o.kind {
		case opRaw, opBool:
			p.min += int(o.n)
		case opString:
			p.deep = true
			p.min++
		case opArray:
			p.min += int(o.n) * o.sub.min
			p.deep, p.ties = p.deep || o.sub.deep, p.ties || o.sub.ties
		case opTime:
			p.min += 16
		case opZero:
			p.deep = true // whether it is zero has to be found out
			p.min++
		default:
			p.deep, p.ties = true, true
			p.min++
		}
	}
	return p
}

// build appends the steps for a t at off.
func (r *Registry) build(p *plan, t reflect.Type, off uintptr) {
	if t.Size() == 0 || r.special(p, t, off) {
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		p.add(op{kind: opBool, off: off, n: 1})
	case reflect.String:
		p.add(op{kind: opString, off: off})
	case reflect.Pointer:
		p.add(op{kind: opPtr, off: off, typ: t.Elem()})
	case reflect.Slice:
		p.add(op{kind: opSlice, off: off, typ: t.Elem()})
	case reflect.Map:
		p.add(op{kind: opMap, off: off, typ: t})
	case reflect.Interface:
		p.add(op{kind: opIface, off: off, typ: t})
	case reflect.Chan:
		p.zero(t, off, "a channel")
	case reflect.Func:
		p.zero(t, off, "a function")
	case reflect.UnsafePointer:
		p.zero(t, off, "an unsafe pointer")
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			r.build(p, f.Type, off+f.Offset)
		}
	case reflect.Array:
		r.array(p, t, off)
	default:
		p.add(op{kind: opRaw, off: off, n: t.Size()})
	}
}

// array appends the steps for an array.
func (r *Registry) array(p *plan, t reflect.Type, off uintptr) {
	elem := r.plan(t.Elem())
	switch {
	case elem.raw:
		p.add(op{kind: opRaw, off: off, n: t.Size()})
	case len(elem.ops) == 1 && elem.ops[0].kind == opBool && elem.ops[0].n == elem.size:
		p.add(op{kind: opBool, off: off, n: t.Size()})
	default:
		p.add(op{kind: opArray, off: off, n: uintptr(t.Len()), sub: elem})
	}
}

// add appends a step. Memory that is copied as it is becomes one step with what is
// before it, the padding between them too.
func (p *plan) add(o op) {
	if n := len(p.ops); n > 0 && o.kind == opRaw && p.ops[n-1].kind == opRaw {
		last := &p.ops[n-1]
		last.n = o.off + o.n - last.off
		return
	}
	p.ops = append(p.ops, o)
}

func (p *plan) zero(t reflect.Type, off uintptr, why string) {
	p.add(op{kind: opZero, off: off, n: t.Size(), typ: t, why: why})
}

// zeroOnly are types of which only the zero value means the same elsewhere.
var zeroOnly = map[string]string{
	"sync.Mutex":       "a locked mutex",
	"sync.RWMutex":     "a locked mutex",
	"sync.WaitGroup":   "a WaitGroup that is waited for",
	"sync.Cond":        "a condition variable",
	"sync.Pool":        "a pool",
	"internal/poll.FD": "an open file or connection",
	"os.Root":          "an open folder",
	"os.Process":       "a running process",
	"reflect.Value":    "a reflect.Value",
	"testing.common":   "a test that is running",
}

// spoken are types that say themselves what they hold.
var spoken = map[string]bool{
	"regexp.Regexp": true, "net/netip.Addr": true, "net/netip.AddrPort": true, "net/netip.Prefix": true,
}

// special appends the steps for the types of packages that have rules of their own.
func (r *Registry) special(p *plan, t reflect.Type, off uintptr) bool {
	if t.PkgPath() == "" || t.PkgPath() == "main" {
		return false
	}
	name := ownName(t)
	switch {
	case t == timeType && plainTime():
		p.add(op{kind: opTime, off: off})
		p.add(op{kind: opPtr, off: off + 16, typ: reflect.TypeFor[time.Location]()})
	case t == syncMapType:
		p.add(op{kind: opSync, off: off, n: t.Size(), typ: t})
	case spoken[name]:
		p.add(op{kind: opText, off: off, n: t.Size(), typ: t})
	case zeroOnly[name] != "":
		p.zero(t, off, zeroOnly[name])
	case strings.HasPrefix(name, "unique.Handle["):
		p.zero(t, off, "a unique handle")
	case strings.HasPrefix(name, "sync/atomic.Pointer["):
		f, ok := t.FieldByName("v")
		if !ok || t.NumField() == 0 || t.Field(0).Type.Kind() != reflect.Array || t.Field(0).Type.Elem().Kind() != reflect.Pointer {
			return false
		}
		p.add(op{kind: opPtr, off: off + f.Offset, typ: t.Field(0).Type.Elem().Elem()})
	default:
		return false
	}
	return true
}

// specialName is the name by which both sides know a type that is walked by a rule of
// its own, "" for all other types.
func (r *Registry) specialName(t reflect.Type) string {
	if t.Size() == 0 || t.PkgPath() == "" || t.PkgPath() == "main" {
		return ""
	}
	name := ownName(t)
	switch {
	case t == timeType && plainTime(), t == syncMapType, spoken[name], zeroOnly[name] != "":
		return name
	}
	return ""
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	syncMapType = reflect.TypeFor[sync.Map]()
)

// plainTime reports whether a time.Time is what it has been since Go 1.9: two words and
// a location. Otherwise it is carried like any struct.
func plainTime() bool {
	t := timeType
	return t.NumField() == 3 && t.Field(0).Name == "wall" && t.Field(0).Type.Kind() == reflect.Uint64 &&
		t.Field(1).Name == "ext" && t.Field(1).Type.Kind() == reflect.Int64 &&
		t.Field(2).Name == "loc" && t.Field(2).Offset == 16
}

// instant is the memory of a time.Time.
type instant struct {
	wall uint64
	ext  int64
}

// monotonic is the bit of wall that says that ext is a monotonic reading, which counts
// nanoseconds from the start of its process.
const monotonic = 1 << 63

// start is when the clock of this process's monotonic readings began, in nanoseconds
// since 1970. It is worked out once, so that two equal times stay equal.
var start = func() int64 {
	now := time.Now()
	if !plainTime() {
		return 0
	}
	at := *(*instant)(unsafe.Pointer(&now))
	if at.wall&monotonic == 0 {
		return 0
	}
	return now.UnixNano() - at.ext
}()

// carried is the instant as it is written: its reading counts from 1970.
func (t instant) carried() instant {
	if t.wall&monotonic != 0 {
		t.ext += start
	}
	return t
}

// here is the instant as this process keeps it.
func (t instant) here() instant {
	if t.wall&monotonic != 0 {
		t.ext -= start
	}
	return t
}
