package interp

import (
	"reflect"
	"runtime"
	"strings"
)

// bounds adds the functions that look at indices before the interpreter uses them. They
// panic as the runtime does: by an element of nothing, which takes no memory.
func bounds(rt symbols) {
	rt["Index"] = reflect.ValueOf(func(i, n int) int { _ = make([]struct{}, n)[i]; return i })
	rt["IndexU"] = reflect.ValueOf(func(i uint64, n int) uint64 { _ = make([]struct{}, n)[i]; return i })
	rt["At"] = reflect.ValueOf(func(s string, i int) byte { return s[i] })
	rt["AtU"] = reflect.ValueOf(func(s string, i uint64) byte { return s[i] })
	rt["Cut"] = reflect.ValueOf(func(s string, low, high int) string { return s[low:high] })
	rt["CutFrom"] = reflect.ValueOf(func(s string, low int) string { return s[low:] })
	rt["Low1"] = reflect.ValueOf(low1)
	rt["Low2"] = reflect.ValueOf(low2)
	rt["Low3"] = reflect.ValueOf(low3)
	rt["Low1Array"] = reflect.ValueOf(func(n, c, low int) int {
		defer arrayWords()
		return low1(n, c, low)
	})
	rt["Low2Array"] = reflect.ValueOf(func(n, c, low, high int) int {
		defer arrayWords()
		return low2(n, c, low, high)
	})
	rt["Low3Array"] = reflect.ValueOf(func(n, c, low, high, top int) int {
		defer arrayWords()
		return low3(n, c, low, high, top)
	})
}

// low1, low2 and low3 look at the bounds of a slice expression and return the first.
func low1(n, c, low int) int { _ = make([]struct{}, n, c)[low:]; return low }

func low2(n, c, low, high int) int { _ = make([]struct{}, n, c)[low:high]; return low }

func low3(n, c, low, high, top int) int { _ = make([]struct{}, n, c)[low:high:top]; return low }

// arrayWords is deferred: of an array the runtime tells the length.
func arrayWords() {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		panic(runtimeError(strings.Replace(r.Error(), "with capacity", "with length", 1)))
	default:
		panic(r)
	}
}
