package objfile

import (
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

type elfFile struct{ *elf.File }

func openELF(r io.ReaderAt) (format, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, fmt.Errorf("malformed: %w: %w", err, ErrFormat)
	}
	return elfFile{f}, nil
}

func (f elfFile) kind() string { return "an ELF executable (Linux)" }

func (f elfFile) arch() string {
	switch f.Machine {
	case elf.EM_X86_64:
		return "amd64"
	case elf.EM_386:
		return "386"
	case elf.EM_AARCH64:
		return "arm64"
	case elf.EM_ARM:
		return "arm"
	case elf.EM_RISCV:
		return "riscv64"
	case elf.EM_PPC64:
		return "ppc64"
	case elf.EM_S390:
		return "s390x"
	case elf.EM_LOONGARCH:
		return "loong64"
	}
	return ""
}

func (f elfFile) loadAddress() uint64 {
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 && p.Align > 0 {
			return p.Vaddr - p.Vaddr%p.Align // mappings begin at whole pages
		}
	}
	return 0
}

// gnuBuildID is the type of the note with the build ID.
const gnuBuildID = 3

func (f elfFile) buildID() string {
	s := f.Section(".note.gnu.build-id")
	if s == nil {
		return ""
	}
	data, err := s.Data()
	if err != nil || len(data) < 12 {
		return ""
	}
	name, desc, kind := f.ByteOrder.Uint32(data), f.ByteOrder.Uint32(data[4:]), f.ByteOrder.Uint32(data[8:])
	if data = data[12:]; kind != gnuBuildID || name != 4 || uint64(len(data)) < 4+uint64(desc) || string(data[:3]) != "GNU" {
		return ""
	}
	return hex.EncodeToString(data[4 : 4+desc])
}

func (f elfFile) text() (section, error) {
	s := f.Section(".text")
	if s == nil || s.Type == elf.SHT_NOBITS {
		return section{}, errors.New("without code: it has no section .text")
	}
	return section{s.Addr, s.Size, s}, nil
}

func (f elfFile) symbols() []Symbol {
	list, err := f.Symbols()
	if err != nil {
		return nil // it was linked with -s
	}
	syms := make([]Symbol, 0, len(list))
	for _, s := range list {
		if s.Value == 0 && s.Size == 0 {
			continue
		}
		syms = append(syms, Symbol{Name: s.Name, Start: s.Value, Size: s.Size})
	}
	return syms
}

func (f elfFile) lineTable() []byte {
	for _, name := range []string{".gopclntab", ".data.rel.ro.gopclntab"} {
		if s := f.Section(name); s != nil {
			if data, err := s.Data(); err == nil {
				return data
			}
		}
	}
	return f.betweenSymbols("runtime.pclntab", "runtime.epclntab")
}

// betweenSymbols returns the bytes from one symbol to another, nil if they are not there.
func (f elfFile) betweenSymbols(from, to string) []byte {
	var start, end uint64
	for _, s := range f.symbols() {
		switch s.Name {
		case from:
			start = s.Start
		case to:
			end = s.Start
		}
	}
	if start == 0 || end <= start {
		return nil
	}
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOBITS || start < s.Addr || end > s.Addr+s.Size {
			continue
		}
		if data, err := s.Data(); err == nil && end-s.Addr <= uint64(len(data)) {
			return data[start-s.Addr : end-s.Addr]
		}
	}
	return nil
}
