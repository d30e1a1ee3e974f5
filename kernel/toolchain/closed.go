package toolchain

import (
	"errors"
	"fmt"
	"go/types"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
	"gomri/kernel/value"
)

func isLetter(r rune) bool { return unicode.IsLetter(r) }
func isDigit(r rune) bool  { return unicode.IsDigit(r) }

// valueImport is the package that shows a program's last value. The name is one
// that no cell has.
var valueImport = ledger.Import{Name: "gomri_value", Path: "cell/internal/value"}

// sessionValue tells whether a program needs the value of a variable that an earlier
// cell set, which a compiled cell without glue does not have: then the failure names the
// variable, its cell and the way out. It is nil if the program is closed.
func sessionValue(p *check.Program) *display.Failure {
	for _, d := range p.Reach {
		if d.Kind != ledger.Var || slices.Contains(p.Decls, d) {
			continue
		}
		f := display.Failf("SessionValue", "%s is a variable of %s, line %d: its value is not available to a compiled cell", d.Name, d.Cell, d.Line)
		user := userOf(p, d)
		if user != "" {
			f.Traceback = append(f.Traceback, fmt.Sprintf("    %s uses it", user))
		}
		f.Traceback = append(f.Traceback, fmt.Sprintf(
			"A compiled cell contains the functions, types and constants that it reaches, and no values. "+
				"Declare %s in this cell, make it a constant, or pass it to the function as a parameter.", d.Name))
		return f
	}
	return nil
}

// unwritable is the failure of a program with a variable whose type cannot be
// written down in it: an unexported type of another package. It is nil if there is none.
func unwritable(p *check.Program) *display.Failure {
	for _, d := range p.Reach {
		if d.Source == "" {
			f := display.Failf("UnwritableType", "%s (%s, line %d) has a type that cannot be written outside of its package", d.Name, d.Cell, d.Line)
			f.Traceback = append(f.Traceback, "A compiled cell declares its variables by type. Move "+d.Name+" into a function.")
			return f
		}
	}
	return nil
}

// readsInput is true if a program may read standard input: it names it, or uses a
// package that may do so on its own.
func readsInput(p *check.Program) bool {
	for _, obj := range p.Info.Uses {
		if obj == nil || obj.Pkg() == nil {
			continue
		}
		path := obj.Pkg().Path()
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") || inputNames[path+"."+obj.Name()] {
			return true
		}
	}
	return false
}

// userOf says which function reads a variable, "" if it is the cell's statements.
func userOf(p *check.Program, v *ledger.Decl) string {
	for _, d := range p.Reach {
		if d.Kind != ledger.Var && slices.Contains(d.Uses, v) {
			return fmt.Sprintf("%s (%s, line %d)", d.Name, d.Cell, d.Line)
		}
	}
	return ""
}

// kind of closed package.
type closedKind int

const (
	asProgram closedKind = iota // the statements are func main, the last value is shown
	asNotes                     // the same, but it is only compiled
	asTests                     // the statements run before the tests
)

// writeClosed writes the program as a closed package into the hidden module. The
// caller holds w.turn until the go command has read it.
func (w *Workspace) writeClosed(p *check.Program, kind closedKind, glue Glue) error {
	if f := sessionValue(p); f != nil && glue.File == "" {
		return f
	}
	if f := unwritable(p); f != nil {
		return f
	}
	w.known(p)
	if err := w.copyModule(); err != nil {
		return err
	}
	body, shows := w.bodyOf(p, kind)
	imports := p.Imports
	if shows {
		imports = append(slices.Clone(imports), valueImport)
		if err := w.writeValue(mayHaveImage(p)); err != nil {
			return err
		}
	}
	var files map[string]string
	if kind == asTests {
		files = packageFiles(p.Reach, imports, "", glue.Head+body)
	} else {
		files = packageFiles(p.Reach, imports, glue.Head+body+"\n", "")
	}
	glue.add(files, kind == asTests)
	if _, err := replaceDir(w.hidden, sessionDir, files); err != nil {
		return fmt.Errorf("write the compiled cell: %w", err)
	}
	return nil
}

// bodyOf is the text of the statements; shows is true if it uses the value package.
func (w *Workspace) bodyOf(p *check.Program, kind closedKind) (body string, shows bool) {
	values := 1
	if p.Last != nil {
		if t, ok := p.Info.TypeOf(p.Last).(*types.Tuple); ok {
			values = t.Len()
		}
	}
	body = newBodyWriter(p).statements(func(expr string) string {
		if kind != asProgram {
			return strings.Repeat("_, ", values-1) + "_ = " + expr
		}
		shows = true
		return "gomri_value.Show(gomri_value.Of(" + expr + "))"
	})
	return body, shows
}

// valueFile is where a program leaves its last value. Standard output is the user's
// own, and not every system can hand further pipes to a child.
func (w *Workspace) valueFile() string { return filepath.Join(w.base, "value.json") }

// mayHaveImage is true if a value of the program may be an image: no package of the
// standard library outside of image gives one, any other module may.
func mayHaveImage(p *check.Program) bool {
	may := func(imp ledger.Import) bool {
		first, _, _ := strings.Cut(imp.Path, "/")
		return first == "image" || strings.Contains(first, ".")
	}
	return slices.ContainsFunc(p.Imports, may) ||
		slices.ContainsFunc(p.Reach, func(d *ledger.Decl) bool { return slices.ContainsFunc(d.Imports, may) })
}

// writeValue writes the package that shows the last value.
func (w *Workspace) writeValue(pictures bool) error {
	files := value.Source(pictures)
	files["show.go"] = "package value\n\nimport \"os\"\n\n" +
		"// Show leaves a value where the kernel finds it.\n" +
		"func Show(m Model) { _ = os.WriteFile(" + strconv.Quote(w.valueFile()) + ", m.Encode(), 0o600) }\n"
	if _, err := replaceDir(w.hidden, filepath.Join("internal", "value"), files); err != nil {
		return fmt.Errorf("write the package of values: %w", err)
	}
	return nil
}

// takeValue reads and removes what the program left; left is false if that is nothing.
func (w *Workspace) takeValue() (m value.Model, left bool, err error) {
	f, err := os.Open(w.valueFile())
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("read the value: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, value.MaxEncoded+1))
	if err = errors.Join(err, f.Close(), os.Remove(w.valueFile())); err != nil {
		return m, false, fmt.Errorf("read the value: %w", err)
	}
	m, err = value.Decode(data)
	return m, err == nil, err
}

// dropValue removes what a program has left that did not end well.
func (w *Workspace) dropValue() { _ = os.Remove(w.valueFile()) }
