package e2e

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pythonSuite runs a file of unittest tests and fails if one of them fails or if
// others than the named ones are skipped.
func pythonSuite(t *testing.T, file string, maySkip ...string) {
	t.Helper()
	p := newPeer(t)
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	p.env = append(p.env, "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+dir)
	out, exit := p.try(t, t.TempDir(), 5*time.Minute, "python", "-m", "unittest", "-v", file)
	t.Log(out)
	if !exit.Success() || !regexp.MustCompile(`(?m)^Ran [1-9]`).MatchString(out) {
		t.Errorf("%s: %s", file, exit)
	}
	for line := range strings.Lines(out) {
		name, _, skipped := strings.Cut(line, " ... skipped")
		if !skipped {
			continue
		}
		name, _, _ = strings.Cut(name, " ")
		if !strings.Contains(" "+strings.Join(maySkip, " ")+" ", " "+name+" ") {
			t.Errorf("%s was skipped: %s", name, line)
		}
	}
}

// A pager payload is deprecated, and no cell of gomri's clears its output.
func TestJupyterKernelTestPasses(t *testing.T) {
	pythonSuite(t, "conformance", "test_pager", "test_clear_output")
}

func TestJupyterClientFindsAWellBehavedKernel(t *testing.T) { pythonSuite(t, "behaviour") }
