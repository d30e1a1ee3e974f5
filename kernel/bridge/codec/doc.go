// Package codec writes the values of variables, with everything that they reach, as one snapshot and reads it back.
//
// It needs only the standard library and nothing of gomri, because its files are also
// built into compiled cells: the interpreter's worker and every compiled program carry
// values by the same code.
//
// # What a snapshot is
//
// The variables of a session are the roots of a graph. Its nodes are pieces of memory:
// the variables themselves, what pointers point to, the arrays behind slices up to
// their capacity, and maps. Pieces that overlap are one piece, so a pointer to a field
// or to an element, and two slices of one array, come out as what they were. What is
// joined by pointers, slices or maps is a component, and each component is a segment
// of its own that can be kept, moved and read without the others: nothing that two
// variables share is ever split.
//
// Carried are booleans, numbers, strings, arrays, structs with all their fields,
// slices with their capacity, maps (NaN keys too), pointers (cycles, aliases, interior
// ones), interfaces holding any of these, and nil of every kind; of the standard
// library whatever is made of these, and by rules of their own time.Time (the monotonic
// reading goes on in the other process), sync.Map, regexp.Regexp, the types of
// net/netip, and atomic pointers. An exported variable of a package that holds a
// pointer or an error, such as io.EOF, os.Stdout or time.Local, stays that variable.
//
// Not carried, each with the path of the variable that leads to it (x.conn, m["a"][2]),
// are channels, functions, unsafe pointers, locked locks, pools, open files and
// connections, pointers to other variables of packages, and values in an interface
// whose type the other side could not name. Their zero values are carried.
//
// # Speed
//
// Memory without pointers is carried at the speed of copying it. Every piece of memory
// that a pointer leads to costs some hundred nanoseconds in all: it is found again by its
// address among all that was met, put into order, and made anew on the other side. Nothing
// is recursive but arrays and what interfaces hold, so a list may be as long as memory
// allows. The benchmarks write what a compiled cell would get into a file and read it back,
// and tell the bytes that the values take in memory:
//
//	go test ./kernel/bridge/codec -run xxx -bench . -benchtime 5x
//	go test ./kernel/bridge/codec -run xxx -bench Carry/list -cpuprofile cpu.out
//
// # The format
//
// The content of a segment comes first, its tables after it, and a fixed footer that
// says where they begin. Memory without pointers is copied as it is, so both sides have
// to lay their types out alike: the tables describe every type by its structure, and
// reading compares them with the reader's own types. The names of fields and types do
// not count, since the interpreter has its own; only what sits in an interface is
// found by name. No byte is trusted: sizes are bounded by the length of the segment,
// every pointer is checked against the type of what it points to, and a broken
// segment is an error.
package codec
