package faithful

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// entry is a program or session of the corpus.
type entry struct {
	name    string
	cells   []cellText
	program string // an explicit oracle, "" if it is made of the cells
}

// entries reads testdata/FOLDER/*.txt: "== name" begins an entry and "---" separates
// its cells. What follows "-- program --" is the program that the cells are, for where
// they cannot simply stand one after the other; it marks the end of each cell with
// gomriMark() and shows values with gomriShow(x).
func entries(t testing.TB, folder string) []entry {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	var list []entry
	names := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n== ")[1:] {
			title, body, _ := strings.Cut(part, "\n")
			e := entry{name: strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + title}
			body, e.program, _ = strings.Cut(body, "-- program --\n")
			for _, text := range strings.Split(strings.TrimRight(body, "\n"), "\n---\n") {
				e.cells = append(e.cells, readCell(text))
			}
			if names[e.name] {
				t.Errorf("%s stands twice in the corpus", e.name)
			}
			names[e.name] = true
			if wanted(t, e.name) {
				list = append(list, e)
			}
		}
	}
	return list
}

// oracle is the program that says what the entry has to give.
func (e entry) oracle(marks bool) native {
	files := map[string]string{}
	if e.program != "" {
		files["main.go"] = "package main\n\n" + found(nil, e.program) + e.program
		files["rt.go"] = oracleRuntime
		if strings.Contains(e.program, "gomriShow") {
			files["show.go"] = oracleShow
		}
	} else {
		files = assemble(e.cells, marks)
	}
	return native{Name: e.name, Files: files}
}

// usable returns how the oracles went. One that does not build, or does not always say the
// same, is a fault of the corpus.
func usable(t testing.TB, list []entry, marks bool) []nativeRun {
	t.Helper()
	programs := make([]native, len(list))
	for i, e := range list {
		programs[i] = e.oracle(marks)
	}
	runs := natives(t, programs)
	for i, r := range runs {
		switch {
		case !r.Built:
			t.Errorf("%s does not build:\n%s\n%s", list[i].name, r.Says, programs[i].Files["main.go"])
		case r.Code < 0 || !r.Stable:
			t.Errorf("%s does not end, or says something else every time", list[i].name)
		}
	}
	return runs
}

// TestProgramsOfTheCorpus runs each as a cell, again with %%go if the cell was interpreted,
// split at its top level and as a program with a package clause.
func TestProgramsOfTheCorpus(t *testing.T) {
	list := part(entries(t, "programs"), 20)
	marked, bare := usable(t, list, true), usable(t, list, false)
	books := openNotebooks(t)
	ways := []*figures{newFigures("corpus as a cell"), newFigures("corpus with %%go"), newFigures("corpus split"), newFigures("corpus as a listing")}
	trials(t, len(list), ways, func(lane, i int) {
		if !marked[i].Stable || !bare[i].Stable {
			return
		}
		e, text := list[i], list[i].cells[0].text
		listing := e.oracle(false).Files["main.go"]
		compiled := false
		for way, cells := range [][]string{{text}, {"%%go\n" + text}, inCells(text), {listing}} {
			if cells == nil || way == 1 && compiled {
				continue
			}
			want, took := bare[i].outcome(), bare[i].Time
			want.Value = byCell(marked[i])[0].Value
			runs := books[lane].program(cells, limitFor(took))
			compiled = compiled || runs[0].why != ""
			if last := runs[len(runs)-1]; way < 3 && last.refused == nil && last.fault == nil && last.Value != want.Value {
				t.Errorf("%s, %s: shows\n  got  %s\n  want %s", ways[way].name, e.name, last.Value, want.Value)
			}
			ways[way].judge(t, e.name, runs, want, took, nil)
		}
	})
	for _, f := range ways {
		f.tell(t)
	}
}

// inCells splits the text of a cell over four: its declarations, and its statements in
// three parts. It is nil if there is nothing to split, or a statement needs its neighbours.
func inCells(text string) []string {
	var decls, rest []string
	if strings.Contains(text, "os.Exit(0)") {
		return nil // the cells after it run
	}
	for _, p := range pieces(text) {
		switch {
		case strings.HasPrefix(p.text, "defer ") || strings.HasPrefix(p.text, "goto ") || strings.HasPrefix(p.text, "return"):
			return nil
		case strings.Contains(strings.SplitN(p.text, "\n", 2)[0], ":\n"):
			return nil
		}
		switch p.kind {
		case "import", "type", "const", "func":
			decls = append(decls, p.text+"\n")
		default:
			rest = append(rest, p.text+"\n")
		}
	}
	seen := map[string]bool{}
	for _, p := range pieces(text) {
		for _, name := range p.names {
			if seen[name] && name != "_" {
				return nil // x, err := after err := is no new variable in one cell, and one in the next
			}
			seen[name] = true
		}
	}
	cells := gather(decls, 1)
	for _, d := range decls {
		for name := range seen {
			if strings.Contains(d, name) {
				return nil // a function that needs a variable cannot come before it
			}
		}
	}
	cells = append(cells, gather(rest, 3)...)
	if len(cells) < 2 {
		return nil
	}
	return cells
}

// TestSessionsOfTheCorpus runs sessions of several cells and compares each cell.
func TestSessionsOfTheCorpus(t *testing.T) {
	list := part(entries(t, "sessions"), 10)
	runs := usable(t, list, true)
	books := openNotebooks(t)
	f := newFigures("sessions")
	trials(t, len(list), []*figures{f}, func(lane, i int) {
		if runs[i].Stable {
			f.session(t, books[lane], list[i], byCell(runs[i]), runs[i].Time)
		}
	})
	f.tell(t)
}

// session runs the cells of one session; each is a program of the figures.
func (f *figures) session(t *testing.T, n *notebook, e entry, want []outcome, took time.Duration) {
	n.ask("%reset")
	n.count = 0
	for i, c := range e.cells {
		name := fmt.Sprintf("%s, cell %d", e.name, i+1)
		r := n.cell(c.text, limitFor(took))
		if c.fails != "" {
			if r.refused == nil || !strings.HasPrefix(r.refused.reason, c.fails+": ") {
				t.Errorf("%s: fails with %v, %q; want %s", name, r.refused, r.End, c.fails)
			}
			r = cellRun{interpreted: true}
		} else if i >= len(want) {
			t.Errorf("%s: the program ended before it", name)
			return
		}
		w := outcome{}
		if i < len(want) {
			w = want[i]
		}
		f.judge(t, name, []cellRun{r}, w, took, nil)
		if r.refused == nil && r.fault == nil && r.Value != w.Value {
			t.Errorf("%s: shows\n  got  %s\n  want %s", name, r.Value, w.Value)
		}
		if r.refused != nil || r.fault != nil || r.late || r.End != "" && !c.panics {
			return
		}
	}
}
