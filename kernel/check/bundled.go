package check

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"

	"golang.org/x/tools/go/gcexportdata"
)

//go:generate go test -run TestBundledPackages -update

// bundled is what the packages export that the interpreter has, a file for each path. It is
// read where there is no go command that could tell.
//
//go:embed bundled.zip
var bundled []byte

// ErrNoGo is the error of an Exporter without a go command.
var ErrNoGo = errors.New("there is no go command; install Go (https://go.dev/dl), see that \"go version\" works in a terminal, and start the kernel again")

// loadBundled takes packages from the bundle; the others cannot be imported.
func (p *packages) loadBundled(paths []string) error {
	files, err := zip.NewReader(bytes.NewReader(bundled), int64(len(bundled)))
	if err != nil {
		return fmt.Errorf("the export data in this program: %w", err)
	}
	for _, path := range paths {
		f, err := files.Open(path)
		if err != nil {
			delete(p.loaded, path)
			p.faults[path] = fmt.Sprintf("the interpreter does not have package %s, and it is compiled by the go command: %v", path, ErrNoGo)
			continue
		}
		data, err := io.ReadAll(f)
		if err == nil {
			p.loaded[path], err = gcexportdata.Read(bytes.NewReader(data), p.fset, p.all, path)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("the export data of %s in this program: %w", path, err)
		}
	}
	return nil
}
