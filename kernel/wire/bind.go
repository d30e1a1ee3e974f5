package wire

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// bind listens on an address of the given transport, "tcp" or "ipc".
func bind(transport, address string) (net.Listener, error) {
	if transport == "ipc" {
		return bindIPC(address)
	}
	network := "tcp"
	if host, _, err := net.SplitHostPort(address); err == nil && net.ParseIP(host).To4() != nil {
		network = "tcp4" // or 0.0.0.0 would listen on all of IPv6 too
	}
	return net.Listen(network, address)
}

// maxSocketPath is the longest name in bytes of a socket file that every system takes.
const maxSocketPath = 103

// bindIPC listens on a socket file that only its owner may connect to. A file that
// a dead kernel left behind is removed first.
func bindIPC(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("socket file %s: the name is longer than %d bytes; use a shorter ip in the connection file", path, maxSocketPath)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// removeStale removes the socket file at path if nobody listens on it.
func removeStale(path string) error {
	conn, err := net.Dial("unix", path)
	switch {
	case err == nil:
		conn.Close()
		return fmt.Errorf("socket file %s: another process listens on it", path)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return nil // nothing there, or something that Listen will complain of
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("socket file %s: a file of this name is in the way", path)
	}
	return os.Remove(path)
}
