package prof_test

import (
	"strings"
	"testing"

	"gomri/kernel/prof"
)

// assembly is a report of pprof's, with a long instruction and a prefix.
const assembly = `Total: 1.04s
ROUTINE ======================== demo.sum
      50ms      520ms (flat, cum) 50.00% of Total
         .          .     52f400: MOVQ AX, 0x8(SP)                        ;d_test.go:5
         .          .     52f405: REP; MOVSQ DS:0(SI), ES:0(DI)
                                                                          ;demo.sum type.go:203
      10ms      520ms     52f40e: LEAQ go:itab.*strings.Builder,io.Writer(SB), AX
         .          .     52f433: XORL R10, R9                            ;x.go
ROUTINE ======================== demo.(*T[go.shape.int]).Method
         0       10ms (flat, cum)  0.96% of Total
         .          .         10: RET
`

func TestAssemblyIsReadFromPprofsText(t *testing.T) {
	a := prof.ParseAssembly(assembly)
	if a.Total != "1.04s" || len(a.Routines) != 2 || a.Routines[1].Name != "demo.(*T[go.shape.int]).Method" || a.Text != assembly {
		t.Fatalf("got %+v", a)
	}
	r := a.Routines[0]
	if r.Name != "demo.sum" || r.Flat != "50ms" || r.Cum != "520ms" || r.Share != "50.00%" {
		t.Errorf("got %+v", r)
	}
	want := []prof.Instruction{
		{Addr: "52f400", Text: "MOVQ AX, 0x8(SP)", Flat: ".", Cum: ".", File: "d_test.go", Line: 5},
		{Addr: "52f405", Text: "REP; MOVSQ DS:0(SI), ES:0(DI)", Flat: ".", Cum: ".", File: "d_test.go", Line: 5},
		{Addr: "52f40e", Text: "LEAQ go:itab.*strings.Builder,io.Writer(SB), AX", Flat: "10ms", Cum: "520ms", Heat: 0.5, File: "type.go", Line: 203},
		{Addr: "52f433", Text: "XORL R10, R9", Flat: ".", Cum: ".", File: "x.go"},
	}
	if len(r.Instructions) != len(want) {
		t.Fatalf("got %+v", r.Instructions)
	}
	for i, in := range r.Instructions {
		if in != want[i] {
			t.Errorf("got %+v, want %+v", in, want[i])
		}
	}
}

// FuzzParseAssembly reads anything: it ends, and keeps what it reads within the text.
func FuzzParseAssembly(f *testing.F) {
	f.Add(assembly)
	f.Add("ROUTINE ====\n;\n. . 1: \n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range prof.ParseAssembly(text).Routines {
			for _, in := range r.Instructions {
				if !strings.Contains(text, in.Text) || !strings.Contains(text, in.File) || !(in.Heat >= 0 && in.Heat <= 1) {
					t.Errorf("read %+v", in)
				}
			}
		}
	})
}

func TestCodeOfAnInlinedFunctionIsInItsCallers(t *testing.T) {
	p := load(t, publicProfiles(t)[0])
	names, err := p.Compiled(`^cmd/internal/obj\.\(\*Link\)\.`)
	if err != nil || len(names) == 0 {
		t.Fatalf("got %q, %v", names, err)
	}
	if _, err := p.Compiled("("); err == nil {
		t.Error("a malformed expression is accepted")
	}
}
