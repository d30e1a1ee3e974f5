package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gomri/kernel/spec"
)

// oldestGo is the oldest Go that gomri is tested with.
const oldestGo = "go1.26"

// finding is one thing that the doctor has looked at.
type finding struct {
	what string
	// detail says what there is, or what is wrong.
	detail string
	// mend is the command or the step that puts it right; "" says that nothing is wrong.
	mend string
	// essential says that gomri does not run cells without it.
	essential bool
}

// doctorVerb says what is missing and what mends it. It fails if something is
// missing without which no cell runs.
func doctorVerb(ctx context.Context, std stdio, args []string) error {
	if len(args) > 0 {
		fmt.Fprintln(std.Err, "gomri doctor takes no arguments.")
		return errUsage
	}
	missing := 0
	for _, f := range examine(ctx, spec.ThisHost()) {
		mark := "ok"
		switch {
		case f.mend != "" && f.essential:
			mark = "MISSING"
			missing++
		case f.mend != "":
			mark = "without"
		}
		fmt.Fprintf(std.Out, "%-8s %-14s %s\n", mark, f.what, f.detail)
		if f.mend != "" {
			fmt.Fprintf(std.Out, "%23s → %s\n", "", f.mend)
		}
	}
	if missing > 0 {
		return exitError{code: 1, err: fmt.Errorf("%d things are missing without which no cell runs", missing)}
	}
	return nil
}

// examine looks at all that gomri uses.
func examine(ctx context.Context, host spec.Host) []finding {
	return append(examineGo(ctx),
		examineDot(),
		examineJupyter(),
		examineSpec(host),
	)
}

// goEnv is what the doctor asks the go command.
type goEnv struct {
	GOVERSION string
	GOROOT    string
	GOCACHE   string
}

// askGo asks the go command for its version and folders.
func askGo(ctx context.Context) (goEnv, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return goEnv{}, errors.New("the go command is not on PATH")
	}
	text, err := output(ctx, path, "env", "-json", "GOVERSION", "GOROOT", "GOCACHE")
	if err != nil {
		return goEnv{}, err
	}
	var env goEnv
	if err := json.Unmarshal([]byte(text), &env); err != nil {
		return goEnv{}, fmt.Errorf("go env: %w", err)
	}
	return env, nil
}

// examineGo looks at the go command and its build cache.
func examineGo(ctx context.Context) []finding {
	env, err := askGo(ctx)
	if err != nil {
		return []finding{{
			what: "go", detail: err.Error(), essential: true,
			mend: "install Go from https://go.dev/dl/ and put its bin folder on PATH",
		}}
	}
	goFound := finding{what: "go", essential: true, detail: env.GOVERSION + " in " + env.GOROOT}
	if version.IsValid(env.GOVERSION) && version.Compare(env.GOVERSION, oldestGo) < 0 {
		goFound.mend = "install " + oldestGo + " or newer from https://go.dev/dl/"
	}
	cache := finding{what: "build cache", essential: true, detail: env.GOCACHE}
	if err := writable(env.GOCACHE); err != nil {
		cache.detail = err.Error()
		cache.mend = "go env -w GOCACHE=DIR, with a folder that you may write to"
	}
	return []finding{goFound, cache}
}

// writable tries to write a file in a folder, which it makes if need be.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "gomri-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// examineDot looks for graphviz, which only pprof's own drawings need.
func examineDot() finding {
	f := finding{what: "dot (graphviz)"}
	path, err := exec.LookPath("dot")
	if err != nil {
		f.detail = "not on PATH; only the call graphs of go tool pprof (web, svg, png) need it"
		f.mend = "apt install graphviz, brew install graphviz, or https://graphviz.org/download/"
		return f
	}
	f.detail = path
	return f
}

// examineJupyter looks for JupyterLab, on PATH or where "gomri lab" keeps its own.
func examineJupyter() finding {
	f := finding{what: "JupyterLab"}
	path, err := findLab()
	if err != nil {
		f.detail = "not on PATH; gomri run needs none"
		f.mend = "gomri lab makes a private one; or: pip install jupyterlab==" + labVersion
		return f
	}
	f.detail = path
	return f
}

// examineSpec looks for the kernelspec and the program that it names.
func examineSpec(host spec.Host) finding {
	f := finding{what: "kernelspec"}
	dir, s, err := host.Find()
	if err != nil {
		f.detail, f.mend = strings.TrimPrefix(err.Error(), "spec: "), "gomri install"
		return f
	}
	f.detail = dir
	if self, err := os.Executable(); err == nil && filepath.IsAbs(s.Argv[0]) && !sameFile(self, s.Argv[0]) {
		f.detail += ", which starts " + s.Argv[0]
	}
	return f
}

// sameFile tells whether two names are of one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
