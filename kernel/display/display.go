// Package display holds what a cell shows: a bundle of one result in several formats, and the Output a cell writes to.
//
// The names follow the Jupyter messaging protocol, version 5.5, sections
// "display_data", "update_display_data", "execute_result", "stream" and "error"
// (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
package display

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
)

// The MIME types that gomri writes. JupyterLab prefers application/json and
// image/svg+xml in ways that lose our pictures, so neither is ever in a bundle.
const (
	MIMEText     = "text/plain"
	MIMEHTML     = "text/html"
	MIMEMarkdown = "text/markdown"
	MIMEPNG      = "image/png"
)

// StreamName says which of a program's two output streams a text came from.
type StreamName string

// The two stream names of the Jupyter protocol.
const (
	Stdout StreamName = "stdout"
	Stderr StreamName = "stderr"
)

// Bundle is one thing shown, in one or more formats; a frontend picks the
// richest that it can draw. Every bundle has a text/plain form.
type Bundle struct {
	// Data maps a MIME type to its content: text as it is, images in base64.
	Data map[string]string
	// Metadata maps a MIME type to hints for it; nil means none.
	Metadata map[string]any
}

// Text returns a bundle that holds only text/plain.
func Text(s string) Bundle {
	return Bundle{Data: map[string]string{MIMEText: s}}
}

// HTML returns a bundle of a page fragment and the plain text that stands for
// it where HTML is not shown. The caller has escaped what needs escaping.
func HTML(html, text string) Bundle {
	return Bundle{Data: map[string]string{MIMEHTML: html, MIMEText: text}}
}

// WithPNG returns the bundle with a picture added.
func (b Bundle) WithPNG(png []byte) Bundle {
	data := make(map[string]string, len(b.Data)+1)
	for k, v := range b.Data {
		data[k] = v
	}
	data[MIMEPNG] = base64.StdEncoding.EncodeToString(png)
	b.Data = data
	return b
}

// Output is where one running cell writes. Its methods may be called from any
// goroutine; they keep the order in which they were called. What comes after the
// request that owns the Output has ended still goes out, with that request as
// its parent.
type Output interface {
	// Stream appends text to one of the cell's streams.
	Stream(name StreamName, text string)
	// Display shows a bundle.
	Display(b Bundle)
	// Update shows a bundle under an id of the caller's choice; a later call
	// with the same id replaces what was shown. Ids are private to the cell.
	Update(id string, b Bundle)
	// Result shows the value of the cell's last expression.
	Result(b Bundle)
	// Clear removes what the cell has shown; with wait, when the next output comes.
	Clear(wait bool)
}

// Asker is an Output behind which somebody can be asked for a line of text.
type Asker interface {
	// Input shows what the cell has written so far, asks, and waits for the answer,
	// which has no newline at its end. With password it is hidden while it is typed.
	// The error is ErrNoInput where nobody can be asked, or that of ctx.
	Input(ctx context.Context, prompt string, password bool) (string, error)
}

// ErrNoInput says that nobody can be asked: the input of a cell is then at its end.
var ErrNoInput = errors.New("this client does not answer questions of the cell")

// Failure is an error of the user's: the code did not compile, panicked, exited
// or was interrupted, or a command was mistyped. It becomes a Jupyter "error"
// message. An error that is not a *Failure is a fault of gomri's own.
type Failure struct {
	// Name is the kind of failure, in few words and without spaces: "CompileError",
	// "SyntaxError", "Panic", "Exit", "Interrupted", "UsageError", "CommandError".
	Name string
	// Value is the message in the tool's own words: one line, or several where
	// the compiler reports several errors.
	Value string
	// Traceback is what a frontend prints, a line an element, without newlines at
	// the ends; ANSI colours are allowed. It repeats Name and Value.
	Traceback []string
}

// Error returns the failure's name and message.
func (f *Failure) Error() string { return f.Name + ": " + f.Value }

// Failf returns a failure of the given kind whose traceback is its message.
func Failf(name, format string, args ...any) *Failure {
	value := fmt.Sprintf(format, args...)
	return &Failure{Name: name, Value: value, Traceback: []string{name + ": " + value}}
}

// Interrupted is the failure of a cell that was stopped by the user, or nil if
// ctx has not ended.
func Interrupted(ctx context.Context) *Failure {
	if ctx.Err() == nil {
		return nil
	}
	return Failf("Interrupted", "the cell was interrupted")
}
