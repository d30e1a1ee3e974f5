package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/build"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/child"
)

// errIndirect says that a package is one for the go command: it is not made of
// plain Go files that need only the standard library.
var errIndirect = errors.New("the go command has to build this")

// direct builds the closed package without the go command, by its recipe. If
// anything about it is unusual, or fails, the caller asks the go command itself,
// whose word then counts.
func (w *Workspace) direct(ctx context.Context, exe string) error {
	r, err := w.currentRecipe(ctx)
	if err != nil {
		return err
	}
	b := &directBuild{w: w, recipe: r, objects: w.objects(), closure: map[string]string{}}
	if err := os.MkdirAll(b.objects, 0o700); err != nil {
		return fmt.Errorf("direct build: %w", err)
	}
	main, err := b.compile(ctx, "main", sessionDir)
	if err != nil {
		return err
	}
	return b.link(ctx, main, exe)
}

// currentRecipe returns the recipe for the module as it is, asking the go command
// if it has to. The caller holds w.turn, and the package has just been written.
func (w *Workspace) currentRecipe(ctx context.Context) (*recipe, error) {
	if w.recipe != nil && w.recipe.stamp == w.moduleStamp() {
		return w.recipe, nil
	}
	r, err := w.ask(ctx)
	if err != nil {
		return nil, err
	}
	w.recipe = r
	return r, nil
}

// directBuild is one run of the compiler and the linker.
type directBuild struct {
	w       *Workspace
	recipe  *recipe
	objects string
	closure map[string]string // all packages but main, and their files
}

// compile compiles the package in a folder of the hidden module, after those of the
// module that it imports, and returns the object's path.
func (b *directBuild) compile(ctx context.Context, importPath, dir string) (string, error) {
	pkg, err := b.read(dir)
	if err != nil {
		return "", err
	}
	imports := map[string]string{}
	var listed []string
	for _, imp := range append(pkg.Imports, "runtime") {
		if local, ok := strings.CutPrefix(imp, "cell/"); ok {
			if imports[imp], err = b.compile(ctx, imp, filepath.FromSlash(local)); err != nil {
				return "", err
			}
			b.closure[imp] = imports[imp]
			continue
		}
		if imp != "unsafe" {
			listed = append(listed, imp)
		}
	}
	found, err := b.w.lookUp(ctx, listed)
	if err != nil {
		return "", err
	}
	for _, p := range found {
		if !p.Standard || p.fault() != "" {
			return "", errIndirect
		}
		if p.Export != "" {
			b.closure[p.ImportPath] = p.Export
		}
	}
	for _, imp := range listed {
		if imports[imp] = found[imp].Export; imports[imp] == "" {
			return "", errIndirect
		}
	}
	return b.object(ctx, importPath, dir, pkg.GoFiles, importConfig(imports))
}

// read reads what the files of a folder import.
func (b *directBuild) read(dir string) (*build.Package, error) {
	c := build.Default
	c.GOOS, c.GOARCH = b.w.system.GOOS, b.w.system.GOARCH
	pkg, err := c.ImportDir(filepath.Join(b.w.hidden, dir), 0)
	if err != nil {
		return nil, fmt.Errorf("direct build: %w", err)
	}
	if len(pkg.CgoFiles)+len(pkg.SFiles)+len(pkg.SysoFiles)+len(pkg.EmbedPatterns)+len(pkg.Directives) > 0 {
		return nil, errIndirect
	}
	return pkg, nil
}

// object runs the compiler. Packages other than main are the same for many cells, so
// their objects are kept under a name made of all that they depend on.
func (b *directBuild) object(ctx context.Context, importPath, dir string, files []string, config string) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%q\n", importPath, config, b.recipe.compile)
	for i, name := range files {
		data, err := os.ReadFile(filepath.Join(b.w.hidden, dir, name))
		if err != nil {
			return "", fmt.Errorf("direct build: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		files[i] = "." + string(filepath.Separator) + filepath.Join(dir, name)
	}
	key := hex.EncodeToString(sum.Sum(nil))[:20]
	base := filepath.Join(b.objects, key)
	if importPath == "main" {
		base = filepath.Join(b.objects, "main")
	} else if _, err := os.Stat(base + ".a"); err == nil {
		return base + ".a", nil
	}
	if err := os.WriteFile(base+".cfg", []byte(config), 0o600); err != nil {
		return "", fmt.Errorf("direct build: %w", err)
	}
	args := with(b.recipe.compile, b.objects, map[string]string{
		"-o": base + ".tmp", "-importcfg": base + ".cfg", "-p": importPath, "-buildid": key + "/" + key,
	})
	if err := b.tool(ctx, b.recipe.compiler, append(args, files...)); err != nil {
		return "", err
	}
	// A compiler that was stopped half way leaves no object that looks whole.
	return base + ".a", os.Rename(base+".tmp", base+".a")
}

// link runs the linker.
func (b *directBuild) link(ctx context.Context, main, exe string) error {
	config := filepath.Join(b.objects, "main.link")
	packages := maps.Clone(b.closure)
	packages[path.Join("cell", sessionDir)] = main
	if err := os.WriteFile(config, []byte(importConfig(packages)+b.recipe.modinfo+"\n"), 0o600); err != nil {
		return fmt.Errorf("direct build: %w", err)
	}
	args := with(b.recipe.link, b.objects, map[string]string{"-o": exe, "-importcfg": config})
	return b.tool(ctx, b.recipe.linker, append(args, main))
}

// tool runs the compiler or the linker without its garbage collector: both live for
// a moment. A bound on memory brings it back for a program that is not small.
func (b *directBuild) tool(ctx context.Context, tool string, args []string) error {
	env := slices.Concat(b.w.environ(), b.w.system.env(), []string{"GOGC=off", "GOMEMLIMIT=1GiB"})
	out := newCapped(maxOutput)
	exit, err := child.Run(ctx, child.Command{Path: tool, Args: args, Dir: b.w.hidden, Env: env, Stdout: out, Stderr: out})
	if err != nil {
		return fmt.Errorf("direct build: %w", err)
	}
	if !exit.Success() || out.String() != "" {
		return fmt.Errorf("direct build: %s: %s: %s", filepath.Base(tool), exit, strings.TrimSpace(out.String()))
	}
	return nil
}
