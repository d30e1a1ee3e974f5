package toolchain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"gomri/kernel/check"
)

// Glue joins a compiled cell to the session, whose values it would not have otherwise.
// The zero value is no glue.
type Glue struct {
	// File is the text of a further file of the cell's package. It may import the
	// packages of Options.Packages.
	File string
	// Head is lines of statements that run before the cell's.
	Head string
}

// Compiled is a checked cell that is to be compiled and run.
type Compiled struct {
	Program *check.Program
	Glue    Glue
	// Flags are those of go build that CheckFlags lets through.
	Flags []string
	// Env is the environment of the program as "KEY=value", nil for that of SetEnv; Dir is
	// its working directory, "" for the notebook's folder.
	Env []string
	Dir string
}

// Linked lists the packages that a program has in it which imports the given ones,
// these included, in no order.
func (w *Workspace) Linked(ctx context.Context, imports []string) ([]string, error) {
	found, err := w.lookUp(ctx, imports)
	if err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(found)), nil
}

// add puts the glue's file beside those of the package; tests are true if it belongs
// to the tests.
func (g Glue) add(files map[string]string, tests bool) {
	switch {
	case g.File == "":
	case tests:
		files["values_test.go"] = g.File
	default:
		files["values.go"] = g.File
	}
}

// writePackages writes the packages of Options.Packages into the hidden module.
func (w *Workspace) writePackages() error {
	for _, dir := range slices.Sorted(maps.Keys(w.opts.Packages)) {
		if !filepath.IsLocal(filepath.FromSlash(dir)) || path.Dir(dir) != "internal" {
			return errors.New("make the workspace: a package of the kernel's lies outside of internal")
		}
		if _, err := replaceDir(w.hidden, filepath.FromSlash(dir), w.opts.Packages[dir]); err != nil {
			return fmt.Errorf("make the workspace: %w", err)
		}
	}
	return nil
}
