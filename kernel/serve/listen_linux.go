package serve

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxTable bounds what is read of a table of the system's sockets, in bytes.
const maxTable = 32 << 20

// groupListeners returns the addresses at which the processes of a group listen.
// It is false where /proc does not tell.
func groupListeners(pgid int) ([]netip.AddrPort, bool) {
	table, ok := listeners(pgid)
	if !ok {
		return nil, false
	}
	var out []netip.AddrPort
	if len(table) == 0 {
		return nil, true
	}
	for _, pid := range processes() {
		if pid != pgid && groupOf(pid) != pgid {
			continue
		}
		for _, inode := range socketsOf(pid) {
			if a, ok := table[inode]; ok && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out, true
}

// portOwner returns the process that listens at a port of this machine, if it
// may be known.
func portOwner(port uint16) (pid int, name string, ok bool) {
	table, ok := listeners(os.Getpid())
	if !ok {
		return 0, "", false
	}
	for _, pid := range processes() {
		for _, inode := range socketsOf(pid) {
			if a, ok := table[inode]; ok && a.Port() == port {
				comm, _ := os.ReadFile(procFile(pid, "comm"))
				return pid, strings.TrimSpace(string(comm)), true
			}
		}
	}
	return 0, "", false
}

// listeners maps the inode of each listening TCP socket, in the network that the
// process pid sees, to its address.
func listeners(pid int) (map[string]netip.AddrPort, bool) {
	out := map[string]netip.AddrPort{}
	ok := false
	for _, name := range []string{"net/tcp", "net/tcp6"} {
		f, err := os.Open(procFile(pid, name))
		if err != nil {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(f, maxTable))
		_ = f.Close()
		if err != nil {
			continue
		}
		ok = true
		for line := range bytes.Lines(text) {
			if inode, addr, listening := parseSocket(string(line)); listening {
				out[inode] = addr
			}
		}
	}
	return out, ok
}

// parseSocket reads one line of /proc/PID/net/tcp or tcp6 (proc_pid_net(5)).
func parseSocket(line string) (inode string, addr netip.AddrPort, listening bool) {
	const stateListen = "0A"
	f := strings.Fields(line)
	if len(f) < 10 || f[3] != stateListen {
		return "", addr, false
	}
	host, port, ok := strings.Cut(f[1], ":")
	n, err := strconv.ParseUint(port, 16, 16)
	raw, err2 := hex.DecodeString(host)
	if !ok || err != nil || err2 != nil || len(raw)%4 != 0 {
		return "", addr, false
	}
	// Each 32-bit word is printed as a number of this machine's byte order.
	for i := 0; i < len(raw); i += 4 {
		word := binary.BigEndian.Uint32(raw[i:])
		binary.NativeEndian.PutUint32(raw[i:], word)
	}
	ip, ok := netip.AddrFromSlice(raw)
	return f[9], netip.AddrPortFrom(ip.Unmap(), uint16(n)), ok
}

// processes returns the ids of all processes.
func processes() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var out []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// groupOf returns the process group of pid, 0 if it has gone.
func groupOf(pid int) int {
	stat, err := os.ReadFile(procFile(pid, "stat"))
	if err != nil {
		return 0
	}
	// The second field, the name in brackets, may hold anything.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 3 {
		return 0
	}
	pgid, _ := strconv.Atoi(f[2])
	return pgid
}

// socketsOf returns the inodes of the sockets that pid has open.
func socketsOf(pid int) []string {
	dir := procFile(pid, "fd")
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	var out []string
	for _, name := range names {
		target, err := os.Readlink(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			out = append(out, strings.TrimSuffix(inode, "]"))
		}
	}
	return out
}

// procFile returns the path of a file of the process pid.
func procFile(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}
