package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/child"
	"gomri/kernel/display"
)

// TestRun says which tests or benchmarks to run: those of a checked cell, or those
// of a listing.
type TestRun struct {
	// Program is a cell without a package clause; it runs with exactly what it
	// reaches. If it is nil, Listing is run, in its package.
	Program *check.Program
	Glue    Glue // of Program
	Listing Listing
	// Flags are go test's: "-count", "10", "-cpuprofile=cpu.out". -bench and -run
	// among them take the place of the cell's own names.
	Flags []string
	// Stream takes the output as it comes, line by line; it may be nil.
	Stream io.Writer
}

// TestResult is what a run of go test has left. It is filled in also when the run failed.
type TestResult struct {
	// Text is what go test printed, places being those of cells.
	Text string
	// Bench is true if benchmarks were among what was run.
	Bench bool
	// Command is what one would type in a terminal.
	Command string
	// Profiles are the absolute paths of the profiles and traces that were written,
	// in the order of their flags.
	Profiles []ProfileFile
}

// ProfileFile is a file that go test wrote because of a flag.
type ProfileFile struct {
	Flag string // "cpuprofile"
	Name string // as given to the flag, below the workspace's root
	Path string // absolute
}

// Test runs the cell's benchmarks, tests, fuzz tests' seeds and examples with the real go test.
// Benchmarks are run with -benchmem and without the tests. A test that fails, code
// that does not compile, a flag that go test does not know, an interrupt and a
// missing session value are a *display.Failure.
func (w *Workspace) Test(ctx context.Context, run TestRun) (TestResult, error) {
	tests, cellName := run.Listing.Tests, run.Listing.Cell
	if run.Program != nil {
		tests, cellName = TestsOf(run.Program), run.Program.Cell.Name
	}
	if err := confine(run.Flags); err != nil {
		return TestResult{}, err
	}
	chosen, bench := choose(tests, run.Flags)
	if !tests.Any() && !hasFlag(run.Flags, "bench") && !hasFlag(run.Flags, "run") {
		return TestResult{}, display.Failf("UsageError", "%s has no function BenchmarkX(b *testing.B) or TestX(t *testing.T)", cellName)
	}
	shown := append(append([]string{"test"}, chosen...), run.Flags...)
	dir := filepath.Join(w.root, filepath.FromSlash(run.Listing.Dir))
	if run.Program != nil {
		w.turn.Lock()
		defer w.turn.Unlock()
		if err := w.writeClosed(run.Program, asTests, run.Glue); err != nil {
			return TestResult{}, err
		}
		dir = filepath.Join(w.hidden, sessionDir)
	}
	args := append([]string{"test", "-vet=off"}, shown[1:]...)
	args = append(args, w.outputFlags(run.Flags, dir)...)
	res := TestResult{Bench: bench, Command: shellLine("go", shown)}
	exit, text, err := w.goCommand(ctx, GoRun{Args: args, Stream: run.Stream}, dir)
	res.Text, res.Profiles = text, w.written(run.Flags)
	if err != nil {
		return res, err
	}
	if !exit.Success() {
		return res, w.testFailure(text, exit)
	}
	return res, nil
}

// choose returns the flags that select the cell's own functions, as far as the
// user's flags do not, and whether benchmarks are run.
func choose(t Tests, flags []string) (chosen []string, bench bool) {
	bench = len(t.Benchmarks) > 0 && !hasFlag(flags, "run") || hasFlag(flags, "bench")
	others := slices.Concat(t.Tests, t.Examples, t.Fuzz)
	if !hasFlag(flags, "run") && (bench || len(others) > 0) {
		if len(others) == 0 {
			chosen = append(chosen, "-run=^$")
		} else {
			chosen = append(chosen, "-run="+anyOf(others))
		}
	}
	if bench && !hasFlag(flags, "bench") {
		chosen = append(chosen, "-bench="+anyOf(t.Benchmarks))
	}
	switch {
	case bench && !hasFlag(flags, "benchmem"):
		chosen = append(chosen, "-benchmem")
	case !bench && !hasFlag(flags, "v") && !hasFlag(flags, "fuzz"):
		chosen = append(chosen, "-v")
	}
	return chosen, bench
}

// anyOf is the regular expression for any of the names.
func anyOf(names []string) string {
	if len(names) == 1 {
		return "^" + names[0] + "$"
	}
	return "^(" + strings.Join(names, "|") + ")$"
}

// outputFlags send what go test writes because of the user's flags to the root of
// the workspace, wherever the package is.
func (w *Workspace) outputFlags(flags []string, dir string) []string {
	if !slices.ContainsFunc(profileFlags[:], func(name string) bool { return hasFlag(flags, name) }) {
		return nil
	}
	var extra []string
	if !hasFlag(flags, "outputdir") {
		extra = append(extra, "-outputdir="+w.root)
	}
	if !hasFlag(flags, "o") {
		extra = append(extra, "-o="+filepath.Join(w.root, filepath.Base(dir)+".test"))
	}
	return extra
}

// written lists the profiles that the flags asked for and that exist.
func (w *Workspace) written(flags []string) []ProfileFile {
	var list []ProfileFile
	dir, _ := flagValue(flags, "outputdir")
	for _, name := range profileFlags {
		value, ok := flagValue(flags, name)
		if !ok {
			continue
		}
		file := filepath.ToSlash(filepath.Join(dir, value))
		if full, ok := w.Find(file); ok {
			list = append(list, ProfileFile{Flag: name, Name: file, Path: full})
		}
	}
	return list
}

// confine refuses output files outside of the workspace.
func confine(flags []string) error {
	for _, name := range append([]string{"o", "outputdir"}, profileFlags[:]...) {
		value, ok := flagValue(flags, name)
		if !ok || value == "" {
			continue
		}
		if err := local(filepath.ToSlash(value)); err != nil {
			var f *display.Failure
			if errors.As(err, &f) {
				return display.Failf("UsageError", "-%s %s", name, f.Value)
			}
			return err
		}
	}
	return nil
}

// testFailure is the failure of a run of go test that exited with a status.
func (w *Workspace) testFailure(text string, exit child.Exit) error {
	if failedToBuild(text) {
		return w.buildFailure(text, "go test", exit)
	}
	if before, _, ok := strings.Cut(text, "\nUsage of "); ok {
		last := strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:])
		return display.Failf("CommandError", "go test: %s", last)
	}
	if at := crashStart(text); at >= 0 {
		return crashFailure(text[at:])
	}
	if failed := failedTests(text); len(failed) > 0 {
		f := display.Failf("TestFailed", "%s", strings.Join(failed, "\n"))
		f.Traceback = failed
		return f
	}
	return commandFailure(text, "go test", exit)
}

// failedToBuild is true for output of go test that says so.
func failedToBuild(text string) bool {
	return strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]")
}

// maxFailed bounds the lines about failed tests that the cell's error repeats.
const maxFailed = 40

// failedTests returns the "--- FAIL" lines with what the tests said: below the line,
// or, with -v, above it.
func failedTests(text string) []string {
	var lines, said []string
	failed := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(trimmed, "--- FAIL: "):
			lines = append(append(lines, line), said...)
			failed, said = true, nil
		case strings.HasPrefix(trimmed, "--- "), strings.HasPrefix(trimmed, "=== "):
			failed, said = false, nil
		case !strings.HasPrefix(line, "    "):
			failed = false
		case failed:
			lines = append(lines, line)
		default:
			said = append(said, line)
		}
	}
	return lines[:min(len(lines), maxFailed)]
}

// shellLine is a command as one would type it.
func shellLine(name string, args []string) string {
	line := name
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'`$&|;<>()*?[]{}#~^!\\") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		line += " " + a
	}
	return line
}

// Notes compiles the cell with -gcflags, without running it, and returns what the
// compiler says: with "-m", what escapes, what is inlined. The text is in the
// order of the compiler and speaks of cells.
func (w *Workspace) Notes(ctx context.Context, p *check.Program, gcflags string) (string, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	kind, args := asNotes, []string{"build", "-o", filepath.Join(w.bin, "notes")}
	if TestsOf(p).Any() {
		kind, args = asTests, []string{"test", "-c", "-vet=off", "-o", filepath.Join(w.bin, "notes")}
	}
	// Values are not needed to compile, and glue that does nothing says so.
	if err := w.writeClosed(p, kind, Glue{File: header}); err != nil {
		return "", err
	}
	args = append(args, "-gcflags="+gcflags)
	exit, text, err := w.goCommand(ctx, GoRun{Args: args}, filepath.Join(w.hidden, sessionDir))
	if err != nil {
		return text, err
	}
	if !exit.Success() {
		return text, w.buildFailure(text, fmt.Sprintf("go build -gcflags=%s", gcflags), exit)
	}
	return text, nil
}
