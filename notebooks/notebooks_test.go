package notebooks

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/nbformat"
)

func TestEveryNotebookIsListedInOrder(t *testing.T) {
	found, err := fs.Glob(Files(), "*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, Names()) {
		t.Errorf("files %q, listed %q", found, Names())
	}
}

func TestLessonsAreCleanNotebooksForThisKernel(t *testing.T) {
	id := regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)
	for _, name := range Names() {
		data, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := nbformat.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		saved, err := nb.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if string(saved) != string(data) {
			t.Errorf("%s is not laid out as Jupyter saves it", name)
		}
		var spec struct{ Name, Language string }
		if !nb.Metadata.Get("kernelspec", &spec) || spec.Name != "gomri" || nb.Language() != "go" || nb.Minor != 5 {
			t.Errorf("%s: kernel %+v, language %q, format 4.%d", name, spec, nb.Language(), nb.Minor)
		}
		if !strings.HasPrefix(nb.Title(), "Level ") {
			t.Errorf("%s: title %q", name, nb.Title())
		}
		seen := map[string]bool{}
		for i, c := range nb.Cells {
			if !id.MatchString(c.ID) || seen[c.ID] {
				t.Errorf("%s: cell %d has the id %q", name, i+1, c.ID)
			}
			seen[c.ID] = true
			if len(c.Outputs) > 0 || c.Count != nil {
				t.Errorf("%s: cell %q has outputs; clear them before saving", name, c.ID)
			}
		}
	}
}
