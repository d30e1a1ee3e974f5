package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// greetingSize is the length in bytes of a ZMTP 3 greeting.
const greetingSize = 64

// maxIdentity is the longest identity of a peer in bytes, as ZMTP has it.
const maxIdentity = 255

// The types that our sockets announce to their peers.
const (
	typeRouter = "ROUTER"
	typeXPub   = "XPUB"
)

// partners says which types of peer may talk to a socket of the given type.
func partners(socketType string) []string {
	if socketType == typeXPub {
		return []string{"SUB", "XSUB"}
	}
	return []string{"DEALER", "REQ", "ROUTER"}
}

// greeting returns the 64 bytes that begin a connection. It announces ZMTP 3.0,
// to which newer peers come down: subscriptions are then plain messages.
func greeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9] = 0xff, 0x7f
	g[10] = 3
	copy(g[12:32], "NULL")
	return g
}

// checkGreeting says what is wrong with the greeting of a peer.
func checkGreeting(g []byte) error {
	switch {
	case g[0] != 0xff || g[9]&1 == 0:
		return fmt.Errorf("not a ZMTP greeting: %q", g[:10])
	case g[10] < 3:
		return fmt.Errorf("ZMTP version %d is too old, 3 is needed", g[10])
	}
	mechanism, _, _ := bytes.Cut(g[12:32], []byte{0})
	if string(mechanism) != "NULL" {
		return fmt.Errorf("security mechanism %q is not supported, only NULL", mechanism)
	}
	return nil
}

// ready returns the READY command that tells the type of a socket and, if there
// is one, its identity.
func ready(socketType string, identity []byte) frame {
	data := appendProperty(nil, "Socket-Type", []byte(socketType))
	if identity != nil {
		data = appendProperty(data, "Identity", identity)
	}
	return command("READY", data)
}

// appendProperty adds one property of a READY command to b.
func appendProperty(b []byte, name string, value []byte) []byte {
	b = append(append(b, byte(len(name))), name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// peerInfo is what a peer's READY says about it.
type peerInfo struct {
	socketType string
	identity   []byte // empty if the peer leaves it to us
}

// parseReady reads the properties of a READY command. Names are compared without
// regard to case, and those of no use here are skipped.
func parseReady(data []byte) (peerInfo, error) {
	var peer peerInfo
	for len(data) > 0 {
		name, value, rest, err := cutProperty(data)
		if err != nil {
			return peerInfo{}, err
		}
		switch strings.ToLower(name) {
		case "socket-type":
			peer.socketType = string(value)
		case "identity":
			if len(value) > maxIdentity {
				return peerInfo{}, fmt.Errorf("identity of %d bytes, at most %d allowed", len(value), maxIdentity)
			}
			peer.identity = bytes.Clone(value)
		}
		data = rest
	}
	return peer, nil
}

// cutProperty splits off the first property of data, which is not empty.
func cutProperty(data []byte) (name string, value, rest []byte, err error) {
	n := int(data[0])
	if n == 0 || len(data) < 1+n+4 {
		return "", nil, nil, fmt.Errorf("%w: the name of a READY property runs past the end", errFrame)
	}
	name, data = string(data[1:1+n]), data[1+n:]
	size := binary.BigEndian.Uint32(data)
	data = data[4:]
	if uint64(size) > uint64(len(data)) {
		return "", nil, nil, fmt.Errorf("%w: the value of READY property %q runs past the end", errFrame, name)
	}
	return name, data[:size], data[size:], nil
}

// greet performs our side of the ZMTP handshake, mechanism NULL, with a peer that
// connected. The caller sets the deadline.
func greet(w io.Writer, r *bufio.Reader, socketType string) (peerInfo, error) {
	if _, err := w.Write(greeting()); err != nil {
		return peerInfo{}, err
	}
	theirs := make([]byte, greetingSize)
	if _, err := io.ReadFull(r, theirs); err != nil {
		return peerInfo{}, err
	}
	if err := checkGreeting(theirs); err != nil {
		return peerInfo{}, err
	}
	if _, err := w.Write(encodeFrame(ready(socketType, nil))); err != nil {
		return peerInfo{}, err
	}
	return readReady(r, socketType)
}

// readReady reads the peer's READY command and checks that the peer may talk to
// a socket of our type.
func readReady(r *bufio.Reader, socketType string) (peerInfo, error) {
	f, err := readFrame(r, maxCommand)
	if err != nil {
		return peerInfo{}, err
	}
	if !f.command {
		return peerInfo{}, fmt.Errorf("%w: a message instead of READY", errFrame)
	}
	name, data, err := parseCommand(f.body)
	if err != nil {
		return peerInfo{}, err
	}
	if name != "READY" {
		return peerInfo{}, fmt.Errorf("command %q instead of READY", name)
	}
	peer, err := parseReady(data)
	if err != nil {
		return peerInfo{}, err
	}
	for _, want := range partners(socketType) {
		if peer.socketType == want {
			return peer, nil
		}
	}
	return peerInfo{}, fmt.Errorf("a %q peer cannot talk to a %s socket", peer.socketType, socketType)
}
