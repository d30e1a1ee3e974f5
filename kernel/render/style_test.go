package render

import (
	"math"
	"regexp"
	"strings"
	"testing"
)

// sample is a frame with one of everything.
func sample() Frame {
	t := Table{
		Caption: "Caption <c>",
		Columns: []Column{{Title: "name", Code: true, Hint: "what \"it\" is"}, {Title: "time", Number: true, Fill: FillStd}},
		Totals:  []Row{Cells("total", "9")},
	}
	for range 30 {
		t.Rows = append(t.Rows, Row{Cells: []Cell{Name("main.<script>alert(1)</script>AndAVeryLongName", 20), Bar("1.5 ms", 0.4)}})
	}
	return Frame{
		Headline: "`main.f<T>` takes 98 % of the time",
		Body:     []string{t.HTML(), Pre("a < b"), Badge("new", FillBetter), Mark("heap", MarkHeap+" heap"), CutName("x<y", 9)},
		Doubts:   []string{"Run longer: 3 samples are few."},
		Command:  "go tool pprof -top 'a<b'",
		Footer:   []string{"go1.26 linux/amd64", "cpu: A & B"},
	}
}

func TestFrameIsReadableWhereOnlyInlineStylesAreKept(t *testing.T) {
	page := sample().HTML()
	bare := regexp.MustCompile(`<style>.*?</style>`).ReplaceAllString(page, "")
	for _, bad := range []string{"var(", "hsl", "position", " id=", "url(", "<script"} {
		if strings.Contains(bare, bad) {
			t.Errorf("%q is in %s", bad, bare)
		}
	}
	for _, cell := range regexp.MustCompile(`<t[hd] [^>]*>`).FindAllString(bare, -1) {
		if !strings.Contains(cell, "text-align:") {
			t.Errorf("no alignment in %s", cell)
		}
	}
	if !strings.Contains(bare, "table-layout:auto") {
		t.Error("the table takes the notebook's fixed layout")
	}
}

func TestFramePartsComeInOrderAndEscaped(t *testing.T) {
	page := sample().HTML()
	at := -1
	for _, part := range []string{
		">main.f&lt;T&gt;</code> takes 98 % of the time", "Caption &lt;c&gt;", ">name</th>", "1.5 ms", ">total</td>", "5 more rows",
		"a &lt; b</pre>", "Run longer", "$ go tool pprof -top &#39;a&lt;b&#39;\ngo1.26 linux/amd64\ncpu: A &amp; B",
	} {
		next := strings.Index(page, part)
		if next <= at {
			t.Errorf("%q is at %d, after what follows it at %d", part, next, at)
		}
		at = next
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("a name was not escaped")
	}
}

func TestCutNamesKeepTheWholeInTheirTitle(t *testing.T) {
	c := Name("github.com/x/y.(*Type).Method", 15)
	if len([]rune(c.Text)) != 15 || !strings.HasSuffix(c.Text, ".Method") || c.Title != "github.com/x/y.(*Type).Method" {
		t.Errorf("cut to %+v", c)
	}
	if c := Name("short", 15); c.Text != "short" || c.Title != "" {
		t.Errorf("uncut: %+v", c)
	}
	if got := CutName("a<bcdefgh", 5); !strings.Contains(got, `title="a&lt;bcdefgh"`) {
		t.Errorf("CutName: %s", got)
	}
}

func TestTableFoldsOnlyWhatIsLong(t *testing.T) {
	table := Table{Columns: []Column{{Title: "a"}}}
	for range FoldRows {
		table.Rows = append(table.Rows, Cells("x"))
	}
	if strings.Contains(table.HTML(), "<details") {
		t.Error("25 rows fold")
	}
	table.Rows = append(table.Rows, Cells("last"))
	if page := table.HTML(); !strings.Contains(page, "1 more row<") || strings.Index(page, "last") < strings.Index(page, "<details") {
		t.Error("the 26th row does not fold")
	}
	table.Fold = -1
	if strings.Contains(table.HTML(), "<details") {
		t.Error("a table that never folds has folded")
	}
}

func TestBarsStayInTheirCell(t *testing.T) {
	for share, want := range map[float64]string{0.5: "50.0%", 7: "100.0%", -1: "0.0%", 0.001: "2px", math.Inf(1): "100.0%"} {
		if got := BarStyle(share, "#f4a582"); !strings.Contains(got, "rgba(244,165,130,0.45) "+want) {
			t.Errorf("BarStyle(%v) = %s", share, got)
		}
	}
	if got := BarStyle(math.NaN(), FillWorse); !strings.Contains(got, " 0.0%") {
		t.Errorf("BarStyle(NaN) = %s", got)
	}
}

func TestRichSetsCodeAndLeavesLoneQuotes(t *testing.T) {
	if got := Rich("a `b<c` d"); !regexp.MustCompile(`^a <code[^>]*>b&lt;c</code> d$`).MatchString(got) {
		t.Error(got)
	}
	if got := Rich("a ` b"); got != "a ` b" {
		t.Error(got)
	}
}

func TestPercentSaysSharesAsAPersonWould(t *testing.T) {
	for share, want := range map[float64]string{0: "0 %", 0.0002: "< 0.1 %", 0.042: "4.2 %", 0.0996: "10 %", 0.98: "98 %", 1.08: "108 %", -0.5: "-50 %"} {
		if got := Percent(share); got != want {
			t.Errorf("Percent(%v) = %q, want %q", share, got, want)
		}
	}
}
