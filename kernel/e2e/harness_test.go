package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gomri/kernel/child"
)

// built is what all tests share and TestMain removes.
type built struct {
	dir    string // removed at the end
	binary string
	err    error
}

// build makes gomri, once, when the first test needs it.
var build = sync.OnceValue(func() built {
	dir, err := os.MkdirTemp("", "gomri-e2e-")
	b := built{dir: dir, binary: filepath.Join(dir, "gomri"), err: err}
	if runtime.GOOS == "windows" {
		b.binary += ".exe"
	}
	if b.err == nil {
		b.err = command("go", "build", "-buildvcs=false", "-o", b.binary, "gomri/cmd/gomri")
	}
	return b
})

// install installs gomri's kernelspec, once, and returns the prefix it is under.
var install = sync.OnceValues(func() (string, error) {
	b := build()
	if b.err != nil {
		return "", b.err
	}
	prefix := filepath.Join(b.dir, "prefix")
	return prefix, command(b.binary, "install", "--prefix", prefix)
})

// command runs a command; its error holds what it wrote.
func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// shared is set when something was built.
var shared atomic.Bool

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.Load() {
		os.RemoveAll(build().dir)
	}
	os.Exit(code)
}

// gomri returns the built program.
func gomri(t *testing.T) string {
	t.Helper()
	shared.Store(true)
	b := build()
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.binary
}

// prefix returns the folder that the kernelspec is installed under.
func prefix(t *testing.T) string {
	t.Helper()
	shared.Store(true)
	dir, err := install()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// cannot ends a test that lacks something: with CI=true it fails, elsewhere it is skipped.
func cannot(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// root returns the project's root folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// jupyter returns the folder of the Python environment's programs.
func jupyter(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: tests with Jupyter take minutes")
	}
	dir := os.Getenv("GOMRI_JUPYTER")
	if dir == "" {
		dir = cachedJupyter(t)
	}
	if _, err := os.Stat(filepath.Join(dir, "jupyter-lab")); err != nil {
		cannot(t, "there is no JupyterLab for the tests: set GOMRI_JUPYTER to the bin folder of an environment with .ci/requirements.txt, or run .ci/run, which makes one (%v)", err)
	}
	return dir
}

// cachedJupyter returns where .ci/run keeps its environment.
func cachedJupyter(t *testing.T) string {
	t.Helper()
	req, err := os.ReadFile(filepath.Join(root(t), ".ci", "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cannot(t, "there is no cache folder to find JupyterLab in: %v", err)
	}
	sum := sha256.Sum256(req)
	return filepath.Join(cache, "gomri", "jupyter-"+hex.EncodeToString(sum[:])[:12], "bin")
}

// peer is one person's Jupyter: its programs, and data folders that no other test sees.
type peer struct {
	bin string // folder of the programs
	dir string // private folder
	env []string
}

// newPeer returns a fresh Jupyter that knows gomri's kernel.
func newPeer(t *testing.T) peer {
	t.Helper()
	p := peer{bin: jupyter(t), dir: t.TempDir()}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "JUPYTER") && !strings.HasPrefix(name, "JPY_") && !strings.HasPrefix(name, "PYTHON") && name != "PATH" {
			p.env = append(p.env, kv)
		}
	}
	p.env = append(p.env,
		"PATH="+p.bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"JUPYTER_PATH="+filepath.Join(prefix(t), "share", "jupyter"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(p.dir, "config"),
		"JUPYTER_DATA_DIR="+filepath.Join(p.dir, "data"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(p.dir, "runtime"),
		"IPYTHONDIR="+filepath.Join(p.dir, "ipython"),
		"JUPYTER_PLATFORM_DIRS=1",
		"PYTHONUNBUFFERED=1",
	)
	return p
}

// run runs one of the environment's programs in dir and returns what it wrote.
// The test fails if the program fails.
func (p peer) run(t *testing.T, dir string, limit time.Duration, name string, args ...string) string {
	t.Helper()
	out, exit := p.try(t, dir, limit, name, args...)
	if !exit.Success() {
		t.Fatalf("%s %s: %s\n%s", name, strings.Join(args, " "), exit, out)
	}
	return out
}

// try is run without the demand that the program succeeds.
func (p peer) try(t *testing.T, dir string, limit time.Duration, name string, args ...string) (string, child.Exit) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out bytes.Buffer
	exit, err := child.Run(ctx, child.Command{
		Path: filepath.Join(p.bin, name), Args: args, Dir: dir, Env: p.env, Stdout: &out, Stderr: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Errorf("%s took more than %s", name, limit)
	}
	return out.String(), exit
}

// lessons returns the notebooks of the project, in order.
func lessons(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root(t), "notebooks", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 5 {
		t.Fatalf("only %d notebooks: %q", len(names), names)
	}
	return names
}

// copyFile copies a file into a folder and returns its new path.
func copyFile(t *testing.T, from, dir string) string {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, filepath.Base(from))
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}
