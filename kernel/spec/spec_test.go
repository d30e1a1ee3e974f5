package spec

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// environment is a Getenv over a few variables.
func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// binary writes a file that stands for the program.
func binary(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "gomri-bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("the program"), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestWrittenKernelspecIsReadBack(t *testing.T) {
	prog := binary(t, filepath.Join(t.TempDir(), "bin"))
	data := filepath.Join(t.TempDir(), "data")
	for range 2 { // the second time replaces
		dir, err := Write(data, prog)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		if s.Argv[0] != prog || s.Argv[1] != "kernel" || s.Argv[2] != "{connection_file}" {
			t.Errorf("argv is %q", s.Argv)
		}
		if s.Language != "go" || s.InterruptMode != "message" || s.ProtocolVersion != "5.5" || s.DisplayName != "Go (gomri)" {
			t.Errorf("spec is %+v", s)
		}
	}
	files, err := os.ReadDir(Dir(data))
	if err != nil || len(files) != 3 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

func TestBinaryOfGoRunIsCopiedToAStablePlace(t *testing.T) {
	prog := binary(t, filepath.Join(t.TempDir(), "go-build123", "b001", "exe"))
	data := t.TempDir()
	dir, err := Write(data, prog)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(prog); err != nil {
		t.Fatal(err)
	}
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.Argv[0])
	if err != nil || filepath.Dir(s.Argv[0]) != dir {
		t.Fatalf("argv names %s: %v", s.Argv[0], err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o755 {
		t.Errorf("the copy has mode %v", info.Mode())
	}
	if text, err := os.ReadFile(s.Argv[0]); err != nil || string(text) != "the program" {
		t.Errorf("the copy holds %q, %v", text, err)
	}
}

func TestTemporaryKnowsWhatTheGoCommandRemoves(t *testing.T) {
	for name, want := range map[string]bool{
		"/tmp/go-build42/b001/exe/gomri":                                      true,
		"/home/u/.cache/go-build/0a/" + strings.Repeat("0a", 32) + "-d/gomri": true,
		"/cache/0a/" + strings.Repeat("0a", 32) + "-d/gomri":                  true,
		"/home/u/go/bin/gomri":                                                false,
		"/home/u/src/gomri/gomri":                                             false,
	} {
		if got := Temporary(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestUserDataIsWhereJupyterLooks(t *testing.T) {
	join := filepath.Join
	for want, h := range map[string]Host{
		"/data":                               {OS: "linux", Home: "/home/u", Getenv: environment(map[string]string{"JUPYTER_DATA_DIR": "/data", "XDG_DATA_HOME": "/xdg"})},
		join("/xdg", "jupyter"):               {OS: "linux", Home: "/home/u", Getenv: environment(map[string]string{"XDG_DATA_HOME": "/xdg"})},
		join("/home/u/.local/share/jupyter"):  {OS: "freebsd", Home: "/home/u", Getenv: environment(nil)},
		join("/Users/u", "Library/Jupyter"):   {OS: "darwin", Home: "/Users/u", Getenv: environment(nil)},
		join("C:/Users/u/AppData", "jupyter"): {OS: "windows", Getenv: environment(map[string]string{"APPDATA": "C:/Users/u/AppData"})},
	} {
		if got, err := h.UserData(); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", h.OS, got, err, want)
		}
	}
	if _, err := (Host{OS: "linux", Getenv: environment(nil)}).UserData(); err == nil || !strings.Contains(err.Error(), "JUPYTER_DATA_DIR") {
		t.Errorf("without a home: %v", err)
	}
}

func TestFindLooksInJupytersOrder(t *testing.T) {
	first, env, user := t.TempDir(), t.TempDir(), t.TempDir()
	prog := binary(t, t.TempDir())
	h := Host{OS: "linux", Getenv: environment(map[string]string{
		"JUPYTER_PATH": first, "JUPYTER_DATA_DIR": user, "VIRTUAL_ENV": env,
	})}
	for _, data := range []string{PrefixData(env), user, first} {
		want, err := Write(data, prog)
		if err != nil {
			t.Fatal(err)
		}
		if got, s, err := h.Find(); err != nil || got != want || s.Argv[0] != prog {
			t.Errorf("found %s %+v, %v; want %s", got, s, err, want)
		}
	}
	if err := os.Remove(prog); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Find(); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("with the program gone: %v", err)
	}
}

func TestBrokenKernelJSONIsAnError(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"argv":[]}`, `{"argv":"x"}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := Read(dir); err == nil {
			t.Errorf("%q is read as %+v", text, s)
		}
	}
}

func TestLogoIsAPictureOfItsSize(t *testing.T) {
	for _, size := range []int{32, 64} {
		data, err := logo(size)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width != size || c.Height != size || len(data) > 4096 {
			t.Errorf("%d: %+v, %d bytes, %v", size, c, len(data), err)
		}
	}
}
