package toolchain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/display"
)

// maxFile is the largest file that WriteFile writes, in bytes.
const maxFile = 16 << 20

// WriteFile writes what a %%file cell holds, folders included, and returns the
// name with slashes. A name that leads out of the workspace, by ".." or by a link,
// is a *display.Failure.
func (w *Workspace) WriteFile(name string, data []byte) (string, error) {
	name = filepath.ToSlash(name)
	if err := local(name); err != nil {
		return "", err
	}
	name = path.Clean(name)
	if name == "." || len(data) > maxFile {
		return "", display.Failf("UsageError", "%%%%file %s: give the name of one file, of at most %d MiB", name, maxFile>>20)
	}
	if err := w.put(name, data); err != nil {
		return "", display.Failf("CommandError", "%%%%file %s: %v", name, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.HasSuffix(name, ".go") {
		w.places.wrote(path.Dir(name), strings.HasSuffix(name, "_test.go"))
	}
	return name, nil
}

// local refuses names that are not inside the workspace.
func local(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) || path.IsAbs(name) {
		return display.Failf("UsageError", "%q is not inside the workspace: give a name without \"..\" and without a leading slash", name)
	}
	return nil
}

// put writes one file below root, never through a link that leads out of it.
func (w *Workspace) put(name string, data []byte) error {
	if dir := path.Dir(name); dir != "." {
		if err := w.files.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return w.files.WriteFile(name, data, 0o600)
}

// Find returns the absolute path of a file that commands of the session wrote: in
// the root, or in the folder of the latest cell that has such a file.
func (w *Workspace) Find(name string) (string, bool) {
	name = filepath.ToSlash(name)
	if local(name) != nil {
		return "", false
	}
	w.mu.Lock()
	dirs := append([]string{"."}, w.places.latest()...)
	w.mu.Unlock()
	for _, dir := range dirs {
		file := path.Join(dir, name)
		if info, err := w.files.Stat(file); err == nil && info.Mode().IsRegular() {
			return filepath.Join(w.root, filepath.FromSlash(file)), true
		}
	}
	return "", false
}

// File is one file of the workspace.
type File struct {
	Name string // with slashes, below the root
	Size int64  // bytes
}

// maxListed bounds the list that Files returns.
const maxListed = 10000

// Files lists the files of the workspace, module files left out, sorted by name.
func (w *Workspace) Files() ([]File, error) {
	var list []File
	err := fs.WalkDir(w.files.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "go.mod" || name == "go.sum" {
			return err
		}
		info, err := d.Info()
		if err != nil || len(list) >= maxListed {
			return err
		}
		list = append(list, File{Name: name, Size: info.Size()})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the workspace: %w", err)
	}
	return list, nil
}

// replaceDir makes dir hold exactly the given files. A file that is right already
// is not touched, so that the go command sees no change.
func replaceDir(root, dir string, files map[string]string) (changed bool, err error) {
	full := filepath.Join(root, dir)
	if err := os.MkdirAll(full, 0o700); err != nil {
		return false, err
	}
	entries, err := os.ReadDir(full)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if _, keep := files[e.Name()]; !keep && strings.HasSuffix(e.Name(), ".go") {
			changed = true
			if err := os.Remove(filepath.Join(full, e.Name())); err != nil {
				return changed, err
			}
		}
	}
	for name, text := range files {
		at := filepath.Join(full, name)
		if old, err := os.ReadFile(at); err == nil && string(old) == text {
			continue
		}
		changed = true
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// copyModule gives the hidden module the requirements of the visible one.
func (w *Workspace) copyModule() error {
	for _, name := range []string{"go.mod", "go.sum"} {
		to := filepath.Join(w.hidden, name)
		data, err := w.files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			err = os.Remove(to)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		} else if err == nil {
			if old, readErr := os.ReadFile(to); readErr == nil && slices.Equal(old, data) {
				continue
			}
			err = os.WriteFile(to, data, 0o600)
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return nil
}
