package interp

import (
	"reflect"
	"runtime"
	"slices"
)

// scope keeps what a function has deferred. The function's body and the deferred calls
// are interpreted; that they run, and what becomes of a panic, is decided here, in the
// way of the language.
type scope struct {
	calls     []deferred
	panicking bool
	recovered bool // the call that runs now has recovered
	now       chain
}

// deferred is a deferred call. An interrupt ends a cell as a signal ends a program: of what
// is deferred only that runs which gives something shared back.
type deferred struct {
	call   func()
	always bool
}

// scopes adds what functions with defer statements call.
func scopes(rt symbols) {
	rt["Scope"] = reflect.ValueOf(func() *scope { return &scope{} })
	rt["Within"] = reflect.ValueOf(func(s *scope, body func()) {
		defer s.end()
		body()
	})
	rt["Defer"] = reflect.ValueOf(func(s *scope, call func()) { s.calls = append(s.calls, deferred{call, false}) })
	rt["DeferAlways"] = reflect.ValueOf(func(s *scope, call func()) { s.calls = append(s.calls, deferred{call, true}) })
	rt["Recover"] = reflect.ValueOf((*scope).recover)
	rt["Panic"] = reflect.ValueOf(func(v any) {
		if v == nil {
			v = new(runtime.PanicNilError)
		}
		panic(userPanic{v})
	})
}

// end is deferred: it runs the calls, the last one first, and goes on with the panic
// that is left.
func (s *scope) end() {
	if v := recover(); v != nil {
		s.panicking, s.now = true, chainOf(v)
	}
	for len(s.calls) > 0 {
		last := s.calls[len(s.calls)-1]
		s.calls = s.calls[:len(s.calls)-1]
		if last.always || !s.stopping() {
			s.run(last.call)
		}
	}
	if s.panicking {
		panic(s.now.thrown())
	}
}

// run runs one call. Its panic takes the place of the one that is under way, which the end of
// the program tells as well; but a cell that is to stop stops.
func (s *scope) run(call func()) {
	during := s.panicking
	s.recovered = false
	defer func() {
		v := recover()
		if v == nil || s.stopping() {
			return
		}
		next := chainOf(v)
		if during {
			before := append(slices.Clone(s.now.earlier), earlier{s.now.value, s.recovered})
			next.earlier = append(before, next.earlier...)
		}
		s.panicking, s.now = true, next
	}()
	call()
}

// stopping is true while the cell is being stopped.
func (s *scope) stopping() bool {
	_, stop := s.now.value.(interrupted)
	return stop && s.panicking
}

// recover is the builtin of that name, called by a deferred function of this scope.
func (s *scope) recover() any {
	if s.stopping() || !s.panicking {
		return nil
	}
	s.panicking, s.recovered = false, true
	return panicValue(s.now.value)
}
