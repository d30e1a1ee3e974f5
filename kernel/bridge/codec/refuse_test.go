package codec

//lint:file-ignore U1000 the fields are there to be carried, by reflection

import (
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

var global = struct{ n int }{3}

func TestRefusalsNameThePath(t *testing.T) {
	type conn struct {
		name string
		conn net.Conn
		c    chan int
		f    func()
		mu   sync.Mutex
		p    unsafe.Pointer
		next *conn
		g    *int
		pool sync.Pool
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	locked := &conn{}
	locked.mu.Lock()
	defer locked.mu.Unlock()
	n := 1
	type local struct{ x int }
	for _, tt := range []struct {
		x          any
		path, text string
	}{
		{&conn{next: &conn{c: make(chan int)}}, "x.next.c", "(chan int) is a channel"},
		{&map[string][]func(){"a": {nil, nil, func() {}}}, `x["a"][2]`, "(func()) is a function"},
		{&[]any{1, make(chan bool)}, "x[1].(chan bool)", "(chan bool)"},
		{&[]any{(chan bool)(nil)}, "x[0].(chan bool)", "(chan bool)"},
		{&[]any{[]chan bool(nil)}, "x[0]", "whose type has no name elsewhere"},
		{&locked, "x.mu", "(sync.Mutex) is a locked mutex"},
		{&conn{p: unsafe.Pointer(&n)}, "x.p", "unsafe pointer"},
		{&file, "x.file.pfd", "(poll.FD) is an open file"},
		{&conn{g: &global.n}, "x.g", "(*int) is a pointer to a variable of a package"},
		{&[]*[1]func(){{func() {}}}, "(*x[0])[0]", "a function"},
		{&[]any{local{1}}, "x[0]", "whose type has no name elsewhere"},
		{&conn{pool: sync.Pool{New: func() any { return 1 }}}, "x.pool", "a pool"},
		{&[]**conn{nil, ptr(&conn{f: func() {}})}, "(*x[1]).f", "a function"},
		{&[]*[]func(){{nil, func() {}}}, "(*x[0])[1]", "a function"},
		{ptr(any(reflect.ValueOf(1))), "x.(reflect.Value)", "reflect.Value"},
		{ptr(func() {}), "x", "a function"},
		{ptr(ptr(func() {})), "*x", "a function"},
		{&map[int]struct{ in [2]chan int }{7: {[2]chan int{nil, make(chan int)}}}, "x[7].in[1]", "a channel"},
	} {
		r := NewRegistry()
		s := r.Take([]Var{variable("x", tt.x)})
		if s.Len() != 1 || s.Refused(0) == nil {
			t.Errorf("%T was not refused", tt.x)
			continue
		}
		got := s.Refused(0)
		if got.Path != tt.path || !strings.Contains(got.Error(), tt.text) || got.Name != "x" {
			t.Errorf("%T: got %q at %s, want %q at %s", tt.x, got, got.Path, tt.text, tt.path)
		}
		var refusal *Refusal
		if err := s.Write(io.Discard, 0, nil); !errors.As(err, &refusal) {
			t.Errorf("%T: written: %v", tt.x, err)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestZeroValuesOfWhatIsRefusedAreCarried(t *testing.T) {
	type odd struct {
		c    chan int
		f    func()
		p    unsafe.Pointer
		mu   sync.Mutex
		pool sync.Pool
		file *os.File
		n    int
	}
	if got := copyOf(t, &odd{n: 3}); got.n != 3 || got.c != nil || got.f != nil {
		t.Errorf("%+v", got)
	}
}

func TestARefusalStaysInItsComponent(t *testing.T) {
	bad, good, shared := make(chan int), 5, []int{1}
	with := struct {
		c    chan int
		list []int
	}{bad, shared}
	s := NewRegistry().Take([]Var{variable("good", &good), variable("with", &with), variable("shared", &shared)})
	if s.Len() != 2 || s.Refused(0) != nil || s.Refused(1) == nil || len(s.Keys(1)) != 2 {
		t.Errorf("%d segments: %v, %v", s.Len(), s.Refused(0), s.Refused(1))
	}
}

func TestComponentsAreWhatSharesMemory(t *testing.T) {
	a := []int{1, 2, 3}
	b := a[1:]
	c := []int{1, 2, 3}
	n := 1
	p := &n
	m := map[string]*int{"n": p}
	text := strings.Repeat("long text ", 20)
	other := text[10:]
	vars := []Var{
		variable("a", &a), variable("b", &b), variable("c", &c), variable("n", &n), variable("m", &m), variable("text", &text), variable("other", &other),
	}
	s := NewRegistry().Take(vars)
	var got []string
	for i := range s.Len() {
		got = append(got, strings.ReplaceAll(strings.Join(s.Keys(i), "+"), "_v1", ""))
	}
	if list := strings.Join(got, " "); list != "a+b c n+m text other" {
		t.Error(list)
	}
	for i := range vars {
		vars[i].Wanted = vars[i].Name == "b" || vars[i].Name == "text"
	}
	s = NewRegistry().Take(vars)
	if s.Len() != 2 || strings.Join(s.Keys(0), "+") != "a_v1+b_v1" || strings.Join(s.Keys(1), "+") != "text_v1" {
		t.Errorf("wanted: %v", s.Keys(0))
	}
}
