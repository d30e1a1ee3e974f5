package toolchain

import (
	"fmt"
	"slices"
	"strings"

	"gomri/kernel/ledger"
)

// SetSession makes the folder "session" hold the given live declarations, in the
// order of their cells: main.go, main_test.go for tests, and further files where
// cells use one name for two packages. Commands such as "go build -gcflags=-m main.go"
// see them there. Variables have their type and no value. What cannot be compiled
// any more is left out.
func (w *Workspace) SetSession(decls []*ledger.Decl) error {
	files := packageFiles(usable(decls), nil, "", "")
	changed, err := replaceDir(w.root, sessionDir, files)
	if err != nil {
		return fmt.Errorf("write the session's declarations: %w", err)
	}
	if !changed || len(decls) == 0 {
		return nil
	}
	tests := slices.ContainsFunc(keys(files), func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.places.wrote(sessionDir, false)
	w.places.holds(sessionDir, tests, true)
	return nil
}

// keys returns the keys of a map in no order.
func keys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}
