package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"gomri/kernel"
	"gomri/kernel/session"
)

// gomriVersion is the version that the kernel gives of itself.
const gomriVersion = "0.1.0"

// kernelVerb returns the verb that Jupyter calls: it serves the sockets of a
// connection file with the engine that open returns.
func kernelVerb(open func(context.Context) (session.Engine, error)) func(ctx context.Context, std stdio, args []string) error {
	return func(ctx context.Context, std stdio, args []string) error {
		flags := flag.NewFlagSet("gomri kernel", flag.ContinueOnError)
		flags.SetOutput(std.Err)
		verbose := flags.Bool("v", false, "log also what is not a fault")
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil
			}
			return errUsage
		}
		if flags.NArg() != 1 {
			fmt.Fprintln(std.Err, "gomri kernel takes one connection file. Jupyter calls it; a person wants gomri lab.")
			return errUsage
		}
		level := slog.LevelWarn
		if *verbose {
			level = slog.LevelDebug
		}
		ctx, stop := kernelSignals(ctx)
		defer stop()
		return kernel.Serve(ctx, flags.Arg(0), open, kernel.Options{
			Version:   gomriVersion,
			GoVersion: goVersion(ctx),
			Parent:    os.Getenv("JPY_PARENT_PID"),
			Logger:    slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: level})),
		})
	}
}

// kernelSignals returns a context that ends with SIGTERM and no longer with
// SIGINT: an interrupt is for the cell and comes as a message, and Ctrl-C in the
// terminal of a console is not the end of its kernel. SIGINT is caught rather
// than ignored, because children would inherit that it is ignored.
func kernelSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	interrupts := make(chan os.Signal, 1) // never read: what does not fit is dropped
	signal.Notify(interrupts, os.Interrupt)
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	return ctx, func() { signal.Stop(interrupts); stop() }
}

// goVersion returns the version of the Go that runs the cells, without "go". If
// it cannot be asked, the version that this program was built with is given: a
// frontend needs one, and the cells say what is wrong.
func goVersion(ctx context.Context) string {
	v := runtime.Version()
	if env, err := askGo(ctx); err == nil {
		v = env.GOVERSION
	}
	return strings.TrimPrefix(v, "go")
}
