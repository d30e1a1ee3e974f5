package interp

import (
	"encoding/json"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/value"
)

// The kernel writes requests to the worker's standard input, one JSON value after
// another, and the worker ends when that input ends. The worker answers on its own
// standard output, among what the user's code prints: a frame begins with a marker
// that holds a random token, which only the kernel and the worker's own code know.
// The same frame with an empty response goes to standard error. A response is
// complete when both have come, and since a pipe keeps its order, everything that
// the cell printed has been read by then. No port is opened and no file is made.

// What a request asks for.
const (
	opHello     = "hello"     // first: Token
	opRun       = "run"       // load Source, then call Call
	opInterrupt = "interrupt" // raise the flag that the running cell looks at
	opCancel    = "cancel"    // abandon the running cell
	opExport    = "export"    // write the values of Vars to File
	opImport    = "import"    // load Source, and read the values of Vars from what File lists
)

type request struct {
	Op    string
	Token string `json:",omitempty"`
	Seq   int    `json:",omitempty"`
	// Source holds the declarations that the worker lacks and the cell's function, in one
	// text because functions may refer to each other; Imports are the paths it needs.
	Source  string         `json:",omitempty"`
	Imports []string       `json:",omitempty"`
	Call    string         `json:",omitempty"`
	Shapes  []*value.Shape `json:",omitempty"`
	// State is the text of the process.State that the cell begins with, "" for that of
	// the worker as it is.
	State string `json:",omitempty"`
	// Vars are the variables that values are given or taken of, File the path of a
	// file: values are too many for a pipe.
	Vars []codec.Named `json:",omitempty"`
	File string        `json:",omitempty"`
}

// response ends a run request.
type response struct {
	Seq int
	// Refused is what the interpreter said about a text that it would not load;
	// nothing has been run then.
	Refused string `json:",omitempty"`
	// Value is the value of the last expression as a value.Model in JSON.
	Value json.RawMessage `json:",omitempty"`
	// Panic is the text of the panic that ended the cell.
	Panic *string `json:",omitempty"`
	// Exit is the status with which the cell ended its program.
	Exit *int `json:",omitempty"`
	// Interrupted is true if the cell was stopped on request.
	Interrupted bool `json:",omitempty"`
	// Deadlock is true if it was stopped because all goroutines wait.
	Deadlock bool `json:",omitempty"`
	// Broken is true if the interpreter did not survive that.
	Broken bool `json:",omitempty"`
	// Line is the line marker as the cell left it.
	Line int `json:",omitempty"`
	// State is the text of the worker's process.State if the cell has changed it.
	State string `json:",omitempty"`
	// Busy is how many goroutines could have changed the values while they are given; none
	// is given then.
	Busy int `json:",omitempty"`
	// Failed is why values could not be given or taken; Loaded is true if Source had
	// been loaded by then, and Taken is how many segments had been taken.
	Failed string `json:",omitempty"`
	Loaded bool   `json:",omitempty"`
	Taken  int    `json:",omitempty"`
}
