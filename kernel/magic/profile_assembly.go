package magic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		return p.nameProgram(req, p.inlinedInto(req, err))
	}
	if _, doubt := p.executable(); doubt != "" {
		opts.Doubts = append(opts.Doubts, doubt)
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
		if _, doubt := p.executable(); doubt != "" {
			opts.Doubts = append(opts.Doubts, doubt)
		}
	case errors.As(p.nameProgram(req, err), &f) && ctx.Err() == nil:
		opts.Doubts = append(opts.Doubts, "There is no assembly: "+f.Value+".")
	default:
		return err
	}
	p.show(render.List(l, opts))
	return nil
}

// inlinedInto adds to the failure of a function that has no code of its own which
// functions hold its code.
func (p *profile) inlinedInto(req prof.Request, err error) error {
	var f *display.Failure
	if !errors.As(err, &f) || !strings.HasPrefix(f.Value, "no matches found") {
		return err
	}
	names, e := p.shown.Compiled(req.Param)
	expr, e2 := regexp.Compile(req.Param)
	if e != nil || e2 != nil || len(names) == 0 || slices.ContainsFunc(names, expr.MatchString) {
		return err
	}
	const most = 3
	for i := range names {
		names[i] = prof.ShortName(names[i])
	}
	into := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		into += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return display.Failf(f.Name, "%s: it has no code of its own but was inlined into %s; name that, or type -weblist=%s", f.Value, into, req.Param)
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
// that the profile names, or one in the workspace or the notebook's folder, where go
// test leaves it: of the same build or, where builds cannot be told apart, of the same
// name. It is "" if the profile's own is to be tried. The doubt, if not "", says that
// it may be another.
func (p *profile) executable() (path, doubt string) {
	own, build := p.shown.Binary(), p.shown.BuildID()
	if p.program != "" || objfile.Matches(own, build) || build == "" && objfile.Recognized(own) {
		return p.program, ""
	}
	candidates := p.env.files()
	for _, name := range candidates {
		if objfile.Matches(name, build) {
			return name, ""
		}
	}
	if objfile.Unmarked(own) {
		return "", ""
	}
	for _, name := range candidates {
		if filepath.Base(name) == filepath.Base(own) && (objfile.Unmarked(name) || build == "" && objfile.Recognized(name)) {
			return name, "Profile again if you built again since: nothing tells whether " + filepath.Base(name) + " is the program that was profiled."
		}
	}
	return "", ""
}

// files are the paths of the files in the workspace and in the notebook's folder.
func (env *Env) files() []string {
	var list []string
	if work, err := env.Work(); err == nil {
		if files, err := work.Files(); err == nil {
			for _, f := range files[:min(len(files), maxScanned)] {
				list = append(list, filepath.Join(work.Root(), filepath.FromSlash(f.Name)))
			}
		}
	}
	if entries, err := os.ReadDir(env.Dir); err == nil {
		for _, e := range entries[:min(len(entries), maxScanned)] {
			if e.Type().IsRegular() {
				list = append(list, filepath.Join(env.Dir, e.Name()))
			}
		}
	}
	return list
}
