package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The flag bits of a ZMTP 3.0 frame (https://rfc.zeromq.org/spec/23/).
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

const (
	// smallFrame is the size in bytes up to which memory is set aside for a
	// frame on the word of its header.
	smallFrame = 64 << 10
	// maxCommand is the longest command, READY among them, in bytes.
	maxCommand = 64 << 10
)

// errFrame is the error behind everything that is not a ZMTP frame.
var errFrame = errors.New("malformed ZMTP frame")

// frame is one ZMTP frame: a part of a message, or a command.
type frame struct {
	more    bool
	command bool
	body    []byte
}

// readFrame reads one frame whose body is at most limit bytes long, a command's
// at most maxCommand. A long body grows with what has arrived, not with what the
// header announces: 2^62 announced bytes must cost the sender, not us.
func readFrame(r *bufio.Reader, limit int64) (frame, error) {
	flags, err := r.ReadByte()
	if err != nil {
		return frame{}, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return frame{}, fmt.Errorf("%w: flags %#x", errFrame, flags)
	}
	f := frame{more: flags&flagMore != 0, command: flags&flagCommand != 0}
	if f.command {
		if f.more {
			return frame{}, fmt.Errorf("%w: a command cannot have more parts", errFrame)
		}
		limit = min(limit, maxCommand)
	}
	size, err := readSize(r, flags&flagLong != 0)
	if err != nil {
		return frame{}, whole(err)
	}
	if size > uint64(limit) {
		return frame{}, fmt.Errorf("%w: %d bytes announced, at most %d allowed", errFrame, size, limit)
	}
	f.body, err = readBody(r, int64(size))
	return f, whole(err)
}

// readSize reads the length that follows the flags: one byte, or eight.
func readSize(r *bufio.Reader, long bool) (uint64, error) {
	if !long {
		b, err := r.ReadByte()
		return uint64(b), err
	}
	var b [8]byte
	_, err := io.ReadFull(r, b[:])
	return binary.BigEndian.Uint64(b[:]), err
}

// readBody reads size bytes.
func readBody(r io.Reader, size int64) ([]byte, error) {
	if size <= smallFrame {
		body := make([]byte, size)
		_, err := io.ReadFull(r, body)
		return body, err
	}
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, r, size); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// whole turns the end of input inside a frame into the error that it is.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// frameHeader returns the bytes that come before the body of f.
func frameHeader(f frame) []byte {
	var flags byte
	if f.more {
		flags |= flagMore
	}
	if f.command {
		flags |= flagCommand
	}
	if len(f.body) > 255 {
		return binary.BigEndian.AppendUint64([]byte{flags | flagLong}, uint64(len(f.body)))
	}
	return []byte{flags, byte(len(f.body))}
}

// encodeFrame returns f as it goes over the wire.
func encodeFrame(f frame) []byte {
	return append(frameHeader(f), f.body...)
}

// parseCommand splits the body of a command into its name and its data.
func parseCommand(body []byte) (name string, data []byte, err error) {
	if len(body) == 0 || int(body[0]) > len(body)-1 || body[0] == 0 {
		return "", nil, fmt.Errorf("%w: command without a name", errFrame)
	}
	end := 1 + int(body[0])
	return string(body[1:end]), body[end:], nil
}

// command returns the frame of a command.
func command(name string, data []byte) frame {
	body := append([]byte{byte(len(name))}, name...)
	return frame{command: true, body: append(body, data...)}
}
