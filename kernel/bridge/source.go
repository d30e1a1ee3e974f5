// Package bridge carries the values of session variables between the interpreter and compiled cells.
//
// A session is one program that is run in pieces. Some pieces run in the interpreter's
// worker, which holds variables in its memory; each compiled cell is a process of its
// own. The bridge makes them one program as far as data goes: before a compiled cell
// runs, every variable that it can reach is brought to it as it is, and afterwards every
// one is kept as the cell has left it.
//
// # Where a value lives
//
// A variable lives in the worker, in a segment of a file that the kernel keeps, or
// nowhere (ledger.Home). After a compiled cell its variables go to the worker if the
// interpreter can hold their types, so that the next cell is interpreted; the others
// stay in segments, and cells that use them are compiled.
//
// What shares memory stays together: pointers, slices of one array and maps join
// variables into components, and a component lives in one place. That may keep a variable
// out of the interpreter that could be there by its own type, and a compiled cell may get
// variables that it does not mention, but an alias is never lost. Memory that the
// worker has given away and gets back is written in place, so that function values that
// the interpreter holds see the new values as well.
//
// # When values are kept
//
// A compiled cell's values are written when its statements end, also by a panic: what
// was done so far is done. A cell that is stopped from outside, that calls os.Exit, or
// whose process the runtime ends (a panic in another goroutine, a deadlock) writes
// nothing; its variables are as they were before it. Goroutines end with the cell.
//
// Tests and benchmarks get the values as well. The statements of their cell run once, before
// them, and what those set is kept; what a test or benchmark does to a variable is not.
package bridge

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed codec/*.go process/*.go
var source embed.FS

// Source returns the files of the packages that are built into compiled cells, by name and
// by the folder of the module in which they are.
func Source() (map[string]map[string]string, error) {
	packages := map[string]map[string]string{}
	for dir, from := range map[string]string{CodecDir: "codec", ProcessDir: "process"} {
		entries, err := source.ReadDir(from)
		if err != nil {
			return nil, fmt.Errorf("read the bridge's source: %w", err)
		}
		packages[dir] = map[string]string{}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			text, err := source.ReadFile(from + "/" + e.Name())
			if err != nil {
				return nil, fmt.Errorf("read the bridge's source: %w", err)
			}
			packages[dir][e.Name()] = string(text)
		}
	}
	return packages, nil
}
