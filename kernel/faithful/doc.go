// Package faithful proves that a cell gives what "go run" gives: it runs programs and sessions of many cells by the kernel's own path and natively, and compares.
//
// It holds tests only. The programs are those of $GOROOT/test that are marked to be run,
// and a corpus of our own in testdata, for which nothing but the Go is written down: the
// expected output is what the equivalent program prints when the installed toolchain
// builds it. The default run takes a part of all that; GOMRI_WHOLE_CORPUS=1 takes the
// whole, and a duration such as GOMRI_WHOLE_CORPUS=25m as much of it as that allows. With -v
// the figures are printed at the end.
//
// Three words are used for how a program may go. It is equal if stdout, what the program
// itself wrote to stderr, exit status and panic message are those of the native program.
// It is refused if a cell says that it cannot be had, before or instead of a result.
// Everything else is silently different, and fails the test.
package faithful
