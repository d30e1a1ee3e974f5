package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// Missing returns those of the given packages for which the session's module needs
// a further module.
func (w *Workspace) Missing(ctx context.Context, paths []string) ([]string, error) {
	found, err := w.lookUp(ctx, paths)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, path := range paths {
		if noModule.MatchString(found[path].fault()) {
			missing = append(missing, path)
		}
	}
	return missing, nil
}

// noModule is how the go command says that a module is wanted, or its checksum.
var noModule = regexp.MustCompile(`no required module provides package|cannot find module providing package|missing go\.sum entry|to add it:`)

// Get adds modules to the session by "go get": MODULE, MODULE@VERSION or the path of a
// package. The command's output goes to stream as it comes. Where the module proxy
// cannot be reached, the modules that are already on this machine are used; if that
// does not help either, the failure says so.
func (w *Workspace) Get(ctx context.Context, what []string, stream io.Writer) (string, error) {
	for _, path := range what {
		if strings.HasPrefix(path, "-") {
			return "", display.Failf("UsageError", "%q is no module: give paths such as github.com/google/go-cmp or golang.org/x/text@v0.14.0", path)
		}
	}
	args := append([]string{"get", "--"}, what...)
	exit, text, err := w.goCommand(ctx, GoRun{Args: args, Stream: stream}, w.root)
	if err != nil || exit.Success() {
		return text, err
	}
	if !offline.MatchString(text) {
		return text, getFailure(what, text, exit)
	}
	local, err := w.getLocally(ctx, args, stream)
	if err != nil {
		return text, err
	}
	if local.exit.Success() {
		return local.text, nil
	}
	f := getFailure(what, text, exit)
	f.Traceback = append(f.Traceback, "The module proxy cannot be reached, and the module is not on this machine yet. "+
		"Connect to the network and run the cell again; behind a company's proxy set it first: %env GOPROXY=https://…")
	return text, f
}

// offline is what the go command says when it cannot reach the network.
var offline = regexp.MustCompile(`GOPROXY=off|dial tcp|no such host|connection refused|i/o timeout|network is unreachable|proxyconnect|TLS handshake|server misbehaving`)

// gotten is how a go get ended.
type gotten struct {
	exit child.Exit
	text string
}

// getLocally runs go get with the machine's own module cache as the proxy. What is
// there has been verified when it was downloaded.
func (w *Workspace) getLocally(ctx context.Context, args []string, stream io.Writer) (gotten, error) {
	cache := filepath.Join(w.system.GOMODCACHE, "cache", "download")
	if info, err := os.Stat(cache); err != nil || !info.IsDir() {
		return gotten{exit: child.Exit{Code: 1}}, nil
	}
	url := filepath.ToSlash(cache)
	if !strings.HasPrefix(url, "/") {
		url = "/" + url
	}
	env := append(slices.Clone(w.environ()), "GOPROXY=file://"+url, "GOSUMDB=off", "GOTOOLCHAIN=local")
	out := newCapped(maxOutput)
	var to io.Writer = out
	if stream != nil {
		to = io.MultiWriter(out, stream)
	}
	clean := w.newCleaner(to, w.root)
	exit, err := child.Run(ctx, child.Command{Path: w.goPath, Args: args, Dir: w.root, Env: env, Stdout: clean, Stderr: clean})
	err = errors.Join(err, clean.flush())
	if f := display.Interrupted(ctx); f != nil {
		return gotten{}, f
	}
	if err != nil {
		return gotten{}, fmt.Errorf("go get: %w", err)
	}
	return gotten{exit, out.String()}, nil
}

// getFailure is the failure of a go get.
func getFailure(what []string, text string, exit child.Exit) *display.Failure {
	f := display.Failf("ModuleError", "go get %s: %s", strings.Join(what, " "), exit)
	if lines := strings.Split(strings.TrimSpace(text), "\n"); lines[0] != "" {
		last := lines[max(0, len(lines)-maxLastWords):]
		f.Value = strings.TrimPrefix(strings.TrimSpace(last[len(last)-1]), "go: ")
		f.Traceback = append([]string{"ModuleError: " + f.Value}, last...)
	}
	return f
}

// UseModule makes the session's module import packages of the module in dir as they
// are there, now and after each change. It returns the module's path.
func (w *Workspace) UseModule(ctx context.Context, dir string, stream io.Writer) (string, error) {
	modPath, err := w.modulePath(ctx, dir)
	if err != nil {
		return "", err
	}
	if err := w.addSums(dir); err != nil {
		return "", err
	}
	before, err := w.moduleFiles()
	if err != nil {
		return "", err
	}
	version := modPath + "@v0.0.0-00010101000000-000000000000"
	args := []string{"mod", "edit", "-replace=" + modPath + "=" + dir, "-require=" + version}
	exit, text, err := w.goCommand(ctx, GoRun{Args: args}, w.root)
	if err == nil && !exit.Success() {
		err = commandFailure(text, "go mod edit", exit)
	}
	if err == nil {
		// The requirements of the module become ours.
		// With the version nobody is asked for others, to whom the path is nothing.
		_, err = w.Get(ctx, []string{version}, stream)
	}
	if err != nil {
		return "", errors.Join(err, w.restore(before))
	}
	return modPath, nil
}

// modulePath asks the go command for the path of the module in dir.
func (w *Workspace) modulePath(ctx context.Context, dir string) (string, error) {
	if info, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil || !info.Mode().IsRegular() {
		return "", display.Failf("UsageError", "%s holds no go.mod: give the folder of a module", dir)
	}
	exit, text, err := w.goCommand(ctx, GoRun{Args: []string{"list", "-m", "-f", "{{.Path}}"}}, dir)
	switch {
	case err != nil:
		return "", err
	case !exit.Success():
		return "", commandFailure(text, "go list -m", exit)
	}
	modPath := strings.TrimSpace(text)
	if modPath == "cell" || strings.ContainsAny(modPath, " \n") {
		return "", display.Failf("UsageError", "the module in %s is called %q, which cells cannot import; rename it in its go.mod", dir, modPath)
	}
	return modPath, nil
}

// moduleFiles returns go.mod and go.sum as they are.
func (w *Workspace) moduleFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := w.files.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read the session's %s: %w", name, err)
		}
		files[name] = data
	}
	return files, nil
}

// restore puts go.mod and go.sum back.
func (w *Workspace) restore(files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.files.WriteFile(name, files[name], 0o600); err != nil {
			return fmt.Errorf("restore the session's %s: %w", name, err)
		}
	}
	return nil
}

// maxSums bounds a go.sum that is read, in bytes.
const maxSums = 16 << 20

// addSums adds the checksums of the module in dir to the session's, so that what it
// needs does not have to be asked for on the network.
func (w *Workspace) addSums(dir string) error {
	f, err := os.Open(filepath.Join(dir, "go.sum"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return display.Failf("CommandError", "%v", err)
	}
	theirs, err := io.ReadAll(io.LimitReader(f, maxSums))
	if err = errors.Join(err, f.Close()); err != nil {
		return display.Failf("CommandError", "%v", err)
	}
	files, err := w.moduleFiles()
	if err != nil {
		return err
	}
	lines := map[string]bool{}
	for _, text := range [][]byte{files["go.sum"], theirs} {
		for line := range strings.Lines(string(text)) {
			lines[strings.TrimSpace(line)] = true
		}
	}
	delete(lines, "")
	all := strings.Join(slices.Sorted(maps.Keys(lines)), "\n") + "\n"
	if err := w.files.WriteFile("go.sum", []byte(all), 0o600); err != nil {
		return fmt.Errorf("write the session's go.sum: %w", err)
	}
	return nil
}
