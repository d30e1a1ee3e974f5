package render

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// compilerData is the profile of the Go compiler that every installation has.
func compilerData(t testing.TB) []byte {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "src/cmd/compile/default.pgo"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parseCompiler(t testing.TB) *prof.Profile {
	t.Helper()
	p, err := prof.Parse(compilerData(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func compilerProfile(t testing.TB) (*prof.Tree, prof.Top) {
	t.Helper()
	p := parseCompiler(t)
	tree, err := p.Tree(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	top, err := p.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tree, top
}

func findNode(n *prof.Node, name string) *prof.Node {
	if n.Name == name {
		return n
	}
	for _, c := range n.Children {
		if f := findNode(c, name); f != nil {
			return f
		}
	}
	return nil
}

func heaviestChild(n *prof.Node) *prof.Node {
	best := n.Children[0]
	for _, c := range n.Children {
		if c.Total > best.Total {
			best = c
		}
	}
	return best
}

// unionOf adds up the outermost frames with one of the words in their name.
func unionOf(n *prof.Node, words ...string) int64 {
	for _, w := range words {
		if strings.Contains(strings.ToLower(n.Name), w) {
			return n.Total
		}
	}
	var sum int64
	for _, c := range n.Children {
		sum += unionOf(c, words...)
	}
	return sum
}

// wellFormed fails the test if text is not XML.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

func TestFlameKeepsWithinItsSizes(t *testing.T) {
	tree, top := compilerProfile(t)
	b := Flame(tree, top, ProfileOptions{})
	svg := FlameSVG(tree)
	wellFormed(t, svg)
	if len(svg) > maxFlameSVG {
		t.Errorf("the picture has %d bytes", len(svg))
	}
	if n := len(b.Data[display.MIMEHTML]); n > 256<<10 {
		t.Errorf("the output has %d bytes", n)
	}
	if n := len(Top(top, ProfileOptions{}).Data[display.MIMEHTML]); n > 256<<10 {
		t.Errorf("the table has %d bytes", n)
	}
	if b.Data[display.MIMEText] != top.Text() {
		t.Error("the text is not pprof's table")
	}
	for _, forbidden := range []string{"image/svg+xml", "application/json"} {
		if _, ok := b.Data[forbidden]; ok {
			t.Errorf("the bundle has %s", forbidden)
		}
	}
}

func TestFlamePictureStandsAlone(t *testing.T) {
	tree, top := compilerProfile(t)
	html := Flame(tree, top, ProfileOptions{}).Data[display.MIMEHTML]
	src := regexp.MustCompile(`src="data:image/svg\+xml;base64,([^"]*)"`).FindStringSubmatch(html)
	if src == nil {
		t.Fatal("there is no picture in the output")
	}
	svg, err := base64.StdEncoding.DecodeString(src[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"runtime.gcBgMarkWorker", "<title>cmd/compile/internal/ssagen.Compile 60.8 s, 51 %", "your code", "url(#h)", "#ffffff"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	for _, forbidden := range []string{"<script", "http://www.w3.org/1999/xlink", "var(", "foreignObject"} {
		if strings.Contains(string(svg), forbidden) {
			t.Errorf("the picture has %q", forbidden)
		}
	}
	if alt := regexp.MustCompile(`<img alt="([^"]*)"`).FindStringSubmatch(html); alt == nil || !strings.Contains(alt[1], "runtime.gcDrain 4.8 %") {
		t.Errorf("alt text: %q", alt)
	}
}

func TestFlameEscapesHostileNames(t *testing.T) {
	evil := `</script><script>alert("x")</script><img src=x onerror='y'>` + "\u2028&"
	child := &prof.Node{Name: evil, File: evil, Package: evil, Total: 10, Self: 10, Line: 3}
	tree := &prof.Tree{
		Root: &prof.Node{Name: "all", Total: 10, Children: []*prof.Node{child}},
		Type: prof.ValueType{Type: evil, Unit: "count"}, Total: 10,
	}
	top := prof.Top{
		Rows: []prof.Row{{Name: evil, Function: evil, File: evil, Flat: 10, Cum: 10, FlatText: "10", CumText: "10", FlatPct: 100}},
		Type: tree.Type, Total: 10, Header: []string{evil}, Warnings: []string{evil},
		Finding: prof.Finding{Function: evil, Value: 10, Callee: evil, CalleeValue: 10},
	}
	wellFormed(t, FlameSVG(tree))
	html := Flame(tree, top, ProfileOptions{Command: evil, Footer: []string{evil}}).Data[display.MIMEHTML] +
		Top(top, ProfileOptions{Command: evil}).Data[display.MIMEHTML]
	if strings.Contains(html, "alert(\"x\")</script>") || strings.Contains(html, "<img src=x") || strings.Count(html, "<script>") != 2 {
		t.Error("a name of the profile got into the page as markup")
	}
}

func TestFlameOfNothingIsOnlyATable(t *testing.T) {
	tree := &prof.Tree{Root: &prof.Node{Name: "all"}, Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}}
	b := Flame(tree, prof.Top{Type: tree.Type}, ProfileOptions{Doubts: []string{"Put load on it."}})
	html := b.Data[display.MIMEHTML]
	if strings.Contains(html, "<img") || !strings.Contains(html, "no samples of the CPU time") || !strings.Contains(html, "Put load on it.") {
		t.Errorf("got %s", html)
	}
}

func TestDeepRecursionIsCutAndCounted(t *testing.T) {
	root := &prof.Node{Name: "all", Total: 100}
	at := root
	for range 500 {
		c := &prof.Node{Name: "main.f", Total: 100}
		at.Children = []*prof.Node{c}
		at = c
	}
	at.Self = 100
	svg := FlameSVG(&prof.Tree{Root: root, Total: 100, Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}})
	if n := strings.Count(svg, "<g transform"); n > maxFlameRows+1 {
		t.Errorf("%d rows are drawn", n)
	}
	if !strings.Contains(svg, "431 frames deeper") {
		t.Error("the picture does not say how many frames are deeper")
	}
}

func TestHeadlineSaysTheFinding(t *testing.T) {
	cpu := prof.ValueType{Type: "cpu", Unit: "nanoseconds"}
	rows := []prof.Row{{Name: "runtime.memmove", Flat: 60}}
	for _, c := range []struct {
		top  prof.Top
		want string
	}{
		{
			prof.Top{Type: cpu, Total: 100, Rows: rows, Finding: prof.Finding{Function: "x/y.Concat", Value: 98, Callee: "runtime.concatstrings", CalleeValue: 95}},
			"`y.Concat` takes 98 % of the CPU time, 97 % of it in `runtime.concatstrings`.",
		},
		{
			prof.Top{Type: cpu, Total: 100, Rows: rows, Finding: prof.Finding{Function: "main.fib", Value: 50, Callee: "main.fib", CalleeValue: 50}},
			"`main.fib` takes 50 % of the CPU time, 100 % of it in its own code.",
		},
		{
			prof.Top{Type: cpu, Total: 100, Rows: rows, Finding: prof.Finding{Function: "main.f", Value: 10, Outside: 90, OutsideRoot: "runtime.gcBgMarkWorker"}},
			"90 % of the CPU time is outside your functions, most of it below `runtime.gcBgMarkWorker`; of your own, `main.f` takes the most: 10 %.",
		},
		{
			prof.Top{Type: cpu, Total: 100, Rows: rows, Finding: prof.Finding{Function: "main.f", Value: 37, Callee: "main.f", CalleeValue: 37, Outside: 38, OutsideRoot: "runtime.mcall"}},
			"`main.f` takes 37 % of the CPU time, 100 % of it in its own code; 38 % is outside your functions, most of it below `runtime.mcall`.",
		},
		{prof.Top{Type: cpu, Total: 100, Rows: rows}, "`runtime.memmove` takes the most of the CPU time: 60 % of 100 ns."},
		{prof.Top{Type: prof.ValueType{Type: "inuse_space"}}, "The profile holds no samples of the memory in use."},
		{prof.Top{Type: cpu, Total: 100}, "The filters leave nothing of the CPU time."},
	} {
		if got := headline(c.top); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestFewSamplesAreDoubted(t *testing.T) {
	got := doubts(prof.Top{Samples: 30}, ProfileOptions{})
	if len(got) != 1 || !strings.Contains(got[0], "30 samples are few; a share of 10 % is 10 ± 11 percentage points") {
		t.Errorf("got %q", got)
	}
	if got := doubts(prof.Top{Samples: 1000}, ProfileOptions{}); len(got) != 0 {
		t.Errorf("got %q for 1000 samples", got)
	}
}

func BenchmarkFlame(b *testing.B) {
	tree, top := compilerProfile(b)
	for b.Loop() {
		Flame(tree, top, ProfileOptions{})
	}
}

func BenchmarkParseTopFlame(b *testing.B) {
	data := compilerData(b)
	for b.Loop() {
		p, err := prof.Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		tree, errTree := p.Tree(prof.Options{})
		top, errTop := p.Top(prof.Options{})
		if err := errors.Join(errTree, errTop); err != nil {
			b.Fatal(err)
		}
		Flame(tree, top, ProfileOptions{})
	}
}

// random is a profile of about the given number of frames, in stacks of any depth.
func random(frames, depth int) *prof.Tree {
	rng := rand.New(rand.NewPCG(1, uint64(frames)))
	root := &prof.Node{Name: "all"}
	nodes := []*prof.Node{root}
	level := map[*prof.Node]int{}
	for len(nodes) < frames {
		at := nodes[len(nodes)-1]
		if rng.IntN(8) == 0 || level[at] >= depth {
			at = nodes[rng.IntN(len(nodes))]
		}
		n := &prof.Node{Name: fmt.Sprintf("example.com/some/package%d.(*Type).Method%d", rng.IntN(60), len(nodes)), File: "/home/someone/some/file.go", Line: int64(rng.IntN(3000)), Kind: prof.Kind(rng.IntN(4))}
		at.Children = append(at.Children, n)
		level[n] = level[at] + 1
		nodes = append(nodes, n)
	}
	for _, n := range slices.Backward(nodes) {
		n.Self = int64(rng.IntN(50))
		n.Total += n.Self
		for _, c := range n.Children {
			n.Total += c.Total
		}
	}
	return &prof.Tree{Root: root, Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}, Total: root.Total}
}

// TestLargeFlamesKeepWithinTheirSizes draws profiles that are hard to make small, with
// all that an output can hold besides.
func TestLargeFlamesKeepWithinTheirSizes(t *testing.T) {
	text := strings.Repeat("x", 100)
	var lines []prof.Line
	for i := range int64(500) {
		lines = append(lines, prof.Line{Number: i, Text: fmt.Sprint(text, i*i*i), Cum: i + 1})
	}
	full := ProfileOptions{Proto: make([]byte, maxFlameProto), Source: "cpu.out", Command: text}
	for i := range full.Proto {
		full.Proto[i] = byte(i * i >> 3)
	}
	for i := range 30 {
		full.Listing = append(full.Listing, prof.Routine{Name: fmt.Sprint("main.f", i), Lines: lines})
	}
	compiler, _ := compilerProfile(t)
	for name, tree := range map[string]*prof.Tree{
		"10,000 frames": random(10_000, 40), "deep": random(10_000, 2000), "wide": random(10_000, 2), "one stack": grid(1, 2048), "equal": grid(500, 20), "compiler": compiler,
	} {
		top := prof.Top{Type: tree.Type, Total: tree.Total}
		for _, o := range []ProfileOptions{{}, full} {
			html := Flame(tree, top, o, FlameView{"one", tree}, FlameView{"two", tree}, FlameView{"three", tree}).Data[display.MIMEHTML]
			alone := Flame(tree, top, o).Data[display.MIMEHTML]
			if n := max(len(html), len(alone)); n > maxFlame {
				t.Errorf("%s: the output has %d bytes", name, n)
			}
		}
		if n := len(FlameSVG(tree)); n > maxFlameSVG {
			t.Errorf("%s: the picture has %d bytes", name, n)
		}
	}
}

func TestUnitsOfCountsAreNone(t *testing.T) {
	if got := unitsOf("count"); len(got) != 0 {
		t.Errorf("a count is written in %v", got)
	}
	if got := fmt.Sprint(unitsOf("bytes")[:2]); got != "[[B 1] [kB 1024]]" {
		t.Errorf("bytes are written in %s", got)
	}
}
