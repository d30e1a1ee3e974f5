package render

import (
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/escape"
)

const escapeSource = `// 1. STACK
func Fast() int {
	x := 10
	return x * 2
}

func Slow() *int {
	x := 10 // <b>heap</b>
	return &x
}

func Fill(n int) int {
	b := make([]byte, n)
	return len(b) + Fast()
}
`

const escapeText = `# cell/session
cell-7:2:6: can inline Fast
cell-7:7:6: can inline Slow
cell-7:14:22: inlining call to Fast
cell-7:8:2: x escapes to heap in Slow:
cell-7:8:2:   flow: ~r0 ← &x:
cell-7:8:2:     from return &x (return) at cell-7:9:2
cell-7:8:2: moved to heap: x
cell-7:13:11: make([]byte, n) does not escape
cell-8:1:1: y escapes to heap
`

func TestEscapeMarksTheLinesOfTheCell(t *testing.T) {
	b := EscapeNotes(EscapeReport{
		Sources: []EscapeSource{{Name: "cell-7", Text: escapeSource}},
		Notes:   escape.Parse(escapeText), Text: escapeText, Command: "go build -gcflags=-m=2 main.go",
	})
	goldenBench(t, "escape", b)
	if b.Data[display.MIMEText] != escapeText {
		t.Error("the plain text is not the compiler's")
	}
	html := b.Data[display.MIMEHTML]
	for _, want := range []string{"<code", "(line 8) is moved to the heap", MarkHeap + " moved to heap: x", MarkStack, MarkInline, "step by step", "Measure with -benchmem too"} {
		if !strings.Contains(html, want) {
			t.Errorf("the listing does not say %q", want)
		}
	}
	if strings.Contains(html, "<b>") {
		t.Error("the source is not escaped")
	}
}

func TestEscapeSaysThatNothingEscapes(t *testing.T) {
	text := "cell-1:1:6: can inline f\n"
	b := EscapeNotes(EscapeReport{Sources: []EscapeSource{{Name: "cell-1", Text: "func f() {}"}}, Notes: escape.Parse(text), Text: text})
	if !strings.Contains(b.Data[display.MIMEHTML], "Nothing escapes to the heap; 1 function can be inlined") {
		t.Error(b.Data[display.MIMEHTML])
	}
}
