package codec

import (
	"bytes"
	"io"
	"slices"
)

// Old is a segment that was read.
type Old struct {
	Part
	Keys []string
}

// writeNew writes a segment to w, but nothing if it is the same as an old one.
func (s *Snapshot) writeNew(w io.Writer, segment int, origins *Origins, old []Old) (same bool, n int64, err error) {
	keys := s.Keys(segment)
	i := slices.IndexFunc(old, func(o Old) bool { return slices.Equal(o.Keys, keys) })
	c := &comparer{to: w}
	if i >= 0 {
		f, r, err := old[i].open()
		if err != nil {
			return false, 0, err
		}
		defer f.Close()
		c.old, c.left = r, old[i].Length
	}
	if err := s.Write(c, segment, origins); err != nil {
		return false, 0, err
	}
	return c.end()
}

// comparer is a writer that writes nothing as long as the bytes are those of an old
// segment.
type comparer struct {
	to   io.Writer
	old  *io.SectionReader // nil once they differ
	left int64             // bytes of old not yet compared
	n    int64             // bytes that came
	buf  []byte
}

// Write compares p or passes it on.
func (c *comparer) Write(p []byte) (int, error) {
	n := len(p)
	for c.old != nil && len(p) > 0 {
		if c.buf == nil {
			c.buf = make([]byte, 256<<10)
		}
		part := p[:min(len(p), len(c.buf))]
		if int64(len(part)) > c.left {
			break
		}
		if _, err := io.ReadFull(c.old, c.buf[:len(part)]); err != nil {
			return 0, err
		}
		if !bytes.Equal(part, c.buf[:len(part)]) {
			break
		}
		p, c.left, c.n = p[len(part):], c.left-int64(len(part)), c.n+int64(len(part))
	}
	if len(p) == 0 {
		return n, nil
	}
	if err := c.differ(); err != nil {
		return 0, err
	}
	c.n += int64(len(p))
	if _, err := c.to.Write(p); err != nil {
		return 0, err
	}
	return n, nil
}

// differ writes what was the same so far.
func (c *comparer) differ() error {
	if c.old == nil {
		return nil
	}
	old := c.old
	c.old = nil
	_, err := io.Copy(c.to, io.NewSectionReader(old, 0, c.n))
	return err
}

// end tells whether all was the same, and how many bytes were written.
func (c *comparer) end() (same bool, n int64, err error) {
	if c.old != nil && c.left == 0 {
		return true, 0, nil
	}
	err = c.differ()
	return false, c.n, err
}
