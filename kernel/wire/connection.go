package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxConnectionFile is the size in bytes above which a file is not a connection
// file. Real ones have about 300.
const maxConnectionFile = 64 << 10

// signatureScheme is the one way of signing that Jupyter clients use.
const signatureScheme = "hmac-sha256"

// ConnectionInfo says where the five sockets are and with which key messages are
// signed. It is what a client writes into the connection file before it starts a
// kernel.
type ConnectionInfo struct {
	// Transport is "tcp" or "ipc"; empty means tcp.
	Transport string `json:"transport"`
	// IP is the address to bind, for ipc the first part of the five socket
	// files' names. Empty means 127.0.0.1 for tcp.
	IP string `json:"ip"`
	// The ports; for ipc the last part of each socket file's name. A port of 0 is
	// chosen by Listen, and Sockets.Info tells which it is.
	ShellPort   int `json:"shell_port"`
	ControlPort int `json:"control_port"`
	IOPubPort   int `json:"iopub_port"`
	StdinPort   int `json:"stdin_port"`
	HBPort      int `json:"hb_port"`
	// Key is the secret of the signatures. An empty key switches signing off.
	Key string `json:"key"`
	// SignatureScheme is "hmac-sha256" or empty, which means the same.
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnectionFile reads and checks the connection file at path. Keys that it
// does not know are ignored, because clients add their own.
func ReadConnectionFile(path string) (ConnectionInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("wire: connection file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConnectionFile+1))
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("wire: connection file %s: %w", path, err)
	}
	if len(data) > maxConnectionFile {
		return ConnectionInfo{}, fmt.Errorf("wire: connection file %s is larger than %d bytes; is it the right file?", path, maxConnectionFile)
	}
	info, err := parseConnection(data)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("wire: connection file %s: %w", path, err)
	}
	return info, nil
}

// parseConnection decodes a connection file. A port that the client does not name
// is an error here, although Listen would choose one: the client could not find it.
func parseConnection(data []byte) (ConnectionInfo, error) {
	var info ConnectionInfo
	if err := json.Unmarshal(data, &info); err != nil {
		return ConnectionInfo{}, err
	}
	for _, p := range info.ports() {
		if *p.port == 0 {
			return ConnectionInfo{}, fmt.Errorf("%s_port is missing or 0", p.name)
		}
	}
	return info.checked()
}

// WriteConnectionFile writes info to path, readable by its owner only, for it
// holds the key. A reader never sees half of it.
func WriteConnectionFile(path string, info ConnectionInfo) error {
	data, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return fmt.Errorf("wire: connection file %s: %w", path, err)
	}
	// CreateTemp makes the file with mode 0600.
	f, err := os.CreateTemp(filepath.Dir(path), ".connection-*")
	if err != nil {
		return fmt.Errorf("wire: connection file %s: %w", path, err)
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("wire: connection file %s: %w", path, err)
	}
	return nil
}

// namedPort is one of the five ports with its name in the connection file.
type namedPort struct {
	name string
	port *int
}

// ports returns the five ports in the order in which they are bound.
func (info *ConnectionInfo) ports() []namedPort {
	return []namedPort{
		{"shell", &info.ShellPort},
		{"control", &info.ControlPort},
		{"stdin", &info.StdinPort},
		{"hb", &info.HBPort},
		{"iopub", &info.IOPubPort},
	}
}

// checked returns info with its defaults filled in, or says what is wrong with it.
func (info ConnectionInfo) checked() (ConnectionInfo, error) {
	if info.Transport == "" {
		info.Transport = "tcp"
	}
	if info.SignatureScheme == "" {
		info.SignatureScheme = signatureScheme
	}
	if info.SignatureScheme != signatureScheme {
		return info, fmt.Errorf("signature_scheme %q is not supported, only %q", info.SignatureScheme, signatureScheme)
	}
	switch info.Transport {
	case "tcp":
		if info.IP == "" {
			info.IP = "127.0.0.1"
		}
		if strings.ContainsAny(info.IP, "/ ") {
			return info, fmt.Errorf("ip %q is not an address", info.IP)
		}
	case "ipc":
		if info.IP == "" {
			return info, errors.New(`ip is empty; with transport "ipc" it must be the path that the socket files begin with`)
		}
		if strings.Contains(info.IP, "://") {
			return info, fmt.Errorf(`ip %q: the path must not contain "://"`, info.IP)
		}
	default:
		return info, fmt.Errorf("transport %q is not supported, only tcp and ipc", info.Transport)
	}
	return info, info.checkPorts()
}

// checkPorts says which port is out of range or named twice.
func (info ConnectionInfo) checkPorts() error {
	seen := map[int]string{}
	for _, p := range info.ports() {
		if *p.port < 0 || *p.port > 65535 {
			return fmt.Errorf("%s_port %d is not between 0 and 65535", p.name, *p.port)
		}
		if other, dup := seen[*p.port]; dup && *p.port != 0 {
			return fmt.Errorf("%s_port and %s_port are both %d", other, p.name, *p.port)
		}
		seen[*p.port] = p.name
	}
	return nil
}

// address returns what net.Listen takes for the socket with the given port.
func (info ConnectionInfo) address(port int) string {
	if info.Transport == "ipc" {
		return info.IP + "-" + strconv.Itoa(port)
	}
	host := info.IP
	if host == "*" {
		host = "0.0.0.0"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}
