package magic

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
	"gomri/kernel/prof/objfile"
	"gomri/kernel/render"
)

// needsProgram are the reports that read the executable.
var needsProgram = map[string]bool{"disasm": true, "weblist": true}

// disasm draws machine code.
func (p *profile) disasm(ctx context.Context, req prof.Request, opts render.ProfileOptions) error {
	text, messages, err := p.run(ctx, req)
	if err != nil {
		return p.nameProgram(req, err)
	}
	if note := strings.TrimSpace(messages); note != "" {
		opts.Doubts = append(opts.Doubts, strings.Split(note, "\n")...)
	}
	top, err := p.shown.Top(req.Options)
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	p.show(render.Assembly(prof.ParseAssembly(string(text)), top, opts))
	return nil
}

// maxCompiled bounds the functions whose code weblist looks through.
const maxCompiled = 25

// weblist draws source lines with the machine code of each. Without the executable it
// is a listing that says why it has none.
func (p *profile) weblist(ctx context.Context, req prof.Request, opts render.ProfileOptions) error {
	l, err := p.shown.List(req.Options, req.Param, p.env.lines(req.Options))
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	names, err := p.shown.Compiled(req.Param)
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	if len(names) > maxCompiled {
		opts.Doubts = append(opts.Doubts, "Name fewer functions: the assembly of some is left out.")
		names = names[:maxCompiled]
	}
	for i, name := range names {
		names[i] = regexp.QuoteMeta(name)
	}
	code := req
	code.Report, code.Param = "disasm", "^("+strings.Join(names, "|")+")$"
	text, _, err := p.run(ctx, code)
	var f *display.Failure
	switch {
	case err == nil:
		l.Attach(prof.ParseAssembly(string(text)))
	case errors.As(p.nameProgram(req, err), &f) && ctx.Err() == nil:
		opts.Doubts = append(opts.Doubts, "There is no assembly: "+f.Value+".")
	default:
		return err
	}
	p.show(render.List(l, opts))
	return nil
}

// nameProgram writes the advice to name the executable as one types it in a cell.
func (p *profile) nameProgram(req prof.Request, err error) error {
	var f *display.Failure
	if !errors.As(err, &f) {
		return err
	}
	before, _, ok := strings.Cut(f.Value, "pprof -disasm=")
	if !ok || !strings.Contains(before, "name the program before") {
		return err
	}
	return display.Failf(f.Name, "%s%%pprof -%s=%s PROGRAM %s. go build -o PROGRAM and go test -c -o PROGRAM write one, from the same sources and flags", before, req.Report, req.Param, p.source)
}

// executable finds the executable that was profiled: the one that was named, the one
// that the profile names, or one of its build ID in the workspace or the notebook's
// folder, where go test leaves it. It is "" if the profile's own is to be tried.
func (p *profile) executable() string {
	build := p.shown.BuildID()
	if p.program != "" || build == "" || objfile.Matches(p.shown.Binary(), build) {
		return p.program
	}
	base := filepath.Base(p.shown.Binary())
	candidates := []string{filepath.Join(p.env.Dir, base)}
	if work, err := p.env.Work(); err == nil {
		if files, err := work.Files(); err == nil {
			for _, f := range files[:min(len(files), maxScanned)] {
				candidates = append(candidates, filepath.Join(work.Root(), filepath.FromSlash(f.Name)))
			}
		}
	}
	entries, err := os.ReadDir(p.env.Dir)
	if err == nil {
		for _, e := range entries[:min(len(entries), maxScanned)] {
			if e.Type().IsRegular() {
				candidates = append(candidates, filepath.Join(p.env.Dir, e.Name()))
			}
		}
	}
	for _, name := range candidates {
		if objfile.Matches(name, build) {
			return name
		}
	}
	return ""
}
