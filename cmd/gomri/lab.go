package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"gomri/kernel/child"
	"gomri/kernel/spec"
)

// labVersion is the JupyterLab that "gomri lab" installs where there is none.
const labVersion = "4.6.6"

// labVerb opens the lessons in JupyterLab. It installs nothing that is not its
// own: the kernelspec goes to a private folder that only this JupyterLab is told
// of, and a JupyterLab that is missing into a private environment.
func labVerb(lessons fs.FS) func(ctx context.Context, std stdio, args []string) error {
	return func(ctx context.Context, std stdio, args []string) error {
		dir, more, err := labArgs(std, args)
		if err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil
			}
			return err
		}
		first, err := copyLessons(std, lessons, dir)
		if err != nil {
			return err
		}
		data, err := privateSpec()
		if err != nil {
			return err
		}
		lab, err := findLab()
		if err != nil {
			if lab, err = makeLab(ctx, std); err != nil {
				return err
			}
		}
		if first != "" {
			more = append(more, first)
		}
		return openLab(ctx, std, lab, dir, data, more)
	}
}

// labArgs reads the command line: the folder for the lessons, and what is handed
// on to JupyterLab after "--".
func labArgs(std stdio, args []string) (dir string, more []string, err error) {
	own := args
	if i := slices.Index(args, "--"); i >= 0 {
		own, more = args[:i], slices.Clone(args[i+1:])
	}
	flags := flag.NewFlagSet("gomri lab", flag.ContinueOnError)
	flags.SetOutput(std.Err)
	flags.Usage = func() {
		fmt.Fprintln(std.Err, "Usage: gomri lab [DIR] [-- flags of jupyter-lab]\n\nDIR takes the lessons; it is ./gomri-lessons if not given.")
	}
	if err := flags.Parse(own); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return "", nil, err
		}
		return "", nil, errUsage
	}
	if flags.NArg() > 1 {
		flags.Usage()
		return "", nil, errUsage
	}
	dir = "gomri-lessons"
	if flags.NArg() == 1 {
		dir = flags.Arg(0)
	}
	return dir, more, nil
}

// copyLessons copies the lessons into a folder and returns the name of the first.
// A file that is there and differs is somebody's work: it stays as it is.
func copyLessons(std stdio, lessons fs.FS, dir string) (first string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("lab: folder for the lessons: %w", err)
	}
	names, err := fs.Glob(lessons, "*.ipynb")
	if err != nil {
		return "", fmt.Errorf("lab: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := fs.ReadFile(lessons, name)
		if err != nil {
			return "", fmt.Errorf("lab: lesson %s: %w", name, err)
		}
		target := filepath.Join(dir, name)
		old, err := os.ReadFile(target)
		switch {
		case err == nil && bytes.Equal(old, text):
		case err == nil:
			fmt.Fprintf(std.Out, "%s is kept as you left it; move it away to get the lesson anew.\n", target)
		case errors.Is(err, fs.ErrNotExist):
			if err := os.WriteFile(target, text, 0o644); err != nil {
				return "", fmt.Errorf("lab: %w", err)
			}
		default:
			return "", fmt.Errorf("lab: %w", err)
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	fmt.Fprintf(std.Out, "%d lessons are in %s\n", len(names), dir)
	return names[0], nil
}

// privateDir returns the folder in which gomri keeps what it made for itself.
func privateDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("lab: no folder for private files: %w", err)
	}
	return filepath.Join(cache, "gomri"), nil
}

// privateSpec writes the kernelspec of this very binary into gomri's own folder
// and returns the Jupyter data folder to be put on JUPYTER_PATH.
func privateSpec() (string, error) {
	dir, err := privateDir()
	if err != nil {
		return "", err
	}
	binary, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("lab: where is this program: %w", err)
	}
	data := filepath.Join(dir, "jupyter")
	if _, err := spec.Write(data, binary); err != nil {
		return "", err
	}
	return data, nil
}

// findLab returns the path of jupyter-lab: that on PATH, or gomri's own.
func findLab() (string, error) {
	if path, err := exec.LookPath("jupyter-lab"); err == nil {
		return path, nil
	}
	env, err := labEnvironment()
	if err != nil {
		return "", err
	}
	return exec.LookPath(programIn(env, "jupyter-lab"))
}

// labEnvironment returns the folder of gomri's own Python environment. It carries
// the version, so that a newer gomri makes a new one.
func labEnvironment() (string, error) {
	dir, err := privateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "lab-"+labVersion), nil
}

// programIn returns the path of a program in a Python environment.
func programIn(env, name string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(env, "Scripts", name+".exe")
	}
	return filepath.Join(env, "bin", name)
}

// makeLab makes a Python environment with JupyterLab in it and returns the path
// of jupyter-lab. If it fails half way, what was made is removed.
func makeLab(ctx context.Context, std stdio) (lab string, err error) {
	python, err := findPython()
	if err != nil {
		return "", fmt.Errorf("lab: JupyterLab is not on PATH, and %w: install Python from https://www.python.org/ (Debian: apt install python3-venv), or use gomri run, which needs neither", err)
	}
	env, err := labEnvironment()
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(env))
		}
	}()
	fmt.Fprintf(std.Out, "JupyterLab is not on PATH. Making a private one in %s; this takes a minute.\n", env)
	steps := []struct {
		path string
		args []string
		mend string
	}{
		{python, []string{"-m", "venv", env}, "On Debian and Ubuntu: apt install python3-venv"},
		{
			programIn(env, "python"),
			[]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "jupyterlab==" + labVersion},
			"It needs the network. Or install JupyterLab yourself and put jupyter-lab on PATH",
		},
	}
	for _, s := range steps {
		fmt.Fprintf(std.Out, "  %s %s\n", filepath.Base(s.path), strings.Join(s.args, " "))
		exit, err := child.Run(ctx, child.Command{Path: s.path, Args: s.args, Stdout: std.Out, Stderr: std.Err})
		if err != nil {
			return "", fmt.Errorf("lab: %w", err)
		}
		if !exit.Success() {
			return "", fmt.Errorf("lab: %s %s: %v. %s", filepath.Base(s.path), strings.Join(s.args[:2], " "), exit, s.mend)
		}
	}
	return exec.LookPath(programIn(env, "jupyter-lab"))
}

// openLab runs JupyterLab in the lessons' folder until it ends. It shares the
// terminal and the process group, so that Ctrl-C reaches it and its question is
// seen; a request to terminate is passed on.
func openLab(ctx context.Context, std stdio, lab, dir, data string, args []string) error {
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	defer stop()
	cmd := exec.CommandContext(ctx, lab, args...)
	cmd.Dir = dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = std.In, std.Out, std.Err
	path := data
	if old := os.Getenv("JUPYTER_PATH"); old != "" {
		path += string(os.PathListSeparator) + old
	}
	cmd.Env = append(os.Environ(), "JUPYTER_PATH="+path)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("lab: %s: %w", lab, err)
	}
	return nil
}
