package interp

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"unicode/utf8"

	"gomri/kernel/child"
	"gomri/kernel/display"
	"gomri/kernel/value"
)

// frameLimit bounds the body of a frame, in bytes: a value and little beside it.
const frameLimit = value.MaxEncoded + 64<<10

// frame wraps a body for a stream that also carries the user's text.
func frame(token string, body []byte) []byte {
	return fmt.Appendf(nil, "%s%08x%s", marker(token), len(body), body)
}

// marker begins a frame. The zero byte keeps the search for it short.
func marker(token string) string { return "\x00gomri:" + token + ":" }

// tap is one stream of a worker: it hands the user's text to the cell's output and
// takes out the frames. Its Write is called by the goroutine that reads the pipe.
type tap struct {
	name   display.StreamName
	marker []byte
	frames chan<- []byte // with room for the one frame that a request is answered by

	mu   sync.Mutex
	out  display.Output // where text goes; the last cell's until the next one begins
	buf  []byte         // read, but not yet known to be text
	held *child.Crash   // for standard error: the report of a worker's crash names yaegi's functions
}

// to sets where text goes from now on.
func (t *tap) to(out display.Output) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out = out
}

// Write takes what the worker wrote.
func (t *tap) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	for {
		at := bytes.Index(t.buf, t.marker)
		if at < 0 {
			t.flush(len(t.buf) - t.undecided())
			return len(p), nil
		}
		body, ok := cutFrame(t.buf[at+len(t.marker):])
		if !ok {
			t.flush(at)
			return len(p), nil
		}
		t.flush(at)
		t.release()
		t.buf = append([]byte(nil), t.buf[len(t.marker)+8+len(body):]...)
		select {
		case t.frames <- body:
		default: // nobody asked
		}
	}
}

// end hands on what is left when the stream has ended.
func (t *tap) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush(len(t.buf))
}

// flush hands on the first n bytes of the buffer.
func (t *tap) flush(n int) {
	if n <= 0 {
		return
	}
	text := string(t.buf[:n])
	t.buf = append(t.buf[:0], t.buf[n:]...)
	if t.held != nil {
		text = string(t.held.Take([]byte(text)))
	}
	if text != "" && t.out != nil {
		t.out.Stream(t.name, text)
	}
}

// release hands on what was held back: the worker lives, so it was the user's text.
func (t *tap) release() {
	if t.held == nil {
		return
	}
	if text := string(t.held.Release()); text != "" && t.out != nil {
		t.out.Stream(t.name, text)
	}
}

// undecided is how many bytes at the end of the buffer may be the beginning of a
// frame or of a character.
func (t *tap) undecided() int {
	if at := bytes.LastIndexByte(t.buf, 0); at >= 0 && bytes.HasPrefix(t.marker, t.buf[at:]) {
		return len(t.buf) - at
	}
	for n := 1; n < utf8.UTFMax && n <= len(t.buf); n++ {
		tail := t.buf[len(t.buf)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// cutFrame reads the length and the body of a frame, and is false if they have not
// come in full.
func cutFrame(b []byte) ([]byte, bool) {
	if len(b) < 8 {
		return nil, false
	}
	n, err := strconv.ParseUint(string(b[:8]), 16, 32)
	if err != nil || n > frameLimit || uint64(len(b)-8) < n {
		return nil, false
	}
	return append([]byte(nil), b[8:8+n]...), true
}
