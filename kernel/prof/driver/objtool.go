package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	pprof "github.com/google/pprof/driver"
	"github.com/google/pprof/profile"

	"gomri/kernel/prof/objfile"
)

// objTool reads the executables that profiles name, for disasm and weblist, as the
// object tool of "go tool pprof" does: without objdump and its like.
type objTool struct {
	mu    sync.Mutex
	files map[string]*objfile.File // open, by name
	wrong map[string]error         // could not be opened
	// builds are the build IDs that the profile has of its executables, by name, and
	// program is the first of them: what was profiled.
	builds  map[string]string
	program string
	// disasm is what went wrong with instructions, which some reports leave out silently.
	disasm error
}

func newObjTool() *objTool {
	return &objTool{files: make(map[string]*objfile.File), wrong: make(map[string]error), builds: make(map[string]string)}
}

// profiled takes note of what a profile says of its executables. named is the one that
// was named before the profiles, or "".
func (t *objTool) profiled(p *profile.Profile, named string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, m := range p.Mapping {
		if i == 0 {
			t.program, t.builds[named] = m.File, m.BuildID
		}
		t.builds[m.File] = m.BuildID
	}
}

// close closes all files.
func (t *objTool) close() {
	for _, f := range t.files {
		f.Close() // it was only read
	}
}

// open returns the file of that name, which is opened once.
func (t *objTool) open(name string) (*objfile.File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.files[name]; f != nil {
		return f, nil
	}
	if err := t.wrong[name]; err != nil {
		return nil, err
	}
	f, err := objfile.Open(name)
	if err != nil {
		t.wrong[name] = err
		return nil, err
	}
	t.files[name] = f
	return f, nil
}

// Open opens an executable that was mapped at an address.
func (t *objTool) Open(name string, start, _, _ uint64, _ string) (pprof.ObjFile, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	moved := uint64(0)
	if load := f.LoadAddress(); start != 0 {
		moved = start - load
	}
	return &objFile{f, moved}, nil
}

// Disasm returns the instructions of an address range.
func (t *objTool) Disasm(name string, start, end uint64, intel bool) ([]pprof.Inst, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	if err := t.otherBuild(f); err != nil {
		t.disasm = err
		return nil, err
	}
	list, err := f.Disasm(start, end, intel)
	if err != nil {
		t.disasm = err
		return nil, err
	}
	insts := make([]pprof.Inst, len(list))
	for i, in := range list {
		insts[i] = pprof.Inst{Addr: in.Addr, Text: in.Text, File: in.File, Line: in.Line}
	}
	return insts, nil
}

// otherBuild says that an executable is not the one that the profile is of, nil if it is.
func (t *objTool) otherBuild(f *objfile.File) error {
	build := t.builds[f.Name()]
	if f.Same(build) {
		return nil
	}
	return fmt.Errorf("%s is not the program that was profiled, or another build of it (its build ID is %s, the profile's %s): profile again, or name that program", f.Name(), f.BuildID(), build)
}

// explain adds to the driver's error what became of the executables, which it does not tell.
func (t *objTool) explain(report string, err error) error {
	if report != "disasm" && report != "weblist" {
		return err
	}
	if t.disasm != nil {
		return t.disasm // weblist would be without instructions
	}
	if err == nil || !strings.HasPrefix(err.Error(), "no matches found") {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if other := t.otherBuild(t.files[name]); other != nil {
			return other
		}
	}
	const advice = "name the program before the profile: pprof -disasm=REGEXP PROGRAM PROFILE"
	why := t.wrong[t.program]
	switch {
	case why == nil:
		return err
	case errors.Is(why, fs.ErrNotExist):
		return fmt.Errorf("the program that was profiled, %s, is not there any more; %s", t.program, advice)
	}
	return fmt.Errorf("%w; %s", why, advice)
}

// objFile is one executable, as it was loaded for the profile.
type objFile struct {
	file  *objfile.File
	moved uint64 // how far from where the linker put it
}

func (f *objFile) Name() string { return f.file.Name() }

func (f *objFile) ObjAddr(addr uint64) (uint64, error) { return addr - f.moved, nil }

func (f *objFile) BuildID() string { return f.file.BuildID() }

func (f *objFile) SourceLine(addr uint64) ([]pprof.Frame, error) {
	file, line, function := f.file.Line(addr - f.moved)
	if function == "" {
		return nil, fmt.Errorf("there is no line for the address %#x", addr)
	}
	return []pprof.Frame{{Func: function, File: file, Line: line}}, nil
}

func (f *objFile) Symbols(match *regexp.Regexp, addr uint64) ([]*pprof.Sym, error) {
	var list []*pprof.Sym
	for _, s := range f.file.Symbols() {
		if s.Size == 0 || match != nil && !match.MatchString(s.Name) || addr != 0 && (addr < s.Start || addr >= s.Start+s.Size) {
			continue
		}
		list = append(list, &pprof.Sym{Name: []string{s.Name}, File: f.file.Name(), Start: s.Start, End: s.Start + s.Size - 1})
	}
	return list, nil
}

// Close does nothing: the tool closes its files at the end.
func (f *objFile) Close() error { return nil }
