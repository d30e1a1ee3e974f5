package run_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gomri/kernel/run"
)

// with starts a session with another go command.
func with(t *testing.T, goCommand string) *notebook {
	t.Helper()
	s, err := run.New(t.Context(), run.Options{Dir: t.TempDir(), Go: goCommand})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &notebook{T: t, s: s}
}

func TestInterpreterWorksWithoutAGoCommand(t *testing.T) {
	n := with(t, filepath.Join(t.TempDir(), "go"))
	n.gives("words := strings.Fields(\"b a\")\nsort.Strings(words)\nfmt.Println(words)", "[a b]")
	n.gives("len(words)", "2")
	n.failsWith("strconv.Itoa(\"a\")", "CompileError", "cannot use \"a\"")
	n.failsWith("%%go\nfmt.Println(words)", "NoGo", "https://go.dev/dl")
	n.failsWith("func id[T any](v T) T { return v }\nid(1)", "NoGo", "does not run it: generic function")
	n.failsWith("http.Get(\"x\")", "CompileError", "https://go.dev/dl")
	n.failsWith("%go version", "NoGo", "https://go.dev/dl")
	n.gives("words[0]", `"a"`)
}

// otherRelease is the other release of Go that the project supports.
const otherRelease = "go1.25.5"

// TestOtherReleaseOfGo runs both engines with the go command of another release than the
// one that has built the kernel.
func TestOtherReleaseOfGo(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(cache)), "golang.org", "toolchain@v0.0.1-"+otherRelease+"."+runtime.GOOS+"-"+runtime.GOARCH)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "true" {
			t.Skipf("%s is not here; GOTOOLCHAIN=%s go version downloads it: %v", otherRelease, otherRelease, err)
		}
		cmd := exec.Command("go", "version")
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+otherRelease)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("%s cannot be downloaded: %v\n%s", otherRelease, err, out)
		}
	}
	t.Setenv("GOTOOLCHAIN", "local")
	n := with(t, filepath.Join(dir, "bin", "go"))
	n.gives("words := strings.Fields(\"b a\")\nslices.Sort(words)\nfmt.Println(words)", "[a b]")
	n.gives("%%go\nwords = append(words, runtime.Version())\nlen(words)", "3")
	n.gives("words[2]", `"`+otherRelease+`"`)
	n.failsWith("strconv.Itoa(\"a\")", "CompileError", "cannot use \"a\"")
}
