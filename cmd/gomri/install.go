package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gomri/kernel/child"
	"gomri/kernel/spec"
)

// installVerb writes the kernelspec where Jupyter finds it and warms the build
// cache, so that the first compiled cell does not wait for the standard library.
func installVerb(ctx context.Context, std stdio, args []string) error {
	flags := flag.NewFlagSet("gomri install", flag.ContinueOnError)
	flags.SetOutput(std.Err)
	user := flags.Bool("user", false, "write the kernelspec for this user (the default)")
	sysPrefix := flags.Bool("sys-prefix", false, "write it into the active Python environment")
	prefix := flags.String("prefix", "", "write it under `DIR`/share/jupyter")
	warm := flags.Bool("warm", true, "compile the usual packages of the standard library now")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return errUsage
	}
	if flags.NArg() > 0 || countTrue(*user, *sysPrefix, *prefix != "") > 1 {
		fmt.Fprintln(std.Err, "gomri install takes one of --user, --sys-prefix and --prefix DIR, and nothing else.")
		flags.Usage()
		return errUsage
	}
	data, err := installTarget(ctx, spec.ThisHost(), *sysPrefix, *prefix)
	if err != nil {
		return err
	}
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("install: where is this program: %w", err)
	}
	dir, err := spec.Write(data, binary)
	if err != nil {
		return fmt.Errorf("%w\nTry --user, or --prefix with a folder that you may write to", err)
	}
	fmt.Fprintf(std.Out, "The kernelspec %q is in %s\n", spec.Name, dir)
	if !*warm {
		return nil
	}
	return warmCache(ctx, std.Out)
}

// countTrue counts what is true.
func countTrue(bs ...bool) int {
	n := 0
	for _, b := range bs {
		if b {
			n++
		}
	}
	return n
}

// installTarget returns the Jupyter data folder that the flags ask for.
func installTarget(ctx context.Context, host spec.Host, sysPrefix bool, prefix string) (string, error) {
	switch {
	case prefix != "":
		return spec.PrefixData(prefix), nil
	case !sysPrefix:
		return host.UserData()
	}
	if prefix = host.Prefix(); prefix != "" {
		return spec.PrefixData(prefix), nil
	}
	python, err := findPython()
	if err != nil {
		return "", fmt.Errorf("--sys-prefix: no Python environment is active, and %w", err)
	}
	prefix, err = output(ctx, python, "-c", "import sys; print(sys.prefix)")
	if err != nil {
		return "", fmt.Errorf("--sys-prefix: %w", err)
	}
	return spec.PrefixData(prefix), nil
}

// findPython returns the path of the Python on PATH.
func findPython() (string, error) {
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("python3 is not on PATH")
}

// output runs a short command and returns what it printed, trimmed.
func output(ctx context.Context, path string, args ...string) (string, error) {
	var out, errs strings.Builder
	exit, err := child.Run(ctx, child.Command{Path: path, Args: args, Stdout: &out, Stderr: &errs})
	if err != nil {
		return "", err
	}
	if !exit.Success() {
		return "", fmt.Errorf("%s %s: %v: %s", filepath.Base(path), strings.Join(args, " "), exit, strings.TrimSpace(errs.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// warmPackages are the packages that cells and benchmarks mostly import; what
// they import in turn is most of the standard library.
func warmPackages() []string {
	return []string{
		"bufio", "bytes", "container/heap", "container/list", "context", "encoding/binary", "encoding/json",
		"fmt", "hash/fnv", "image/png", "iter", "log", "maps", "math/big", "math/rand", "math/rand/v2", "net/http", "net/http/httptest",
		"net/http/pprof", "os/signal", "regexp", "runtime/metrics", "runtime/pprof", "runtime/trace",
		"sort", "strings", "sync/atomic", "testing", "testing/internal/testdeps", "text/tabwriter", "unique",
	}
}

// warmCache compiles the usual packages of the standard library into the build
// cache and says how far it is.
func warmCache(ctx context.Context, out io.Writer) error {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return errors.New("the go command is not on PATH, and no cell runs without it: install Go from https://go.dev/dl/")
	}
	dir, err := os.MkdirTemp("", "gomri-warm-*")
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(out, "Compiling the standard library, once, for the cells to come.")
	progress := &warmProgress{out: out}
	exit, err := child.Run(ctx, child.Command{
		Path: goCommand, Args: append([]string{"build", "-v"}, warmPackages()...), Dir: dir,
		Env: append(os.Environ(), "GOWORK=off", "GOFLAGS="), Stderr: progress,
	})
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	if !exit.Success() {
		return fmt.Errorf("install: go build of the standard library: %v\n%s\nTry: go clean -cache, or another GOCACHE", exit, progress.complaint())
	}
	if progress.packages == 0 {
		fmt.Fprintln(out, "Done: all of it was compiled already.")
		return nil
	}
	fmt.Fprintf(out, "Done: %d packages compiled.\n", progress.packages)
	return nil
}

// warmProgress reads the package names that "go build -v" prints as it compiles
// them, and says every so often how many there were.
type warmProgress struct {
	out      io.Writer
	line     []byte
	packages int
	other    []string
}

// reportEvery is after how many packages the progress is told again; there are
// about 200.
const reportEvery = 25

func (p *warmProgress) Write(text []byte) (int, error) {
	for _, c := range text {
		if c != '\n' {
			p.line = append(p.line, c)
			continue
		}
		p.take(string(p.line))
		p.line = p.line[:0]
	}
	return len(text), nil
}

func (p *warmProgress) take(line string) {
	if strings.ContainsAny(line, " #:") {
		p.other = append(p.other, line)
		return
	}
	p.packages++
	if p.packages%reportEvery == 0 {
		fmt.Fprintf(p.out, "  %d packages, the last is %s\n", p.packages, line)
	}
}

// complaint is what the go command printed that was no package, its last lines.
func (p *warmProgress) complaint() string {
	lines := append(p.other, string(p.line))
	return strings.TrimSpace(strings.Join(lines[max(0, len(lines)-10):], "\n"))
}
