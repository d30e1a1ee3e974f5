package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"gomri/kernel/spec"
)

func TestLabArgsAreAFolderAndJupytersFlags(t *testing.T) {
	var s said
	for _, c := range []struct {
		args []string
		dir  string
		more int
	}{
		{nil, "gomri-lessons", 0},
		{[]string{"here"}, "here", 0},
		{[]string{"here", "--", "--no-browser", "--port=1"}, "here", 2},
		{[]string{"--", "--no-browser"}, "gomri-lessons", 1},
	} {
		dir, more, err := labArgs(s.stdio(), c.args)
		if err != nil || dir != c.dir || len(more) != c.more {
			t.Errorf("%q: %s %q %v", c.args, dir, more, err)
		}
	}
	for _, args := range [][]string{{"a", "b"}, {"--port=1"}} {
		if _, _, err := labArgs(s.stdio(), args); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestLessonsAreCopiedAndWorkIsKept(t *testing.T) {
	lessons := fstest.MapFS{
		"02-b.ipynb": {Data: []byte("two")}, "01-a.ipynb": {Data: []byte("one")}, "notes.go": {Data: []byte("no")},
	}
	dir := filepath.Join(t.TempDir(), "new", "lessons")
	var s said
	first, err := copyLessons(s.stdio(), lessons, dir)
	if err != nil || first != "01-a.ipynb" {
		t.Fatalf("the first is %q, %v", first, err)
	}
	mine := filepath.Join(dir, "02-b.ipynb")
	if err := os.WriteFile(mine, []byte("my work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := copyLessons(s.stdio(), lessons, dir); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "my work" {
		t.Errorf("the changed lesson is %q, %v", text, err)
	}
	if !strings.Contains(s.out.String(), mine+" is kept") || strings.Contains(s.out.String(), "01-a.ipynb is kept") {
		t.Errorf("it said %q", &s.out)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

// program writes a shell script that stands for a program on PATH.
func program(t *testing.T, name, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// ownCache points the user's cache folder to an empty one and returns gomri's own in it.
func ownCache(t *testing.T) string {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	dir, err := privateDir()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLabOpensTheFirstLessonWithAPrivateKernelspec(t *testing.T) {
	own := ownCache(t)
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv("SEEN", seen)
	lab := program(t, "jupyter-lab", `echo "$PWD|$JUPYTER_PATH|$*" > "$SEEN"`)
	t.Setenv("PATH", filepath.Dir(lab)+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("JUPYTER_PATH", "/other")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}

	run := labVerb(fstest.MapFS{"01-a.ipynb": {Data: []byte("{}")}})
	var s said
	if err := run(t.Context(), s.stdio(), []string{dir, "--", "--no-browser"}); err != nil {
		t.Fatal(err, s.err.String())
	}
	text, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(own, "jupyter")
	if want := dir + "|" + data + ":/other|--no-browser 01-a.ipynb\n"; string(text) != want {
		t.Errorf("JupyterLab saw %q, want %q", text, want)
	}
	if _, err := spec.Read(spec.Dir(data)); err != nil {
		t.Error(err)
	}
}

func TestLabThatFailsIsAnError(t *testing.T) {
	lab := program(t, "jupyter-lab", "exit 3")
	var s said
	err := openLab(t.Context(), s.stdio(), lab, t.TempDir(), "data", nil)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("it returned %v", err)
	}
}

func TestEnvironmentThatCannotBeMadeIsRemovedAndTheCureNamed(t *testing.T) {
	own := ownCache(t)
	python := program(t, "python3", `/bin/mkdir -p "$3/bin"; exit 1`)
	t.Setenv("PATH", filepath.Dir(python))
	var s said
	_, err := makeLab(t.Context(), s.stdio())
	if err == nil || !strings.Contains(err.Error(), "apt install python3-venv") {
		t.Errorf("it returned %v", err)
	}
	if _, err := os.Stat(filepath.Join(own, "lab-"+labVersion)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was made is still there: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := makeLab(t.Context(), s.stdio()); err == nil || !strings.Contains(err.Error(), "python.org") {
		t.Errorf("without Python: %v", err)
	}
}

func TestPrivateLabIsFoundWhenNoneIsOnPath(t *testing.T) {
	own := ownCache(t)
	t.Setenv("PATH", t.TempDir())
	if lab, err := findLab(); err == nil {
		t.Errorf("found %s where there is none", lab)
	}
	python := program(t, "python3", `
case "$2" in
venv) /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python";;
pip) echo '#!/bin/sh' > "${0%python}jupyter-lab"; /bin/chmod +x "${0%python}jupyter-lab";;
esac`)
	t.Setenv("PATH", filepath.Dir(python))
	var s said
	made, err := makeLab(t.Context(), s.stdio())
	if err != nil {
		t.Fatal(err)
	}
	found, err := findLab()
	if err != nil || found != made || !strings.HasPrefix(made, own) {
		t.Errorf("made %s, found %s, %v", made, found, err)
	}
}
