package toolchain

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"

	"gomri/kernel/ledger"
)

// SetSession makes the folder "session" hold the given live declarations, in the
// order of their cells: main.go, main_test.go for tests, and further files where
// cells use one name for two packages. Commands such as "go build -gcflags=-m main.go"
// see them there. What cannot be compiled any more is left out.
//
// Variables have their type there and no value, which is enough for the compiler's
// notes. A test or benchmark that would run without the values is left out, and go
// test says so: a wrong figure would be worse.
func (w *Workspace) SetSession(decls []*ledger.Decl) error {
	kept, without := withoutValues(usable(decls))
	files := packageFiles(kept, nil, "", "")
	changed, err := replaceDir(w.root, sessionDir, files)
	if err != nil {
		return fmt.Errorf("write the session's declarations: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.without = without
	if !changed || len(decls) == 0 {
		return nil
	}
	tests := len(without) > 0 || slices.ContainsFunc(slices.Collect(maps.Keys(files)), isTestFile)
	w.places.wrote(sessionDir, false)
	w.places.holds(sessionDir, tests, true)
	return nil
}

// isTestFile is true for the name of a file that only go test reads.
func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.go") }

// withoutValues leaves out the tests that reach a variable, with what refers to
// them, and says so, a line each.
func withoutValues(decls []*ledger.Decl) (kept []*ledger.Decl, lines []string) {
	out := map[*ledger.Decl]bool{}
	for _, d := range decls {
		f, ok := d.Node.(*ast.FuncDecl)
		if !ok || d.Kind != ledger.Func || testKind(f) == "" {
			continue
		}
		if v := reachesVar(d, map[*ledger.Decl]bool{}); v != nil {
			out[d] = true
			lines = append(lines, fmt.Sprintf("# %s (%s) is left out: it uses %s of %s, whose value only the session has; %%%%bench or the cell itself runs it",
				d.Name, d.Cell, v.Name, v.Cell))
		}
	}
	return closure(decls, out), lines
}

// reachesVar returns a variable that a declaration reaches, or nil.
func reachesVar(d *ledger.Decl, seen map[*ledger.Decl]bool) *ledger.Decl {
	if seen[d] {
		return nil
	}
	seen[d] = true
	if d.Kind == ledger.Var {
		return d
	}
	for _, u := range d.Uses {
		if v := reachesVar(u, seen); v != nil {
			return v
		}
	}
	return nil
}
