// Command gomri is a Jupyter kernel for Go that profiles, and the tools around it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"gomri/kernel/run"
	"gomri/kernel/session"
	"gomri/notebooks"
)

// stdio is the three standard streams, so that a verb can be tested.
type stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// verb is one thing that gomri does: "gomri NAME ARGS…".
type verb struct {
	name    string
	args    string // what follows the name in the usage line
	summary string
	hidden  bool // started by gomri itself, not typed by a person
	run     func(ctx context.Context, std stdio, args []string) error
}

// verbs is the table of what gomri does, in the order of the help text.
func verbs() []verb {
	return []verb{
		{name: "run", args: "[FLAGS] NOTEBOOK…", summary: "run notebooks without Jupyter; write the executed notebook and an HTML report", run: runVerb(startEngine)},
		{name: "lab", args: "[DIR] [-- FLAGS]", summary: "open the lessons in JupyterLab", run: labVerb(notebooks.Files())},
		{name: "install", args: "[--user|--sys-prefix|--prefix DIR]", summary: "write the kernelspec for Jupyter and warm the build cache", run: installVerb},
		{name: "doctor", summary: "say what is missing and what mends it", run: doctorVerb},
		{name: "kernel", args: "CONNECTION_FILE", summary: "serve one Jupyter session; kernel.json calls it", hidden: true, run: kernelVerb(func(ctx context.Context) (session.Engine, error) {
			return startEngine(ctx, "")
		})},
		{name: "worker", summary: "the interpreter's process", hidden: true, run: workerVerb},
		{name: "pprof", args: "[FLAGS] FILE", summary: "one report of go tool pprof", hidden: true, run: pprofVerb},
	}
}

// startEngine starts the engine of one notebook whose folder is dir.
func startEngine(ctx context.Context, dir string) (session.Engine, error) {
	return run.New(ctx, run.Options{Dir: dir})
}

// exitError is an error with an exit status of its own. A nil err prints nothing.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// errUsage is returned by a verb that was called with words it does not know;
// the verb has printed its usage.
var errUsage = exitError{code: 2}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := gomri(ctx, stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status(os.Stderr, err))
}

// status prints err, if it has something to say, and returns the exit status.
func status(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	var exit exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintln(w, "gomri:", exit.err)
		}
		return exit.code
	}
	fmt.Fprintln(w, "gomri:", err)
	return 1
}

// gomri runs the verb that args begin with.
func gomri(ctx context.Context, std stdio, args []string) error {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		usage(std.Out)
		return nil
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return v.run(ctx, std, args[1:])
		}
	}
	usage(std.Err)
	return exitError{code: 2, err: fmt.Errorf("there is no command %q", args[0])}
}

// usage prints the table of verbs.
func usage(w io.Writer) {
	fmt.Fprint(w, "gomri runs Go in notebooks and profiles it.\n\nUsage:\n\n")
	for _, v := range verbs() {
		if !v.hidden {
			fmt.Fprintf(w, "  gomri %-30s %s\n", v.name+" "+v.args, v.summary)
		}
	}
}
