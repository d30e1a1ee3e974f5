package prof_test

import (
	"slices"
	"strings"
	"testing"

	"gomri/kernel/prof"
)

// sums checks that every node is the sum of itself, its children and its rest,
// and returns the sum of all that is written in the tree.
func sums(t *testing.T, n *prof.Node) int64 {
	t.Helper()
	total := n.Self + n.Rest
	for _, c := range n.Children {
		total += sums(t, c)
	}
	if total != n.Total {
		t.Fatalf("%s has %d, its parts %d", n.Name, n.Total, total)
	}
	return total
}

func TestTreeHoldsEveryValueOnce(t *testing.T) {
	for _, file := range publicProfiles(t) {
		p := load(t, file)
		for i, o := range []prof.Options{{}, {NoInlines: true}, {SampleIndex: "0"}, {Focus: "e"}} {
			if i > 0 && strings.HasSuffix(file, "large.cpu") {
				break // 425,000 frames
			}
			tree, err := p.Tree(o)
			if err != nil {
				t.Fatal(err)
			}
			top, err := p.Top(o)
			if err != nil {
				t.Fatal(err)
			}
			if tree.Total != top.Total {
				t.Errorf("%s %+v: the tree has %d, the table %d", file, o, tree.Total, top.Total)
			}
			sums(t, tree.Root)
			pruned := tree.Prune(0.01, 50)
			sums(t, pruned.Root)
			if got, want := pruned.Frames()+pruned.Pruned, tree.Frames()+tree.Pruned; got != want {
				t.Errorf("%s: %d frames drawn and pruned, of %d", file, got, want)
			}
		}
	}
}

func TestFlatValuesOfTreeEqualTop(t *testing.T) {
	p := load(t, publicProfiles(t)[0])
	tree, err := p.Tree(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	top, err := p.Top(prof.Options{NoTrim: true})
	if err != nil {
		t.Fatal(err)
	}
	flat, cum := make(map[string]int64), make(map[string]int64)
	var walk func(n *prof.Node, above map[string]bool)
	walk = func(n *prof.Node, above map[string]bool) {
		flat[n.Name] += n.Self
		recursive := above[n.Name]
		if !recursive {
			cum[n.Name] += n.Total
			above[n.Name] = true
		}
		for _, c := range n.Children {
			walk(c, above)
		}
		if !recursive {
			delete(above, n.Name)
		}
	}
	walk(tree.Root, make(map[string]bool))
	for _, r := range top.Rows {
		if flat[r.Name] != r.Flat || cum[r.Name] != r.Cum {
			t.Errorf("%s: tree has %d and %d, table %d and %d", r.Name, flat[r.Name], cum[r.Name], r.Flat, r.Cum)
		}
	}
}

func TestPruneKeepsTheWidestFrames(t *testing.T) {
	p := load(t, publicProfiles(t)[0])
	tree, err := p.Tree(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Prune(0.5, 300).Frames(); got < 299 {
		t.Errorf("%d frames are left of %d, want the 300 widest", got, tree.Frames())
	}
	if got := tree.Prune(0, 0); got.Pruned != 0 || got.Frames() != tree.Frames() {
		t.Errorf("a share of nothing pruned %d frames", got.Pruned)
	}
}

func TestKindOfTellsWhoseCodeItIs(t *testing.T) {
	for _, c := range []struct {
		name, file string
		own        []string
		want       prof.Kind
	}{
		{"main.main", "/home/me/x.go", nil, prof.Yours},
		{"gomri/cell.BenchmarkX", "cell-3", nil, prof.Yours},
		{"github.com/me/app/db.(*Conn).Query", "/home/me/app/db/conn.go", nil, prof.Yours},
		{"github.com/lib/pq.(*conn).query", "/root/go/pkg/mod/github.com/lib/pq@v1.10.0/conn.go", nil, prof.ThirdParty},
		{"github.com/lib/pq.(*conn).query", "/x/vendor/github.com/lib/pq/conn.go", nil, prof.ThirdParty},
		{"github.com/lib/pq.query", "", nil, prof.ThirdParty},
		{"github.com/lib/pq.query", "", []string{"github.com/lib"}, prof.Yours},
		{"encoding/json.(*decodeState).object", "/usr/local/go/src/encoding/json/decode.go", nil, prof.Std},
		{"slices.SortFunc[go.shape.[]main.T]", "slices/sort.go", nil, prof.Std},
		{"runtime/pprof.StartCPUProfile", "", nil, prof.Std},
		{"runtime.mallocgc", "", nil, prof.Runtime},
		{"internal/runtime/maps.(*Iter).Next", "", nil, prof.Runtime},
		{"aeshashbody", "runtime/asm_amd64.s", nil, prof.Runtime},
		{"[vdso]", "", nil, prof.Runtime},
		{"std::sort<int>(int*)", "/x/y.cc", nil, prof.Yours},
	} {
		if got := prof.KindOf(c.name, c.file, c.own); got != c.want {
			t.Errorf("KindOf(%q, %q) = %v, want %v", c.name, c.file, got, c.want)
		}
	}
}

func TestShortNameKeepsTheLastElement(t *testing.T) {
	for name, want := range map[string]string{
		"main.main":                           "main.main",
		"encoding/json.(*decodeState).object": "json.(*decodeState).object",
		"github.com/a/b/v2.(*T).M.func1":      "b.(*T).M.func1",
		"gopkg.in/yaml%2ev3.unmarshal":        "yaml.v3.unmarshal",
		"slices.SortFunc[go.shape.[]*cmd/compile/internal/ir.Node,go.shape.*uint8]": "slices.SortFunc[…]",
		"aeshashbody":   "aeshashbody",
		"foo::bar(int)": "foo::bar(int)",
	} {
		if got := prof.ShortName(name); got != want {
			t.Errorf("ShortName(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkParseTopTree(b *testing.B) {
	file := publicProfiles(b)[0]
	data := readFile(b, file)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		p, err := prof.Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Top(prof.Options{}); err != nil {
			b.Fatal(err)
		}
		tree, err := p.Tree(prof.Options{})
		if err != nil {
			b.Fatal(err)
		}
		tree.Prune(0.001, 300)
	}
}

func TestTreeBeginsWithLabelsWhenAsked(t *testing.T) {
	p := load(t, labelled(t))
	tree, err := p.Tree(prof.Options{TagRoot: "tenant"})
	if err != nil {
		t.Fatal(err)
	}
	top, err := p.Top(prof.Options{TagRoot: "tenant", NoTrim: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, child := range tree.Root.Children {
		row := slices.IndexFunc(top.Rows, func(r prof.Row) bool { return r.Name == child.Name })
		if child.Name == "tenant" {
			continue // the requests without one
		}
		if row < 0 || top.Rows[row].Cum != child.Total {
			t.Errorf("%s takes %d, in the table %v", child.Name, child.Total, top.Rows)
		}
	}
	if len(tree.Root.Children) != 3 {
		t.Errorf("%d tenants", len(tree.Root.Children))
	}
}

func TestTreeHasTheGranularityOfTables(t *testing.T) {
	p := load(t, labelled(t))
	for _, granularity := range []string{"functions", "filefunctions", "files", "lines", "addresses"} {
		o := prof.Options{Granularity: granularity, NoTrim: true, TrimPath: "/src"}
		tree, err := p.Tree(o)
		if err != nil {
			t.Fatal(err)
		}
		top, err := p.Top(o)
		if err != nil {
			t.Fatal(err)
		}
		cums, rows := tree.Cums(), make(map[string]int)
		for _, row := range top.Rows {
			rows[row.Name]++
		}
		for _, row := range top.Rows {
			// pprof has a row of a file for each place where one of its functions begins.
			if cums[row.Name] != row.Cum && rows[row.Name] == 1 {
				t.Errorf("%s: %q takes %d, in the table %d", granularity, row.Name, cums[row.Name], row.Cum)
			}
		}
		if len(cums) != len(rows) {
			t.Errorf("%s: %d different frames, in the table %d", granularity, len(cums), len(rows))
		}
	}
	if _, err := p.Tree(prof.Options{Granularity: "packages"}); err == nil {
		t.Error("an unknown granularity is accepted")
	}
	half, err := p.Tree(prof.Options{DivideBy: 2})
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := p.Tree(prof.Options{}); err != nil || half.Total*2 != whole.Total || half.Root.Total*2 != whole.Root.Total {
		t.Errorf("half of %d is %d, %v", whole.Total, half.Total, err)
	}
}
