package child

// Waiting says whether a child waits for input on a pipe.
type Waiting int

// What is known of a child that may wait. Not every system tells which of its
// processes wait for what; there it is only known whether there is anything to read.
const (
	Busy        Waiting = iota // there is something to read, or it does other things
	PerhapsIdle                // there is nothing to read
	ForInput                   // it waits
)
