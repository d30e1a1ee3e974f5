package check

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Parser is an Exporter that can also ask the compiler's own parser. go/parser
// finds the same faults but says them in other words.
type Parser interface {
	// Parse returns what the compiler prints about Go files, given by their text.
	Parse(ctx context.Context, files []string) (string, error)
}

// Parse runs "go tool compile" on files that have syntax errors: it goes no further
// than to parse them.
func (g *GoList) Parse(ctx context.Context, files []string) (string, error) {
	gocmd, err := exec.LookPath(cmp.Or(g.opts.Go, "go"))
	if err != nil {
		return "", fmt.Errorf("no go command: %w", err)
	}
	dir, err := os.MkdirTemp("", "gomri-parse-")
	if err != nil {
		return "", fmt.Errorf("a folder for the parser: %w", err)
	}
	defer os.RemoveAll(dir)
	args := []string{"tool", "compile", "-e", "-p", "main", "-o", "out.o"}
	for i, text := range files {
		name := fmt.Sprintf("f%d.go", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("a file for the parser: %w", err)
		}
		args = append(args, name)
	}
	cmd := exec.CommandContext(ctx, gocmd, args...)
	cmd.Dir, cmd.Env = dir, g.opts.Env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // the status is that of a file with errors
	text, err := io.ReadAll(io.LimitReader(&out, 1<<20))
	return string(text), err
}

// compilerLine matches one message of the compiler: place, the true place in
// brackets, words.
var compilerLine = regexp.MustCompile(`^([^:\[\]]+):(\d+):(\d+)(?:\[[^\]]*\])?: (.*)$`)

// typeWords matches messages that come after parsing.
var typeWords = regexp.MustCompile(`^(declared and not used|undefined: |could not import )|imported and not used| is not used$`)

// syntaxWords replaces the messages of go/parser about a chunk by those of the
// compiler, if there is one to ask.
func (k *Checker) syntaxWords(ctx context.Context, ch *chunk, es Errors) Errors {
	parser, ok := k.pkgs.exp.(Parser)
	if !ok || !hasSyntax(es) {
		return es
	}
	decls, body := ch.split.Parts(ch.text)
	tail := "\n}\n"
	if ch.split.Depth > 0 || ch.split.Open {
		tail = "" // so that the compiler misses the brace that the user has to write
	}
	line := "//line " + ch.cell.Name + ":1:1\n"
	out, err := parser.Parse(ctx, []string{declsHead + line + decls, bodyHead + line + body + tail})
	if err != nil {
		return es
	}
	var found, behind Errors // behind: in the brace that is ours, where the cell has ended
	for l := range strings.Lines(out) {
		l = strings.TrimRight(l, "\r\n")
		m := compilerLine.FindStringSubmatch(l)
		if m == nil || m[1] != ch.cell.Name {
			if strings.HasPrefix(l, "\t") && len(found) > 0 {
				found[len(found)-1].Msg += "\n" + l
			}
			continue
		}
		row, _ := strconv.Atoi(m[2]) // digits
		col, _ := strconv.Atoi(m[3])
		e := Error{Msg: m[4], Position: ch.src.clamp(token.Position{Line: row, Column: col}), Syntax: true}
		if typeWords.MatchString(e.Msg) {
			continue // it went on after a fault that is only of the scanner
		}
		if row <= len(ch.src.lines) {
			found = append(found, e)
			continue
		}
		e.Msg = strings.Replace(e.Msg, "unexpected }", "unexpected EOF", 1)
		behind = append(behind, e)
	}
	if len(found) == 0 && len(behind) > 0 {
		found = behind[:1]
	}
	if !hasSyntax(found) {
		return es
	}
	return found
}

// hasSyntax reports whether one of the errors is of the parser, not of the checks
// that go/parser makes beyond that.
func hasSyntax(es Errors) bool {
	for _, e := range es {
		if e.Syntax {
			return true
		}
	}
	return false
}
