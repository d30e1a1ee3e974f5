// Package msg holds the typed Jupyter messages that the kernel receives and sends, and their JSON.
//
// The names and fields follow the Jupyter messaging protocol, version 5.5
// (https://jupyter-client.readthedocs.io/en/stable/messaging.html). The package
// knows nothing of sockets and signatures, which belong to the wire.
package msg

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ProtocolVersion is the version of the messaging protocol that gomri speaks.
const ProtocolVersion = "5.5"

// Channel is one of the four sockets that carry messages. The fifth, the
// heartbeat, carries bare bytes.
type Channel int

// The channels of the protocol.
const (
	Shell Channel = iota
	Control
	IOPub
	Stdin
)

// String returns the channel's name as the protocol writes it.
func (c Channel) String() string {
	switch c {
	case Shell:
		return "shell"
	case Control:
		return "control"
	case IOPub:
		return "iopub"
	case Stdin:
		return "stdin"
	}
	return fmt.Sprintf("channel %d", int(c))
}

// Header says what a message is and who sent it.
type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	// Date is ISO 8601 with a zone. It stays text because the header of a request
	// is sent back as it came, and clients differ in how they write it.
	Date    string `json:"date"`
	Type    string `json:"msg_type"`
	Version string `json:"version"`
}

// Message is one Jupyter message without its signature.
type Message struct {
	// Identities are the routing frames that came before the message. A reply
	// carries those of its request; what is published has none.
	Identities [][]byte
	Header     Header
	// Parent is the header of the request that caused this message, nil if none did.
	Parent   *Header
	Metadata json.RawMessage
	Content  json.RawMessage
	Buffers  [][]byte
}

// NewID returns a fresh random identifier in the form of a UUID, version 4.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Date writes a time as the protocol wants it: ISO 8601 in UTC with microseconds.
func Date(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00")
}

// NewHeader returns the header of a new message: an id and a date of its own,
// because clients drop a message whose signature they have seen before.
func NewHeader(msgType, session string) Header {
	return Header{
		ID:       NewID(),
		Session:  session,
		Username: "kernel",
		Date:     Date(time.Now()),
		Type:     msgType,
		Version:  ProtocolVersion,
	}
}

// New returns a message of the kernel's own. The parent is the header of the
// request that caused it, or nil. The error is that of a content which JSON
// cannot express.
func New(msgType, session string, parent *Header, content any) (Message, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return Message{}, fmt.Errorf("msg: content of %s: %w", msgType, err)
	}
	return Message{
		Header:   NewHeader(msgType, session),
		Parent:   parent,
		Metadata: json.RawMessage("{}"),
		Content:  raw,
	}, nil
}

// ParseHeader reads a header as it came from the wire. Fields that the protocol
// has added since are ignored; a header without an id or a type is an error.
func ParseHeader(raw []byte) (Header, error) {
	var h Header
	if err := json.Unmarshal(raw, &h); err != nil {
		return Header{}, fmt.Errorf("msg: header: %w", err)
	}
	if h.ID == "" || h.Type == "" {
		return Header{}, errors.New("msg: header: msg_id and msg_type must not be empty")
	}
	return h, nil
}
