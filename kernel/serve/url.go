package serve

import (
	"net"
	"strconv"
	"strings"
)

// URL completes the address of a program of the session. NAME/path and
// http://NAME/path stand for the address at which the program NAME listens; and a
// port of this machine that a program had to leave, because it was taken when it
// started, stands for the one it got instead. Anything else comes back as it is. The
// error says why a program of that name has no address.
func (m *Manager) URL(source string) (string, error) {
	rest := strings.TrimPrefix(source, "http://")
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if host == "" {
		return source, nil
	}
	if url, known, err := m.Address(host); known {
		return url + path, err
	}
	name, digits, err := net.SplitHostPort(host)
	port, err2 := strconv.ParseUint(digits, 10, 16)
	if err != nil || err2 != nil || !isThisMachine(name) {
		return source, nil
	}
	if to, ok := m.Moved(uint16(port)); ok {
		return "http://" + net.JoinHostPort(name, strconv.Itoa(int(to))) + path, nil
	}
	return source, nil
}

// isThisMachine tells whether a host's name means this machine and no other.
func isThisMachine(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
