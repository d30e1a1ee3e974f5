package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"gomri/kernel/child"
)

// ErrNoGo is the error for a machine without the go command.
var ErrNoGo = errors.New("the go command was not found on PATH: install Go 1.26 or newer from https://go.dev/dl/, " +
	"see that \"go version\" works in a terminal, and start the kernel again")

// findGo returns the absolute path of the go command. Kernels are often started by
// desktop programs whose PATH is shorter than a terminal's, hence the usual places.
func findGo(want string) (string, error) {
	if want == "" {
		want = "go"
	}
	path, err := exec.LookPath(want)
	if err == nil {
		return filepath.Abs(path)
	}
	if want != "go" {
		return "", fmt.Errorf("%w (%s: %w)", ErrNoGo, want, err)
	}
	for _, dir := range usualPlaces() {
		if path, err := exec.LookPath(filepath.Join(dir, "go")); err == nil {
			return path, nil
		}
	}
	return "", ErrNoGo
}

// usualPlaces are the folders where installers put the go command.
func usualPlaces() []string {
	var dirs []string
	if root := os.Getenv("GOROOT"); root != "" {
		dirs = append(dirs, filepath.Join(root, "bin"))
	}
	if runtime.GOOS == "windows" {
		return append(dirs, `C:\Program Files\Go\bin`, `C:\Go\bin`)
	}
	dirs = append(dirs, "/usr/local/go/bin", "/usr/lib/go/bin", "/opt/homebrew/bin", "/usr/local/bin", "/snap/bin")
	return dirs
}

// environment is the environment of the go command and of what it runs. A workspace
// file or a vendor folder of the user's has no meaning in the session's module, and
// the module is in no repository whose state could be recorded.
func environment(env []string) []string {
	if env == nil {
		env = os.Environ()
	}
	flags := ""
	env = slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		if value, ok := strings.CutPrefix(kv, "GOFLAGS="); ok {
			flags = value
			return true
		}
		return strings.HasPrefix(kv, "GOWORK=") || strings.HasPrefix(kv, "PWD=") || strings.HasPrefix(kv, "GO111MODULE=")
	})
	kept := slices.DeleteFunc(strings.Fields(flags), func(f string) bool {
		return strings.HasPrefix(f, "-mod=") || strings.HasPrefix(f, "-modfile=") || strings.HasPrefix(f, "-buildvcs")
	})
	return append(env, "GOWORK=off", "GO111MODULE=on", "GOFLAGS="+strings.Join(append(kept, "-buildvcs=false"), " "))
}

// release finds the number in "go1.26.8" and "devel go1.27-0123abc".
var release = regexp.MustCompile(`go([0-9]+\.[0-9]+(?:\.[0-9]+|rc[0-9]+)?)`)

// system is what the go command builds for, as far as its tools have to be told.
type system struct {
	GOVERSION, GOROOT, GOOS, GOARCH, GOEXPERIMENT, GOMODCACHE string
	// What the processor must be able to do, for each GOARCH that asks for it.
	GO386, GOAMD64, GOARM, GOARM64, GOMIPS, GOMIPS64, GOPPC64, GORISCV64, GOWASM string
}

// env is the environment that the go command gives its tools.
func (s system) env() []string {
	var env []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if name, value := v.Type().Field(i).Name, v.Field(i).String(); value != "" && name != "GOVERSION" && name != "GOMODCACHE" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// askSystem asks the go command what it is and builds for.
func askSystem(ctx context.Context, path string, env []string) (s system, version string, err error) {
	args := []string{"env", "-json"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[system]()) {
		args = append(args, f.Name)
	}
	out := newCapped(64 << 10)
	exit, err := child.Run(ctx, child.Command{Path: path, Args: args, Dir: os.TempDir(), Env: env, Stdout: out, Stderr: out})
	if err != nil {
		return s, "", fmt.Errorf("go env: %w", err)
	}
	if !exit.Success() {
		return s, "", fmt.Errorf("go env: %s: %s", exit, strings.TrimSpace(out.String()))
	}
	if err := json.Unmarshal([]byte(out.String()), &s); err != nil {
		return s, "", fmt.Errorf("go env: %w", err)
	}
	m := release.FindStringSubmatch(s.GOVERSION)
	if m == nil {
		return s, "", fmt.Errorf("go env: the version %q is not understood", s.GOVERSION)
	}
	return s, m[1], nil
}
