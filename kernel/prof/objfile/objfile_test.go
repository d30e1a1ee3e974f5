package objfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/prof/objfile"
)

// program is one whose function sum is not inlined, and calls one that is.
const program = `package main

func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

//go:noinline
func sum(xs []string) (t uint32) {
	for _, x := range xs {
		t += hash(x)
	}
	return t
}

func main() { println(sum([]string{"a", "b"})) }
`

// build compiles the program for a system and returns the executable.
func build(t testing.TB, goos, goarch string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	source, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", append(append([]string{"build", "-o", exe}, flags...), source)...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exe
}

func open(t testing.TB, name string) *objfile.File {
	t.Helper()
	f, err := objfile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// symbol finds a function by its name.
func symbol(t testing.TB, f *objfile.File, name string) objfile.Symbol {
	t.Helper()
	for _, s := range f.Symbols() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("%s has no symbol %s among its %d", f.Kind(), name, len(f.Symbols()))
	return objfile.Symbol{}
}

// objdumpLine is a line of "go tool objdump": place, address, bytes, instruction.
var objdumpLine = regexp.MustCompile(`^ +(\S*:-?\d+)\s+(0x[0-9a-f]+)\s+[0-9a-f]+\s+(.*\S)`)

// objdump is what "go tool objdump" says of a function.
func objdump(t testing.TB, exe, function string) []string {
	t.Helper()
	out, err := exec.Command("go", "tool", "objdump", "-s", "^"+regexp.QuoteMeta(function)+"$", exe).Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if m := objdumpLine.FindStringSubmatch(line); m != nil {
			lines = append(lines, m[2]+" "+m[3]+" "+m[1])
		}
	}
	return lines
}

// disasm is what objfile says of a function, written like objdump's.
func disasm(t testing.TB, f *objfile.File, function string) []string {
	t.Helper()
	s := symbol(t, f, function)
	list, err := f.Disasm(s.Start, s.Start+s.Size, false)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, in := range list {
		lines = append(lines, fmt.Sprintf("%#x %s %s:%d", in.Addr, in.Text, in.File[strings.LastIndexByte(in.File, '/')+1:], in.Line))
	}
	return lines
}

func TestInstructionsOfEverySystemAreThoseOfGoToolObjdump(t *testing.T) {
	for _, target := range []struct{ goos, goarch, kind string }{
		{"linux", "amd64", "ELF"},
		{"linux", "arm64", "ELF"},
		{"linux", "386", "ELF"},
		{"darwin", "arm64", "Mach-O"},
		{"windows", "amd64", "PE"},
	} {
		t.Run(target.goos+"/"+target.goarch, func(t *testing.T) {
			if target.goarch == "386" && os.Getenv("GOMRI_WHOLE_CORPUS") == "" {
				t.Skip("the runtime is compiled for fewer systems, unless GOMRI_WHOLE_CORPUS is set")
			}
			exe := build(t, target.goos, target.goarch)
			f := open(t, exe)
			if f.Arch() != target.goarch || !strings.Contains(f.Kind(), target.kind) {
				t.Errorf("it is %s", f.Kind())
			}
			for _, function := range []string{"main.sum", "main.main", "runtime.deductAssistCredit"} {
				want := objdump(t, exe, function)
				got := disasm(t, f, function)
				if strings.Join(got, "\n") != strings.Join(want, "\n") || len(want) == 0 {
					t.Errorf("%s:\n%s\nobjdump says\n%s", function, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
			if file, line, function := f.Line(symbol(t, f, "main.sum").Start); filepath.Base(file) != "main.go" || line != 12 || function != "main.sum" {
				t.Errorf("sum begins in %s at %s:%d", function, file, line)
			}
		})
	}
}

func TestProgramWithoutSymbolTableStillHasFunctions(t *testing.T) {
	plain, stripped := open(t, build(t, "linux", "amd64")), open(t, build(t, "linux", "amd64", "-ldflags=-s -w"))
	got, want := disasm(t, stripped, "main.sum"), disasm(t, plain, "main.sum")
	// Without symbols, a function goes up to the next one, with what fills the room between.
	got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, " INT $0x3 ") })
	if !slices.Equal(got, want) {
		t.Errorf("%d instructions, with symbols %d", len(got), len(want))
	}
}

func TestBuildIDTellsBuildsApart(t *testing.T) {
	a, b := build(t, "linux", "amd64"), build(t, "linux", "amd64", "-ldflags=-B 0x0102")
	f := open(t, b)
	if f.BuildID() != "0102" {
		t.Errorf("the build ID is %q", f.BuildID())
	}
	id := open(t, a).BuildID()
	if id == "" || f.Same(id) || !f.Same("") || !objfile.Matches(a, id) || objfile.Matches(b, id) || objfile.Matches(a, "") {
		t.Errorf("%q and %q are taken for the same", id, f.BuildID())
	}
}

func TestIntelSyntaxIsForIntelProcessors(t *testing.T) {
	f := open(t, build(t, "linux", "amd64"))
	s := symbol(t, f, "main.sum")
	list, err := f.Disasm(s.Start, s.Start+s.Size, true)
	if err != nil || !strings.Contains(fmt.Sprint(list), "imul ") {
		t.Errorf("got %v, %v", list, err)
	}
	arm := open(t, build(t, "linux", "arm64"))
	if _, err := arm.Disasm(arm.Symbols()[0].Start, 1<<40, true); err == nil || !strings.Contains(err.Error(), "leave out -intel_syntax") {
		t.Errorf("got %v", err)
	}
}

func TestOtherProcessorSaysWhatToDo(t *testing.T) {
	data, err := os.ReadFile(build(t, "linux", "arm64"))
	if err != nil {
		t.Fatal(err)
	}
	data[18], data[19] = 243, 0 // RISC-V
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, name)
	if _, err := f.Disasm(0, 1<<40, false); err == nil || !strings.Contains(err.Error(), "for riscv64, whose instructions cannot be shown here") {
		t.Errorf("got %v", err)
	}
}

func TestOpenSaysWhatIsNoProgram(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"":                          "not an executable",
		"#!/bin/sh\n":               "not an executable",
		"\x7fELF\x02":               "malformed",
		"MZ and nothing else":       "malformed",
		"\xca\xfe\xba\xbe\x00\x00":  "lipo -thin",
		"\xcf\xfa\xed\xfe\x00\x00x": "malformed",
	} {
		name := filepath.Join(dir, "file")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := objfile.Open(name); !errors.Is(err, objfile.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := objfile.Open(dir); !errors.Is(err, objfile.ErrFormat) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := objfile.Open(filepath.Join(dir, "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

// FuzzOpen overwrites parts of an executable: whatever comes out, reading it ends
// with an error or with instructions, and not with a crash.
func FuzzOpen(f *testing.F) {
	whole, err := os.ReadFile(build(f, "linux", "amd64", "-ldflags=-s -w"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0x28), []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(uint32(0x3c), []byte{1, 0})
	f.Add(uint32(len(whole)-0x400), bytes.Repeat([]byte{0x80}, 0x400))
	name := filepath.Join(f.TempDir(), "program")
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		data := bytes.Clone(whole)
		copy(data[int(at)%len(data):], patch)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := objfile.Open(name)
		if err != nil {
			return
		}
		defer p.Close()
		for i, s := range p.Symbols() {
			if i == 20 {
				break
			}
			list, err := p.Disasm(s.Start, s.Start+min(s.Size, 1<<12), i%2 == 0)
			if err == nil && len(list) > 1<<12 {
				t.Errorf("%d instructions in 4096 bytes", len(list))
			}
		}
	})
}
