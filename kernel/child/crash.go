package child

import "bytes"

// maxReport bounds a crash report that is held back, in bytes.
const maxReport = 1 << 20

// Crash finds, in what a program writes to standard error, the report that the Go runtime
// writes when it ends the program, and holds it back: whoever runs the program says in
// its own words how it failed. The zero value is ready for use.
//
// The runtime begins its report where the program's own text stopped, be that in the
// middle of a line. Text that only looks like the beginning of a report is passed on as
// soon as a line follows that no report has.
type Crash struct {
	buf    []byte // held back, and what of it was passed on already
	passed int
	tail   []byte // the end of the line that was passed on last, "" if that is whole
	on     bool   // buf begins with what may be a report
	inside bool   // which begins in the middle of a line
	spaced bool   // behind a blank, as in a sentence
	judged int    // how much of it has been looked at, in whole lines
	sure   bool   // it is one
}

// heads are how a report begins at the beginning of a line; those that stand first also
// in the middle of one.
var heads = [][]byte{
	[]byte("panic: "), []byte("fatal error: "), []byte("runtime: goroutine stack exceeds"),
	[]byte("runtime: "), []byte("unexpected fault address"), []byte("unhandled signal"),
	[]byte("SIGABRT: "), []byte("SIGBUS: "), []byte("SIGFPE: "), []byte("SIGILL: "), []byte("SIGQUIT: "),
	[]byte("SIGSEGV: "), []byte("SIGSYS: "), []byte("SIGTRAP: "),
}

const anywhere = 3 // of heads

// follows are how the further lines of a report begin, up to the first goroutine. A further
// panic is indented.
var follows = append([][]byte{[]byte("\t"), []byte("[signal "), []byte("[recovered"), []byte("PC=")}, heads[1:]...)

// Take takes what the program has written and returns what is no report.
func (c *Crash) Take(p []byte) (own []byte) {
	if c.sure {
		c.buf = append(c.buf, p[:min(len(p), max(0, maxReport-len(c.buf)))]...)
		return nil
	}
	c.buf = append(c.buf, p...)
	for {
		if !c.on {
			own = append(own, c.search()...)
		}
		if !c.on {
			return own
		}
		more, again := c.judge()
		if own = append(own, more...); !again {
			return own
		}
	}
}

// search looks for the beginning of a report, and returns the text before it.
func (c *Crash) search() (own []byte) {
	text := append(bytes.Clone(c.tail), c.buf...)
	at, inside := begin(text)
	c.on, c.inside = at < len(text) && !possible(text[at:]), inside
	from := max(at, len(c.tail)) // of text; what is before it was passed on, or is now
	own = bytes.Clone(text[len(c.tail):from])
	if !c.on {
		c.tail = lineEnd(text[:from])
		c.buf = bytes.Clone(text[from:])
		return own
	}
	c.passed, c.judged, c.tail = from-at, 0, nil
	c.spaced = at > 0 && text[at-1] == ' '
	c.buf = bytes.Clone(text[at:])
	return own
}

// begin is where in the text a report begins, or may begin with what follows; inside
// is true if that is in the middle of a line.
func begin(text []byte) (at int, inside bool) {
	for at < len(text) {
		for i, h := range heads {
			if bytes.HasPrefix(text[at:], h) || bytes.HasPrefix(h, text[at:]) {
				return at, false
			}
			if i >= anywhere {
				continue
			}
			end := bytes.IndexByte(text[at:], '\n')
			if end < 0 {
				end = len(text) - at
			}
			if k := bytes.Index(text[at:at+end], h); k >= 0 {
				return at + k, true
			}
		}
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
	}
	return len(text), false
}

// possible is true for text that is not yet long enough to be known as a beginning.
func possible(text []byte) bool {
	for _, h := range heads {
		if bytes.HasPrefix(text, h) {
			return false
		}
	}
	return true
}

// lineEnd is the end of the last line of the text, as long as a head at most; none if the
// line is whole.
func lineEnd(text []byte) []byte {
	line := text[bytes.LastIndexByte(text, '\n')+1:]
	return bytes.Clone(line[max(0, len(line)-len("runtime: goroutine stack exceeds")):])
}

// judge looks at the lines behind the first one. If one of them cannot belong to a
// report, what is before it is returned, and the search begins again there.
func (c *Crash) judge() (own []byte, again bool) {
	for {
		end := bytes.IndexByte(c.buf[c.judged:], '\n')
		if end < 0 {
			break
		}
		line := c.buf[c.judged : c.judged+end]
		switch {
		case c.judged == 0, len(line) == 0, startsWith(line, follows):
			c.judged += end + 1
		case bytes.HasPrefix(line, []byte("goroutine ")), bytes.HasPrefix(line, []byte("runtime stack:")):
			c.sure = true
			return nil, false
		default:
			return c.drop(c.judged), true
		}
	}
	switch {
	case len(c.buf) > maxReport:
		return c.drop(len(c.buf)), true
	case c.inside && c.spaced && c.judged == len(c.buf) && bytes.Count(c.buf, []byte("\n")) == 1:
		// A whole line of the program's own, most likely. It is not made to wait.
		own = bytes.Clone(c.buf[c.passed:])
		c.passed = len(c.buf)
	}
	return own, false
}

// drop passes on what is before n, for it is no report.
func (c *Crash) drop(n int) []byte {
	own := bytes.Clone(c.buf[min(c.passed, n):n])
	c.tail = lineEnd(c.buf[:n])
	c.buf = bytes.Clone(c.buf[n:])
	c.on, c.passed, c.judged = false, 0, 0
	return own
}

func startsWith(line []byte, heads [][]byte) bool {
	for _, h := range heads {
		if bytes.HasPrefix(line, h) {
			return true
		}
	}
	return false
}

// Report is the report of a program that has crashed, as far as it is known. What begins
// in the middle of a line is none until a goroutine is in it.
func (c *Crash) Report() string {
	if c.inside && !c.sure {
		return ""
	}
	return string(c.buf)
}

// Release returns what was held back, for it was the program's own text after all, and
// begins anew.
func (c *Crash) Release() []byte {
	own := c.buf[c.passed:]
	*c = Crash{}
	return own
}
