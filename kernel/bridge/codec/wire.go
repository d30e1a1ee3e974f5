package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"
)

// magic ends every segment; the digit is the version of the format.
const magic = "gomri-1\n"

// footerLen is the length of a segment's last bytes: where the tables begin, and magic.
const footerLen = 8 + len(magic)

// ErrBroken is wrapped by the error about a segment that no encoder has written, or
// that was cut short.
var ErrBroken = errors.New("the snapshot of the values is damaged")

// broken is the panic by which reading ends; Decode turns it into an error.
type broken struct{ err error }

// fail ends reading.
func fail(format string, args ...any) {
	panic(broken{fmt.Errorf("%w: %s", ErrBroken, fmt.Sprintf(format, args...))})
}

// catch turns the panic of fail into an error. Whatever else goes wrong in reading is
// the fault of the bytes as well.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case broken:
		*err = r.err
	default:
		*err = fmt.Errorf("%w: %v", ErrBroken, r)
	}
}

// view is memory as bytes.
func view(p unsafe.Pointer, n uintptr) []byte { return unsafe.Slice((*byte)(p), n) }

// writer puts a segment together. The first error sticks.
type writer struct {
	to   io.Writer
	buf  []byte
	done int64 // bytes handed to to
	err  error
}

const bufferSize = 64 << 10

func newWriter(to io.Writer) *writer { return &writer{to: to, buf: make([]byte, 0, bufferSize)} }

// offset is how many bytes were written.
func (w *writer) offset() int64 { return w.done + int64(len(w.buf)) }

func (w *writer) flush() {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.to.Write(w.buf)
	}
	w.done += int64(len(w.buf))
	w.buf = w.buf[:0]
}

// room makes sure that n bytes fit into the buffer.
func (w *writer) room(n int) {
	if cap(w.buf)-len(w.buf) < n {
		w.flush()
	}
}

func (w *writer) uint(v uint64) {
	w.room(binary.MaxVarintLen64)
	w.buf = binary.AppendUvarint(w.buf, v)
}

func (w *writer) fixed(v uint64) {
	w.room(8)
	w.buf = binary.LittleEndian.AppendUint64(w.buf, v)
}

// bytes writes b as it is; a long one goes past the buffer.
func (w *writer) bytes(b []byte) {
	if len(b) <= cap(w.buf)-len(w.buf) {
		w.buf = append(w.buf, b...)
		return
	}
	w.flush()
	if len(b) < cap(w.buf) {
		w.buf = append(w.buf, b...)
		return
	}
	if w.err == nil {
		_, w.err = w.to.Write(b)
	}
	w.done += int64(len(b))
}

// text writes a string with its length.
func (w *writer) text(s string) {
	w.uint(uint64(len(s)))
	w.bytes(view(unsafe.Pointer(unsafe.StringData(s)), uintptr(len(s))))
}

// reader takes a segment apart. It fails at the end of its bytes.
type reader struct {
	from io.Reader
	buf  []byte
	at   int
	left int64 // bytes not yet in buf
}

func newReader(from io.Reader, n int64) *reader {
	return &reader{from: from, left: n, buf: make([]byte, 0, min(bufferSize, max(n, 1)))}
}

// remain is how many bytes are still to come.
func (r *reader) remain() int64 { return r.left + int64(len(r.buf)-r.at) }

// fill reads more into an empty buffer.
func (r *reader) fill() {
	n := int(min(int64(cap(r.buf)), r.left))
	if n == 0 {
		fail("it ends too early")
	}
	r.buf, r.at = r.buf[:n], 0
	if _, err := io.ReadFull(r.from, r.buf); err != nil {
		panic(broken{fmt.Errorf("read the values: %w", err)})
	}
	r.left -= int64(n)
}

func (r *reader) byte() byte {
	if r.at == len(r.buf) {
		r.fill()
	}
	b := r.buf[r.at]
	r.at++
	return b
}

func (r *reader) uint() uint64 {
	if v, n := binary.Uvarint(r.buf[r.at:]); n > 0 {
		r.at += n
		return v
	}
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	fail("a number is too long")
	return 0
}

// count reads a number of things each of which takes at least size bytes that are
// still to come. Bytes that could not hold them are broken, so no allocation is
// larger than a small multiple of the segment.
func (r *reader) count(size int) int {
	v := r.uint()
	if v > uint64(r.remain())/uint64(max(size, 1)) {
		fail("%d things do not fit into it", v)
	}
	return int(v)
}

func (r *reader) fixed() uint64 {
	var b [8]byte
	r.bytes(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

// bytes fills b; a long one is read past the buffer.
func (r *reader) bytes(b []byte) {
	n := copy(b, r.buf[r.at:])
	r.at += n
	b = b[n:]
	if len(b) == 0 {
		return
	}
	if len(b) < cap(r.buf) {
		r.fill()
		if n := copy(b, r.buf); n < len(b) {
			fail("it ends too early")
		}
		r.at = len(b)
		return
	}
	if int64(len(b)) > r.left {
		fail("it ends too early")
	}
	if _, err := io.ReadFull(r.from, b); err != nil {
		panic(broken{fmt.Errorf("read the values: %w", err)})
	}
	r.left -= int64(len(b))
}

func (r *reader) text() string {
	b := make([]byte, r.count(1))
	r.bytes(b)
	return unsafe.String(unsafe.SliceData(b), len(b))
}
