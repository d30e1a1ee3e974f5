package objfile

import (
	"cmp"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"slices"
)

type peFile struct{ *pe.File }

func openPE(r io.ReaderAt) (format, error) {
	f, err := pe.NewFile(r)
	if err != nil {
		return nil, fmt.Errorf("malformed: %w: %w", err, ErrFormat)
	}
	return peFile{f}, nil
}

func (f peFile) kind() string { return "a PE executable (Windows)" }

func (f peFile) arch() string {
	switch f.Machine {
	case pe.IMAGE_FILE_MACHINE_AMD64:
		return "amd64"
	case pe.IMAGE_FILE_MACHINE_I386:
		return "386"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		return "arm64"
	case pe.IMAGE_FILE_MACHINE_ARMNT:
		return "arm"
	}
	return ""
}

func (f peFile) loadAddress() uint64 {
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader64:
		return h.ImageBase
	case *pe.OptionalHeader32:
		return uint64(h.ImageBase)
	}
	return 0
}

// buildID is empty: PE files have no note of the build.
func (f peFile) buildID() string { return "" }

func (f peFile) text() (section, error) {
	s := f.Section(".text")
	if s == nil {
		return section{}, errors.New("without code: it has no section .text")
	}
	return section{f.loadAddress() + uint64(s.VirtualAddress), uint64(min(s.Size, s.VirtualSize)), s}, nil
}

// sectionOf is the section that a symbol is in, nil if it is in none.
func (f peFile) sectionOf(s *pe.Symbol) *pe.Section {
	if i := int(s.SectionNumber); i > 0 && i <= len(f.Sections) {
		return f.Sections[i-1]
	}
	return nil
}

func (f peFile) symbols() []Symbol {
	base := f.loadAddress()
	var syms []Symbol
	for _, s := range f.Symbols {
		if in := f.sectionOf(s); in != nil {
			syms = append(syms, Symbol{Name: s.Name, Start: base + uint64(in.VirtualAddress) + uint64(s.Value)})
		}
	}
	return sized(syms)
}

// sized gives symbols the sizes that their format does not tell: up to the next one.
func sized(syms []Symbol) []Symbol {
	slices.SortStableFunc(syms, func(a, b Symbol) int { return cmp.Compare(a.Start, b.Start) })
	next := uint64(0)
	for i := len(syms) - 1; i >= 0; i-- {
		if i+1 < len(syms) && syms[i+1].Start > syms[i].Start {
			next = syms[i+1].Start
		}
		if next > syms[i].Start {
			syms[i].Size = next - syms[i].Start
		}
	}
	return syms
}

func (f peFile) lineTable() []byte {
	var start, end *pe.Symbol
	for _, s := range f.Symbols {
		switch s.Name {
		case "runtime.pclntab":
			start = s
		case "runtime.epclntab":
			end = s
		}
	}
	if start == nil || end == nil || start.SectionNumber != end.SectionNumber || f.sectionOf(start) == nil {
		return nil
	}
	data, err := f.sectionOf(start).Data()
	if err != nil || end.Value < start.Value || uint64(end.Value) > uint64(len(data)) {
		return nil
	}
	return data[start.Value:end.Value]
}
