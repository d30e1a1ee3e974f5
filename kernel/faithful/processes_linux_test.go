package faithful

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// processesWith lists the other processes in whose environment there is an entry. Those
// that are just ending get a moment.
func processesWith(entry string) []string {
	var left []string
	for range 20 {
		if left = lookForProcesses(entry); len(left) == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return left
}

func lookForProcesses(entry string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var left []string
	for _, file := range files {
		dir := filepath.Dir(file)
		if filepath.Base(dir) == strconv.Itoa(os.Getpid()) {
			continue
		}
		env, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append(env, 0), []byte(entry+"\x00")) {
			continue // it has ended, or is somebody else's
		}
		args, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		left = append(left, fmt.Sprintf("process %s: %s", filepath.Base(dir), strings.ReplaceAll(string(args), "\x00", " ")))
	}
	return left
}

// TestProcessThatIsLeftIsFound starts one that nobody stops.
func TestProcessThatIsLeftIsFound(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	cmd.Env = append(os.Environ(), "FAITHFUL_MARK=left")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	if got := lookForProcesses("FAITHFUL_MARK=left"); len(got) != 1 || !strings.Contains(got[0], "sleep 60") {
		t.Errorf("found %q", got)
	}
	if got := lookForProcesses("FAITHFUL_MARK=lef"); got != nil {
		t.Errorf("found %q by a part of the entry", got)
	}
}
