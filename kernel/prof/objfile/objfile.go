// Package objfile reads executables: the functions in them, the source lines of their
// instructions, and the instructions as text, without any program beside it.
//
// It reads ELF (Linux, the BSDs), Mach-O (macOS) and PE (Windows) on every system, and
// writes what "go tool pprof" writes, by the same tables: those that the Go linker
// puts into each program for its own stack traces.
package objfile

import (
	"cmp"
	"debug/gosym"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Symbol is a function of a program, or another name in it.
type Symbol struct {
	Name  string
	Start uint64 // its first address
	Size  uint64 // in bytes
}

// File is an open executable.
type File struct {
	name   string
	file   *os.File
	format format
	code   section
	syms   []Symbol // by address
	lines  *gosym.Table
}

// section is the part of a file that holds the instructions.
type section struct {
	start, size uint64
	data        io.ReaderAt // from the section's start
}

// format is what the three formats of executables have in common.
type format interface {
	// kind names the format and whose it is.
	kind() string
	// arch is the processor, as GOARCH names it, or "".
	arch() string
	// loadAddress is where the program's code is loaded, if nothing moves it.
	loadAddress() uint64
	// buildID is the linker's mark of the build, or "".
	buildID() string
	text() (section, error)
	symbols() []Symbol
	// lineTable is the runtime's table of functions and lines, nil if there is none.
	lineTable() []byte
}

// ErrFormat is wrapped by the error of Open for files that are no executables.
var ErrFormat = errors.New("not an executable that can be read (ELF, Mach-O or PE)")

// Open reads the tables of an executable. Close it.
func Open(name string) (f *File, err error) {
	// The kind of file is asked before opening: opening a pipe would wait for its writer.
	if info, err := os.Stat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is %w", name, ErrFormat)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	f = &File{name: name, file: file}
	if err := f.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is %w", name, err), file.Close())
	}
	return f, nil
}

// read finds the format and what is needed of the file.
func (f *File) read() (err error) {
	// An executable may come from anywhere, so a crash of a library on malformed
	// tables must not be ours.
	defer recovered(&err)
	if f.format, err = formatOf(f.file); err != nil {
		return err
	}
	if f.code, err = f.format.text(); err != nil {
		return err
	}
	syms := f.format.symbols()
	start := f.code.start
	for _, s := range syms {
		if s.Name == "runtime.text" {
			start = s.Start // with cgo, C comes first
			break
		}
	}
	if table := f.format.lineTable(); len(table) > 0 {
		// Without the table there are no lines, but still instructions.
		f.lines, _ = gosym.NewTable(nil, gosym.NewLineTable(table, start))
	}
	if len(syms) == 0 && f.lines != nil {
		syms = fromLines(f.lines) // the program was linked with -s
	}
	slices.SortStableFunc(syms, func(a, b Symbol) int { return cmp.Compare(a.Start, b.Start) })
	f.syms = syms
	return nil
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("malformed (%v): %w", r, ErrFormat)
	}
}

// formatOf recognizes the format of an executable.
func formatOf(r io.ReaderAt) (format, error) {
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil {
		return nil, ErrFormat
	}
	switch {
	case string(magic[:]) == "\x7fELF":
		return openELF(r)
	case string(magic[:2]) == "MZ":
		return openPE(r)
	case string(magic[:]) == "\xca\xfe\xba\xbe":
		return nil, fmt.Errorf("for several processors at once; take one out of it (lipo -thin arm64 -output ONE FILE): %w", ErrFormat)
	case slices.Contains([]string{"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe"}, string(magic[:])):
		return openMachO(r)
	}
	return nil, ErrFormat
}

// fromLines are the functions of the runtime's table.
func fromLines(t *gosym.Table) []Symbol {
	syms := make([]Symbol, 0, len(t.Funcs))
	for _, fn := range t.Funcs {
		if fn.Sym != nil && fn.End > fn.Entry {
			syms = append(syms, Symbol{Name: fn.Name, Start: fn.Entry, Size: fn.End - fn.Entry})
		}
	}
	return syms
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Name is the file's name, as it was opened.
func (f *File) Name() string { return f.name }

// Arch is the processor that the program is for, as GOARCH names it, or "".
func (f *File) Arch() string { return f.format.arch() }

// Kind says in words what the file is: "an ELF executable (Linux) for arm64".
func (f *File) Kind() string {
	arch := f.Arch()
	if arch == "" {
		arch = "another processor"
	}
	return f.format.kind() + " for " + arch
}

// BuildID is the linker's mark of the build, which profiles carry as well, in
// hexadecimal digits; "" if the file has none.
func (f *File) BuildID() string { return f.format.buildID() }

// LoadAddress is where the code is loaded if nothing moves it.
func (f *File) LoadAddress() uint64 { return f.format.loadAddress() }

// Symbols returns the functions and other symbols by their addresses. The slice is
// the file's own.
func (f *File) Symbols() []Symbol { return f.syms }

// Line returns where an instruction comes from: the file and line, which may be those
// of an inlined function, and the function that it is in. They are empty if unknown.
func (f *File) Line(pc uint64) (file string, line int, function string) {
	if f.lines == nil {
		return "", 0, ""
	}
	defer func() {
		if recover() != nil { // malformed tables; there is no line then
			file, line, function = "", 0, ""
		}
	}()
	file, line, fn := f.lines.PCToLine(pc)
	if fn == nil || fn.Sym == nil {
		return file, line, ""
	}
	return file, line, fn.Name
}

// Same says whether the file is the build that a profile names by its build ID. Where
// one of them names none it is taken for the same.
func (f *File) Same(buildID string) bool {
	own := f.BuildID()
	return own == "" || buildID == "" || own == buildID
}

// Matches says whether the file of that name is an executable of a build.
func Matches(name, buildID string) bool {
	own, ok := identify(name)
	return ok && buildID != "" && own == buildID
}

// Unmarked says whether the file of that name is an executable without a build ID, as
// those of macOS and Windows are: whether it is that of a profile cannot be told.
func Unmarked(name string) bool {
	own, ok := identify(name)
	return ok && own == ""
}

// Recognized says whether the file of that name is an executable.
func Recognized(name string) bool {
	_, ok := identify(name)
	return ok
}

// identify reads the build ID of an executable, and little else of the file.
func identify(name string) (buildID string, ok bool) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	file, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer file.Close()
	defer func() {
		if recover() != nil { // malformed tables
			ok = false
		}
	}()
	f, err := formatOf(file)
	if err != nil {
		return "", false
	}
	return f.buildID(), true
}
