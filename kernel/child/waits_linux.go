package child

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxFamily bounds the processes that are looked at.
const maxFamily = 64

// WaitsFor tells whether process pid, or one that it has started, waits for input
// on the pipe whose read end is r. The kernel shows for each thread the system call
// that it is in.
func WaitsFor(pid int, r *os.File) Waiting {
	if unread(r) {
		return Busy
	}
	pipe, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", r.Fd()))
	if err != nil {
		return PerhapsIdle
	}
	family, known := []int{pid}, false
	for i := 0; i < len(family) && i < maxFamily; i++ {
		dir := fmt.Sprintf("/proc/%d", family[i])
		tasks, err := filepath.Glob(dir + "/task/*")
		if err != nil {
			continue
		}
		has := func(fd string) bool {
			link, err := os.Readlink(dir + "/fd/" + fd)
			return err == nil && link == pipe
		}
		for _, task := range tasks {
			call, err := os.ReadFile(task + "/syscall")
			known = known || err == nil
			if fd, ok := reads(string(call)); ok && has(fd) {
				return ForInput
			}
			family = append(family, children(task)...)
		}
	}
	if !known {
		return PerhapsIdle
	}
	return Busy
}

// reads returns the file descriptor that a thread reads from, as /proc shows its
// system call: the number, and its arguments in hexadecimal.
func reads(call string) (fd string, ok bool) {
	words := strings.Fields(call)
	if len(words) < 2 || words[0] != strconv.Itoa(unix.SYS_READ) {
		return "", false
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(words[1], "0x"), 16, 31)
	return strconv.FormatUint(n, 10), err == nil
}

// children lists the processes that a thread has started.
func children(task string) []int {
	text, err := os.ReadFile(task + "/children")
	if err != nil {
		return nil
	}
	var list []int
	for _, word := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(word); err == nil {
			list = append(list, pid)
		}
	}
	return list
}
