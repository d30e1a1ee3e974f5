package magic

import (
	"bytes"
	"context"
	"errors"
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

// save writes a report to the file that -output names, in the notebook's folder.
func (p *profile) save(ctx context.Context, req prof.Request) error {
	data, err := p.bytes(ctx, req)
	if err != nil {
		return err
	}
	return p.saveAs(req.Output, data)
}

// saveAs writes data to a file in the notebook's folder and says so.
func (p *profile) saveAs(name string, data []byte) error {
	before, err := p.env.writeFile(name, data)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("wrote %s, %s", name, prof.Label(int64(len(data)), "bytes", "auto"))
	if before >= 0 {
		text += fmt.Sprintf(", in place of a file of %s", prof.Label(before, "bytes", "auto"))
	}
	p.show(display.Text(text))
	return nil
}

// bytes are what a report writes to a file.
func (p *profile) bytes(ctx context.Context, req prof.Request) ([]byte, error) {
	o := req.Options
	switch req.Report {
	case "flame":
		tree, err := p.shown.Tree(o)
		if err != nil {
			return nil, display.Failf("PprofError", "%v", err)
		}
		return []byte(render.FlameSVG(tree)), nil
	case "proto":
		// What was fetched is saved as it is, labels and all.
		if flags := req.Args(); p.base == nil && !slices.ContainsFunc(flags, func(f string) bool { return f != "-proto" && f != "-compact_labels" }) {
			return p.data, nil
		}
	case "svg":
		req.Report = "dot"
		dot, _, err := p.run(ctx, req)
		if err != nil {
			return nil, err
		}
		return fetch.Graph(ctx, dot)
	case "list":
		l, err := p.shown.List(o, req.Param, p.env.lines(o))
		if err != nil {
			return nil, display.Failf("PprofError", "%v", err)
		}
		if req.Plain {
			return []byte(l.Text()), nil
		}
	}
	data, _, err := p.run(ctx, req)
	return data, err
}

// writeFile writes a file in the notebook's folder, never outside of it. It returns
// the size of the file that it replaced, or -1.
func (env *Env) writeFile(name string, data []byte) (before int64, err error) {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		if inside, err := filepath.Rel(env.Dir, name); err == nil {
			name = inside
		}
	}
	if !filepath.IsLocal(name) {
		return 0, display.Failf("UsageError", "-output=%s is outside the notebook's folder %s; give a name in it", name, env.Dir)
	}
	root, err := os.OpenRoot(env.Dir)
	if err != nil {
		return 0, fmt.Errorf("open the notebook's folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	before = -1
	if info, err := root.Lstat(name); err == nil {
		if !info.Mode().IsRegular() {
			return 0, display.Failf("UsageError", "-output=%s: there is something else than a file of that name; give another name", name)
		}
		before = info.Size()
		if old, err := root.ReadFile(name); err == nil && bytes.Equal(old, data) {
			return before, nil
		}
		// A notebook or a source is never what a report should replace.
		if ext := strings.ToLower(filepath.Ext(name)); ext == ".ipynb" || ext == ".go" || ext == ".mod" {
			return 0, display.Failf("UsageError", "-output=%s: this file exists and a report would overwrite it; give another name", name)
		}
	}
	if err := root.WriteFile(name, data, 0o644); err != nil {
		return 0, display.Failf("UsageError", "-output=%s: %v", name, err)
	}
	return before, nil
}
