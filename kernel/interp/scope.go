package interp

import "reflect"

// scope keeps what a function has deferred. The function's body and the deferred calls
// are interpreted; that they run, and what becomes of a panic, is decided here, in the
// way of the language.
type scope struct {
	calls     []deferred
	panicking bool
	value     any // of the panic, as the interpreter threw it
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
	rt["Panic"] = reflect.ValueOf(func(v any) { panic(userPanic{v}) })
}

// end is deferred: it runs the calls, the last one first, and goes on with the panic
// that is left.
func (s *scope) end() {
	if v := recover(); v != nil {
		s.panicking, s.value = true, v
	}
	for len(s.calls) > 0 {
		last := s.calls[len(s.calls)-1]
		s.calls = s.calls[:len(s.calls)-1]
		if last.always || !s.stopping() {
			s.run(last.call)
		}
	}
	if s.panicking {
		panic(s.value)
	}
}

// run runs one call. Its panic takes the place of an earlier one, but a cell that is to
// stop stops.
func (s *scope) run(call func()) {
	defer func() {
		if v := recover(); v != nil && !s.stopping() {
			s.panicking, s.value = true, v
		}
	}()
	call()
}

// stopping is true while the cell is being stopped.
func (s *scope) stopping() bool {
	_, stop := s.value.(interrupted)
	return stop && s.panicking
}

// recover is the builtin of that name, called by a deferred function of this scope.
func (s *scope) recover() any {
	if s.stopping() || !s.panicking {
		return nil
	}
	s.panicking = false
	return panicValue(s.value)
}
