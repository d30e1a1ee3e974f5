package cell

import (
	"strings"
)

// parseLine reads the % or ! line between two offsets.
func (c *Cell) parseLine(at, next int) error {
	line := strings.TrimRight(c.Text[at:next], " \t\r\n")
	part := Part{Line: 1 + strings.Count(c.Text[:at], "\n")}
	if line[0] == '!' {
		cmd := strings.TrimSpace(line[1:])
		if cmd == "" {
			return c.errorAt(at, "a command must follow the !, as in: !ls -l")
		}
		part.Shell = &Shell{Text: cmd}
		c.Parts = append(c.Parts, part)
		return nil
	}
	if strings.HasPrefix(line, "%%") {
		return c.errorAt(at, "a %%%% command must stand on the first line of its cell")
	}
	m, err := c.magic(at+1, line[1:])
	if err != nil {
		return err
	}
	part.Magic = m
	c.Parts = append(c.Parts, part)
	return nil
}

// parseCellMagic reads a cell whose line number n (0-based) is a %% command.
func (c *Cell) parseCellMagic(n int) error {
	at := 0
	for range n {
		at += strings.IndexByte(c.Text[at:], '\n') + 1
	}
	next := len(c.Text)
	if i := strings.IndexByte(c.Text[at:], '\n'); i >= 0 {
		next = at + i + 1
	}
	at += strings.Index(c.Text[at:], "%%") + 2
	m, err := c.magic(at, strings.TrimRight(c.Text[at:next], " \t\r\n"))
	if err != nil {
		return err
	}
	m.Cell, m.Body = true, Blank(c.Text, next, len(c.Text))
	c.Parts = []Part{{Line: n + 1, Magic: m}}
	return nil
}

// magic reads a command line after its percent signs; at is its offset in the cell.
func (c *Cell) magic(at int, line string) (*Magic, error) {
	name := line
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		name = line[:i]
	}
	if name == "" || strings.Trim(name, nameChars) != "" {
		return nil, c.errorAt(at, "the name of a command must follow the %%, as in: %%help")
	}
	m := &Magic{Name: name}
	rest := line[len(name):]
	offset := at + len(name) + len(rest) - len(strings.TrimLeft(rest, " \t"))
	m.Raw = strings.TrimSpace(rest)
	if m.Raw == "&" || strings.HasSuffix(m.Raw, " &") {
		m.Back = true
		m.Raw = strings.TrimSpace(strings.TrimSuffix(m.Raw, "&"))
	}
	args, bad, msg := Words(m.Raw)
	if msg != "" {
		return nil, c.errorAt(offset+bad, "%s", msg)
	}
	m.Args = args
	return m, nil
}

// nameChars are what the name of a command consists of.
const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// goCommands are the words that, after "go", make a line a command.
var goCommands = map[string]bool{
	"bug": true, "build": true, "clean": true, "doc": true, "env": true, "fix": true, "fmt": true,
	"generate": true, "get": true, "help": true, "install": true, "list": true, "mod": true,
	"run": true, "telemetry": true, "test": true, "tool": true, "version": true, "vet": true, "work": true,
}

// isGoCommand reports whether a line, without blanks around it, is a go command.
func isGoCommand(line string) bool {
	line = strings.TrimPrefix(line, "$ ")
	rest, ok := strings.CutPrefix(line, "go ")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " \t")
	word := rest
	if i := strings.IndexAny(rest, " \t"); i >= 0 {
		word = rest[:i]
	}
	after := strings.TrimLeft(rest[len(word):], " \t")
	return goCommands[word] && !strings.HasPrefix(after, "(")
}

// parseCommands reads go command lines from the offset start on, which is that of
// a line's first word, and returns the offset of the % or ! line that ends them, or
// of the cell's end. Lines that begin with // and blank lines are left out.
func (c *Cell) parseCommands(start int) (end int, err error) {
	var current *Command
	at := start
	for l := range strings.Lines(c.Text[start:]) {
		line := strings.TrimSpace(l)
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
		case line[0] == '%' || line[0] == '!':
			return at, nil
		case isGoCommand(line):
			raw := strings.TrimPrefix(line, "$ ")
			args, bad, msg := Words(raw)
			if msg != "" {
				return 0, c.errorAt(at+strings.Index(l, raw)+bad, "%s", msg)
			}
			current = &Command{Args: args[1:], Raw: raw}
			number := 1 + strings.Count(c.Text[:at], "\n")
			c.Parts = append(c.Parts, Part{Line: number, Command: current})
		default:
			current.enter(l)
		}
		at += len(l)
	}
	return at, nil
}

// offsetOf returns the offset of the first word of a line, counted from 0.
func (c *Cell) offsetOf(line int) int {
	at := 0
	for range line {
		at += strings.IndexByte(c.Text[at:], '\n') + 1
	}
	return at + len(c.Text[at:]) - len(strings.TrimLeft(c.Text[at:], " \t"))
}

// prompt is what pprof prints in front of each line that is typed.
const prompt = "(pprof)"

// enter adds a line below a command to what is typed at its prompt. Once a line
// begins with the prompt itself, the text is a copy of a terminal: then only the
// lines with a prompt were typed, and the others are what pprof answered.
func (cmd *Command) enter(line string) {
	line = strings.TrimRight(line, " \t\r\n")
	typed, prompted := strings.CutPrefix(strings.TrimSpace(line), prompt)
	if prompted {
		if !cmd.copied {
			cmd.Input = nil
		}
		cmd.copied = true
		line = strings.TrimSpace(typed)
	}
	if prompted || !cmd.copied {
		cmd.Input = append(cmd.Input, line)
	}
}
