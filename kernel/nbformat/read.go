package nbformat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Read reads a notebook. It fails on a file larger than MaxSize, on what is not a
// notebook, and on notebooks of another major format than 4, saying what to do.
func Read(r io.Reader) (*Notebook, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the notebook is larger than %d MB; clear its outputs first", MaxSize>>20)
	}
	return Parse(data)
}

// Parse reads a notebook from the content of its file. The errors are those of Read.
func Parse(data []byte) (*Notebook, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		return nil, errors.New("not a notebook: the file is not UTF-8 text")
	}
	if depth(data) > maxDepth {
		return nil, fmt.Errorf("not a notebook: its values are nested more than %d deep", maxDepth)
	}
	var top fields
	if err := json.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	if err := checkVersion(top); err != nil {
		return nil, err
	}
	return parseNotebook(top)
}

// maxDepth bounds the nesting of values. Every line of a file is indented by its
// depth, so without a bound a small file could be written as a huge one.
const maxDepth = 500

// depth returns how deep brackets are nested in JSON text.
func depth(data []byte) int {
	level, deepest := 0, 0
	inText := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}

// checkVersion returns an error unless the notebook is of major format 4.
func checkVersion(top fields) error {
	var major int
	raw, ok := top["nbformat"]
	if !ok {
		return errors.New("not a notebook: there is no \"nbformat\" in it")
	}
	if err := json.Unmarshal(raw, &major); err != nil {
		return fmt.Errorf("not a notebook: \"nbformat\" is %.20s, not a number", raw)
	}
	switch {
	case major < 4:
		return fmt.Errorf("the notebook is of format %d, and only format 4 is read; convert it with: jupyter nbconvert --to notebook --nbformat 4 FILE", major)
	case major > 4:
		return fmt.Errorf("the notebook is of format %d, which is newer than this program, and only format 4 is read", major)
	}
	return nil
}

// parseNotebook reads the top object of a file.
func parseNotebook(top fields) (*Notebook, error) {
	nb := &Notebook{extra: top}
	delete(top, "nbformat")
	if err := nb.extra.take("nbformat_minor", &nb.Minor); err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	if err := nb.extra.take("metadata", &nb.Metadata); err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	if nb.Metadata == nil {
		nb.Metadata = Metadata{}
	}
	if _, ok := top["cells"]; !ok {
		return nil, errors.New("not a notebook: there are no \"cells\" in it")
	}
	var cells []json.RawMessage
	if err := nb.extra.take("cells", &cells); err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	nb.Cells = make([]Cell, len(cells))
	for i, raw := range cells {
		if err := nb.Cells[i].parse(raw); err != nil {
			return nil, fmt.Errorf("notebook cell %d: %w", i+1, err)
		}
	}
	return nb, nil
}

// take decodes the value of key into v and removes it. A missing key leaves v alone.
// Keys are compared as they are: encoding/json on a struct would take "Source" for "source".
func (f fields) take(key string, v any) error {
	raw, ok := f[key]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	delete(f, key)
	return nil
}

// takeText is take for a text, which a file holds as a string or as a list of lines.
func (f fields) takeText(key string, s *string) error {
	raw, ok := f[key]
	if !ok {
		return nil
	}
	text, ok := joinText(raw)
	if !ok {
		return fmt.Errorf("%q is neither a text nor a list of lines", key)
	}
	*s = text
	delete(f, key)
	return nil
}

// joinText decodes a string or a list of strings.
func joinText(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 {
		return "", false
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case '[':
		var lines []*string
		if json.Unmarshal(raw, &lines) != nil {
			return "", false
		}
		var b strings.Builder
		for _, line := range lines {
			if line == nil {
				return "", false
			}
			b.WriteString(*line)
		}
		return b.String(), true
	}
	return "", false
}

// parse reads one cell.
func (c *Cell) parse(raw json.RawMessage) error {
	var f fields
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	if err := f.take("cell_type", &c.Type); err != nil {
		return err
	}
	switch c.Type {
	case Code, Markdown, Raw:
	case "":
		return errors.New("it has no \"cell_type\"")
	default:
		c.raw = raw
		c.Metadata = Metadata{}
		_ = f.take("id", &c.ID) // of a cell that is kept as it is, read what can be read
		_ = f.takeText("source", &c.Source)
		return nil
	}
	c.extra = f
	if err := errors.Join(
		f.take("id", &c.ID),
		f.takeText("source", &c.Source),
		f.take("metadata", &c.Metadata),
		c.takeAttachments(f),
	); err != nil {
		return err
	}
	if c.Metadata == nil {
		c.Metadata = Metadata{}
	}
	if c.Type != Code {
		return nil
	}
	return errors.Join(f.take("execution_count", &c.Count), c.takeOutputs(f))
}

// takeAttachments reads the attachments of a cell.
func (c *Cell) takeAttachments(f fields) error {
	var files map[string]fields
	if err := f.take("attachments", &files); err != nil || files == nil {
		return err
	}
	c.Attachments = make(map[string]Bundle, len(files))
	for name, data := range files {
		c.Attachments[name] = parseBundle(data)
	}
	return nil
}

// takeOutputs reads the outputs of a code cell.
func (c *Cell) takeOutputs(f fields) error {
	var outputs []json.RawMessage
	if err := f.take("outputs", &outputs); err != nil {
		return err
	}
	c.Outputs = make([]Output, len(outputs))
	for i, raw := range outputs {
		if err := c.Outputs[i].parse(raw); err != nil {
			return fmt.Errorf("output %d: %w", i+1, err)
		}
	}
	return nil
}

// parse reads one output. An output whose fields do not have the shape that its
// type demands is kept as it is: it is not ours to refuse.
func (o *Output) parse(raw json.RawMessage) error {
	var f fields
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	if err := f.take("output_type", &o.Type); err != nil {
		return err
	}
	var err error
	switch o.Type {
	case Stream:
		err = errors.Join(f.take("name", &o.Name), f.takeText("text", &o.Text))
	case DisplayData, ExecuteResult:
		var data fields
		err = errors.Join(f.take("data", &data), f.take("metadata", &o.Metadata))
		if o.Type == ExecuteResult {
			err = errors.Join(err, f.take("execution_count", &o.Count))
		}
		o.Data = parseBundle(data)
		if o.Metadata == nil {
			o.Metadata = Metadata{}
		}
	case Error:
		err = errors.Join(f.take("ename", &o.EName), f.take("evalue", &o.EValue), f.take("traceback", &o.Traceback))
	default:
		o.raw = raw
		return nil
	}
	if err != nil {
		*o = Output{Type: o.Type, raw: raw}
		return nil
	}
	o.extra = f
	return nil
}

// parseBundle sorts the values of a MIME bundle into texts and the rest.
func parseBundle(data fields) Bundle {
	b := Bundle{}
	for mime, raw := range data {
		if !isJSON(mime) {
			if text, ok := joinText(raw); ok {
				b.SetText(mime, text)
				continue
			}
		}
		if b.JSON == nil {
			b.JSON = map[string]json.RawMessage{}
		}
		b.JSON[mime] = raw
	}
	return b
}

// SetText stores a text under a MIME type.
func (b *Bundle) SetText(mime, text string) {
	if b.Text == nil {
		b.Text = map[string]string{}
	}
	b.Text[mime] = text
}

// isJSON reports whether content of a MIME type is JSON, not text.
func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}
