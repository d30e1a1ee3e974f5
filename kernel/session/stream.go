package session

import (
	"fmt"
	"unicode/utf8"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// flushBytes is how much text is collected before it is sent without waiting.
const flushBytes = 64 << 10

// tailBytes is how much of the end of a stream is kept when its middle is left out.
const tailBytes = 16 << 10

// streamText collects the text of a cell's two streams and decides what leaves
// as which message. One stream waits at a time, which keeps the order between the
// two. It holds back the first bytes of a rune that has not come in full, and
// leaves out the middle of what is too long.
type streamText struct {
	limit int // bytes that may still be shown
	total int // the limit at the start, for the note
	// current is the stream whose text waits.
	current display.StreamName
	stdout  oneStream
	stderr  oneStream
	noted   bool
}

// oneStream is one stream of the two.
type oneStream struct {
	pending []byte
	tail    []byte // the last of what was left out
	omitted int    // bytes left out, the tail among them
}

func newStreamText(limit int) streamText {
	return streamText{limit: limit, total: limit, current: display.Stdout}
}

// of returns the stream of a name; what is not stderr is stdout.
func (t *streamText) of(name display.StreamName) *oneStream {
	if name == display.Stderr {
		return &t.stderr
	}
	return &t.stdout
}

// write adds text and returns the messages that are due.
func (t *streamText) write(name display.StreamName, text string) []msg.Stream {
	if text == "" {
		return nil
	}
	if name != display.Stderr {
		name = display.Stdout
	}
	var due []msg.Stream
	if name != t.current {
		due = t.take()
		t.current = name
	}
	s := t.of(name)
	shown := min(len(text), t.limit)
	for shown > 0 && shown < len(text) && !utf8.RuneStart(text[shown]) {
		shown--
	}
	if shown < len(text) {
		t.limit = 0
		s.leaveOut(text[shown:])
	} else {
		t.limit -= shown
	}
	s.pending = append(s.pending, text[:shown]...)
	if len(s.pending) >= flushBytes {
		due = append(due, t.take()...)
	}
	return due
}

// waits tells whether there is text that take would send.
func (t *streamText) waits() bool {
	p := t.of(t.current).pending
	return len(p) > unfinished(p)
}

// take returns the text that waits, without the start of an unfinished rune.
func (t *streamText) take() []msg.Stream {
	s := t.of(t.current)
	whole := len(s.pending) - unfinished(s.pending)
	if whole == 0 {
		return nil
	}
	m := msg.Stream{Name: string(t.current), Text: string(s.pending[:whole])}
	s.pending = append(s.pending[:0], s.pending[whole:]...)
	return []msg.Stream{m}
}

// finish returns what is left when the cell has ended: unfinished runes as they
// are, and, where text was left out, how much and the end of it.
func (t *streamText) finish() []msg.Stream {
	var due []msg.Stream
	for _, name := range []display.StreamName{display.Stdout, display.Stderr} {
		s := t.of(name)
		text := string(s.pending)
		s.pending = nil
		if s.omitted > 0 && !t.noted {
			text += s.note(name, t.total)
		}
		if text != "" {
			due = append(due, msg.Stream{Name: string(name), Text: text})
		}
	}
	t.noted = t.noted || t.stdout.omitted+t.stderr.omitted > 0
	t.stdout.tail, t.stderr.tail = nil, nil
	return due
}

// leaveOut counts text that is not shown, and keeps the end of it.
func (s *oneStream) leaveOut(text string) {
	s.omitted += len(text)
	if len(text) >= tailBytes {
		s.tail = append(s.tail[:0], text[len(text)-tailBytes:]...)
		return
	}
	if over := len(s.tail) + len(text) - tailBytes; over > 0 {
		s.tail = append(s.tail[:0], s.tail[over:]...)
	}
	s.tail = append(s.tail, text...)
}

// note says how much was left out, and repeats the end of it. The tail begins
// behind the first newline in it, so that it does not start inside a line.
func (s *oneStream) note(name display.StreamName, total int) string {
	tail := s.tail
	if s.omitted > len(tail) {
		for i, c := range tail {
			if c == '\n' {
				tail = tail[i+1:]
				break
			}
		}
	}
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return fmt.Sprintf("\n[gomri: %d bytes of %s left out here; a cell shows at most %d bytes of text]\n%s",
		s.omitted-len(tail), name, total, tail)
}

// unfinished returns how many bytes at the end of p begin a rune that has not
// come in full: 0 to 3.
func unfinished(p []byte) int {
	for n := 1; n <= min(utf8.UTFMax-1, len(p)); n++ {
		if c := p[len(p)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}
