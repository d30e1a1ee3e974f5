package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

const (
	// maxReport bounds the output of one report, in bytes.
	maxReport = 64 << 20
	// reportTime is the most that one report may take.
	reportTime = 2 * time.Minute
)

// ReportRequest is one run of pprof's driver.
type ReportRequest struct {
	// Profile is the profile.
	Profile []byte
	// Base is a profile to subtract, as -base does, or nil. With Diff, the
	// percentages are of the base, as -diff_base does.
	Base []byte
	Diff bool
	// Program is the path of the executable that was profiled, for disasm and weblist;
	// "" takes the one that the profile names.
	Program string
	// Args are the flags, a report among them, without sources: prof.Request.Args
	// makes them from what was typed.
	Args []string
	// Lines are typed at pprof's prompt, when Args name no report.
	Lines []string
	// Sources are folders with the sources that list shows, such as the one with a
	// file for each cell. Files that exist under the name in the profile need none.
	Sources []string
	// Dir is the folder that -output is relative to; "" is the current one.
	Dir string
}

// Reporter makes the reports of pprof's own driver.
type Reporter struct {
	// Program and Args start a process that runs the driver package on the
	// arguments that follow. An empty Program is this program, with the verb "pprof".
	Program string
	Args    []string
}

// Report makes one report and returns what pprof wrote: the report, and the
// messages beside it. A report that pprof refuses is a *display.Failure in its words.
func (r Reporter) Report(ctx context.Context, q ReportRequest) (out []byte, messages string, err error) {
	dir, err := os.MkdirTemp("", "gomri-pprof-")
	if err != nil {
		return nil, "", fmt.Errorf("making a folder for pprof: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	args, err := q.write(dir)
	if err != nil {
		return nil, "", err
	}
	program := r.Program
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return nil, "", fmt.Errorf("finding this program, to run pprof's driver: %w", err)
		}
		r.Args = []string{"pprof"}
	}
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	report := &bounded{limit: maxReport}
	errs := &bounded{limit: 1 << 20}
	exit, err := child.Run(ctx, child.Command{
		Path: program, Args: append(append([]string{}, r.Args...), args...), Dir: q.Dir,
		Env:    append(os.Environ(), "PPROF_TMPDIR="+dir, "PPROF_BINARY_PATH="+dir),
		Stdin:  strings.NewReader(strings.Join(q.Lines, "\n")),
		Stdout: report, Stderr: errs,
	})
	if failure := display.Interrupted(ctx); failure != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, "", failf("pprof did not finish the report within %v; narrow it with -focus or -nodecount", reportTime)
		}
		return nil, "", failure
	}
	if err != nil {
		return nil, "", fmt.Errorf("running pprof's driver: %w", err)
	}
	if report.over {
		return nil, "", failf("the report is larger than %d MB; narrow it with -focus, or write it with -output=FILE", maxReport>>20)
	}
	messages = strings.ReplaceAll(errs.String(), dir+string(filepath.Separator), "")
	if exit.Code != 0 {
		return nil, "", display.Failf("PprofError", "%s", explainDriver(messages))
	}
	return report.Bytes(), messages, nil
}

// write puts the profiles into dir and returns the driver's arguments.
func (q ReportRequest) write(dir string) ([]string, error) {
	args := append([]string{}, q.Args...)
	if len(q.Sources) > 0 {
		args = addSources(args, q.Sources)
	}
	save := func(name string, data []byte) (string, error) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return "", fmt.Errorf("writing the profile for pprof: %w", err)
		}
		return path, nil
	}
	if q.Base != nil {
		path, err := save("base", q.Base)
		if err != nil {
			return nil, err
		}
		flag := "-base="
		if q.Diff {
			flag = "-diff_base="
		}
		args = append(args, flag+path)
	}
	if q.Program != "" {
		args = append(args, q.Program)
	}
	path, err := save("profile", q.Profile)
	return append(args, path), err
}

// addSources adds folders to the -source_path among args.
func addSources(args, folders []string) []string {
	const flag = "-source_path="
	list := strings.Join(folders, string(filepath.ListSeparator))
	for i, arg := range args {
		if strings.HasPrefix(arg, flag) {
			args[i] = arg + string(filepath.ListSeparator) + list
			return args
		}
	}
	return append(args, flag+list)
}

// explainDriver makes of the driver's messages one that says what to do.
func explainDriver(messages string) string {
	text := strings.TrimPrefix(strings.TrimSpace(messages), "gomri: ")
	text = strings.ReplaceAll(text, "\ngomri: ", "\n")
	if strings.Contains(text, "Is Graphviz installed?") || strings.Contains(text, exec.ErrNotFound.Error()) {
		return "this report needs Graphviz, and its program dot is not on PATH: install it (apt install graphviz, brew install graphviz), or use %flame"
	}
	if text == "" {
		text = "pprof failed without a message"
	}
	return text
}

// bounded keeps what is written up to a limit and drops the rest.
type bounded struct {
	bytes.Buffer
	limit int
	over  bool
}

// Write never fails, so that the child is not blocked or killed by its output.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room < len(p) {
		b.over = true
		b.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
