package toolchain

import (
	"slices"
	"strings"

	"gomri/kernel/display"
)

// buildFlags are the flags of go build that a cell may be compiled with: those that
// change the program, not where it goes.
var buildFlags = []string{
	"asan", "asmflags", "cover", "coverpkg", "covermode", "gcflags", "ldflags", "msan", "pgo", "race", "tags", "trimpath",
}

// CheckFlags refuses words that are not flags of go build which a cell may be compiled with.
func CheckFlags(flags []string) error {
	var wrong error
	refuse := func(what string) {
		if wrong == nil {
			wrong = display.Failf("UsageError", "%%%%go takes flags of go build (-%s), not %s", strings.Join(buildFlags, ", -"), what)
		}
	}
	if n := len(flags); n > 0 {
		if name, _, hasValue, ok := flagName(flags[n-1]); ok && !hasValue && valueFlags[name] {
			refuse("-" + name + " without a value")
		}
	}
	eachFlag(flags, func(name, _ string) {
		if !slices.Contains(buildFlags, name) {
			refuse("-" + name)
		}
	}, func(word string) { refuse(word) })
	if slices.ContainsFunc(flags, func(f string) bool { return strings.TrimLeft(f, "-") == "args" }) {
		refuse("-args")
	}
	return wrong
}
