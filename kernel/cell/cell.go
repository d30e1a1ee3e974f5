// Package cell reads the text of a cell: directives, go command lines and chunks of Go, in order, without running anything.
package cell

// Cell is the text of one cell under the name that positions in it carry.
type Cell struct {
	// Name is "cell-N", N being the execution count that the user sees as [N].
	Name string
	// Text is the cell as typed, with "\n" line ends.
	Text string
	// Parts are what the cell consists of, in the order of the text.
	Parts []Part
}

// Part is one piece of a cell: exactly one of the pointers is set.
type Part struct {
	// Line is the 1-based line of the cell on which the part begins.
	Line int
	// Go is a chunk of Go without a package clause: imports, declarations and
	// statements in any order.
	Go *Go
	// Listing is a whole Go file, with a package clause; it is the only part of its cell.
	Listing *Listing
	// Magic is a %line or %%cell command.
	Magic *Magic
	// Shell is a !command line.
	Shell *Shell
	// Command is a go command as typed in a terminal: "go test -bench=.".
	Command *Command
}

// Go is Go source without a package clause. Text has the length and the line
// structure of the whole cell: what is not Go is blanked with spaces, so offsets,
// lines and columns in Text are those of the cell.
type Go struct {
	Text string
}

// Listing is a Go file as it would stand on disk. Text is the whole cell.
type Listing struct {
	Text    string
	Package string // the name in the package clause
}

// Magic is a command that starts with % (Body is empty) or %% (Body is the
// rest of the cell after the first line).
type Magic struct {
	Name string   // without percent signs
	Cell bool     // a %%command
	Args []string // split as a shell splits words: quotes and backslashes, no expansion
	Raw  string   // the arguments as typed
	Body string   // for %%: the lines after the first; blanked like Go.Text, so positions are the cell's
	Back bool     // the line ended in &: run beside what follows
}

// Shell is a command line for the system's shell.
type Shell struct{ Text string }

// Command is a go command line and the lines after it. A cell whose first word
// is "go" followed by a go subcommand is a Command; further lines that begin
// with "go" are commands of their own; other lines are Input.
type Command struct {
	Args  []string // with "go" left out: ["test", "-bench=."]
	Raw   string   // the line as typed, "go" included
	Input []string // the lines below it, up to the next command: what is typed at its prompt

	copied bool // the lines are a terminal's, with its prompts
}
