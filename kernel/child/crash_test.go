package child_test

import (
	"strings"
	"testing"

	"gomri/kernel/child"
)

// feed gives a Crash the text in pieces and returns what it has passed on, and what it
// holds as the report.
func feed(text string, size int) (own, report string, c *child.Crash) {
	c = &child.Crash{}
	for rest := text; rest != ""; {
		n := min(size, len(rest))
		own += string(c.Take([]byte(rest[:n])))
		rest = rest[n:]
	}
	return own, c.Report(), c
}

func TestReportOfACrashIsHeldBackWhereverItBegins(t *testing.T) {
	const report = "panic: x\n\ngoroutine 1 [running]:\nmain.main()\n"
	for _, tt := range []struct{ own, report string }{
		{"", report},
		{"a line\n", report},
		{"no newline", report},
		{"no newline", "panic: x\n\tsecond line\n\t[recovered]\n[signal SIGSEGV]\n\ngoroutine 1 [running]:\n"},
		{"half", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n"},
		{"half", "runtime: goroutine stack exceeds 1000-byte limit\nruntime: sp=0x1\nfatal error: stack overflow\n\nruntime stack:\n"},
		{"recovered panic: a\nrecovered panic: b\n", report},
		{"panic: of the user's own\nmore\n", report},
	} {
		for _, size := range []int{4096, len(tt.own) + len("panic: x\n"), 7, 3, 1} {
			own, got, _ := feed(tt.own+tt.report, size)
			if got != tt.report {
				t.Errorf("%q in pieces of %d: report %q", tt.own+tt.report, size, got)
			}
			if size == 4096 && own != tt.own {
				t.Errorf("%q: passed on %q, want %q", tt.own+tt.report, own, tt.own)
			}
			if !strings.HasPrefix(own, tt.own) {
				t.Errorf("%q in pieces of %d: passed on %q", tt.own+tt.report, size, own)
			}
		}
	}
}

func TestTextThatOnlyLooksLikeACrashIsPassedOn(t *testing.T) {
	for _, text := range []string{
		"recovered panic: boom\n", // whole at once: it does not wait for what follows
		"panic: mine\nand more\n", "runtime: fine\nx\n", "step", "no pan", "x fatal error: y\nz",
		"SIGQUIT is a signal\n",
	} {
		for size := 1; size <= len(text); size++ {
			own, _, c := feed(text, size)
			if own+string(c.Release()) != text {
				t.Errorf("%q in pieces of %d: %q", text, size, own)
			}
		}
	}
	if own, report, _ := feed("recovered panic: boom\n", 100); own != "recovered panic: boom\n" || report != "" {
		t.Errorf("a whole line: %q was passed on, %q is the report", own, report)
	}
}

func FuzzCrashLosesNothing(f *testing.F) {
	f.Add("panic: x\n\ngoroutine 1", 2)
	f.Add("apanic: x\npanic: y\nfatal error: ", 3)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if size < 1 || len(text) > 1<<12 {
			return
		}
		own, _, c := feed(text, size)
		if got := own + string(c.Release()); got != text {
			t.Errorf("%q in pieces of %d came out as %q", text, size, got)
		}
	})
}
