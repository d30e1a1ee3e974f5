package cell

import "strings"

// Words splits a command line into words as a POSIX shell does, without any
// expansion: blanks separate, '…' keeps everything, "…" keeps everything but \
// before ", \, $ and `, and a \ elsewhere keeps the next character. A \ that does
// not stand before a blank, a quote or another \ stays as it is, so that a Windows
// path such as C:\tmp\cpu.out can be typed. If the line is faulty msg says
// why and bad is the byte offset of the fault.
func Words(line string) (words []string, bad int, msg string) {
	var word strings.Builder
	in := false
	for i := 0; i < len(line); {
		switch ch := line[i]; {
		case ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r':
			if in {
				words = append(words, word.String())
				word.Reset()
			}
			in = false
			i++
		case ch == '\'' || ch == '"':
			n := quoted(line[i:], &word)
			if n < 0 {
				return nil, i, "the quote " + string(ch) + " is not closed"
			}
			in = true
			i += n
		case ch == '\\' && i+1 < len(line) && strings.IndexByte(" \t'\"\\", line[i+1]) >= 0:
			word.WriteByte(line[i+1])
			in = true
			i += 2
		default:
			word.WriteByte(ch)
			in = true
			i++
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, 0, ""
}

// quoted appends the text of the quoted string that s begins with to word, and
// returns the string's length with its quotes, or -1 if it is not closed.
func quoted(s string, word *strings.Builder) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1
		case s[i] == '\\' && quote == '"' && i+1 < len(s) && strings.IndexByte("\"\\$`", s[i+1]) >= 0:
			i++
			word.WriteByte(s[i])
		default:
			word.WriteByte(s[i])
		}
	}
	return -1
}
