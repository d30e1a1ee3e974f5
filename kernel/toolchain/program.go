package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
// session value are a *display.Failure. Flags are those of go build that CheckFlags
// lets through.
func (w *Workspace) Program(ctx context.Context, p *check.Program, out display.Output, flags ...string) (Result, error) {
	return w.Run(ctx, Compiled{Program: p, Flags: flags}, out)
}

// Run is Program for a cell that has glue.
func (w *Workspace) Run(ctx context.Context, c Compiled, out display.Output) (Result, error) {
	p, flags := c.Program, c.Flags
	if err := CheckFlags(flags); err != nil {
		return Result{}, err
	}
	w.turn.Lock()
	defer w.turn.Unlock()
	if err := w.writeClosed(p, asProgram, c.Glue); err != nil {
		return Result{}, err
	}
	exe, err := w.buildClosed(ctx, out, flags)
	if err != nil {
		return Result{}, err
	}
	defer os.Remove(exe)
	w.dropValue() // of a program that was killed
	if err := w.run(ctx, execution{exe: exe, out: out, input: readsInput(p), race: hasFlag(flags, "race"), env: c.Env, dir: c.Dir}); err != nil {
		w.dropValue()
		return Result{}, err
	}
	m, left, err := w.takeValue()
	return Result{Value: m.Text(), Model: m, HasValue: left && p.Last != nil}, err
}

// RunListing builds the package of a cell with a package clause and runs it, built
// with flags as in Program.
func (w *Workspace) RunListing(ctx context.Context, l Listing, out display.Output, flags ...string) error {
	if err := CheckFlags(flags); err != nil {
		return err
	}
	exe, err := w.build(ctx, w.root, "./"+l.Dir, flags, out)
	if err != nil {
		return err
	}
	defer os.Remove(exe)
	return w.run(ctx, execution{exe: exe, out: out, input: l.reads, race: hasFlag(flags, "race")})
}

// BuildListing builds the package of a cell with a package clause and returns the
// program's path. The caller removes it, or leaves that to Close.
func (w *Workspace) BuildListing(ctx context.Context, l Listing, flags ...string) (string, error) {
	if err := CheckFlags(flags); err != nil {
		return "", err
	}
	return w.build(ctx, w.root, "./"+l.Dir, flags, nil)
}

// maxMishaps is how often a direct build may go wrong before it is not tried again.
const maxMishaps = 3

// buildClosed builds the closed package: directly if that is possible, else, and
// also if the compiler refuses it, by the go command. The caller holds w.turn.
func (w *Workspace) buildClosed(ctx context.Context, out display.Output, flags []string) (string, error) {
	plain := len(flags) == 0
	if !hasFlag(flags, "ldflags") {
		flags = append(slices.Clone(releaseFlags), flags...)
	}
	if plain && w.mishaps < maxMishaps {
		exe := w.newProgram()
		err := w.direct(ctx, exe)
		if err == nil {
			return exe, nil
		}
		_ = os.Remove(exe)
		if f := display.Interrupted(ctx); f != nil {
			return "", f
		}
		if !errors.Is(err, errIndirect) {
			w.mishaps++
			w.forget() // what it knew may be stale
		}
	}
	exe, err := w.build(ctx, w.hidden, "./"+sessionDir, flags, out)
	var f *display.Failure
	if errors.As(err, &f) {
		w.mishaps = max(0, w.mishaps-1) // the user's code is at fault, and nothing else
	}
	return exe, err
}

// newProgram returns a path for a program to be built.
func (w *Workspace) newProgram() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.built++
	exe := filepath.Join(w.bin, "program"+strconv.Itoa(w.built))
	if runtime.GOOS == "windows" {
		exe += ".exe"
	}
	return exe
}

// build builds one package by the go command and returns the program's path. What
// the compiler says of code that it accepts, because a flag asked it to, goes to out.
func (w *Workspace) build(ctx context.Context, module, pkg string, flags []string, out display.Output) (string, error) {
	exe := w.newProgram()
	text := newCapped(maxOutput)
	clean := w.newCleaner(text, module)
	args := append(append([]string{"build", "-o", exe}, flags...), pkg)
	exit, err := child.Run(ctx, child.Command{Path: w.goPath, Args: args, Dir: module, Env: w.environ(), Stdout: clean, Stderr: clean})
	err = errors.Join(err, clean.flush())
	switch {
	case ctx.Err() != nil:
		return "", display.Interrupted(ctx)
	case err != nil:
		return "", fmt.Errorf("go build: %w", err)
	case !exit.Success():
		return "", w.buildFailure(text.String(), "go build", exit)
	}
	if out != nil && text.String() != "" {
		out.Stream(display.Stderr, text.String())
	}
	return exe, nil
}
