package interp

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// userPanic is the panic of a panic statement: its value is what the user said.
type userPanic struct{ value any }

// chain is a panic and the earlier ones, the first one first, whose deferred calls raised
// it. The program's end tells of all of them.
type chain struct {
	value   any // as the interpreter threw it
	earlier []earlier
}

// earlier is a panic that another one has followed.
type earlier struct {
	value     any
	recovered bool
}

// chainOf is the chain that was thrown as v.
func chainOf(v any) chain {
	if c, ok := v.(*chain); ok {
		return *c
	}
	return chain{value: v}
}

// thrown is what chainOf makes the chain of.
func (c chain) thrown() any {
	if _, stop := c.value.(interrupted); stop || len(c.earlier) == 0 {
		return c.value
	}
	return &c
}

// panicTexts is what the runtime prints for each panic of what was thrown. One that was
// raised again with the same value is printed once.
func panicTexts(thrown any) []string {
	c := chainOf(thrown)
	var texts []string
	for i, e := range c.earlier {
		if i > 0 && again(c.earlier[i-1].value, e.value) {
			continue
		}
		next := c.value
		if i+1 < len(c.earlier) {
			next = c.earlier[i+1].value
		}
		text := panicText(panicValue(e.value))
		switch {
		case e.recovered && again(e.value, next):
			text += " [recovered, repanicked]"
		case e.recovered:
			text += " [recovered]"
		}
		texts = append(texts, text)
	}
	if n := len(c.earlier); n > 0 && again(c.earlier[n-1].value, c.value) {
		return texts
	}
	return append(texts, panicText(panicValue(c.value)))
}

// again is true if the second panic has the value of the first: the runtime compares where
// they are kept, so an error that it made for each of them is another one.
func again(first, second any) bool {
	a, b := panicValue(first), panicValue(second)
	if a == nil || !reflect.TypeOf(a).Comparable() || a != b {
		return false
	}
	text, isRuntime := a.(runtime.Error)
	_, raised := second.(userPanic)
	return raised || !isRuntime || !strings.Contains(text.Error(), "out of range")
}

// runtimeError is a runtime error in the runtime's words.
type runtimeError string

// Error returns the words.
func (e runtimeError) Error() string { return string(e) }

// RuntimeError makes it a runtime.Error.
func (e runtimeError) RuntimeError() {}

// panicValue is what a compiled program would have panicked with, where the interpreter
// panicked with v.
func panicValue(v any) any {
	switch x := v.(type) {
	case userPanic:
		return x.value
	case reflect.Value:
		return x.Interface()
	case *reflect.ValueError:
		return runtimeError(nilPointer) // the interpreter found nothing behind a pointer
	case string:
		if text, ok := reflectPanics(x); ok {
			return runtimeError(text)
		}
	}
	return v
}

// panicText is what the runtime prints after "panic: " for a value.
func panicText(v any) string {
	switch x := v.(type) {
	case runtime.Error:
		return x.Error()
	case error:
		return said(x.Error)
	case fmt.Stringer:
		return said(x.String)
	case string:
		return x
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Bool || rv.CanInt() || rv.CanUint() || rv.CanFloat() || rv.CanComplex() || rv.Kind() == reflect.String {
		return basicText(rv)
	}
	return fmt.Sprintf("(%T) %v", v, v)
}

// basicText writes a number, bool or string of any type: goexit, time.Month(13).
func basicText(v reflect.Value) string {
	text := fmt.Sprint(v.Interface())
	if t := v.Type(); t.PkgPath() != "" {
		if v.Kind() == reflect.String {
			text = fmt.Sprintf("%q", v.String())
		}
		return t.String() + "(" + text + ")"
	}
	return text
}

const nilPointer = "runtime error: invalid memory address or nil pointer dereference"

// reflectPanics puts what package reflect says where compiled code would have
// failed into the runtime's words. Indices are looked at before reflect sees them.
func reflectPanics(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, "reflect.MakeSlice: negative len"):
		return "runtime error: makeslice: len out of range", true
	case strings.HasPrefix(s, "reflect.MakeSlice: "):
		return "runtime error: makeslice: cap out of range", true
	case s == "reflect.MakeChan: negative buffer size":
		return "makechan: size out of range", true
	case s == "reflect: Call using zero Value argument", s == "reflect: Method on nil interface value", s == "reflect.Value.Call: call of nil function":
		return nilPointer, true
	case strings.HasPrefix(s, "reflect: "), strings.HasPrefix(s, "reflect."):
		return "interpreter: " + s, true
	}
	return s, false
}

// said calls a method of the user's, which may panic itself.
func said(method func() string) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("(its text cannot be made: %v)", r)
		}
	}()
	return method()
}
