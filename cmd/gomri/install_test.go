package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomri/kernel/spec"
)

func TestInstallWritesTheKernelspecAndSaysWhere(t *testing.T) {
	prefix := t.TempDir()
	var s said
	if err := installVerb(t.Context(), s.stdio(), []string{"--prefix", prefix, "--warm=false"}); err != nil {
		t.Fatal(err)
	}
	dir := spec.Dir(spec.PrefixData(prefix))
	if !strings.Contains(s.out.String(), dir) {
		t.Errorf("it said %q", &s.out)
	}
	k, err := spec.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(k.Argv[0]); err != nil || info.Size() == 0 || !filepath.IsAbs(k.Argv[0]) {
		t.Errorf("the kernelspec starts %s: %v", k.Argv[0], err)
	}
}

func TestInstallForTheUserHonoursJupyterDataDir(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	var s said
	if err := installVerb(t.Context(), s.stdio(), []string{"--user", "-warm=false"}); err != nil {
		t.Fatal(err)
	}
	if _, err := spec.Read(spec.Dir(data)); err != nil {
		t.Error(err)
	}
}

func TestInstallRefusesTwoPlaces(t *testing.T) {
	for _, args := range [][]string{{"--user", "--prefix", "x"}, {"--sys-prefix", "--user"}, {"somewhere"}, {"--what"}} {
		var s said
		if err := installVerb(t.Context(), s.stdio(), args); !errors.Is(err, errUsage) || s.err.Len() == 0 {
			t.Errorf("%q: %v, said %q", args, err, &s.err)
		}
	}
}

func TestInstallThatMayNotWriteSaysWhatToTry(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var s said
	err := installVerb(t.Context(), s.stdio(), []string{"--prefix", file})
	if err == nil || !strings.Contains(err.Error(), "--user") {
		t.Errorf("it failed with %v", err)
	}
}

func TestSysPrefixIsTheActiveEnvironment(t *testing.T) {
	vars := map[string]string{"VIRTUAL_ENV": "/venv", "CONDA_PREFIX": "/conda"}
	host := spec.Host{OS: "linux", Getenv: func(name string) string { return vars[name] }}
	got, err := installTarget(t.Context(), host, true, "")
	if want := spec.PrefixData("/venv"); err != nil || got != want {
		t.Errorf("it is %s, %v; want %s", got, err, want)
	}
	clear(vars)
	t.Setenv("PATH", t.TempDir())
	if _, err := installTarget(t.Context(), host, true, ""); err == nil || !strings.Contains(err.Error(), "python3 is not on PATH") {
		t.Errorf("without Python: %v", err)
	}
}

func TestWarmingCompilesTheStandardLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("may compile the standard library")
	}
	var out bytes.Buffer
	if err := warmCache(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Done: ") {
		t.Errorf("it said %q", &out)
	}
	t.Setenv("PATH", t.TempDir())
	if err := warmCache(t.Context(), &out); err == nil || !strings.Contains(err.Error(), "go.dev/dl") {
		t.Errorf("without a go command: %v", err)
	}
}

func TestWarmProgressCountsPackagesAndKeepsComplaints(t *testing.T) {
	var out bytes.Buffer
	p := &warmProgress{out: &out}
	for range reportEvery {
		p.Write([]byte("net/"))
		p.Write([]byte("http\n"))
	}
	p.Write([]byte("# runtime/cgo\ngcc: not found\nno newline"))
	if p.packages != reportEvery || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%d packages, it said %q", p.packages, &out)
	}
	if got := p.complaint(); got != "# runtime/cgo\ngcc: not found\nno newline" {
		t.Errorf("the complaint is %q", got)
	}
}

func TestDoctorFindsWhatIsThere(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_PATH", data)
	if _, err := spec.Write(data, os.Args[0]); err != nil {
		t.Fatal(err)
	}
	var s said
	if err := doctorVerb(t.Context(), s.stdio(), nil); err != nil {
		t.Errorf("%v\n%s", err, &s.out)
	}
	for _, want := range []string{"ok       go ", "ok       build cache", "ok       kernelspec"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &s.out)
		}
	}
}

func TestDoctorFailsWithoutGoAndSaysWhatMends(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("JUPYTER_DATA_DIR", t.TempDir())
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var s said
	err := doctorVerb(t.Context(), s.stdio(), nil)
	var exit exitError
	if !errors.As(err, &exit) || exit.code != 1 {
		t.Errorf("it ended with %v", err)
	}
	for _, want := range []string{"MISSING  go ", "https://go.dev/dl/", "without  dot", "without  JupyterLab", "gomri lab"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &s.out)
		}
	}
}

func TestDoctorSeesABuildCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", filepath.Join(file, "cache"))
	var found bool
	for _, f := range examineGo(t.Context()) {
		found = found || f.what == "build cache" && f.mend != "" && f.essential
	}
	if !found {
		t.Errorf("%+v", examineGo(t.Context()))
	}
}
