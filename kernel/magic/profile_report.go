package magic

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// report draws one report: those that we compute ourselves, or pprof's own text.
func (p *profile) report(ctx context.Context, req prof.Request) error {
	if req.Output != "" {
		return p.save(ctx, req)
	}
	opts := p.around(req)
	o := req.Options
	var b display.Bundle
	var err error
	switch {
	case req.Report == "flame":
		b, err = p.flame(req, opts)
	case req.Report == "disasm":
		return p.disasm(ctx, req, opts)
	case req.Report == "weblist":
		return p.weblist(ctx, req, opts)
	case !req.Plain:
		return p.driver(ctx, req)
	case req.Report == "top", req.Report == "text":
		b, err = p.top(req, opts)
	case req.Report == "tree":
		var c prof.Calls
		c, err = p.shown.Calls(o, "")
		b = render.Calls(c, opts)
	case req.Report == "peek":
		var c prof.Calls
		c, err = p.shown.Calls(o, req.Param)
		b = render.Calls(c, opts)
	case req.Report == "tags":
		var t prof.Tags
		t, err = p.shown.Tags(o)
		name := p.source
		if p.kept != "" {
			name = p.kept // not the server again
		}
		b = render.Tags(t, name, opts)
	case req.Report == "list":
		var l prof.Listing
		l, err = p.shown.List(o, req.Param, p.env.lines(o))
		b = render.List(l, opts)
	default:
		return p.driver(ctx, req)
	}
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	p.show(b)
	return nil
}

// around says what stands around the drawn profile.
func (p *profile) around(req prof.Request) render.ProfileOptions {
	opts := render.ProfileOptions{Command: p.command(req)}
	if p.info.Doubt != "" {
		opts.Doubts = append(opts.Doubts, p.info.Doubt)
	}
	if len(p.info.Goroutines) > 0 {
		opts.After = append(opts.After, render.Goroutines(p.info.Goroutines))
	}
	if p.info.Measured != "" {
		opts.Footer = append(opts.Footer, p.info.Measured)
	}
	if p.kept != "" {
		note := "kept as " + p.kept + " (%profiles)"
		if p.info.Kind == fetch.WallKind {
			note += "; a terminal needs it as a file: %pprof -proto -output=" + p.info.Terminal + " " + p.kept
		}
		opts.Footer = append(opts.Footer, note)
	}
	return opts
}

// sideBySide are sample types of one profile that one looks at side by side: those of
// the heap, and those of waits.
var sideBySide = [][]string{{"inuse_space", "inuse_objects", "alloc_space", "alloc_objects"}, {"contentions", "delay"}}

// otherTypes are the sample types that can be switched to, with the one asked for
// not among them; none for other profiles.
func (p *profile) otherTypes(o prof.Options) []string {
	index, err := p.shown.SampleIndex(o.SampleIndex)
	if err != nil {
		return nil
	}
	types := p.shown.SampleTypes()
	for _, names := range sideBySide {
		var others []string
		known := 0
		for i, t := range types {
			if slices.Contains(names, t.Type) {
				known++
				if i != index {
					others = append(others, t.Type)
				}
			}
		}
		if known == len(names) && known == len(types) {
			slices.SortFunc(others, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
			return others
		}
	}
	return nil
}

// top draws the table, and of a heap profile one for each sample type.
func (p *profile) top(req prof.Request, opts render.ProfileOptions) (display.Bundle, error) {
	top, err := p.shown.Top(req.Options)
	if err != nil {
		return display.Bundle{}, err
	}
	views := []render.TopView{{Name: top.Type.Type, Top: top, Options: opts}}
	for _, name := range p.otherTypes(req.Options) {
		other := req
		other.Options.SampleIndex = name
		top, err := p.shown.Top(other.Options)
		if err != nil {
			return display.Bundle{}, err
		}
		o := opts
		o.Command = p.command(other)
		views = append(views, render.TopView{Name: name, Top: top, Options: o})
	}
	return render.TopSwitch(views), nil
}

// flame draws the flame graph.
func (p *profile) flame(req prof.Request, opts render.ProfileOptions) (display.Bundle, error) {
	tree, err := p.shown.Tree(req.Options)
	if err != nil {
		return display.Bundle{}, err
	}
	top, err := p.shown.Top(req.Options)
	if err != nil {
		return display.Bundle{}, err
	}
	tree = limited(tree, req.Options)
	opts.Doubts = append(opts.Doubts, unusedByFlame(req)...)
	var others []render.FlameView
	for _, name := range p.otherTypes(req.Options) {
		o := req.Options
		o.SampleIndex = name
		other, err := p.shown.Tree(o)
		if err != nil {
			return display.Bundle{}, err
		}
		others = append(others, render.FlameView{Name: name, Tree: limited(other, o)})
	}
	if p.base == nil {
		opts.Proto = p.data
	}
	opts.Source = p.again(req)
	if opts.Listing, err = p.heaviest(req.Options, tree); err != nil {
		return display.Bundle{}, err
	}
	return render.Flame(tree, top, opts, others...), nil
}

// limited leaves of a flame graph's tree what -nodecount and -nodefraction let pass, if
// they were given.
func limited(t *prof.Tree, o prof.Options) *prof.Tree {
	if o.NodeFraction > 0 && !o.NoTrim {
		t = t.Prune(o.NodeFraction, 0)
	}
	if o.NodeCount > 0 && !o.NoTrim {
		t = t.PruneTo(o.NodeCount)
	}
	return t
}

// unusedByFlame says which flags were given that change tables but no flame graph.
func unusedByFlame(req prof.Request) []string {
	var names []string
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"-mean", req.Options.Mean},
		{"-unit", req.Options.Unit != ""},
		{"-drop_negative", req.Options.DropNegative},
		{"-edgefraction", req.Options.EdgeFraction != 0},
	} {
		if flag.given {
			names = append(names, flag.name)
		}
	}
	for _, flag := range req.Extra {
		if name, _, _ := strings.Cut(flag, "="); name != "-normalize" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"Use a table (`%pprof -top`) for " + strings.Join(names, ", ") + ": the picture is the same without."}
}

// graphReports are the reports that are a drawn call graph.
var graphReports = map[string]bool{"svg": true, "png": true, "gif": true, "ps": true, "pdf": true, "web": true, "gv": true, "evince": true, "eog": true}

// driver makes one report by pprof's own driver, in a process of its own, and
// shows its text, or the picture of its call graph.
func (p *profile) driver(ctx context.Context, req prof.Request) error {
	if graphReports[req.Report] {
		return p.graph(ctx, req)
	}
	if req.Report == "proto" || req.Report == "topproto" {
		return display.Failf("UsageError", "-%s writes a file: name it, as in %%pprof -%s -output=FILE.pb.gz %s", req.Report, req.Report, p.source)
	}
	text, messages, err := p.run(ctx, req)
	if err != nil {
		return err
	}
	if len(text) == 0 && req.Report == "comments" {
		text = []byte("the profile carries no comments\n")
	}
	frame := render.Frame{Body: []string{render.Pre(string(text))}, Command: p.command(req)}
	if note := strings.TrimSpace(messages); note != "" {
		frame.Doubts = strings.Split(note, "\n")
	}
	p.show(frame.Bundle(string(text)))
	return nil
}

// maxGraph is the size of a drawn call graph in bytes, beyond which it is drawn with
// half the nodes.
const maxGraph = 180 << 10

// graph draws the call graph by Graphviz.
func (p *profile) graph(ctx context.Context, req prof.Request) error {
	o := req.Options
	top, err := p.shown.Top(o)
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	calls, err := p.shown.Calls(o, "")
	if err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	opts := p.around(req)
	req.Report = "dot"
	for {
		dot, messages, err := p.run(ctx, req)
		if err != nil {
			return err
		}
		svg, err := fetch.Graph(ctx, dot)
		if err != nil {
			return err
		}
		if len(svg) <= maxGraph || req.Options.NodeCount == 1 {
			if note := strings.TrimSpace(messages); note != "" {
				opts.Doubts = append(opts.Doubts, strings.Split(note, "\n")...)
			}
			p.show(render.Graph(svg, top, calls.Text(), opts))
			return nil
		}
		if req.Options.NodeCount <= 0 {
			req.Options.NodeCount = 80
		}
		req.Options.NodeCount = max(req.Options.NodeCount/2, 1)
		opts.Doubts = []string{fmt.Sprintf("Narrow it with -focus: the graph was too large for a page and has the %d heaviest nodes.", req.Options.NodeCount)}
	}
}

// run makes one report by pprof's own driver and returns what it wrote.
func (p *profile) run(ctx context.Context, req prof.Request) (out []byte, messages string, err error) {
	sources, err := p.cellFiles()
	if sources != "" {
		defer os.RemoveAll(sources)
	}
	if err != nil {
		return nil, "", fmt.Errorf("write the cells for pprof: %w", err)
	}
	run := fetch.ReportRequest{Profile: p.data, Base: p.base, Diff: p.diff, Args: req.Args(), Dir: p.env.Dir}
	if needsProgram[req.Report] {
		run.Program, _ = p.executable()
	}
	if sources != "" {
		run.Sources = []string{sources}
	}
	return p.reporter().Report(ctx, run)
}

// reporter starts pprof's own driver.
func (p *profile) reporter() fetch.Reporter {
	return fetch.Reporter{Program: p.env.Driver[0], Args: p.env.Driver[1:]}
}

// cellFiles writes the cells that the profile speaks of into a folder of their own,
// so that list and weblist find their lines. It returns the folder, which the
// caller removes, or "" if the profile knows no cell.
func (p *profile) cellFiles() (string, error) {
	top, err := p.shown.Top(prof.Options{NoTrim: true, Granularity: "files"})
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
	words := append([]string{"go", "tool", "pprof"}, req.Args()...)
	for _, b := range req.Base {
		words = append(words, "-base="+b)
	}
	for _, b := range req.DiffBase {
		words = append(words, "-diff_base="+b)
	}
	if needsProgram[req.Report] && p.program == "" {
		if program, _ := p.executable(); program != "" {
			words = append(words, filepath.Base(program))
		}
	}
	return strings.Join(append(words, p.source), " ")
}
