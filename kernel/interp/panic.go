package interp

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// userPanic is the panic of a panic statement: its value is what the user said.
type userPanic struct{ value any }

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
	switch {
	case !rv.IsValid():
		return "panic called with nil argument (use GODEBUG=panicnil=1 to disable)"
	case rv.Kind() == reflect.Bool, rv.CanInt(), rv.CanUint(), rv.CanFloat(), rv.CanComplex(), rv.Kind() == reflect.String:
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
