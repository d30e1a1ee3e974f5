package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gomri/kernel/msg"
)

// delimiter stands between the identities and the signature of a message.
const delimiter = "<IDS|MSG>"

const (
	// maxIdentities is how many routing frames a message may begin with.
	maxIdentities = 16
	// maxHeader is the longest header or parent header in bytes.
	maxHeader = 1 << 20
	// keptSignatures is how many signatures are remembered to notice a message
	// that comes twice. The Jupyter client remembers as many.
	keptSignatures = 1 << 16
)

// errMessage is the error behind every message that is dropped.
var errMessage = errors.New("bad message")

// envelope puts messages into frames and takes them out again, and signs and
// verifies on the way. The key never changes; what has been seen is behind a lock.
type envelope struct {
	key []byte // empty: nothing is signed

	mu   sync.Mutex
	seen map[[sha256.Size]byte]bool
	ring [][sha256.Size]byte // the same in order of arrival
	next int                 // the oldest in ring, once it is full
}

// newEnvelope returns an envelope for the given key.
func newEnvelope(key string) *envelope {
	return &envelope{key: []byte(key), seen: map[[sha256.Size]byte]bool{}}
}

// sign returns the signature of the four parts of a message.
func (e *envelope) sign(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, e.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// seal returns the frames of m.
func (e *envelope) seal(m msg.Message) ([][]byte, error) {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return nil, fmt.Errorf("wire: header of %s: %w", m.Header.Type, err)
	}
	parent := []byte("{}")
	if m.Parent != nil {
		if parent, err = json.Marshal(m.Parent); err != nil {
			return nil, fmt.Errorf("wire: parent header of %s: %w", m.Header.Type, err)
		}
	}
	parts := [][]byte{header, parent, object(m.Metadata), object(m.Content)}
	signature := []byte{}
	if len(e.key) > 0 {
		signature = hex.AppendEncode(nil, e.sign(parts))
	}
	frames := slices.Clone(m.Identities)
	frames = append(frames, []byte(delimiter), signature)
	return slices.Concat(frames, parts, m.Buffers), nil
}

// object returns raw, or the empty object if there is nothing. It is a copy,
// because frames belong to the socket afterwards.
func object(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("{}")
	}
	return bytes.Clone(raw)
}

// open returns the message in frames, which come from whoever connected: nothing
// is believed before the signature has been checked over the bytes as they came.
func (e *envelope) open(frames [][]byte) (msg.Message, error) {
	at := slices.IndexFunc(frames[:min(len(frames), maxIdentities+1)], func(f []byte) bool { return string(f) == delimiter })
	if at < 0 {
		return msg.Message{}, fmt.Errorf("%w: no %s among the first %d of %d frames", errMessage, delimiter, maxIdentities+1, len(frames))
	}
	rest := frames[at+1:]
	if len(rest) < 5 {
		return msg.Message{}, fmt.Errorf("%w: %d frames after %s, 5 are needed", errMessage, len(rest), delimiter)
	}
	signature, parts := rest[0], rest[1:5]
	if err := e.verify(signature, parts); err != nil {
		return msg.Message{}, err
	}
	m := msg.Message{Identities: slices.Clone(frames[:at]), Buffers: slices.Clone(rest[5:])}
	return m, decodeParts(&m, parts)
}

// verify checks the signature, and that it has not come before: a message that
// was overheard must not run a second time.
func (e *envelope) verify(signature []byte, parts [][]byte) error {
	if len(e.key) == 0 {
		return nil
	}
	want := e.sign(parts)
	if !hmac.Equal(hex.AppendEncode(nil, want), signature) {
		return fmt.Errorf("%w: the signature is wrong", errMessage)
	}
	if !e.remember([sha256.Size]byte(want)) {
		return fmt.Errorf("%w: the signature has come before", errMessage)
	}
	return nil
}

// remember notes a signature and reports whether it is new. The oldest is
// forgotten when there are keptSignatures.
func (e *envelope) remember(sum [sha256.Size]byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seen[sum] {
		return false
	}
	e.seen[sum] = true
	if len(e.ring) < keptSignatures {
		e.ring = append(e.ring, sum)
		return true
	}
	delete(e.seen, e.ring[e.next])
	e.ring[e.next] = sum
	e.next = (e.next + 1) % keptSignatures
	return true
}

// decodeParts fills m from header, parent header, metadata and content.
func decodeParts(m *msg.Message, parts [][]byte) error {
	for i, name := range []string{"header", "parent header", "metadata", "content"} {
		if i < 2 && len(parts[i]) > maxHeader {
			return fmt.Errorf("%w: %s of %d bytes, at most %d allowed", errMessage, name, len(parts[i]), maxHeader)
		}
		if !isObject(parts[i]) {
			return fmt.Errorf("%w: the %s is not a JSON object", errMessage, name)
		}
	}
	var err error
	if m.Header, err = msg.ParseHeader(parts[0]); err != nil {
		return fmt.Errorf("%w: %w", errMessage, err)
	}
	var parent msg.Header
	if err := json.Unmarshal(parts[1], &parent); err != nil {
		return fmt.Errorf("%w: parent header: %w", errMessage, err)
	}
	if parent != (msg.Header{}) {
		m.Parent = &parent
	}
	m.Metadata, m.Content = parts[2], parts[3]
	return nil
}

// isObject reports whether raw is one JSON object.
func isObject(raw []byte) bool {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(raw)
}
