package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gomri/kernel/session"
)

// engineStarter starts an engine for one notebook, whose cells see dir as their folder.
type engineStarter func(ctx context.Context, dir string) (session.Engine, error)

// interruptedStatus is the exit status of a run that was stopped with ^C, as shells give it.
const interruptedStatus = 130

// runOptions are the flags of "gomri run".
type runOptions struct {
	dir       string        // where the results go
	html      bool          // whether a report is written
	inPlace   bool          // whether the notebook itself may be overwritten
	keepGoing bool          // whether cells after one that failed are run
	timeout   time.Duration // for one cell; 0 is none
}

// job is one notebook to run and where its results go.
type job struct {
	source string // the notebook, as it was typed
	output string // the executed notebook
	report string // the HTML page; empty if none is wanted
}

// runVerb returns the verb that runs notebooks without Jupyter.
func runVerb(start engineStarter) func(ctx context.Context, std stdio, args []string) error {
	return func(ctx context.Context, std stdio, args []string) error {
		opts, sources, err := runFlags(std, args)
		if err != nil || len(sources) == 0 {
			return err
		}
		jobs, err := planJobs(opts, sources)
		if err != nil {
			return err
		}
		failed := 0
		for _, j := range jobs {
			err := runJob(ctx, std, start, opts, j)
			if err == nil {
				continue
			}
			if ctx.Err() != nil {
				return exitError{code: interruptedStatus, err: err}
			}
			failed++
			if len(jobs) == 1 {
				return err
			}
			fmt.Fprintln(std.Err, "gomri:", err)
		}
		if failed > 0 {
			return fmt.Errorf("%d of %d notebooks failed", failed, len(jobs))
		}
		return nil
	}
}

// runFlags reads the command line. Flags may stand before and after the notebooks.
// After a call for help it returns no sources and no error.
func runFlags(std stdio, args []string) (opts runOptions, sources []string, err error) {
	flags := flag.NewFlagSet("gomri run", flag.ContinueOnError)
	flags.SetOutput(std.Err)
	flags.StringVar(&opts.dir, "o", ".", "write the results into `DIR`, which is made if it is missing")
	flags.BoolVar(&opts.html, "html", true, "write an HTML report beside the executed notebook")
	flags.BoolVar(&opts.inPlace, "inplace", false, "write each executed notebook over the one that was read")
	flags.BoolVar(&opts.keepGoing, "keep-going", false, "run the cells after one that failed, too")
	flags.DurationVar(&opts.timeout, "timeout", 0, "stop a cell that runs longer than this, such as 30s (default no limit)")
	flags.Usage = func() {
		fmt.Fprint(std.Err, "Usage: gomri run [flags] NOTEBOOK…\n\nRuns notebooks without Jupyter. Writes each executed notebook and a report as one HTML page.\n\n")
		flags.PrintDefaults()
	}
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return opts, nil, nil
			}
			return opts, nil, errUsage
		}
		rest := flags.Args()
		if len(rest) == 0 {
			break
		}
		sources = append(sources, rest[0])
		args = rest[1:]
	}
	if len(sources) == 0 {
		flags.Usage()
		return opts, nil, errUsage
	}
	if opts.timeout < 0 {
		return opts, nil, exitError{code: 2, err: fmt.Errorf("-timeout %v: a time limit cannot be negative", opts.timeout)}
	}
	return opts, sources, nil
}

// planJobs says where each notebook's results go, and refuses before anything has
// run if a result would overwrite a notebook that was given, or another result.
func planJobs(opts runOptions, sources []string) ([]job, error) {
	taken := map[string]string{}
	jobs := make([]job, 0, len(sources))
	for _, source := range sources {
		j := job{source: source, output: source}
		if !opts.inPlace {
			j.output = filepath.Join(opts.dir, filepath.Base(source))
		}
		stem := strings.TrimSuffix(filepath.Base(j.output), ".ipynb")
		if opts.html {
			dir := opts.dir
			if opts.inPlace && dir == "." {
				dir = filepath.Dir(source)
			}
			j.report = filepath.Join(dir, stem+".html")
		}
		if !opts.inPlace {
			if err := refuseOverwrite(j.output, sources); err != nil {
				return nil, err
			}
		}
		for _, name := range []string{j.output, j.report} {
			if other, ok := taken[name]; ok && name != "" {
				return nil, fmt.Errorf("%s and %s would both be written to %s: run them one by one with another -o DIR", other, source, name)
			}
			taken[name] = source
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// refuseOverwrite returns an error if output is one of the notebooks that are read.
func refuseOverwrite(output string, sources []string) error {
	there, err := os.Stat(output)
	if err != nil {
		return nil // nothing there to overwrite
	}
	for _, source := range sources {
		if info, err := os.Stat(source); err == nil && os.SameFile(there, info) {
			return fmt.Errorf("the result would overwrite %s itself: write it elsewhere with -o DIR, or say --inplace if that is meant", source)
		}
	}
	return nil
}

// writeFile writes a file as a whole or not at all.
func writeFile(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
