package check

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Export is where the compiler left what a package exports.
type Export struct {
	File string // of the export data
	Err  string // why there is none, in the go command's words; "" if there is
}

// Exporter finds the export data of packages. *GoList is the one in use.
type Exporter interface {
	// Export returns an Export for every path. An error means that none could
	// be looked for at all.
	Export(ctx context.Context, paths []string) (map[string]Export, error)
}

// ExporterOptions say which go command is asked, and where. The zero value is useful.
type ExporterOptions struct {
	// Go is the go command; "" is the one on PATH.
	Go string
	// Dir is the folder in whose module imports are resolved; "" is the current one.
	Dir string
	// Env is the environment of the go command; nil is that of this process.
	Env []string
}

// GoList finds export data with "go list -export", which compiles what has not
// been compiled yet.
type GoList struct{ opts ExporterOptions }

// NewExporter returns an Exporter that runs the go command.
func NewExporter(opts ExporterOptions) *GoList { return &GoList{opts} }

// maxList bounds what is read of the go command's output, in bytes.
const maxList = 64 << 20

// Export runs the go command once for all paths.
func (g *GoList) Export(ctx context.Context, paths []string) (map[string]Export, error) {
	gocmd, err := exec.LookPath(cmp.Or(g.opts.Go, "go"))
	if err != nil {
		return nil, fmt.Errorf("what %s exports is found by the go command, and there is none; install Go (https://go.dev/dl), put it on PATH and start the kernel again: %w", strings.Join(paths, ", "), err)
	}
	args := append([]string{"list", "-e", "-export", "-json=ImportPath,Export,Error,DepsErrors", "--"}, paths...)
	cmd := exec.CommandContext(ctx, gocmd, args...)
	cmd.Dir, cmd.Env = g.opts.Dir, g.opts.Env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	found, err := readList(io.LimitReader(&stdout, maxList))
	if err != nil || runErr != nil && len(found) == 0 {
		return nil, fmt.Errorf("go list -export %s: %w\n%s", strings.Join(paths, " "), errors.Join(runErr, err), bytes.TrimSpace(stderr.Bytes()))
	}
	return found, nil
}

// readList reads what go list -json prints.
func readList(r io.Reader) (map[string]Export, error) {
	found := map[string]Export{}
	type fault struct{ Err string }
	for d := json.NewDecoder(r); ; {
		var p struct {
			ImportPath, Export string
			Error              *fault
			DepsErrors         []*fault
		}
		err := d.Decode(&p)
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the output of go list: %w", err)
		}
		e := Export{File: p.Export}
		switch {
		case p.Error != nil:
			e.Err = p.Error.Err
		case p.Export == "" && len(p.DepsErrors) > 0:
			e.Err = p.DepsErrors[0].Err
		case p.Export == "" && p.ImportPath != "unsafe":
			e.Err = "the go command has no export data for it"
		}
		found[p.ImportPath] = e
	}
}
