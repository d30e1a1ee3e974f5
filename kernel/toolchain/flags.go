package toolchain

import "strings"

// profileFlags are the flags of go test that name a file it writes.
var profileFlags = [...]string{"cpuprofile", "memprofile", "blockprofile", "mutexprofile", "trace", "coverprofile"}

// valueFlags are the flags of go build, run, test, vet and list that take the next
// word as their value when they stand without "=".
var valueFlags = map[string]bool{
	"o": true, "p": true, "C": true, "asmflags": true, "buildmode": true, "compiler": true, "gccgoflags": true,
	"gcflags": true, "installsuffix": true, "ldflags": true, "mod": true, "modfile": true, "overlay": true, "pgo": true,
	"pkgdir": true, "tags": true, "toolexec": true, "covermode": true, "coverpkg": true, "exec": true, "vet": true,
	"bench": true, "benchtime": true, "blockprofile": true, "blockprofilerate": true, "count": true,
	"coverprofile": true, "cpu": true, "cpuprofile": true, "fuzz": true, "fuzztime": true, "fuzzminimizetime": true,
	"list": true, "memprofile": true, "memprofilerate": true, "mutexprofile": true, "mutexprofilefraction": true,
	"outputdir": true, "parallel": true, "run": true, "shuffle": true, "skip": true, "timeout": true, "trace": true,
	"f": true, "vettool": true, "buildvcs": false, "json": false, "v": false, "race": false,
}

// flagName splits "-name", "--name", "-name=value" and "-test.name=value".
func flagName(arg string) (name, value string, hasValue, ok bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return "", "", false, false
	}
	arg = strings.TrimPrefix(arg[1:], "-")
	name, value, hasValue = strings.Cut(arg, "=")
	return strings.TrimPrefix(name, "test."), value, hasValue, name != ""
}

// eachFlag calls f for every flag in front of "-args", and other for every other word.
func eachFlag(args []string, f func(name, value string), other func(word string)) {
	for i := 0; i < len(args); i++ {
		name, value, hasValue, ok := flagName(args[i])
		switch {
		case !ok:
			other(args[i])
			continue
		case name == "args":
			return
		case !hasValue && valueFlags[name] && i+1 < len(args):
			i++
			value = args[i]
		}
		f(name, value)
	}
}

// flagValue returns the last value of a flag; ok is false if it is not there.
func flagValue(args []string, want string) (value string, ok bool) {
	eachFlag(args, func(name, v string) {
		if name == want {
			value, ok = v, true
		}
	}, func(string) {})
	return value, ok
}

// hasFlag is true if a flag is there, with a value or without.
func hasFlag(args []string, want string) bool {
	_, ok := flagValue(args, want)
	return ok
}

// packages returns the words of a go command that name packages or files. What
// follows the package of go run is the program's.
func packages(args []string) []string {
	var list []string
	eachFlag(args[1:], func(string, string) {}, func(word string) { list = append(list, word) })
	if args[0] != "run" || len(list) == 0 {
		return list
	}
	n := 1
	if strings.HasSuffix(list[0], ".go") {
		for n < len(list) && strings.HasSuffix(list[n], ".go") {
			n++
		}
	}
	return list[:n]
}
