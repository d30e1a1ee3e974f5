package check

import (
	"context"
	"fmt"
	"go/token"
	"go/types"
	"os"

	"golang.org/x/tools/go/gcexportdata"
)

// packages are the imported packages of a session, read once each.
type packages struct {
	exp  Exporter
	fset *token.FileSet
	// all is what gcexportdata fills, packages that were only mentioned included.
	all    map[string]*types.Package
	loaded map[string]*types.Package
	faults map[string]string // of paths that cannot be imported
}

func newPackages(exp Exporter, fset *token.FileSet) *packages {
	return &packages{
		exp: exp, fset: fset,
		all:    map[string]*types.Package{},
		loaded: map[string]*types.Package{"unsafe": types.Unsafe},
		faults: map[string]string{},
	}
}

// load reads the packages that have not been read yet. What cannot be imported
// is in faults afterwards; an error means that the search itself failed.
func (p *packages) load(ctx context.Context, paths []string) error {
	var missing []string
	for _, path := range paths {
		if p.loaded[path] != nil {
			continue
		}
		delete(p.faults, path) // the user may have fetched it meanwhile
		missing = append(missing, path)
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := p.exp.Export(ctx, missing)
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
		default:
			if err := p.read(path, e.File); err != nil {
				return err
			}
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
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return fmt.Errorf("export data of %s: %w", path, err)
	}
	pkg, err := gcexportdata.Read(r, p.fset, p.all, path)
	if err != nil {
		return fmt.Errorf("export data of %s cannot be read; is the go command newer than the one gomri was built with? %w", path, err)
	}
	p.loaded[path] = pkg
	return nil
}

// Import is the types.Importer: only what has been loaded.
func (p *packages) Import(path string) (*types.Package, error) {
	if pkg := p.loaded[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s", p.faults[path])
}
