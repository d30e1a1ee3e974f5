package faithful

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/session"
)

// place is a line in a cell as messages write it.
var place = regexp.MustCompile(`\bcell-1(?:, line |:)(\d+)`)

// hasEffects are words of cells that do something outside of the session; a fuzzer shall not
// run them.
var hasEffects = regexp.MustCompile(`os\.|exec|syscall|net|http|unsafe|\bfor\b|goto|[%!]|\bgo\b|func|import|time|make|log|Repeat|embed|plugin`)

// FuzzCellText runs any text as a cell: whatever it is, the kernel answers in time, without
// a fault of its own, and every place that it names is in the cell.
func FuzzCellText(f *testing.F) {
	for _, seed := range []string{
		"x := 1\nx", "fmt.Println(1", "var a = []int{1,2\n", "}", "\"", "`", "x, y := 1", "type T struct { A T }",
		"const c = 1 << 100\nc", "a := 1\n\tb := a +\n", "switch 1 { case 1: }", "/* open", "x := 'ab'", "package main", "\x00\xff", "é := 1\né",
		"if x := 1; x > 0 { fmt.Println(x) } else {", "s := []int{1}\ns[5]", "panic(1)", "len(3)", "0x", "1 / 0", "map[string]int{\"a\": 1, \"a\": 2}",
	} {
		f.Add(seed)
	}
	n := openNotebooks(f)[0]
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 || hasEffects.MatchString(text) {
			t.Skip()
		}
		n.ask("%reset")
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		err := n.s.Execute(ctx, session.Request{Code: text, Count: 1}, &recorder{})
		if ctx.Err() != nil {
			t.Fatalf("it did not end")
		}
		var fail *display.Failure
		if err == nil {
			return
		}
		if !errors.As(err, &fail) {
			t.Fatalf("a fault of the kernel's: %v", err)
		}
		lines := strings.Count(text, "\n") + 1
		for _, m := range place.FindAllStringSubmatch(fail.Value+"\n"+strings.Join(fail.Traceback, "\n"), -1) {
			if line, _ := strconv.Atoi(m[1]); line < 1 || line > lines {
				t.Errorf("%s is outside of the %d lines of the cell:\n%s", m[0], lines, fail.Value)
			}
		}
	})
}
