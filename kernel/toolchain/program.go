package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"gomri/kernel/check"
	"gomri/kernel/child"
	"gomri/kernel/display"
	"gomri/kernel/value"
)

// Result is what a program that ended well has left.
type Result struct {
	// Value is the text of the cell's last expression and Model all that is shown of
	// it; HasValue is false if the cell does not end in one, or the program ended before it.
	Value    string
	Model    value.Model
	HasValue bool
}

// Program compiles a cell as a closed program and runs it: its statements are func
// main, and exactly what they reach is around them. What it prints goes to out as it
// comes. A compile error, a panic, an exit status, an interrupt and a missing
// session value are a *display.Failure.
func (w *Workspace) Program(ctx context.Context, p *check.Program, out display.Output) (Result, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	if err := w.writeClosed(p, asProgram); err != nil {
		return Result{}, err
	}
	exe, err := w.build(ctx, w.hidden, "./"+sessionDir, []string{"-ldflags=-s -w"})
	if err != nil {
		return Result{}, err
	}
	defer os.Remove(exe)
	w.dropValue() // of a program that was killed
	if err := w.run(ctx, exe, out); err != nil {
		w.dropValue()
		return Result{}, err
	}
	m, left, err := w.takeValue()
	return Result{Value: m.Text(), Model: m, HasValue: left && p.Last != nil}, err
}

// RunListing builds the package of a cell with a package clause and runs it.
func (w *Workspace) RunListing(ctx context.Context, l Listing, out display.Output) error {
	exe, err := w.BuildListing(ctx, l)
	if err != nil {
		return err
	}
	defer os.Remove(exe)
	return w.run(ctx, exe, out)
}

// BuildListing builds the package of a cell with a package clause and returns the
// program's path. The caller removes it, or leaves that to Close.
func (w *Workspace) BuildListing(ctx context.Context, l Listing) (string, error) {
	return w.build(ctx, w.root, "./"+l.Dir, nil)
}

// build builds one package and returns the program's path.
func (w *Workspace) build(ctx context.Context, module, pkg string, flags []string) (string, error) {
	w.mu.Lock()
	w.built++
	exe := filepath.Join(w.bin, "program"+strconv.Itoa(w.built))
	w.mu.Unlock()
	if runtime.GOOS == "windows" {
		exe += ".exe"
	}
	text := newCapped(maxOutput)
	clean := w.newCleaner(text, module)
	args := append(append([]string{"build", "-o", exe}, flags...), pkg)
	exit, err := child.Run(ctx, child.Command{Path: w.goPath, Args: args, Dir: module, Env: w.env, Stdout: clean, Stderr: clean})
	err = errors.Join(err, clean.flush())
	switch {
	case ctx.Err() != nil:
		return "", display.Interrupted(ctx)
	case err != nil:
		return "", fmt.Errorf("go build: %w", err)
	case !exit.Success():
		return "", w.buildFailure(text.String(), "go build", exit)
	}
	return exe, nil
}

// run runs a built program with an empty standard input.
func (w *Workspace) run(ctx context.Context, exe string, out display.Output) error {
	crash := &crashWatch{to: stream{out, display.Stderr}}
	exit, err := child.Run(ctx, child.Command{
		Path: exe, Dir: w.opts.Dir, Env: w.opts.Env,
		Stdout: stream{out, display.Stdout}, Stderr: crash,
	})
	if f := display.Interrupted(ctx); f != nil {
		return errors.Join(f, crash.release())
	}
	if err != nil {
		return fmt.Errorf("run the compiled cell: %w", err)
	}
	if exit.Success() {
		return crash.release()
	}
	return crash.failure(exit)
}
