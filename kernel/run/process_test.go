package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStateOfTheProcessIsSharedByBothEngines asks for what %env, %reset and a crash do to it;
// the corpus of package faithful compares the rest with go run.
func TestStateOfTheProcessIsSharedByBothEngines(t *testing.T) {
	n := open(t)
	n.run("os.Setenv(\"GOMRI_BOTH\", \"1\")\nlog.SetFlags(0)\nlog.SetOutput(os.Stdout)")
	n.gives("%env GOMRI_BOTH", "GOMRI_BOTH=1")
	n.gives("!echo \"[$GOMRI_BOTH]\"", "[]") // the shell sees what %env says
	n.run("%env GOMRI_BOTH=2 GOMRI_ENV=3")
	const show = "fmt.Println(os.Getenv(\"GOMRI_BOTH\"), os.Getenv(\"GOMRI_ENV\"))\nlog.Print(\"said\")"
	for range 2 {
		n.gives(show, "2 3\nsaid")
		n.gives("%%go\n"+show, "2 3\nsaid")
		n.fails("go func() { panic(\"the interpreter ends\") }()\nselect {}")
	}
	n.run("%reset")
	n.gives("fmt.Println(os.Getenv(\"GOMRI_BOTH\"), os.Getenv(\"GOMRI_ENV\"), log.Flags() == log.LstdFlags)", "2 3 true")
	n.run("%env -u GOMRI_BOTH")
	n.gives("%%go\n_, set := os.LookupEnv(\"GOMRI_BOTH\")\nset", "false")
}

func TestWorkingDirectoryThatIsGoneIsSaid(t *testing.T) {
	n := open(t)
	dir := filepath.Join(t.TempDir(), "here")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	n.run("os.Chdir(" + strings.ReplaceAll("`"+dir+"`", "\\", "\\\\") + ")")
	n.gives("%%go\n_, err := os.Stat(\"../here\")\nerr == nil", "true")
	if err := os.Remove(dir); err != nil {
		t.Skipf("a folder that a process is in cannot be removed here: %v", err)
	}
	n.failsWith("1 + 1", "WorkingDirectory", "%reset")
	n.run("%reset")
	n.gives("1 + 1", "2")
}

// TestTestsSeeTheStateOfTheProcess runs a test and a benchmark where earlier cells have set it.
func TestTestsSeeTheStateOfTheProcess(t *testing.T) {
	n := open(t)
	n.run("os.Setenv(\"GOMRI_TEST\", \"seen\")\nlog.SetPrefix(\"p\")")
	text := n.run("func TestState(t *testing.T) { t.Log(os.Getenv(\"GOMRI_TEST\"), log.Prefix()) }").text()
	if !strings.Contains(text, "seen p") {
		t.Errorf("the test says\n%s", text)
	}
}

func TestSharedStateThatEndsWithItsCellIsNotLostSilently(t *testing.T) {
	n := open(t)
	n.run("http.HandleFunc(\"/a\", func(http.ResponseWriter, *http.Request) {})")
	n.failsWith("http.ListenAndServe(\"localhost:0\", nil)", "SharedState", "%%serve")
	out := n.run("http.HandleFunc(\"/b\", func(http.ResponseWriter, *http.Request) {})")
	if !strings.Contains(out.text(), "had been set by cell-1 too") {
		t.Errorf("the second cell says %q", out.text())
	}
	n.run("slog.SetDefault(slog.New(slog.DiscardHandler))")
	n.failsWith("slog.Info(\"lost\")", "SharedState", "cell-4 (line 1) set the default logger")
	n.gives("logger := slog.New(slog.NewTextHandler(io.Discard, nil))", "")
	n.gives("logger.Info(\"not lost\")", "")
}
