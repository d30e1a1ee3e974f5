package html

import (
	"fmt"
	"strconv"
	"strings"
)

// terminal sets what a program wrote to a terminal: colours become spans, text
// that was overwritten after a carriage return is gone, other controls are dropped.
func terminal(s string) string {
	var t terminalWriter
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			t.b.WriteByte('\n')
		}
		t.line(line)
	}
	t.style(look{})
	return t.b.String()
}

// terminalWriter collects the HTML; a span is open while the look is not plain.
type terminalWriter struct {
	b   strings.Builder
	now look
}

// look is how text is set: what the sequences "ESC [ … m" say.
type look struct {
	bold, faint, italic, underline, inverse bool
	fg, bg                                  string // a class suffix, or "#rrggbb"
}

// line sets one line without its end.
func (t *terminalWriter) line(line string) {
	line = strings.TrimRight(line, "\r")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	for line != "" {
		i := strings.IndexFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f })
		if i < 0 {
			t.b.WriteString(escape(line))
			return
		}
		t.b.WriteString(escape(line[:i]))
		line = t.control(line[i:])
	}
}

// control reads the control character or sequence at the start of s and returns the rest.
func (t *terminalWriter) control(s string) string {
	if s[0] != 0x1b || len(s) < 2 {
		return s[1:]
	}
	switch s[1] {
	case '[':
		end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
		if end < 0 {
			return ""
		}
		if s[2+end] == 'm' {
			t.style(t.now.apply(s[2 : 2+end]))
		}
		return s[2+end+1:]
	case ']': // a window title or a link: up to BEL or ESC \
		end := strings.IndexAny(s[2:], "\a\x1b")
		if end < 0 {
			return ""
		}
		rest := s[2+end:]
		if strings.HasPrefix(rest, "\x1b\\") {
			return rest[2:]
		}
		return rest[1:]
	}
	return s[2:]
}

// style closes the span that is open and opens one for the new look.
func (t *terminalWriter) style(l look) {
	if l == t.now {
		return
	}
	if t.now != (look{}) {
		t.b.WriteString("</span>")
	}
	t.now = l
	if l == (look{}) {
		return
	}
	classes, style := l.html()
	t.b.WriteString("<span")
	if len(classes) > 0 {
		t.b.WriteString(` class="` + strings.Join(classes, " ") + `"`)
	}
	if style != "" {
		t.b.WriteString(` style="` + style + `"`)
	}
	t.b.WriteByte('>')
}

// html returns the classes and the inline style of a look.
func (l look) html() (classes []string, style string) {
	for _, c := range []struct {
		on   bool
		name string
	}{{l.bold, "ansi-bold"}, {l.faint, "ansi-faint"}, {l.italic, "ansi-italic"}, {l.underline, "ansi-underline"}, {l.inverse, "ansi-inverse"}} {
		if c.on {
			classes = append(classes, c.name)
		}
	}
	for _, c := range []struct{ colour, prefix, property string }{{l.fg, "ansi-fg-", "color"}, {l.bg, "ansi-bg-", "background-color"}} {
		switch {
		case strings.HasPrefix(c.colour, "#"):
			style += c.property + ":" + c.colour + ";"
		case c.colour != "":
			classes = append(classes, c.prefix+c.colour)
		}
	}
	return classes, style
}

// apply returns the look after one sequence of parameters such as "1;31".
func (l look) apply(params string) look {
	words := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(words) == 0 {
		return look{}
	}
	for i := 0; i < len(words); i++ {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			continue
		}
		switch {
		case n == 38 || n == 48:
			colour, used := extendedColour(words[i+1:])
			i += used
			if n == 38 {
				l.fg = colour
			} else {
				l.bg = colour
			}
		default:
			l.set(n)
		}
	}
	return l
}

// set applies one plain parameter.
func (l *look) set(n int) {
	switch {
	case n == 0:
		*l = look{}
	case n == 1:
		l.bold = true
	case n == 2:
		l.faint = true
	case n == 3:
		l.italic = true
	case n == 4:
		l.underline = true
	case n == 7:
		l.inverse = true
	case n == 22:
		l.bold, l.faint = false, false
	case n == 23:
		l.italic = false
	case n == 24:
		l.underline = false
	case n == 27:
		l.inverse = false
	case n == 39:
		l.fg = ""
	case n == 49:
		l.bg = ""
	case n >= 30 && n <= 37:
		l.fg = strconv.Itoa(n - 30)
	case n >= 40 && n <= 47:
		l.bg = strconv.Itoa(n - 40)
	case n >= 90 && n <= 97:
		l.fg = strconv.Itoa(n - 90)
	case n >= 100 && n <= 107:
		l.bg = strconv.Itoa(n - 100)
	}
}

// extendedColour reads "5;N" (256 colours) or "2;R;G;B" and says how many words that took.
func extendedColour(words []string) (colour string, used int) {
	number := func(i int) int {
		if i >= len(words) {
			return 0
		}
		n, err := strconv.Atoi(words[i])
		if err != nil {
			return 0
		}
		return max(0, min(255, n))
	}
	if len(words) == 0 {
		return "", 0
	}
	switch words[0] {
	case "2":
		return fmt.Sprintf("#%02x%02x%02x", number(1), number(2), number(3)), min(4, len(words))
	case "5":
		return indexedColour(number(1)), min(2, len(words))
	}
	return "", 1
}

// indexedColour is a colour of the 256-colour table: 16 named ones, a 6×6×6 cube, 24 greys.
func indexedColour(n int) string {
	switch {
	case n < 16:
		return strconv.Itoa(n % 8)
	case n >= 232:
		grey := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
	}
	level := func(v int) int {
		if v == 0 {
			return 0
		}
		return 55 + 40*v
	}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
}
