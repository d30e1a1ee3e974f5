package nbformat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Write writes the notebook as a file.
func (n *Notebook) Write(w io.Writer) error {
	data, err := n.Encode()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// Encode returns the content of the notebook's file. It fails only if a value put
// into metadata is not JSON.
func (n *Notebook) Encode() ([]byte, error) {
	top := object{}
	top.addFields(n.extra)
	top["nbformat"] = 4
	top["nbformat_minor"] = n.Minor
	// These are marks of the program that had the file open, not of the file; they
	// are dropped on every save, as in nbformat.
	top["metadata"] = metadata(n.Metadata, "signature", "orig_nbformat", "orig_nbformat_minor")
	cells := make([]any, len(n.Cells))
	for i := range n.Cells {
		cells[i] = n.Cells[i].object()
	}
	top["cells"] = cells
	var p printer
	p.value(top, 0)
	if p.err != nil {
		return nil, fmt.Errorf("write notebook: %w", p.err)
	}
	p.buf.WriteByte('\n')
	return p.buf.Bytes(), nil
}

// object is a JSON object that is about to be printed. Its values are objects,
// lists ([]any or lines), strings, ints, nil or JSON as it was read.
type object map[string]any

// lines is a text that is printed as a list of its lines.
type lines string

// addFields adds the keys that were read and not understood.
func (o object) addFields(f fields) {
	for k, v := range f {
		o[k] = v
	}
}

// metadata makes an object of m without the keys that are not kept.
func metadata(m Metadata, drop ...string) object {
	o := object{}
	for k, v := range m {
		if !slices.Contains(drop, k) {
			o[k] = v
		}
	}
	return o
}

// object returns the cell as it is printed.
func (c *Cell) object() any {
	if c.raw != nil {
		return c.raw
	}
	o := object{}
	o.addFields(c.extra)
	o["cell_type"] = string(c.Type)
	o["source"] = lines(c.Source)
	o["metadata"] = metadata(c.Metadata, "trusted")
	if c.ID != "" {
		o["id"] = c.ID
	}
	if c.Attachments != nil {
		files := object{}
		for name, b := range c.Attachments {
			files[name] = b.object()
		}
		o["attachments"] = files
	}
	if c.Type == Code {
		o["execution_count"] = count(c.Count)
		outputs := make([]any, len(c.Outputs))
		for i := range c.Outputs {
			outputs[i] = c.Outputs[i].object()
		}
		o["outputs"] = outputs
	}
	return o
}

// count is a number that may be missing.
func count(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

// object returns the output as it is printed.
func (o *Output) object() any {
	if o.raw != nil {
		return o.raw
	}
	f := object{}
	f.addFields(o.extra)
	f["output_type"] = string(o.Type)
	switch o.Type {
	case Stream:
		f["name"] = o.Name
		f["text"] = lines(o.Text)
	case DisplayData, ExecuteResult:
		f["data"] = o.Data.object()
		f["metadata"] = metadata(o.Metadata)
		if o.Type == ExecuteResult {
			f["execution_count"] = count(o.Count)
		}
	case Error:
		f["ename"] = o.EName
		f["evalue"] = o.EValue
		traceback := make([]any, len(o.Traceback))
		for i, line := range o.Traceback {
			traceback[i] = line
		}
		f["traceback"] = traceback
	}
	return f
}

// object returns the bundle as it is printed: texts as lists of lines, but
// pictures in base64 as one string.
func (b Bundle) object() object {
	o := object{}
	for mime, v := range b.JSON {
		o[mime] = v
	}
	for mime, text := range b.Text {
		if strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml" {
			o[mime] = lines(text)
		} else {
			o[mime] = text
		}
	}
	return o
}

// printer writes JSON in the layout of Python's json.dumps(indent=1, sort_keys=True,
// ensure_ascii=False). encoding/json escapes <, >, & and U+2028, which that does not.
type printer struct {
	buf bytes.Buffer
	err error
}

// value prints v at a depth of indent.
func (p *printer) value(v any, depth int) {
	switch v := v.(type) {
	case nil:
		p.buf.WriteString("null")
	case bool:
		fmt.Fprint(&p.buf, v)
	case int:
		fmt.Fprint(&p.buf, v)
	case json.Number:
		p.buf.WriteString(v.String())
	case string:
		p.text(v)
	case lines:
		split := splitLines(string(v))
		p.list(len(split), depth, func(i int) { p.text(split[i]) })
	case []any:
		p.list(len(v), depth, func(i int) { p.value(v[i], depth+1) })
	case object:
		p.object(v, depth)
	case map[string]any:
		p.object(v, depth)
	case json.RawMessage:
		p.raw(v, depth)
	default:
		panic(fmt.Sprintf("nbformat: a %T in a notebook", v))
	}
}

// raw prints JSON that was read from a file or set by a caller, laid out anew.
// Numbers keep their digits.
func (p *printer) raw(raw json.RawMessage, depth int) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if p.err == nil {
			p.err = err
		}
		return
	}
	p.value(v, depth)
}

// list prints n elements.
func (p *printer) list(n, depth int, element func(i int)) {
	if n == 0 {
		p.buf.WriteString("[]")
		return
	}
	p.buf.WriteByte('[')
	for i := range n {
		if i > 0 {
			p.buf.WriteByte(',')
		}
		p.newline(depth + 1)
		element(i)
	}
	p.newline(depth)
	p.buf.WriteByte(']')
}

// object prints the keys of o in order.
func (p *printer) object(o map[string]any, depth int) {
	if len(o) == 0 {
		p.buf.WriteString("{}")
		return
	}
	p.buf.WriteByte('{')
	for i, k := range slices.Sorted(maps.Keys(o)) {
		if i > 0 {
			p.buf.WriteByte(',')
		}
		p.newline(depth + 1)
		p.text(k)
		p.buf.WriteString(": ")
		p.value(o[k], depth+1)
	}
	p.newline(depth)
	p.buf.WriteByte('}')
}

func (p *printer) newline(depth int) {
	p.buf.WriteByte('\n')
	for range depth {
		p.buf.WriteByte(' ')
	}
}

// text prints a string, escaping only what JSON demands.
func (p *printer) text(s string) {
	p.buf.WriteByte('"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		p.buf.WriteString(s[start:i])
		start = i + 1
		if j := strings.IndexByte("\"\\\n\r\t\b\f", c); j >= 0 {
			p.buf.WriteByte('\\')
			p.buf.WriteByte(`"\nrtbf`[j])
		} else {
			fmt.Fprintf(&p.buf, `\u%04x`, c)
		}
	}
	p.buf.WriteString(s[start:])
	p.buf.WriteByte('"')
}

// splitLines splits s after every line end, where Python's str.splitlines sees one.
func splitLines(s string) []string {
	var split []string
	start := 0
	for i, r := range s {
		switch r {
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		case '\r':
			if strings.HasPrefix(s[i:], "\r\n") {
				continue
			}
		default:
			continue
		}
		end := i + len(string(r))
		split = append(split, s[start:end])
		start = end
	}
	if start < len(s) {
		split = append(split, s[start:])
	}
	return split
}
