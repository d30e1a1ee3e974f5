package render_test

import (
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// report is a small report of pprof's.
const report = `Total: 1.04s
ROUTINE ======================== demo.<sum>
      50ms      520ms (flat, cum) 50.00% of Total
         .          .     52f400: MOVQ AX, 0x8(SP)                        ;d_test.go:5
      10ms      520ms     52f40e: CALL demo.hash(SB)                      ;d_test.go:6
`

func TestAssemblyNamesTheHeaviestInstruction(t *testing.T) {
	b := render.Assembly(prof.ParseAssembly(report), prof.Top{Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}, Samples: 9}, render.ProfileOptions{Command: "go tool pprof -disasm=sum cpu.out"})
	html := b.Data[display.MIMEHTML]
	for _, want := range []string{"CALL demo.hash(SB)", "takes the most: 520ms of 1.04s (d_test.go:6)", "demo.&lt;sum&gt;", "9 samples are few", "background-color:rgba", "go tool pprof -disasm=sum cpu.out"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if b.Data[display.MIMEText] != report || strings.Contains(html, "<sum>") {
		t.Errorf("got\n%s", b.Data[display.MIMEText])
	}
}

func TestLongAssemblyIsCutAndSaysSo(t *testing.T) {
	long := report + strings.Repeat("         .       10ms     52f410: NOPL\n", 5000) + strings.ReplaceAll(report, "Total: 1.04s\n", "")
	b := render.Assembly(prof.ParseAssembly(long), prof.Top{}, render.ProfileOptions{})
	html := b.Data[display.MIMEHTML]
	if !strings.Contains(html, "it is too long to draw") || strings.Count(html, "NOPL") > 400 || len(html) > 256<<10 {
		t.Errorf("%d bytes are drawn", len(html))
	}
}

func TestInstructionsAreFoldedUnderTheirLine(t *testing.T) {
	listing := prof.Listing{Routines: []prof.Routine{{Name: "demo.sum", File: "/src/d_test.go", From: 5, To: 6, Lines: []prof.Line{
		{Number: 4, Text: "// sum", Flat: 0}, {Number: 5, Text: "for {", Cum: 1}, {Number: 6, Text: "hash()", Flat: 10, Cum: 520},
	}}}}
	listing.Attach(prof.ParseAssembly(report))
	html := render.List(listing, render.ProfileOptions{}).Data[display.MIMEHTML]
	if n := strings.Count(html, "<details>"); n != 1 {
		t.Errorf("%d lines have instructions, want the one with samples", n)
	}
	if !strings.Contains(html, "CALL demo.hash(SB)") || !strings.Contains(html, `title="1 instruction"`) {
		t.Error("the instructions are missing")
	}
}

func TestColdInstructionsAreCounted(t *testing.T) {
	cold := strings.Repeat("         .          .     52f410: NOPL\n", 100)
	html := render.Assembly(prof.ParseAssembly(report+cold+"      10ms       10ms     52f420: RET\n"), prof.Top{}, render.ProfileOptions{}).Data[display.MIMEHTML]
	if !strings.Contains(html, "… 99 instructions without samples") || strings.Count(html, "NOPL") != 1 || !strings.Contains(html, "RET") {
		t.Error("the cold instructions are not folded")
	}
}
