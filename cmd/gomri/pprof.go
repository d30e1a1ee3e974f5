package main

import (
	"context"

	"gomri/kernel/prof/driver"
)

// pprofVerb runs pprof's driver once. The rest of gomri starts this process for
// every report that it does not draw itself; status 2 is pprof's own for an error.
func pprofVerb(_ context.Context, std stdio, args []string) error {
	if err := driver.Run(args, driver.Streams{In: std.In, Out: std.Out, Err: std.Err}); err != nil {
		return exitError{code: 2, err: err}
	}
	return nil
}
