// Package nbformat reads and writes Jupyter notebook files of format 4 and loses nothing that it does not understand.
//
// What it writes is laid out as the nbformat library of Jupyter lays it out (sorted
// keys, one space of indent, texts as lists of lines), so that a notebook that
// went through gomri shows no differences but the real ones under version control.
// The format is described in https://nbformat.readthedocs.io/en/latest/format_description.html.
package nbformat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// MaxSize is the largest notebook file that is read, in bytes.
const MaxSize = 256 << 20

// Notebook is a notebook file of format 4.
type Notebook struct {
	Metadata Metadata
	// Minor is the minor format number: 5 means format 4.5.
	Minor int
	Cells []Cell
	extra fields
}

// CellType says what a cell holds. A file may hold types that are not listed here;
// such cells are kept as they are.
type CellType string

// The cell types of format 4.
const (
	Code     CellType = "code"
	Markdown CellType = "markdown"
	Raw      CellType = "raw"
)

// Cell is one cell of a notebook.
type Cell struct {
	Type CellType
	// ID names the cell within the notebook. It is empty before format 4.5.
	ID       string
	Source   string
	Metadata Metadata
	// Attachments are the files of a markdown or raw cell by name, each as a bundle.
	Attachments map[string]Bundle
	// Outputs is what a code cell has shown.
	Outputs []Output
	// Count is the number that the user sees as [N]; nil if the cell has not been run.
	Count *int

	extra fields
	raw   json.RawMessage // the whole cell, if its type is unknown
}

// OutputType says what an output holds. Outputs of other types are kept as they are.
type OutputType string

// The output types of format 4.
const (
	Stream        OutputType = "stream"
	DisplayData   OutputType = "display_data"
	ExecuteResult OutputType = "execute_result"
	Error         OutputType = "error"
)

// Output is one thing that a code cell has shown. Which fields are set follows from Type.
type Output struct {
	Type OutputType

	// Name is "stdout" or "stderr", and Text what was written: Stream.
	Name string
	Text string

	// Data is the same thing in several formats: DisplayData and ExecuteResult.
	Data     Bundle
	Metadata Metadata
	// Count is the cell's number: ExecuteResult. It may be nil.
	Count *int

	// EName, EValue and Traceback describe a failure: Error.
	EName     string
	EValue    string
	Traceback []string

	extra fields
	raw   json.RawMessage // the whole output, if it is of no known shape
}

// Bundle is content by MIME type. A type is in one of the two maps.
type Bundle struct {
	// Text holds what is a text in the file: plain text, HTML, base64 of a picture.
	Text map[string]string
	// JSON holds what is not a text, and all types that are JSON by their name.
	JSON map[string]json.RawMessage
}

// Metadata is an object of the file whose keys are an open set; values are JSON.
type Metadata map[string]json.RawMessage

// fields are the keys of an object that have no place in its struct.
type fields map[string]json.RawMessage

// Get decodes the value of key into v and reports whether it is there and fits.
func (m Metadata) Get(key string, v any) bool {
	raw, ok := m[key]
	return ok && json.Unmarshal(raw, v) == nil
}

// Set stores v, encoded as JSON, under key.
func (m Metadata) Set(key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("notebook metadata %q: %w", key, err)
	}
	m[key] = raw
	return nil
}

// Tags returns the tags of a cell.
func (c *Cell) Tags() []string {
	var tags []string
	if !c.Metadata.Get("tags", &tags) {
		return nil
	}
	return tags
}

// HasTag reports whether the cell has the tag.
func (c *Cell) HasTag(tag string) bool { return slices.Contains(c.Tags(), tag) }

// Language returns the language of the notebook's code cells in lower case, or
// "" if the notebook does not say.
func (n *Notebook) Language() string {
	var info struct {
		Name string `json:"name"`
	}
	if n.Metadata.Get("language_info", &info) && info.Name != "" {
		return strings.ToLower(info.Name)
	}
	var spec struct {
		Language string `json:"language"`
	}
	n.Metadata.Get("kernelspec", &spec)
	return strings.ToLower(spec.Language)
}

// Title returns what the notebook is about: the title in its metadata, or else its
// first heading, or else "".
func (n *Notebook) Title() string {
	var title string
	if n.Metadata.Get("title", &title) && title != "" {
		return title
	}
	for i := range n.Cells {
		if n.Cells[i].Type != Markdown {
			continue
		}
		for line := range strings.Lines(n.Cells[i].Source) {
			if text, ok := strings.CutPrefix(line, "# "); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	return ""
}
