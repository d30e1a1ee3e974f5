package magic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/prof/objfile"
	"gomri/kernel/render"
)

// profile is a profile that was fetched, and the cell that draws it.
type profile struct {
	env *Env
	out display.Output
	// info says where it came from, and data are its bytes.
	info fetch.Info
	data []byte
	// shown is what reports are about: the profile, or its difference from base.
	shown *prof.Profile
	// source is the profile's name as typed.
	source string
	// program is the executable that was named before the profiles, or "".
	program string
	// base is a profile to subtract, or nil; with diff the percentages are of the base.
	base []byte
	diff bool
	// kept is the name under which a profile of a server is kept, or "".
	kept string
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

// hint adds to a failure after a profile was fetched that nothing is lost.
func (p *profile) hint(err error) error {
	var f *display.Failure
	if p.kept == "" || !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Value += fmt.Sprintf(". The profile itself is kept: name it %s in place of the URL", p.kept)
	return &told
}

// getProfile fetches the sources that are named, and adds them up; a binary before
// them is needed for assembly only, because Go's profiles carry their symbols. What it returns
// beside an error knows whether something was kept.
func getProfile(ctx context.Context, env *Env, out display.Output, req prof.Request) (*profile, error) {
	p := &profile{env: env, out: out, source: strings.Join(req.Sources, " ")}
	// What can be wrong at once is found before a server is asked for seconds.
	if err := checkExpressions(req.Options, req.Param); err != nil {
		return p, err
	}
	var base *prof.Profile
	names := req.Base
	if len(req.DiffBase) > 0 {
		names, p.diff = req.DiffBase, true
	}
	if len(names) > 0 {
		var err error
		if p.base, base, err = p.sum(ctx, req, names); err != nil {
			return p, err
		}
	}
	var err error
	if p.data, p.shown, err = p.sum(ctx, req, p.sources(req.Sources)); err != nil {
		return p, err
	}
	p.info.Parsed = p.shown
	if base != nil {
		p.shown, err = p.shown.Minus(base, prof.DiffOptions{OfBase: p.diff, Normalize: req.Normalize})
		if err != nil {
			return p, display.Failf("PprofError", "%v", err)
		}
	}
	return p, nil
}

// checkExpressions finds a malformed regular expression before anything is fetched.
func checkExpressions(o prof.Options, param string) error {
	for _, e := range []struct{ name, text string }{
		{"focus", o.Focus},
		{"ignore", o.Ignore},
		{"hide", o.Hide},
		{"show", o.Show},
		{"show_from", o.ShowFrom},
		{"prune_from", o.PruneFrom},
		{"tagshow", o.TagShow},
		{"taghide", o.TagHide},
		{"argument", param},
	} {
		if _, err := regexp.Compile(e.text); err != nil {
			return display.Failf("PprofError", "parsing %s regexp: %v", e.name, err)
		}
	}
	return nil
}

// sources leaves out the executable that may stand before the profiles, and keeps its
// path for the reports that need it.
func (p *profile) sources(names []string) []string {
	if len(names) < 2 {
		return names
	}
	if _, ok := p.env.remembered(names[0]); ok {
		return names
	}
	name, dir := p.env.locate(names[0])
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	if !objfile.Recognized(name) {
		return names // it is a profile, or its error says what it is
	}
	p.program = name
	return names[1:]
}

// sum fetches profiles and adds them up.
func (p *profile) sum(ctx context.Context, req prof.Request, names []string) ([]byte, *prof.Profile, error) {
	var list []*prof.Profile
	var data []byte
	for _, name := range names {
		one, info, err := p.fetch(ctx, req, name)
		if err != nil {
			return nil, nil, err
		}
		data, p.info = one, info
		list = append(list, info.Parsed)
	}
	if len(list) == 1 {
		return data, list[0], nil
	}
	sum, err := prof.Merge(list)
	if err != nil {
		return nil, nil, display.Failf("PprofError", "%v", err)
	}
	var b bytes.Buffer
	if err := sum.Write(&b); err != nil {
		return nil, nil, fmt.Errorf("write the sum of %d profiles: %w", len(list), err)
	}
	return b.Bytes(), sum, nil
}

// fetch gets one profile by the name that was typed: a file, one that is kept, one
// of a benchmark, or a URL. What a server gave is kept.
func (p *profile) fetch(ctx context.Context, req prof.Request, name string) ([]byte, fetch.Info, error) {
	if kept, ok := p.env.remembered(name); ok {
		if kept.Kind == fetch.TraceKind {
			return nil, fetch.Info{}, display.Failf("ProfileError", "%s is an execution trace; %%trace %s draws it, and %%trace -pprof=sync %s makes a profile of it", name, name, name)
		}
		// The terminal knows the file or the URL, not our name.
		terminal := kept.Name
		switch {
		case kept.Info.Terminal != "":
			terminal = kept.Info.Terminal
		case kept.Info.Remote:
			terminal = kept.Info.Source
		}
		p.source = strings.ReplaceAll(p.source, name, terminal)
		return kept.Data, kept.Info, nil
	}
	source, dir := p.env.locate(name)
	if !p.env.isFile(source, dir) {
		url, err := p.env.Servers.URL(source)
		if err != nil {
			return nil, fetch.Info{}, err
		}
		// The terminal knows the address, not our name for it.
		p.source = strings.ReplaceAll(p.source, source, url)
		source = url
	}
	opts := fetch.Options{
		Dir: dir, Seconds: req.Seconds, Timeout: time.Duration(req.Timeout) * time.Second,
		Progress: func(done, total time.Duration) {
			p.progress = "collecting " + p.source
			p.out.Update(p.progress, render.Collecting(name, done, total))
		},
	}
	if wanted := slices.Contains(fetch.Kinds, name) || benchmarkName.MatchString(name); wanted && source == name && !p.env.isFile(name, dir) {
		return nil, fetch.Info{}, noneOf(name)
	}
	get := fetch.Profile
	if req.Wall {
		get = func(ctx context.Context, source string, o fetch.Options) ([]byte, fetch.Info, error) {
			return fetch.Wall(ctx, source, o, req.Rate)
		}
	}
	data, info, err := get(ctx, source, opts)
	if info.Remote && data != nil {
		p.kept = p.env.Profiles.Add(data, info).Name
	}
	if err == nil && info.Terminal != "" {
		p.source = strings.ReplaceAll(p.source, name, info.Terminal)
	}
	return data, info, err
}

// path is where a file is: in the workspace, or in the notebook's folder.
func (env *Env) path(name string) string {
	found, dir := env.locate(name)
	if dir == "" || filepath.IsAbs(found) {
		return found
	}
	return filepath.Join(dir, found)
}

// isFile tells whether a name that was located is a file's.
func (env *Env) isFile(name, dir string) bool {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	_, err := os.Stat(name)
	return err == nil
}

// benchmarkName is what names the last profile of a benchmark.
var benchmarkName = regexp.MustCompile(`^(Benchmark|Test)[A-Z_]\w*$`)

// noneOf is the failure of a name that no profile has yet.
func noneOf(name string) error {
	switch {
	case name == fetch.WallKind:
		return display.Failf("ProfileError", "the session has no wall-clock profile yet; make one of a running server: %%pprof -wall http://localhost:8080")
	case name == fetch.TraceKind:
		return display.Failf("ProfileError", "the session has no execution trace yet; make one: %%bench -trace trace.out, or fetch one: %%trace http://localhost:8080/debug/pprof/trace?seconds=1")
	case slices.Contains(exectrace.Kinds, exectrace.Kind(name)):
		return display.Failf("ProfileError", "the session has no %s profile yet; make one of an execution trace: %%trace -pprof=%s trace.out", name, name)
	case benchmarkName.MatchString(name):
		return display.Failf("ProfileError", "no profile of the session holds %s; make one: %%bench %s -cpuprofile cpu.out", name, name)
	case name == "cpu":
		return display.Failf("ProfileError", "the session has no CPU profile yet; make one: %%bench -cpuprofile cpu.out, or fetch one: %%pprof http://localhost:8080/debug/pprof/profile?seconds=5")
	}
	return display.Failf("ProfileError", "the session has no %s profile yet; fetch one: %%pprof http://localhost:8080/debug/pprof/%s", name, name)
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

// lines reads the sources that a listing shows: cells, the workspace's files, the
// folders of -source_path or the notebook's folder, and the Go distribution.
func (env *Env) lines(o prof.Options) prof.Sources {
	s := fetch.Sources{Cell: env.source, Trim: filepath.SplitList(o.TrimPath)}
	for _, dir := range filepath.SplitList(o.SourcePath) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(env.Dir, dir)
		}
		s.Path = append(s.Path, dir)
	}
	if len(s.Path) == 0 {
		s.Path = []string{env.Dir}
	}
	if work, err := env.Work(); err == nil {
		if program, err := filepath.EvalSymlinks(work.GoPath()); err == nil {
			s.Roots = append(s.Roots, filepath.Join(filepath.Dir(filepath.Dir(program)), "src"))
		}
	}
	return s.Lines
}
