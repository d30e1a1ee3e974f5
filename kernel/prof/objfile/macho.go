package objfile

import (
	"debug/macho"
	"errors"
	"fmt"
	"io"
)

type machoFile struct{ *macho.File }

func openMachO(r io.ReaderAt) (format, error) {
	f, err := macho.NewFile(r)
	if err != nil {
		return nil, fmt.Errorf("malformed: %w: %w", err, ErrFormat)
	}
	return machoFile{f}, nil
}

func (f machoFile) kind() string { return "a Mach-O executable (macOS)" }

func (f machoFile) arch() string {
	switch f.Cpu {
	case macho.CpuAmd64:
		return "amd64"
	case macho.Cpu386:
		return "386"
	case macho.CpuArm64:
		return "arm64"
	case macho.CpuArm:
		return "arm"
	}
	return ""
}

func (f machoFile) loadAddress() uint64 {
	if s := f.Segment("__TEXT"); s != nil {
		return s.Addr
	}
	return 0
}

// buildID is empty: the profiles of macOS do not carry the UUID.
func (f machoFile) buildID() string { return "" }

func (f machoFile) text() (section, error) {
	s := f.Section("__text")
	if s == nil {
		return section{}, errors.New("without code: it has no section __text")
	}
	return section{s.Addr, s.Size, s}, nil
}

// debugEntry are the bits that mark an entry of the symbol table as one for debuggers.
const debugEntry = 0xe0

func (f machoFile) symbols() []Symbol {
	if f.Symtab == nil {
		return nil
	}
	var syms []Symbol
	for _, s := range f.Symtab.Syms {
		if s.Type&debugEntry == 0 {
			syms = append(syms, Symbol{Name: s.Name, Start: s.Value})
		}
	}
	return sized(syms)
}

func (f machoFile) lineTable() []byte {
	s := f.Section("__gopclntab")
	if s == nil {
		return nil
	}
	data, err := s.Data()
	if err != nil {
		return nil
	}
	return data
}
