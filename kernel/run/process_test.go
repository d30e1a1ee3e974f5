package run_test

import (
	"strings"
	"testing"
)

// refuses runs a cell that must fail because an earlier one has changed another process.
func refuses(n *notebook, text, says string) {
	n.Helper()
	f := n.fails(text)
	if f.Name != "ProcessState" || !strings.Contains(f.Value, says) {
		n.Errorf("%s\nfails with %s: %s\nwant ProcessState: … %s …", text, f.Name, f.Value, says)
	}
}

func TestChangesOfAProcessAreSeenOrTheCellIsRefused(t *testing.T) {
	n := open(t)
	n.run("log.SetFlags(0)\nlog.SetPrefix(\"p: \")")
	n.gives("fmt.Println(log.Prefix())", "p: ")
	refuses(n, "%%go\nlog.Println(\"x\")", "log.SetFlags (cell-1, line 1)")
	refuses(n, "%%go\nfunc f() { log.Print() }\nf()", "log.Print would not see")
	refuses(n, "%%go\nlog.SetFlags(0)\nlog.Println(\"x\")", "log.SetPrefix (cell-1, line 2)")
	n.gives("%%go\nlog.SetFlags(0)\nlog.SetPrefix(\"q: \")\nfmt.Println(log.Prefix())", "q: ")
	refuses(n, "log.Println(\"x\")", "log.SetFlags (cell-6, line 2)")
	n.gives("%%go\nfmt.Println(1)", "1")
	n.run("%reset")
	n.gives("%%go\nfmt.Println(len(log.Prefix()))", "0")
}

func TestEnvironmentOfTheSessionIsForAllCells(t *testing.T) {
	n := open(t)
	n.run("func set() { os.Setenv(\"GOMRI_A\", \"1\") }")
	n.gives("%%go\nfmt.Println(os.Getenv(\"GOMRI_A\") == \"\")", "true")
	n.run("set()")
	n.gives("os.Getenv(\"GOMRI_A\")", "\"1\"")
	refuses(n, "%%go\nfmt.Println(os.Getenv(\"GOMRI_A\"))", "os.Setenv(\"GOMRI_A\") (cell-1, line 1)")
	n.run("%env GOMRI_A=2")
	n.gives("%%go\nfmt.Println(os.Getenv(\"GOMRI_A\"))", "2")
}

func TestVariablesOfPackagesAreThoseOfAProcess(t *testing.T) {
	n := open(t)
	n.run("http.DefaultClient.Timeout = time.Second")
	refuses(n, "http.Get(\"http://localhost:1\")", "http.DefaultClient = … (cell-1, line 1)")
	n.run("http.HandleFunc(\"/a\", http.NotFound)")
	refuses(n, "http.HandleFunc(\"/b\", http.NotFound)\nhttp.DefaultServeMux.Handler(nil)", "http.HandleFunc(\"/a\")")
}
