package check

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
)

// packages are the imported packages of a session, read once each.
type packages struct {
	exp  Exporter
	fset *token.FileSet
	// all is what gcexportdata fills, packages that were only mentioned included.
	all    map[string]*types.Package
	loaded map[string]*types.Package
	files  map[string]string // the export data that each of loaded was read from
	faults map[string]string // of paths that cannot be imported
	std    map[string]bool   // packages that do not change while the session lasts
	ahead  *prefetch         // the packages being looked up before anyone asks, or nil
}

// prefetch is one look-up in the background.
type prefetch struct {
	paths []string
	stop  context.CancelFunc
	done  chan struct{} // closed when found and err are set
	found map[string]Export
	err   error
}

// Prefetch begins to look up packages in the background, so that the first cell
// that uses them need not wait for the go command. Close ends it.
func (k *Checker) Prefetch(ctx context.Context, paths ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pkgs.ahead != nil || len(paths) == 0 {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	f := &prefetch{paths: paths, stop: stop, done: make(chan struct{})}
	k.pkgs.ahead = f
	go func() { // waited for by load and Close
		defer close(f.done)
		f.found, f.err = k.pkgs.exp.Export(ctx, paths)
	}()
}

// Close ends what the Checker has begun in the background, and waits for it.
func (k *Checker) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.pkgs.ahead; f != nil {
		f.stop()
		<-f.done
	}
	return nil
}

// export asks for the export data of packages, of those looked up ahead without
// running the go command again.
func (p *packages) export(ctx context.Context, paths []string) (map[string]Export, error) {
	f := p.ahead
	if f == nil || !slices.ContainsFunc(paths, func(path string) bool { return slices.Contains(f.paths, path) }) {
		return p.exp.Export(ctx, paths)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	rest := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { e, ok := f.found[path]; return ok && e.Err == "" })
	if len(rest) == 0 {
		return f.found, nil
	}
	found, err := p.exp.Export(ctx, rest)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(found)
	for path, e := range f.found {
		if _, ok := all[path]; !ok {
			all[path] = e
		}
	}
	return all, nil
}

func newPackages(exp Exporter, fset *token.FileSet) *packages {
	std := map[string]bool{}
	for path := range strings.FieldsSeq(stdPaths) {
		std[path] = true
	}
	return &packages{
		exp: exp, fset: fset, std: std,
		all:    map[string]*types.Package{},
		loaded: map[string]*types.Package{"unsafe": types.Unsafe},
		files:  map[string]string{},
		faults: map[string]string{},
	}
}

// load reads the packages that have not been read yet, or have changed since. What
// cannot be imported is in faults afterwards; an error means that the search itself
// failed.
func (p *packages) load(ctx context.Context, paths []string) error {
	var missing []string
	for _, path := range paths {
		if p.loaded[path] != nil && p.std[path] {
			continue
		}
		delete(p.faults, path) // the user may have fetched it meanwhile
		missing = append(missing, path)
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := p.export(ctx, missing)
	if errors.Is(err, ErrNoGo) {
		return p.loadBundled(missing)
	}
	if err != nil {
		return err
	}
	for _, path := range missing {
		e, ok := found[path]
		switch {
		case !ok:
			p.faults[path] = "the go command does not know it"
		case e.Err != "":
			p.faults[path] = e.Err
		case p.loaded[path] != nil && p.files[path] == e.File:
		default:
			if p.loaded[path] != nil { // it has changed: its types are others now
				delete(p.loaded, path)
				delete(p.all, path)
			}
			if err := p.read(path, e.File); err != nil {
				return err
			}
		}
		if p.faults[path] != "" {
			delete(p.loaded, path)
		}
	}
	return nil
}

// read takes in the export data of one package.
func (p *packages) read(path, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("export data of %s: %w", path, err)
	}
	defer f.Close()
	//lint:ignore SA1019 the go command of today writes archives, which only NewReader reads
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return fmt.Errorf("export data of %s: %w", path, err)
	}
	pkg, err := gcexportdata.Read(r, p.fset, p.all, path)
	if err != nil {
		return fmt.Errorf("export data of %s cannot be read; is the go command newer than the one gomri was built with? %w", path, err)
	}
	p.loaded[path], p.files[path] = pkg, file
	return nil
}

// Import is the types.Importer: only what has been loaded.
func (p *packages) Import(path string) (*types.Package, error) {
	if pkg := p.loaded[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s", p.faults[path])
}
