// Package magic is the table of % and %% commands, and what each does.
package magic

import (
	"context"

	"gomri/kernel/bench"
	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/ledger"
	"gomri/kernel/serve"
	"gomri/kernel/toolchain"
)

// Env is what the commands of one session work with. run.Session makes it and
// owns everything in it.
type Env struct {
	// Work gives the session's workspace, or the failure that says why there is none
	// (no go command).
	Work func() (*toolchain.Workspace, error)
	// Servers are the programs that run in the background.
	Servers *serve.Manager
	// Ledger is what the session has declared.
	Ledger *ledger.Ledger
	// Cells runs Go.
	Cells Cells
	// Dir is the notebook's folder, an absolute path: files that are not in the
	// workspace are looked for there, and the shell runs there.
	Dir string
	// Profiles are the profiles that were fetched.
	Profiles fetch.Kept
	// Driver is the command line of the process that runs pprof's own driver.
	Driver []string
}

// Cells is what commands ask of the session that runs cells.
type Cells interface {
	// Bench runs the benchmarks of a %%bench cell with flags of go test; a body
	// without benchmarks is the loop body of one.
	Bench(ctx context.Context, c *cell.Cell, body string, flags []string, out display.Output) error
	// Rerun runs benchmarks that are declared anywhere in the session.
	Rerun(ctx context.Context, expr string, flags []string, out display.Output) error
	// Build builds a cell that is a program (with a package main clause, or with a
	// func main) and returns the binary.
	Build(ctx context.Context, c *cell.Cell, body string, out display.Output) (string, error)
	// Compiled and Interpreted run a chunk of Go by one engine; flags are those of go build.
	Compiled(ctx context.Context, c *cell.Cell, body string, flags []string, out display.Output) error
	Interpreted(ctx context.Context, c *cell.Cell, body string, out display.Output) error
	// Notes compiles a chunk of Go without running it and returns what the compiler
	// says with the given -gcflags. Declarations without statements stay in the session.
	Notes(ctx context.Context, c *cell.Cell, body, gcflags string) (string, error)
	// Text returns the text of an earlier cell, "" if it is not known.
	Text(name string) string
	// Remember keeps a benchmark run and returns the changes since the last one.
	Remember(set bench.Set) []bench.Delta
	// Why tells which engine ran the last chunk of Go, and the reason.
	Why() string
	// Setenv sets a variable of the session's environment; nil unsets it.
	Setenv(ctx context.Context, name string, value *string) error
	// Changed are the variables that Setenv has set, or unset (nil), by name.
	Changed() map[string]*string
	// Environ is the session's environment, "KEY=value" each; nil is the kernel's own.
	Environ() []string
	// Reset forgets the session: declarations, variables and imports.
	Reset()
}
