package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"
)

// progress tells cell by cell how far a notebook is: one line that changes on a
// terminal, a line a cell elsewhere.
type progress struct {
	out   io.Writer
	name  string
	width int // of the terminal; 0 if out is none
	began time.Time
	label string
}

// newProgress looks whether out is a terminal.
func newProgress(out io.Writer, name string) *progress {
	p := &progress{out: out, name: name}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.width = 80
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			p.width = w
		}
	}
	return p
}

// cell says that the n-th of total cells begins.
func (p *progress) cell(n, total int, source string) {
	p.began = time.Now()
	first, _, _ := strings.Cut(strings.TrimSpace(source), "\n")
	p.label = fmt.Sprintf("%s [%d/%d] %s", p.name, n, total, shorten(first, 60))
	if p.width > 0 {
		fmt.Fprintf(p.out, "\r\x1b[K%s", shorten(p.label, p.width-1))
	}
}

// finished says that the cell which began last has ended.
func (p *progress) finished(ok bool) {
	if p.width > 0 {
		return
	}
	result := "ok"
	if !ok {
		result = "FAILED"
	}
	fmt.Fprintf(p.out, "%s: %s, %v\n", p.label, result, roundTime(time.Since(p.began)))
}

// done clears the line for what comes after the last cell.
func (p *progress) done() {
	if p.width > 0 {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// shorten returns s on one line with at most n runes, and without characters that
// would steer the terminal.
func shorten(s string, n int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s))
	if len(runes) <= n || n < 1 {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
