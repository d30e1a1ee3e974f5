// Package toolchain runs compiled cells: a temporary module in which every cell is a file, the real go command, and what it built.
//
// The module is called "cell". What a user sees of it:
//
//	session/       the live declarations of the session, as package main
//	NAME/          the cells with a package clause, by package
//	NAME           what %%file wrote, and the profiles that tests wrote
//
// Every file that was made of a cell begins with a //line directive, so that the
// compiler, panics, test failures and profiles speak of cells and their lines. A
// second module of the same name, out of sight, takes the closed packages: one cell
// with exactly the declarations that it reaches. Both are removed by Close.
package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"gomri/kernel/check"
)

// sessionDir is the folder of the session's declarations in both modules, and so
// the end of their import path: profiles speak of "cell/session.f".
const sessionDir = "session"

// Options of a Workspace. The zero value is useful.
type Options struct {
	// Go is the go command; "" looks for it on PATH and in the usual places.
	Go string
	// Dir is where built programs run; "" is the caller's working directory.
	Dir string
	// Env is the environment as "KEY=value"; nil is the caller's.
	Env []string
	// TempDir is where the modules are made; "" is the system's folder for such things.
	TempDir string
	// Packages are packages that the Glue of a compiled cell may import from the
	// module: "internal/bridge", imported as "cell/internal/bridge", with its files by name.
	Packages map[string]map[string]string
	// Warm prepares the first compiled cell in the background.
	Warm bool
}

// Workspace is the modules of one session. Its owner is the session, which closes
// it. Its methods may be called from any goroutine; those that write into a module
// and run the go command on it take turns.
type Workspace struct {
	opts    Options
	goPath  string
	version string // "1.26.8"
	system  system
	owner   *os.File // locked while the workspace is in use; nil where there are no locks
	base    string   // the one folder that Close removes
	root    string   // the module that the user sees
	hidden  string   // the module of closed packages
	bin     string   // built programs
	files   *os.Root // root; nothing is written outside of it

	index index

	background sync.WaitGroup // what Open has begun; Close waits for it
	stop       context.CancelFunc

	turn    sync.Mutex // held while the hidden module is in use
	recipe  *recipe    // guarded by turn; nil until it is asked for
	mishaps int        // guarded by turn: how often a direct build went wrong

	mu     sync.Mutex // guards what follows
	closed bool
	env    []string // of the go command
	tags   string   // the flag for build tags, "" for none
	places places
	list   listings
	texts  map[string]string // texts of cells by name, for carets
	built  int               // programs built so far, for their names
	// without says which tests of the session's folder are left out, a line each.
	without []string
}

// Open makes a workspace. It needs a go command and says how to get one if there is none.
func Open(ctx context.Context, opts Options) (*Workspace, error) {
	goPath, err := findGo(opts.Go)
	if err != nil {
		return nil, err
	}
	base, err := os.MkdirTemp(opts.TempDir, basePrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("make the workspace: %w", err)
	}
	if base, err = filepath.EvalSymlinks(base); err != nil {
		return nil, fmt.Errorf("make the workspace: %w", err)
	}
	w := &Workspace{
		opts: opts, goPath: goPath, base: base,
		root: filepath.Join(base, "cell"), hidden: filepath.Join(base, "closed"), bin: filepath.Join(base, "bin"),
		list: listings{}, texts: map[string]string{}, index: index{turn: make(chan struct{}, 1)},
	}
	w.env = environment(opts.Env)
	ctx, w.stop = context.WithCancel(ctx)
	if err := w.fill(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.background.Go(func() { sweep(filepath.Dir(base)) })
	if opts.Warm {
		w.background.Go(func() { w.warm(ctx) })
	}
	return w, nil
}

// fill makes the folders and module files.
func (w *Workspace) fill(ctx context.Context) error {
	var err error
	if w.owner, err = claim(w.base); err != nil {
		return err
	}
	if w.system, w.version, err = askSystem(ctx, w.goPath, w.env); err != nil {
		return err
	}
	for _, dir := range []string{w.bin, w.root, w.hidden} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the workspace: %w", err)
		}
	}
	if w.files, err = os.OpenRoot(w.root); err != nil {
		return fmt.Errorf("make the workspace: %w", err)
	}
	mod := "module cell\n\ngo " + w.version + "\n"
	if err := w.files.WriteFile("go.mod", []byte(mod), 0o600); err != nil {
		return fmt.Errorf("make the workspace: %w", err)
	}
	if err := w.writePackages(); err != nil {
		return err
	}
	return w.SetSession(nil)
}

// Root is the folder in which commands run and where profiles land, an absolute path.
func (w *Workspace) Root() string { return w.root }

// Private is a folder for what belongs to the session and is none of the user's; it
// need not exist. Close removes it.
func (w *Workspace) Private() string { return filepath.Join(w.base, "private") }

// GoVersion is the version of the go command, without "go": "1.26.8".
func (w *Workspace) GoVersion() string { return w.version }

// GoPath is the go command, an absolute path.
func (w *Workspace) GoPath() string { return w.goPath }

// environ is the environment of the go command.
func (w *Workspace) environ() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.env
}

// programEnv is the environment of built programs; nil is the caller's.
func (w *Workspace) programEnv() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opts.Env
}

// SetTags makes packages be looked up as flags of go build have them compiled: by their
// -tags, if they have any.
func (w *Workspace) SetTags(flags []string) {
	tags, set := flagValue(flags, "tags")
	if set {
		tags = "-tags=" + tags
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tags = tags
}

// buildTags is the flag for build tags, "" for none.
func (w *Workspace) buildTags() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tags
}

// SetEnv changes the environment, "KEY=value" each, of the go command and of programs
// that are built and run from now on.
func (w *Workspace) SetEnv(env []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opts.Env, w.env = env, environment(env)
}

// Close removes the modules and what was built. Cells that are still running must
// have ended: cancel their contexts first. Closing again does nothing.
func (w *Workspace) Close() error {
	w.mu.Lock()
	closed := w.closed
	w.closed = true
	w.mu.Unlock()
	if closed {
		return nil
	}
	w.stop()
	w.background.Wait()
	var err error
	if w.files != nil {
		err = w.files.Close()
	}
	if w.owner != nil {
		err = errors.Join(err, w.owner.Close())
	}
	// The go command makes the files of a module cache read-only; ours are not,
	// so that RemoveAll is enough.
	if err = errors.Join(err, os.RemoveAll(w.base)); err != nil {
		return fmt.Errorf("remove the workspace: %w", err)
	}
	return nil
}

// maxTexts bounds the cell texts that are kept for the caret under an error.
const maxTexts = 4096

// remember keeps a cell's text, so that a message can show its line.
func (w *Workspace) remember(name, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.texts) >= maxTexts {
		clear(w.texts)
	}
	w.texts[name] = text
}

// text returns the text of a cell, "" if it is not known.
func (w *Workspace) text(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.texts[name]
}

// known remembers the cell of a program.
func (w *Workspace) known(p *check.Program) {
	if p.Cell != nil {
		w.remember(p.Cell.Name, p.Cell.Text)
	}
}
