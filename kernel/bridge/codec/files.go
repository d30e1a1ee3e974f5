package codec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
)

// Part is a segment in a file.
type Part struct {
	Path           string
	Offset, Length int64
	// Live is true for a segment that the interpreter's worker has written of what
	// it holds. All live parts of a list together make the numbers of Origins.
	Live bool
}

// Outcome is what has become of the variables of one component.
type Outcome struct {
	Keys []string
	// Refused says why there is no segment, nil if there is one.
	Refused *Refusal
	// Same is true if the segment would be the one that was read, byte for byte, so
	// that it was not written again.
	Same           bool
	Offset, Length int64
}

// Report is what a program says at its end.
type Report struct {
	Outcomes []Outcome
	// Running is how many goroutines of the session were still running.
	Running int
}

// maxList bounds the parts of a list and the variables of a report.
const maxList = 1 << 20

// WriteParts writes a list of segments for Begin.
func WriteParts(path string, parts []Part) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the list of values: %w", err)
	}
	w := newWriter(f)
	w.uint(uint64(len(parts)))
	for _, p := range parts {
		w.text(p.Path)
		w.uint(uint64(p.Offset))
		w.uint(uint64(p.Length))
		w.uint(truth(p.Live))
	}
	w.bytes([]byte(magic))
	w.flush()
	if err := errors.Join(w.err, f.Close()); err != nil {
		return fmt.Errorf("write the list of values: %w", err)
	}
	return nil
}

// ReadParts reads the list that WriteParts has written.
func ReadParts(path string) (parts []Part, err error) {
	defer catch(&err)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the list of values: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the list of values: %w", err)
	}
	r := newReader(f, info.Size())
	for range min(r.count(4), maxList) {
		parts = append(parts, Part{Path: r.text(), Offset: int64(r.amount()), Length: int64(r.amount()), Live: r.uint() == 1})
	}
	r.end()
	return parts, nil
}

// end reads the mark at the end of a file.
func (r *reader) end() {
	b := make([]byte, len(magic))
	r.bytes(b)
	if string(b) != magic || r.remain() != 0 {
		fail("the list does not end as it should")
	}
}

// open opens a part as a file of its own.
func (p Part) open() (*os.File, *io.SectionReader, error) {
	f, err := os.Open(p.Path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the values: %w", err)
	}
	return f, io.NewSectionReader(f, p.Offset, p.Length), nil
}

// Tables reads the tables of a part.
func (p Part) Tables() (t *Tables, err error) {
	f, r, err := p.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadTables(r, p.Length)
}

// WriteFile writes the segments of a snapshot into a file, and a report behind them,
// and gives the file its name when it is complete. Pieces get the numbers that they
// have in origins. A segment that is the same, byte for byte, as one of old with the same
// variables is not written. The name of an unfinished file begins with the file's own.
func (s *Snapshot) WriteFile(path string, origins *Origins, old []Old, running int) (report Report, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return report, fmt.Errorf("write the values: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	report = Report{Running: running}
	at := int64(0)
	for i := range s.Len() {
		o := Outcome{Keys: s.Keys(i), Refused: s.Refused(i), Offset: at}
		if o.Refused == nil {
			if o.Same, o.Length, err = s.writeNew(f, i, origins, old); err != nil {
				return report, errors.Join(err, f.Close())
			}
			at += o.Length
		}
		report.Outcomes = append(report.Outcomes, o)
	}
	w := newWriter(f)
	report.write(w)
	w.fixed(uint64(at))
	w.bytes([]byte(magic))
	w.flush()
	if err = errors.Join(w.err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return report, fmt.Errorf("write the values: %w", err)
	}
	return report, nil
}

func (r *Report) write(w *writer) {
	w.uint(uint64(r.Running))
	w.uint(uint64(len(r.Outcomes)))
	for _, o := range r.Outcomes {
		w.uint(uint64(len(o.Keys)))
		for _, key := range o.Keys {
			w.text(key)
		}
		w.uint(uint64(o.Offset))
		w.uint(uint64(o.Length))
		w.uint(truth(o.Same))
		w.uint(truth(o.Refused != nil))
		if o.Refused != nil {
			for _, text := range []string{o.Refused.Key, o.Refused.Name, o.Refused.Path, o.Refused.Type, o.Refused.Why} {
				w.text(text)
			}
		}
	}
}

// ReadReport reads the report at the end of a file.
func ReadReport(path string) (report Report, err error) {
	defer catch(&err)
	f, err := os.Open(path)
	if err != nil {
		return report, fmt.Errorf("read what became of the values: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return report, fmt.Errorf("read what became of the values: %w", err)
	}
	size := info.Size()
	if size < int64(footerLen) {
		fail("there is no report")
	}
	foot := newReader(io.NewSectionReader(f, size-int64(footerLen), int64(footerLen)), int64(footerLen))
	start := int64(foot.fixed())
	foot.end()
	if start < 0 || start > size-int64(footerLen) {
		fail("the report lies outside of its file")
	}
	n := size - int64(footerLen) - start
	r := newReader(io.NewSectionReader(f, start, n), n)
	report.Running = r.index()
	for range r.count(4) {
		report.Outcomes = append(report.Outcomes, r.outcome(start))
	}
	return report, nil
}

// outcome reads one outcome; the segments of the file end at limit.
func (r *reader) outcome(limit int64) Outcome {
	var o Outcome
	for range r.count(1) {
		o.Keys = append(o.Keys, r.text())
	}
	o.Offset, o.Length = int64(r.amount()), int64(r.amount())
	if o.Offset > limit || o.Length > limit-o.Offset {
		fail("a segment lies outside of its file")
	}
	o.Same = r.uint() == 1
	if r.uint() == 1 {
		o.Refused = &Refusal{Key: r.text(), Name: r.text(), Path: r.text(), Type: r.text(), Why: r.text()}
	}
	return o
}

// DecodePart is Decode for a segment in a file.
func (r *Registry) DecodePart(p Part, vars map[string]reflect.Value, origins *Origins) (Origins, error) {
	f, from, err := p.open()
	if err != nil {
		return Origins{}, err
	}
	defer f.Close()
	return r.Decode(from, p.Length, vars, origins)
}
