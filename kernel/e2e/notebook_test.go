package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// notebook is as much of an .ipynb file as the tests read.
type notebook struct {
	Cells []struct {
		Type    string `json:"cell_type"`
		Source  text   `json:"source"`
		Count   *int   `json:"execution_count"`
		Outputs []struct {
			Type      string          `json:"output_type"`
			Name      string          `json:"name"`
			Text      text            `json:"text"`
			Data      map[string]text `json:"data"`
			EName     string          `json:"ename"`
			EValue    string          `json:"evalue"`
			Traceback []string        `json:"traceback"`
		} `json:"outputs"`
		Metadata struct {
			Tags []string `json:"tags"`
		} `json:"metadata"`
	} `json:"cells"`
}

// text is a string that may stand as a list of lines.
type text string

func (s *text) UnmarshalJSON(b []byte) error {
	var lines []string
	if json.Unmarshal(b, &lines) == nil {
		*s = text(strings.Join(lines, ""))
		return nil
	}
	var one string
	if err := json.Unmarshal(b, &one); err != nil {
		*s = text(b) // a JSON object, in an output that is no text
		return nil
	}
	*s = text(one)
	return nil
}

func readNotebook(t *testing.T, name string) notebook {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return parseNotebook(t, data)
}

func parseNotebook(t *testing.T, data []byte) notebook {
	t.Helper()
	var n notebook
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// wellExecuted checks that every code cell ran and none failed, except where the
// lesson says that the cell fails.
func wellExecuted(t *testing.T, n notebook) {
	t.Helper()
	for i, c := range n.Cells {
		if c.Type != "code" || strings.TrimSpace(string(c.Source)) == "" {
			continue
		}
		if c.Count == nil {
			t.Errorf("cell %d was not executed:\n%s", i+1, c.Source)
		}
		for _, o := range c.Outputs {
			if o.Type == "error" && !strings.Contains(strings.Join(c.Metadata.Tags, " "), "raises-exception") {
				t.Errorf("cell %d failed: %s: %s\n%s", i+1, o.EName, o.EValue, c.Source)
			}
			if o.Type == "display_data" && o.Data["text/plain"] == "" {
				t.Errorf("cell %d shows something without text/plain", i+1)
			}
			if _, ok := o.Data["image/svg+xml"]; ok {
				t.Errorf("cell %d shows image/svg+xml, which frontends lose", i+1)
			}
		}
	}
}
