package objfile

import (
	"bytes"
	"fmt"
	"sort"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"
)

// maxRange bounds the bytes that are disassembled at once. The largest functions
// that compilers write are a few megabytes.
const maxRange = 32 << 20

// Instruction is one machine instruction.
type Instruction struct {
	Addr uint64
	Text string
	File string // where it comes from, "" if unknown
	Line int
}

// decoder writes the instruction at the start of code, which is at pc, and returns
// its length. The length is at least 1.
type decoder func(code []byte, pc uint64, symbol func(uint64) (string, uint64)) (text string, length int)

// decoderOf returns the decoder of the file's processor.
func (f *File) decoderOf(intel bool) (decoder, error) {
	switch arch := f.Arch(); {
	case arch == "amd64":
		return x86(64, intel), nil
	case arch == "386":
		return x86(32, intel), nil
	case intel:
		return nil, fmt.Errorf("intel syntax is for amd64 and 386; %s is %s: leave out -intel_syntax", f.name, f.Kind())
	case arch == "arm64":
		return arm64, nil
	}
	return nil, fmt.Errorf("%s is %s, whose instructions cannot be shown here (only those of amd64, 386 and arm64): type go tool pprof -disasm in a terminal", f.name, f.Kind())
}

// Disasm returns the instructions from start up to end, in the syntax of Go's
// assembler or in Intel's.
func (f *File) Disasm(start, end uint64, intel bool) (list []Instruction, err error) {
	defer recovered(&err)
	decode, err := f.decoderOf(intel)
	if err != nil {
		return nil, err
	}
	start, end = max(start, f.code.start), min(end, f.code.start+f.code.size)
	if start >= end {
		return nil, nil
	}
	if end-start > maxRange {
		return nil, fmt.Errorf("a function of %d MB is not disassembled", (end-start)>>20)
	}
	code := make([]byte, end-start)
	n, err := f.code.data.ReadAt(code, int64(start-f.code.start))
	if n == 0 && err != nil {
		return nil, fmt.Errorf("reading the code of %s: %w", f.name, err)
	}
	code = code[:n]
	for pc := start; len(code) > 0; {
		text, length := decode(code, pc, f.symbolAt)
		file, line, _ := f.Line(pc)
		list = append(list, Instruction{Addr: pc, Text: text, File: file, Line: line})
		length = min(length, len(code))
		code, pc = code[length:], pc+uint64(length)
	}
	return list, nil
}

// sectionNames are symbols that stand for all of the code.
var sectionNames = map[string]bool{"runtime.text": true, "text": true, "_text": true, "runtime.etext": true, "etext": true, "_etext": true}

// symbolAt returns the symbol that an address is in, and where it begins.
func (f *File) symbolAt(addr uint64) (name string, start uint64) {
	i := sort.Search(len(f.syms), func(i int) bool { return addr < f.syms[i].Start })
	for i--; i >= 0; i-- {
		if s := f.syms[i]; !sectionNames[s.Name] {
			if s.Start != 0 && addr < s.Start+s.Size {
				return s.Name, s.Start
			}
			break
		}
	}
	return "", 0
}

// x86 decodes instructions of 32 or 64 bit processors.
func x86(bits int, intel bool) decoder {
	return func(code []byte, pc uint64, symbol func(uint64) (string, uint64)) (string, int) {
		inst, err := x86asm.Decode(code, bits)
		switch {
		case err != nil || inst.Len == 0 || inst.Op == 0:
			return "?", 1
		case intel:
			return x86asm.IntelSyntax(inst, pc, symbol), inst.Len
		}
		return x86asm.GoSyntax(inst, pc, symbol), inst.Len
	}
}

// arm64 decodes instructions of 64 bit ARM processors.
func arm64(code []byte, pc uint64, symbol func(uint64) (string, uint64)) (string, int) {
	const size = 4
	inst, err := arm64asm.Decode(code)
	if err != nil || inst.Op == 0 {
		return "?", size
	}
	return arm64asm.GoSyntax(inst, pc, symbol, textAt{bytes.NewReader(code), pc}), size
}

// textAt reads code by its address: arm64 programs load constants that lie behind it.
type textAt struct {
	code *bytes.Reader
	pc   uint64
}

func (t textAt) ReadAt(p []byte, at int64) (int, error) {
	return t.code.ReadAt(p, at-int64(t.pc))
}
