package serve

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"
)

// ring keeps the end of what is written to it, in whole lines.
type ring struct {
	limit int

	mu   sync.Mutex
	buf  []byte // at most twice limit, so that dropping the front is rare
	lost bool   // something was dropped
	all  int64  // bytes that were ever written
}

func newRing(limit int) *ring { return &ring{limit: limit} }

// Write keeps p. It never fails and never blocks, whatever the program writes.
func (r *ring) Write(p []byte) (int, error) {
	n := len(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all += int64(n)
	if len(p) > r.limit {
		p = p[len(p)-r.limit:]
		r.buf, r.lost = r.buf[:0], true
	}
	r.buf = append(r.buf, p...)
	if len(r.buf) > 2*r.limit {
		r.buf = append(r.buf[:0], r.buf[len(r.buf)-r.limit:]...)
		r.lost = true
	}
	return n, nil
}

// written is how many bytes were written in all.
func (r *ring) written() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all
}

// text returns what is kept: the last limit bytes, without the rest of a line
// whose beginning is lost.
func (r *ring) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, lost := r.buf, r.lost
	if len(b) > r.limit {
		b, lost = b[len(b)-r.limit:], true
	}
	if lost {
		if i := bytes.IndexByte(b, '\n'); i >= 0 && i < len(b)-1 {
			b = b[i+1:]
		}
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}

// tail returns the last n lines, all that are kept if n is not positive.
func (r *ring) tail(n int) []string {
	text := strings.TrimRight(strings.ReplaceAll(r.text(), "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if n > 0 && len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return lines
}
