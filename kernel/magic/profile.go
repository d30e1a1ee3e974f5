package magic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// pprofCommand is pprof: one report, or with lines below it a prompt.
func pprofCommand() Command {
	return Command{
		Name: "pprof", Line: true, Block: true, Raw: true, Args: "[FLAGS] SOURCE",
		Summary: "reads a profile (file or URL) as go tool pprof does; the lines of a %%pprof cell are typed at its prompt",
		Example: "%pprof -cum cpu.out",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				var lines []string
				if call.Magic.Cell {
					lines = strings.Split(strings.TrimSpace(call.Magic.Body), "\n")
				}
				return Pprof(ctx, env, call.Out, args, lines)
			}
		},
	}
}

// flameCommand draws a flame graph.
func flameCommand() Command {
	return Command{
		Name: "flame", Line: true, Raw: true, Args: "[FLAGS] SOURCE",
		Summary: "draws a profile (file or URL) as a flame graph; takes pprof's flags",
		Example: "%flame cpu.out",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				return Pprof(ctx, env, call.Out, append([]string{"-flame"}, args...), nil)
			}
		},
	}
}

// Pprof does what "go tool pprof ARGS" does, with what we can draw drawn. lines are
// typed at its prompt, if args name no report; without lines the report is top.
func Pprof(ctx context.Context, env *Env, out display.Output, args, lines []string) error {
	req, err := pprofArgs(args)
	if err != nil {
		return display.Failf("UsageError", "%v", err)
	}
	if req.HTTP != "" {
		return display.Failf("UsageError", "-http serves pprof's page in a browser, outside the notebook; leave it out and the report is drawn here, or type %%flame")
	}
	if len(req.Sources) == 0 {
		return display.Failf("UsageError", "no profile is named; type a file such as cpu.out, or a URL such as http://localhost:8080/debug/pprof/profile?seconds=5")
	}
	p, err := getProfile(ctx, env, out, req)
	if err != nil {
		return err
	}
	if req.Report == "" && len(lines) > 0 {
		return p.prompt(ctx, req, lines)
	}
	if req.Report == "" {
		req.Report = "top"
	}
	return p.report(ctx, req)
}

// pprofArgs reads pprof's words. Flags may also stand after the source, which
// pprof itself does not take.
func pprofArgs(args []string) (prof.Request, error) {
	for range len(args) + 1 {
		req, err := prof.ParseArgs(args)
		if err != nil {
			return req, err
		}
		late := -1
		for i, s := range req.Sources {
			if strings.HasPrefix(s, "-") {
				late = i
				break
			}
		}
		if late < 0 {
			return req, nil
		}
		flags := args[:len(args)-len(req.Sources)]
		next := append([]string{}, flags...)
		next = append(next, req.Sources[late:]...)
		args = append(next, req.Sources[:late]...)
	}
	return prof.ParseArgs(args)
}

// profile is a profile that was fetched, and the cell that draws it.
type profile struct {
	env  *Env
	out  display.Output
	info fetch.Info
	data []byte
	// source is the profile's name as typed.
	source string
	// base is a profile to subtract, or nil; with diff the percentages are of the base.
	base []byte
	diff bool
	// progress is the id of the line that showed how the collection went, and that
	// the first report replaces; "" when there is none.
	progress string
}

// show shows a report, in place of the progress line if there is one.
func (p *profile) show(b display.Bundle) {
	if p.progress == "" {
		p.out.Display(b)
		return
	}
	p.out.Update(p.progress, b)
	p.progress = ""
}

// getProfile fetches the last of the sources named; a binary before it is not
// needed, because Go's profiles carry their symbols.
func getProfile(ctx context.Context, env *Env, out display.Output, req prof.Request) (*profile, error) {
	source := req.Sources[len(req.Sources)-1]
	p := &profile{env: env, out: out, source: source}
	opts := fetch.Options{
		Seconds: req.Seconds, Timeout: time.Duration(req.Timeout) * time.Second,
		Progress: func(done, total time.Duration) {
			p.progress = "collecting " + p.source
			out.Update(p.progress, render.Collecting(p.source, done, total))
		},
	}
	source, opts.Dir = env.locate(source)
	var err error
	p.data, p.info, err = fetch.Profile(ctx, source, opts)
	if err != nil {
		return nil, err
	}
	return p, p.subtract(ctx, req)
}

// locate finds a profile that is named as a file: in the workspace, where tests
// write them, or in the notebook's folder.
func (env *Env) locate(source string) (name, dir string) {
	if work, err := env.Work(); err == nil {
		if path, ok := work.Find(source); ok {
			return path, ""
		}
	}
	return source, env.Dir
}

// subtract fetches the profile that -base or -diff_base names.
func (p *profile) subtract(ctx context.Context, req prof.Request) error {
	bases := req.Base
	if len(req.DiffBase) > 0 {
		bases, p.diff = req.DiffBase, true
	}
	if len(bases) == 0 {
		return nil
	}
	if len(bases) > 1 {
		return display.Failf("UsageError", "one base profile is wanted, not %d", len(bases))
	}
	source, dir := p.env.locate(bases[0])
	var err error
	p.base, _, err = fetch.Profile(ctx, source, fetch.Options{Dir: dir})
	return err
}

// report draws one report: top and flame are ours, the others pprof's own text.
func (p *profile) report(ctx context.Context, req prof.Request) error {
	opts := render.ProfileOptions{Command: p.command(req), Footer: nil}
	if p.info.Doubt != "" {
		opts.Doubts = append(opts.Doubts, p.info.Doubt)
	}
	switch {
	case req.Report == "flame" && p.base != nil:
		return display.Failf("UsageError", "a flame graph of a difference is not drawn; %%pprof -diff_base=FILE SOURCE gives its table")
	case req.Report == "flame":
		return p.flame(req, opts)
	case (req.Report == "top" || req.Report == "text") && req.Plain && p.base == nil:
		top, err := p.info.Parsed.Top(req.Options)
		if err != nil {
			return display.Failf("PprofError", "%v", err)
		}
		p.show(render.Top(top, opts))
		return nil
	}
	return p.driver(ctx, req)
}

// flame draws the flame graph.
func (p *profile) flame(req prof.Request, opts render.ProfileOptions) error {
	tree, err := p.info.Parsed.Tree(req.Options)
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	top, err := p.info.Parsed.Top(req.Options)
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	p.show(render.Flame(tree, top, opts))
	return nil
}

// prompt types lines at pprof's prompt: assignments change what follows, each
// other line is a report.
func (p *profile) prompt(ctx context.Context, req prof.Request, lines []string) error {
	prompt := prof.NewPrompt(p.info.Parsed, req)
	for _, line := range lines {
		next, err := prompt.Line(line)
		if errors.Is(err, prof.ErrQuit) {
			return nil
		}
		if err != nil {
			return display.Failf("PprofError", "%s: %v", strings.TrimSpace(line), err)
		}
		switch next.Report {
		case "":
			continue
		case "options", "help":
			p.out.Stream(display.Stdout, "%help pprof lists the reports and flags.\n")
			continue
		}
		if err := p.report(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// driver makes one report by pprof's own driver, in a process of its own, and
// shows its text.
func (p *profile) driver(ctx context.Context, req prof.Request) error {
	sources, err := p.cellFiles()
	if sources != "" {
		defer os.RemoveAll(sources)
	}
	if err != nil {
		return fmt.Errorf("write the cells for pprof: %w", err)
	}
	run := fetch.ReportRequest{Profile: p.data, Base: p.base, Diff: p.diff, Args: req.Args(), Dir: p.env.Dir}
	if sources != "" {
		run.Sources = []string{sources}
	}
	reporter := fetch.Reporter{Program: p.env.Driver[0], Args: p.env.Driver[1:]}
	text, messages, err := reporter.Report(ctx, run)
	if err != nil {
		return err
	}
	frame := render.Frame{Body: []string{render.Pre(string(text))}, Command: p.command(req)}
	if note := strings.TrimSpace(messages); note != "" {
		frame.Doubts = strings.Split(note, "\n")
	}
	p.show(frame.Bundle(string(text)))
	return nil
}

// cellFiles writes the cells that the profile speaks of into a folder of their own,
// so that list and weblist find their lines. It returns the folder, which the
// caller removes, or "" if the profile knows no cell.
func (p *profile) cellFiles() (string, error) {
	top, err := p.info.Parsed.Top(prof.Options{NoTrim: true, Granularity: "files"})
	if err != nil {
		return "", nil // the report itself says what is wrong with the profile
	}
	dir := ""
	for _, row := range top.Rows {
		name := filepath.Base(row.Name)
		text := p.env.Cells.Text(name)
		if text == "" {
			continue
		}
		if dir == "" {
			if dir, err = os.MkdirTemp("", "gomri-cells-"); err != nil {
				return "", err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return dir, err
		}
	}
	return dir, nil
}

// command is the terminal command that gives the same report.
func (p *profile) command(req prof.Request) string {
	if req.Report == "flame" {
		req.Report = "top"
	}
	return strings.Join(append(append([]string{"go", "tool", "pprof"}, req.Args()...), p.source), " ")
}
