package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// notebookLimit is how long one lesson may take, in any of the tools.
const notebookLimit = 4 * time.Minute

func TestNbclientRunsEveryLesson(t *testing.T) {
	p := newPeer(t)
	for _, lesson := range lessons(t) {
		t.Run(filepath.Base(lesson), func(t *testing.T) {
			name := copyFile(t, lesson, t.TempDir())
			p.run(t, filepath.Dir(name), notebookLimit, "jupyter-execute", "--kernel_name=gomri", "--timeout=180", "--inplace", name)
			wellExecuted(t, readNotebook(t, name))
		})
	}
}

func TestNbconvertMakesAPageOfEveryLesson(t *testing.T) {
	p := newPeer(t)
	for _, lesson := range lessons(t) {
		t.Run(filepath.Base(lesson), func(t *testing.T) {
			name := copyFile(t, lesson, t.TempDir())
			p.run(t, filepath.Dir(name), notebookLimit, "jupyter-nbconvert", "--execute", "--to", "html", "--output", "page.html", name)
			page, err := os.ReadFile(filepath.Join(filepath.Dir(name), "page.html"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), `class="gomri `) {
				t.Error("the page holds no drawn result")
			}
		})
	}
}
