package magic_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/magic"
	"gomri/kernel/serve"
)

// serverFile in the environment makes this test binary a server that listens at the
// address in that file.
const serverFile = "GOMRI_TEST_SERVER"

// serveAt serves until the process ends.
func serveAt(file string) {
	addr, err := os.ReadFile(file)
	if err == nil {
		err = http.ListenAndServe(string(addr), nil)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// serving is a session whose programs are this test binary as a server.
type serving struct {
	magic.Cells
	file string
}

func (s serving) Environ() []string { return append(os.Environ(), serverFile+"="+s.file) }

func TestPortThatIsTakenWhileTheServerIsBuiltIsReplacedToo(t *testing.T) {
	env := environment(t)
	file := filepath.Join(t.TempDir(), "address")
	env.Cells, env.Servers = serving{file: file}, serve.NewManager(serve.Options{Grace: time.Second})
	defer func() {
		if err := env.Servers.Close(); err != nil {
			t.Error(err)
		}
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	source := fmt.Sprintf("package main\n\nfunc main() {\n\thttp.ListenAndServe(%q, nil)\n}\n", addr)
	var built []string
	build := func(source string) (string, error) {
		if built = append(built, source); len(built) == 1 { // somebody else is quicker
			other, err := net.Listen("tcp", addr)
			if err != nil {
				return "", err
			}
			t.Cleanup(func() { _ = other.Close() })
		}
		_, rest, _ := strings.Cut(source, `ListenAndServe("`)
		at, _, _ := strings.Cut(rest, `"`)
		if err := os.WriteFile(file, []byte(at), 0o600); err != nil {
			return "", err
		}
		return os.Executable()
	}
	out := &page{}
	if err := magic.Serve(t.Context(), env, out, serve.Spec{Name: "web", Dir: env.Dir}, source, build); err != nil {
		t.Fatal(err)
	}
	if len(built) != 2 || built[0] != source || built[1] == source {
		t.Errorf("built %q", built)
	}
	if text := out.last().Data[display.MIMEText]; !strings.Contains(text, "web listens at") || !strings.Contains(text, "in its place") {
		t.Errorf("it shows\n%s", text)
	}
}
