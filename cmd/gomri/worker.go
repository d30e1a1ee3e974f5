package main

import (
	"context"

	"gomri/kernel/interp"
)

// workerVerb is the interpreter child. It talks to the kernel on the process's own
// standard streams, which the user's code writes to as well.
func workerVerb(context.Context, stdio, []string) error { return interp.Worker() }
