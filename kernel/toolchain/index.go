package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/child"
	"gomri/kernel/display"
)

// index remembers what the go command has said of packages: where it left their
// compiled form and what they need. Asking costs a fifth of a second, so it is asked
// once, for a package with all that it needs. Packages of the user's own folders
// may change at any time and are not remembered.
type index struct {
	turn     chan struct{} // holds a token while the go command is asked or packages is read
	packages map[string]listedPackage
	stamp    string // the state of the module for which packages is true
}

// listedPackage is one package as go list describes it.
type listedPackage struct {
	ImportPath, Export string
	Standard           bool
	Deps               []string
	Module             *listedModule
	Error              *listFault
	DepsErrors         []*listFault
}

// listedModule is the module of a package, and what stands in its place.
type listedModule struct {
	Version string
	Replace *listedModule
}

// listFault is an error in go list's output.
type listFault struct{ Err string }

// fixed is true for a package that does not change while go.mod does not.
func (p listedPackage) fixed() bool {
	if p.Standard {
		return true
	}
	m := p.Module
	if m != nil && m.Replace != nil {
		m = m.Replace
	}
	return m != nil && m.Version != ""
}

// fault says why a package cannot be used, "" if it can.
func (p listedPackage) fault() string {
	switch {
	case p.Error != nil:
		return p.Error.Err
	case p.Export == "" && len(p.DepsErrors) > 0:
		return p.DepsErrors[0].Err
	case p.Export == "" && p.ImportPath != "unsafe":
		return "the go command has no export data for it"
	}
	return ""
}

// Export finds the export data of packages, as seen from the session's module. It
// makes the Workspace a check.Exporter.
func (w *Workspace) Export(ctx context.Context, paths []string) (map[string]check.Export, error) {
	listed, err := w.lookUp(ctx, paths)
	if err != nil {
		return nil, err
	}
	found := make(map[string]check.Export, len(paths))
	for _, path := range paths {
		if p, ok := listed[path]; ok {
			found[path] = check.Export{File: p.Export, Err: p.fault()}
		}
	}
	return found, nil
}

// lookUp returns what is known of packages and of all that they need, asking the go
// command for what is not known yet.
func (w *Workspace) lookUp(ctx context.Context, paths []string) (map[string]listedPackage, error) {
	x := &w.index
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if stamp := w.moduleStamp(); stamp != x.stamp || x.packages == nil {
		x.stamp, x.packages = stamp, map[string]listedPackage{}
	}
	missing := slices.DeleteFunc(slices.Clone(paths), x.has)
	found := map[string]listedPackage{}
	if len(missing) > 0 {
		listed, err := w.goList(ctx, missing)
		if err != nil {
			return nil, err
		}
		for path, p := range listed {
			if p.fixed() && p.fault() == "" {
				x.packages[path] = p
			}
		}
		found = listed
	}
	for _, path := range paths {
		x.take(found, path)
	}
	return found, nil
}

// has is true for a package that need not be asked for: it is known, and what was
// compiled of it is still there. The go command's cache may be emptied at any time.
func (x *index) has(path string) bool {
	p, ok := x.packages[path]
	if !ok {
		return false
	}
	if p.Export == "" {
		return true
	}
	_, err := os.Stat(p.Export)
	return err == nil
}

// take adds a known package and all that it needs to found.
func (x *index) take(found map[string]listedPackage, path string) {
	p, ok := x.packages[path]
	if !ok {
		return
	}
	found[path] = p
	for _, dep := range p.Deps {
		if d, ok := x.packages[dep]; ok {
			found[dep] = d
		}
	}
}

// forget makes the index ask again, after something has turned out to be stale.
func (w *Workspace) forget() {
	w.index.turn <- struct{}{}
	defer func() { <-w.index.turn }()
	w.index.packages = nil
}

// moduleStamp is what decides how imports are resolved: the module's files and the
// environment.
func (w *Workspace) moduleStamp() string {
	var b strings.Builder
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := w.files.ReadFile(name)
		if err == nil {
			b.Write(data)
		}
		b.WriteByte(0)
	}
	b.WriteString(w.buildTags() + "\x00")
	for _, kv := range w.environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_") || toolVars[name] {
			b.WriteString(kv)
			b.WriteByte(0)
		}
	}
	return b.String()
}

// toolVars are further variables of the environment that decide how Go is built.
var toolVars = map[string]bool{"PATH": true, "HOME": true, "CC": true, "CXX": true, "PKG_CONFIG": true, "XDG_CACHE_HOME": true, "LocalAppData": true}

// maxListing bounds what is read of go list's output, in bytes.
const maxListing = 256 << 20

// goList asks the go command for packages and all that they need.
func (w *Workspace) goList(ctx context.Context, paths []string) (map[string]listedPackage, error) {
	args := append([]string{
		"list", "-e", "-export", "-deps", "-json=ImportPath,Export,Standard,Deps,Module,Error,DepsErrors",
	}, w.buildTags())
	args = slices.Concat(slices.DeleteFunc(args, func(arg string) bool { return arg == "" }), []string{"--"}, paths)
	out, errs := newCapped(maxListing), newCapped(maxOutput)
	exit, err := child.Run(ctx, child.Command{Path: w.goPath, Args: args, Dir: w.root, Env: w.environ(), Stdout: out, Stderr: errs})
	if f := display.Interrupted(ctx); f != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	listed, err := readListed(strings.NewReader(out.String()))
	if err != nil || !exit.Success() && len(listed) == 0 {
		return nil, fmt.Errorf("go list -export %s: %w", strings.Join(paths, " "),
			errors.Join(err, errors.New(strings.TrimSpace(errs.String()))))
	}
	return listed, nil
}

// readListed reads what go list -json prints.
func readListed(r io.Reader) (map[string]listedPackage, error) {
	listed := map[string]listedPackage{}
	for d := json.NewDecoder(r); ; {
		var p listedPackage
		err := d.Decode(&p)
		if err == io.EOF {
			return listed, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		listed[p.ImportPath] = p
	}
}

// importConfig is the compiler's or the linker's list of packages and their files.
func importConfig(packages map[string]string) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(packages)) {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, packages[path])
	}
	return b.String()
}

// objects is the folder of what the direct build compiles.
func (w *Workspace) objects() string { return filepath.Join(w.base, "objects") }
