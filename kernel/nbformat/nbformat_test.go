package nbformat

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// parse reads a notebook that has to be well.
func parse(t testing.TB, data []byte) *Notebook {
	t.Helper()
	nb, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func encode(t testing.TB, nb *Notebook) []byte {
	t.Helper()
	data, err := nb.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// testdata/saved.ipynb is what Jupyter's nbformat 5.11.1 made of loose.ipynb.
func TestFileIsLaidOutAsNbformatDoes(t *testing.T) {
	got := encode(t, parse(t, read(t, "testdata/loose.ipynb")))
	want := read(t, "testdata/saved.ipynb")
	if !bytes.Equal(got, want) {
		t.Errorf("written:\n%s\nnbformat writes:\n%s", got, want)
	}
}

func TestSavedFileIsWrittenUnchanged(t *testing.T) {
	want := read(t, "testdata/saved.ipynb")
	if got := encode(t, parse(t, want)); !bytes.Equal(got, want) {
		t.Errorf("changed:\n%s", got)
	}
}

func TestWhatIsNotUnderstoodIsKept(t *testing.T) {
	const file = `{
 "cells": [
  {
   "cell_type": "quiz",
   "id": "q",
   "metadata": {},
   "points": 2.50,
   "source": "not split\nhere"
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "c",
   "metadata": {
    "nbgrader": {
     "checksum": "a1",
     "points": 1.0
    }
   },
   "outputs": [
    {
     "output_type": "hologram",
     "text": [
      "a"
     ]
    },
    {
     "name": 7,
     "output_type": "stream",
     "text": 1e400
    }
   ],
   "prompt_number": 12345678901234567890,
   "source": []
  }
 ],
 "future": {
  "a": [
   1,
   true
  ]
 },
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 9
}
`
	if got := encode(t, parse(t, []byte(file))); string(got) != file {
		t.Errorf("written:\n%s", got)
	}
}

func TestFieldsAreRead(t *testing.T) {
	nb := parse(t, read(t, "testdata/saved.ipynb"))
	if nb.Language() != "go" || nb.Minor != 5 || len(nb.Cells) != 4 {
		t.Fatalf("language %q, minor %d, %d cells", nb.Language(), nb.Minor, len(nb.Cells))
	}
	if got, want := nb.Title(), "Title <b>&"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if !nb.Cells[0].HasTag("b") || nb.Cells[0].HasTag("c") {
		t.Errorf("tags %q", nb.Cells[0].Tags())
	}
	if got := nb.Cells[0].Attachments["p.png"].Text["image/png"]; got != "iVBOR\nAAA" {
		t.Errorf("attachment %q", got)
	}
	code := nb.Cells[1]
	if code.Source != "x := 1\nx" || *code.Count != 3 || code.ID != "c-1" {
		t.Errorf("code cell: %+v", code)
	}
	if got := code.Outputs[0].Text; got != "a\nb\n" {
		t.Errorf("stream %q", got)
	}
	result := code.Outputs[1]
	if result.Data.Text["text/html"] != "<b>1</b>\nx" || *result.Count != 3 || len(result.Data.JSON) != 2 {
		t.Errorf("result: %+v", result)
	}
	if got := code.Outputs[3]; got.EName != "Panic" || len(got.Traceback) != 2 {
		t.Errorf("error: %+v", got)
	}
}

func TestOlderAndBrokenFilesAreRefusedWithAReason(t *testing.T) {
	deep := `{"nbformat":4,"cells":[],"metadata":{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}}`
	for _, c := range []struct{ name, file, want string }{
		{"format 3", `{"nbformat":3,"worksheets":[]}`, "jupyter nbconvert --to notebook --nbformat 4"},
		{"format 5", `{"nbformat":5,"cells":[]}`, "newer than this program"},
		{"other JSON", `{"a":1}`, `no "nbformat"`},
		{"list", `[]`, "not a notebook"},
		{"null", `null`, "not a notebook"},
		{"cut", `{"nbformat":4,"cells":[`, "not a notebook"},
		{"Latin-1", "{\"nbformat\":4,\"cells\":[],\"x\":\"\xe4\"}", "UTF-8"},
		{"no cells", `{"nbformat":4}`, `no "cells"`},
		{"bad source", `{"nbformat":4,"cells":[{"cell_type":"code","source":3}]}`, `cell 1: "source"`},
		{"no type", `{"nbformat":4,"cells":[{"source":""}]}`, `no "cell_type"`},
		{"deep", deep, "nested"},
	} {
		_, err := Parse([]byte(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to contain %q", c.name, err, c.want)
		}
	}
}

func TestOldMinorFormatsGetNoCellIDs(t *testing.T) {
	nb := parse(t, []byte(`{"nbformat":4,"nbformat_minor":2,"metadata":{},"cells":[{"cell_type":"code","metadata":{},"source":"x","outputs":[],"execution_count":null}]}`))
	if got := encode(t, nb); bytes.Contains(got, []byte(`"id"`)) {
		t.Errorf("an id was added:\n%s", got)
	}
}

func TestSetMetadataIsWritten(t *testing.T) {
	nb := parse(t, []byte(`{"nbformat":4,"nbformat_minor":5,"cells":[]}`))
	if err := nb.Metadata.Set("title", "<A>"); err != nil {
		t.Fatal(err)
	}
	if got := encode(t, nb); !bytes.Contains(got, []byte(`"title": "<A>"`)) {
		t.Errorf("written:\n%s", got)
	}
	if err := nb.Metadata.Set("bad", make(chan int)); err == nil {
		t.Error("a channel was stored as JSON")
	}
}

// Whatever is accepted must come back the same after one writing, and hold the same values.
func FuzzWrittenNotebookReadsBackTheSame(f *testing.F) {
	f.Add(read(f, "testdata/loose.ipynb"))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"x","metadata":1}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","outputs":[{"output_type":"error"}]}],"metadata":{"a":"\u001b\u2028"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse(data)
		if err != nil {
			return
		}
		once := encode(t, nb)
		if !json.Valid(once) {
			t.Fatalf("not JSON:\n%s", once)
		}
		again := encode(t, parse(t, once))
		if !bytes.Equal(once, again) {
			t.Errorf("first:\n%s\nsecond:\n%s", once, again)
		}
	})
}
