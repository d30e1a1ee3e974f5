package toolchain

import (
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/child"
	"gomri/kernel/display"
)

// compilerLine is a message of the compiler: a place and a text. vet puts its name
// before it when the code does not compile.
var compilerLine = regexp.MustCompile(`^(?:vet: )?([^\s:]+):([0-9]{1,9})(?::([0-9]{1,9}))?: (.*)$`)

// compileErrors finds the compiler's messages in the output of a go command that
// failed to build. Notes of -m, which have the same form, are not told apart: the
// caller knows that the build failed, and notes stop where errors begin.
func (w *Workspace) compileErrors(text string) check.Errors {
	var list check.Errors
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "\t"); ok && len(list) > 0 {
			list[len(list)-1].Msg += "\n\t" + rest
			continue
		}
		m := compilerLine.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[1], "go") && !strings.Contains(m[1], ".") {
			continue
		}
		row, _ := strconv.Atoi(m[2]) // at most nine digits
		col, _ := strconv.Atoi(m[3])
		e := check.Error{Msg: m[4], Position: token.Position{Filename: m[1], Line: row, Column: col}}
		if cell := w.text(m[1]); cell != "" {
			if lines := strings.Split(cell, "\n"); row >= 1 && row <= len(lines) {
				e.Line = lines[row-1]
			}
		}
		e.Syntax = strings.HasPrefix(e.Msg, "syntax error: ")
		list = append(list, e)
	}
	return list
}

// buildFailure is the failure of a command that could not build: the compiler's
// messages, or, if it is not the compiler that failed, the command's last words.
func (w *Workspace) buildFailure(text, command string, exit child.Exit) *display.Failure {
	if list := w.compileErrors(text); len(list) > 0 {
		return list.Failure()
	}
	return commandFailure(text, command, exit)
}

// commandFailure is the failure of a command that said why in its own words.
func commandFailure(text, command string, exit child.Exit) *display.Failure {
	text = strings.TrimSpace(text)
	if text == "" {
		return display.Failf("CommandError", "%s: %s", command, exit)
	}
	lines := strings.Split(text, "\n")
	if len(lines) > maxLastWords {
		lines = lines[len(lines)-maxLastWords:]
	}
	f := display.Failf("CommandError", "%s: %s", command, exit)
	f.Traceback = append(lines, f.Traceback...)
	return f
}

// maxLastWords is how many lines of a failed command are repeated in its error;
// all of them have been streamed.
const maxLastWords = 5
