package spec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Host is what the places of Jupyter's files depend on.
type Host struct {
	// OS is a GOOS value; Home is the user's home folder, "" if there is none.
	OS   string
	Home string
	// Getenv reads a variable of the environment.
	Getenv func(string) string
}

// ThisHost returns the host that the program runs on.
func ThisHost() Host {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // UserData says what is missing where it is needed
	}
	return Host{OS: runtime.GOOS, Home: home, Getenv: os.Getenv}
}

// UserData returns the user's Jupyter data folder, where Jupyter itself looks
// for it.
func (h Host) UserData() (string, error) {
	if dir := h.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	switch h.OS {
	case "windows":
		if dir := h.Getenv("APPDATA"); dir != "" {
			return filepath.Join(dir, "jupyter"), nil
		}
	case "darwin":
		if h.Home != "" {
			return filepath.Join(h.Home, "Library", "Jupyter"), nil
		}
	default:
		if dir := h.Getenv("XDG_DATA_HOME"); dir != "" {
			return filepath.Join(dir, "jupyter"), nil
		}
		if h.Home != "" {
			return filepath.Join(h.Home, ".local", "share", "jupyter"), nil
		}
	}
	return "", errors.New("spec: no home folder is known; set JUPYTER_DATA_DIR to where Jupyter keeps its data")
}

// PrefixData returns the Jupyter data folder under an installation prefix, such
// as that of a Python environment.
func PrefixData(prefix string) string { return filepath.Join(prefix, "share", "jupyter") }

// Prefix returns the prefix of the active Python environment, "" if none is active.
func (h Host) Prefix() string {
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := h.Getenv(name); dir != "" {
			return dir
		}
	}
	return ""
}

// dataFolders returns where Jupyter looks for kernelspecs, in its order.
func (h Host) dataFolders() []string {
	dirs := filepath.SplitList(h.Getenv("JUPYTER_PATH"))
	if user, err := h.UserData(); err == nil {
		dirs = append(dirs, user)
	}
	if prefix := h.Prefix(); prefix != "" {
		dirs = append(dirs, PrefixData(prefix))
	}
	if h.OS == "windows" {
		if dir := h.Getenv("PROGRAMDATA"); dir != "" {
			dirs = append(dirs, filepath.Join(dir, "jupyter"))
		}
		return dirs
	}
	return append(dirs, "/usr/local/share/jupyter", "/usr/share/jupyter")
}

// Find returns the folder of the kernelspec that Jupyter would use, and its
// content. An error says that there is none, or that the first one is broken: it
// cannot be read, or the program that it names is not there.
func (h Host) Find() (string, Spec, error) {
	dirs := h.dataFolders()
	for _, data := range dirs {
		dir := Dir(data)
		s, err := Read(dir)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil && filepath.IsAbs(s.Argv[0]) { // Jupyter looks others up on its own PATH
			_, err = os.Stat(s.Argv[0])
		}
		if err != nil {
			return dir, Spec{}, fmt.Errorf("spec: the kernelspec in %s is broken: %w", dir, err)
		}
		return dir, s, nil
	}
	return "", Spec{}, fmt.Errorf("spec: no kernelspec named %s in %q", Name, dirs)
}
