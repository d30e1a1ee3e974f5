// Package spec writes and finds kernelspecs, the folders that tell Jupyter how to start the kernel.
//
// The format is that of the jupyter_client documentation, "Kernel specs"
// (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs).
package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"gomri/kernel/msg"
)

// Name is the kernelspec's name: what "jupyter --kernel NAME" takes, and its folder.
const Name = "gomri"

// Spec is the content of kernel.json.
type Spec struct {
	Argv            []string `json:"argv"`
	DisplayName     string   `json:"display_name"`
	Language        string   `json:"language"`
	InterruptMode   string   `json:"interrupt_mode"`
	Metadata        Metadata `json:"metadata"`
	ProtocolVersion string   `json:"kernel_protocol_version"`
}

// Metadata is what frontends read beside the protocol.
type Metadata struct {
	// Debugger switches JupyterLab's debugger on.
	Debugger bool `json:"debugger"`
}

// For returns the spec of a gomri binary. The interrupt comes as a message,
// because a signal would hit the go command and the user's program as well.
func For(binary string) Spec {
	return Spec{
		Argv:            []string{binary, "kernel", "{connection_file}"},
		DisplayName:     "Go (gomri)",
		Language:        "go",
		InterruptMode:   "message",
		ProtocolVersion: msg.ProtocolVersion,
	}
}

// Dir returns the kernelspec's folder in a Jupyter data folder.
func Dir(data string) string { return filepath.Join(data, "kernels", Name) }

// Write writes the kernelspec for a binary into a Jupyter data folder and returns
// the folder it wrote. A binary that will not stay, such as that of "go run", is
// copied into the kernelspec. What stood there before is replaced file by file,
// so that a kernel that is just being started finds a whole file.
func Write(data, binary string) (string, error) {
	dir := Dir(data)
	if err := write(dir, binary); err != nil {
		return "", fmt.Errorf("spec: kernelspec in %s: %w", dir, err)
	}
	return dir, nil
}

func write(dir, binary string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if Temporary(binary) {
		stable := filepath.Join(dir, binaryName())
		if err := replace(stable, 0o755, func(w io.Writer) error { return copyFile(w, binary) }); err != nil {
			return err
		}
		binary = stable
	}
	text, err := json.MarshalIndent(For(binary), "", "  ")
	if err != nil {
		return err
	}
	files := map[string][]byte{"kernel.json": append(text, '\n')}
	for _, size := range []int{32, 64} {
		picture, err := logo(size)
		if err != nil {
			return err
		}
		files[fmt.Sprintf("logo-%dx%d.png", size, size)] = picture
	}
	for name, content := range files {
		put := func(w io.Writer) error { _, err := w.Write(content); return err }
		if err := replace(filepath.Join(dir, name), 0o644, put); err != nil {
			return err
		}
	}
	return nil
}

// Read reads the kernelspec in a folder.
func Read(dir string) (Spec, error) {
	name := filepath.Join(dir, "kernel.json")
	text, err := os.ReadFile(name)
	if err != nil {
		return Spec{}, fmt.Errorf("spec: %w", err)
	}
	var s Spec
	if err := json.Unmarshal(text, &s); err != nil {
		return Spec{}, fmt.Errorf("spec: %s: %w", name, err)
	}
	if len(s.Argv) == 0 {
		return Spec{}, fmt.Errorf("spec: %s: argv is empty", name)
	}
	return s, nil
}

// cacheEntry is the folder of a program in the go command's build cache, where
// "go run" keeps what it has built since Go 1.24.
var cacheEntry = regexp.MustCompile(`^[0-9a-f]{64}-d$`)

// Temporary tells whether a binary is one that the go command made to run or test
// something and may remove at any time.
func Temporary(binary string) bool {
	for _, part := range strings.Split(filepath.ToSlash(filepath.Dir(binary)), "/") {
		if strings.HasPrefix(part, "go-build") || cacheEntry.MatchString(part) {
			return true
		}
	}
	return false
}

// binaryName is what the copied binary is called.
func binaryName() string {
	if runtime.GOOS == "windows" {
		return Name + ".exe"
	}
	return Name
}

// copyFile writes the content of a file to w.
func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// replace writes a file beside the one it replaces and puts it in its place.
func replace(name string, mode os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
