package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// GoRun is a go command to be run.
type GoRun struct {
	// Args are the words after "go".
	Args []string
	// Stdin is what the command reads; nil is an empty input.
	Stdin io.Reader
	// Stream takes the output as it comes, line by line; it may be nil.
	Stream io.Writer
}

// GoResult is what a go command has left. It is filled in also when the command failed.
type GoResult struct {
	Exit child.Exit
	// Text is what the command printed, standard output and standard error as
	// they came, places being those of cells.
	Text string
	// Dir is the folder that the command ran in, below the root, with slashes.
	Dir string
	// Profiles are the profiles that a go test wrote because of its flags.
	Profiles []ProfileFile
}

// Go runs a go command in the workspace, in the folder that its words mean: where
// the files stand that it names, the latest written first; for a command without a
// package, the folder of the latest cell that fits; else the root. A command that
// fails is a *display.Failure.
func (w *Workspace) Go(ctx context.Context, run GoRun) (GoResult, error) {
	if len(run.Args) == 0 {
		return GoResult{}, display.Failf("UsageError", "go: which command? For example: go test -bench=.")
	}
	dir := w.commandDir(run.Args)
	full := filepath.Join(w.root, filepath.FromSlash(dir))
	res := GoResult{Dir: dir}
	if run.Args[0] == "test" {
		if err := confine(run.Args[1:]); err != nil {
			return res, err
		}
	}
	run.Args = w.complete(run.Args, full)
	before := w.leftOut(run.Args[0], dir)
	if run.Stream != nil && before != "" {
		if _, err := io.WriteString(run.Stream, before); err != nil {
			return res, fmt.Errorf("go test: %w", err)
		}
	}
	exit, text, err := w.goCommand(ctx, run, full)
	text = before + text
	res.Exit, res.Text = exit, text
	if run.Args[0] == "test" {
		res.Profiles = w.written(run.Args[1:])
	}
	switch {
	case err != nil:
		return res, err
	case exit.Success():
		return res, nil
	case run.Args[0] == "test":
		return res, w.testFailure(text, exit)
	case run.Args[0] == "run":
		return res, w.runFailure(text, exit)
	}
	return res, w.buildFailure(text, "go "+run.Args[0], exit)
}

// leftOut are the lines that say which tests of the session go test does not see.
func (w *Workspace) leftOut(command, dir string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if command != "test" || dir != sessionDir || len(w.without) == 0 {
		return ""
	}
	return strings.Join(w.without, "\n") + "\n"
}

// complete adds what makes a command do in the workspace what it does in a folder
// of one's own.
func (w *Workspace) complete(args []string, dir string) []string {
	switch args[0] {
	case "test":
		extra := w.outputFlags(args[1:], dir)
		return slices.Concat(args[:1], extra, args[1:])
	case "build":
		// "go build ./main" would write the program under the name of a folder that
		// is there.
		named := slices.ContainsFunc(packages(args), func(p string) bool { return !strings.HasSuffix(p, ".go") })
		if hasFlag(args[1:], "o") {
			break
		}
		if named && dir == w.root || !named && w.taken(dir, packages(args)) {
			return slices.Concat(args[:1], []string{"-o", filepath.Join(w.bin, "all") + string(filepath.Separator)}, args[1:])
		}
	}
	return args
}

// taken is true if a folder stands where "go build main.go" would write its program.
func (w *Workspace) taken(dir string, files []string) bool {
	if len(files) == 0 {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, strings.TrimSuffix(filepath.Base(files[0]), ".go")))
	return err == nil && info.IsDir()
}

// runFailure is the failure of go run: of the build, or of the program.
func (w *Workspace) runFailure(text string, exit child.Exit) error {
	if at := crashStart(text); at >= 0 {
		return crashFailure(text[at:])
	}
	if i := strings.LastIndex(text, "exit status "); i >= 0 && (i == 0 || text[i-1] == '\n') {
		return display.Failf("Exit", "%s", strings.TrimSpace(text[i:]))
	}
	return w.buildFailure(text, "go run", exit)
}

// commandDir is the folder, below the root, that a go command runs in.
func (w *Workspace) commandDir(args []string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch args[0] {
	case "build", "run", "test", "vet", "install", "list", "fix", "generate":
	default:
		return "."
	}
	pkgs := packages(args)
	files := slices.DeleteFunc(slices.Clone(pkgs), func(p string) bool { return !strings.HasSuffix(p, ".go") })
	switch {
	case len(files) > 0:
		return w.dirOf(files)
	case len(pkgs) == 0 || len(pkgs) == 1 && (pkgs[0] == "." || pkgs[0] == "./"):
		return w.places.fits(args[0] == "test")
	case args[0] == "run" && pkgs[0] == ".":
		return w.places.fits(false)
	}
	return "."
}

// dirOf is the latest written folder in which all of the files exist, or else the root.
func (w *Workspace) dirOf(files []string) string {
	for _, dir := range append(w.places.latest(), ".") {
		missing := slices.ContainsFunc(files, func(f string) bool {
			info, err := w.files.Stat(filepath.Join(filepath.FromSlash(dir), filepath.FromSlash(f)))
			return local(filepath.ToSlash(f)) != nil || err != nil || !info.Mode().IsRegular()
		})
		if !missing {
			return dir
		}
	}
	return "."
}

// goCommand runs the go command in dir and returns all it printed. The error is an
// interrupt or a fault of ours, never an exit status.
func (w *Workspace) goCommand(ctx context.Context, run GoRun, dir string) (child.Exit, string, error) {
	text := newCapped(maxOutput)
	var to io.Writer = text
	if run.Stream != nil {
		to = io.MultiWriter(text, run.Stream)
	}
	clean := w.newCleaner(to, dir)
	exit, err := child.Run(ctx, child.Command{
		Path: w.goPath, Args: run.Args, Dir: dir, Env: w.environ(), Stdin: run.Stdin, Stdout: clean, Stderr: clean,
	})
	err = errors.Join(err, clean.flush())
	if f := display.Interrupted(ctx); f != nil {
		return exit, text.String(), f
	}
	if err != nil {
		return exit, text.String(), fmt.Errorf("go %s: %w", run.Args[0], err)
	}
	return exit, text.String(), nil
}
