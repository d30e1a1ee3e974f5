package render

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

func TestRuntimeFramesAreFoldedUntilAsked(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	folded := eval(t, ctx, names+".join()")
	if strings.Contains(folded, "runtime.gcDrain,") || strings.Contains(folded, "runtime.main,") {
		t.Errorf("runtime frames are drawn: %.300s", folded)
	}
	total := eval(t, ctx, graphJS+".root.kids.reduce((n, k) => n + k.total, 0)")
	press(t, ctx, "runtime")
	if all := eval(t, ctx, names+".join()"); !strings.Contains(all, "runtime.gcDrain,") || !strings.Contains(all, "runtime.main,") {
		t.Errorf("runtime frames are not drawn after a click: %.300s", all)
	}
	if got := eval(t, ctx, graphJS+".root.kids.reduce((n, k) => n + k.total, 0)"); got != total {
		t.Errorf("the stacks sum up to %s unfolded and to %s folded", got, total)
	}
	click(t, ctx, "all")
	keys(t, ctx, "r")
	if got := eval(t, ctx, names+".join()"); got != folded {
		t.Error("the key R does not fold them again")
	}
}

func TestCallersFirstBeginsWithWhatTakesTheTime(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	press(t, ctx, "runtime")
	press(t, ctx, "invert")
	// The functions are those of the table, with the same values, also those whose
	// stacks are too narrow to be in the page.
	for i, r := range top.Rows[:10] {
		if got := eval(t, ctx, fmt.Sprintf("%s.root.kids[%d].name + ' ' + %s.root.kids[%d].total * 1e7", graphJS, i, graphJS, i)); got != fmt.Sprintf("%s %d", r.Name, r.Flat) {
			t.Errorf("row %d is %s, want %s %d", i, got, r.Name, r.Flat)
		}
	}
	if got := text(t, ctx, "note"); !strings.Contains(got, "hatched: ") || !strings.Contains(got, " of all in callers too narrow to be in this page") {
		t.Errorf("the page does not say what is missing: %q", got)
	}
	press(t, ctx, "back")
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.invert').getAttribute('aria-pressed')"); got != "false" {
		t.Error("Back does not leave the view")
	}
}

func TestSandwichMergesAllCallsOfAFunction(t *testing.T) {
	p := parseCompiler(t)
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	press(t, ctx, "runtime")
	const name = "runtime.mallocgc"
	click(t, ctx, name)
	keys(t, ctx, "s")
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.sandwich').getAttribute('aria-pressed')"); got != "true" {
		t.Fatal("the key S does not show the sandwich")
	}
	calls, err := p.Calls(prof.Options{}, `^runtime\.mallocgc$`)
	if err != nil {
		t.Fatal(err)
	}
	// Stacks that are too narrow for the page count, too.
	for _, half := range []string{"root", "up"} {
		if got, want := parse(t, eval(t, ctx, graphJS+"."+half+".total * 1e7")), float64(calls.Rows[0].Cum); got != want {
			t.Errorf("%s: the function has %v, the profile %v", half, got, want)
		}
	}
	if got := text(t, ctx, "note"); !strings.Contains(got, " of all in callers and ") {
		t.Errorf("the page does not say what is missing: %q", got)
	}
	above, below := eval(t, ctx, `[...`+graphJS+`.drawn].filter(([y]) => y < `+placeJS(name)+`.y).length`),
		eval(t, ctx, `[...`+graphJS+`.drawn].filter(([y]) => y > `+placeJS(name)+`.y).length`)
	if above == "0" || below == "0" {
		t.Errorf("%s rows above, %s below", above, below)
	}
	// The keyboard goes to a caller and back.
	eval(t, ctx, "document.querySelector('.gomri-flame svg').focus()")
	keys(t, ctx, kb.ArrowUp)
	if got := chosen(t, ctx); got == name {
		t.Error("arrow up does not reach a caller")
	}
	keys(t, ctx, kb.ArrowDown)
	if got := chosen(t, ctx); got != name {
		t.Errorf("arrow down leads to %s", got)
	}
	keys(t, ctx, kb.Escape)
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.sandwich').getAttribute('aria-pressed')"); got != "false" {
		t.Error("Escape does not leave the sandwich")
	}
}

func TestFlameTurnsAndColoursByPackage(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	y := func() string { return eval(t, ctx, placeJS("all")+".y") }
	if y() != "0" {
		t.Errorf("the root is at %s", y())
	}
	press(t, ctx, "flip")
	if y() == "0" {
		t.Error("the root is still on top")
	}
	for _, by := range []string{"package", "function"} {
		do(t, ctx, chromedp.Focus(".gomri-flame select.colours"))
		keys(t, ctx, kb.ArrowDown)
		if got := eval(t, ctx, `new Set([...document.querySelectorAll('.gomri-flame .f')].map(g => g.style.fill)).size > 5`); got != "true" {
			t.Errorf("colour by %s: there are no colours of their own", by)
		}
		if got := text(t, ctx, "key"); !strings.Contains(got, by) {
			t.Errorf("the legend says %q", got)
		}
	}
}

// saved makes Save keep what it would save, in place of a download.
const saved = `(() => { URL.createObjectURL = b => { window.blob = b; return 'blob:x'; }; HTMLAnchorElement.prototype.click = function () { window.file = this.download; }; })()`

func TestFlameSavesPictureStacksAndProfile(t *testing.T) {
	tree, top := compilerProfile(t)
	small := []byte("not much of a profile")
	ctx := browser(t, Flame(tree, top, ProfileOptions{Proto: small}).Data["text/html"])
	eval(t, ctx, saved)
	read := func(class string) string {
		press(t, ctx, class)
		eval(t, ctx, "(window.blob.text().then(s => window.text = s), 0)")
		text := ""
		for range 100 {
			if text = eval(t, ctx, "window.text || ''"); text != "" {
				break
			}
			do(t, ctx, chromedp.Sleep(10*time.Millisecond))
		}
		eval(t, ctx, "(window.text = '', 0)")
		return text
	}
	picture := read("save-svg")
	wellFormed(t, picture)
	if !strings.Contains(picture, "ssagen.Compile") || !strings.Contains(picture, "<title>") {
		t.Errorf("the picture begins %.200s", picture)
	}
	folded := read("save-folded")
	var sum int64
	for line := range strings.Lines(strings.TrimSpace(folded)) {
		at := strings.LastIndexByte(line, ' ')
		n, err := strconv.ParseInt(strings.TrimSpace(line[at+1:]), 10, 64)
		if err != nil || !strings.Contains(line, ";") && at < 2 {
			t.Fatalf("not a folded stack: %q", line)
		}
		sum += n
	}
	if sum != tree.Root.Total {
		t.Errorf("the folded stacks have %d, the profile %d", sum, tree.Root.Total)
	}
	if got := read("save-pprof"); got != string(small) {
		t.Errorf("the profile is %q", got)
	}
	if got := eval(t, ctx, "window.file"); !strings.HasSuffix(got, ".pb.gz") {
		t.Errorf("saved as %s", got)
	}
}

func TestFlameSwitchesSampleTypes(t *testing.T) {
	tree, top := compilerProfile(t)
	other := &prof.Tree{
		Root: &prof.Node{Name: "all", Total: 7, Children: []*prof.Node{{Name: "main.other", Total: 7, Self: 7}}},
		Type: prof.ValueType{Type: "inuse_objects", Unit: "count"}, Total: 7,
	}
	html := Flame(tree, top, ProfileOptions{}, FlameView{Name: "inuse_objects", Tree: other}).Data["text/html"]
	if len(html) > 256<<10 {
		t.Errorf("the output has %d bytes", len(html))
	}
	ctx := browser(t, html)
	eval(t, ctx, `(() => { const s = document.querySelector('.gomri-flame select.measure'); s.value = '1'; s.dispatchEvent(new Event('change')); })()`)
	if got := eval(t, ctx, names+".join()"); got != "all,main.other" {
		t.Errorf("got %.200s", got)
	}
}

func TestSwitchShowsOtherTables(t *testing.T) {
	_, top := compilerProfile(t)
	other := top
	other.Rows = top.Rows[3:6]
	ctx := browser(t, TopSwitch([]TopView{{Name: "inuse_space", Top: top}, {Name: "alloc_space", Top: other}}).Data["text/html"])
	eval(t, ctx, "document.querySelectorAll('[role=tab]')[1].click()")
	if got := eval(t, ctx, "document.querySelectorAll('[data-gomri-top] tbody tr').length"); got != "3" {
		t.Errorf("%s rows, want 3", got)
	}
	// The heads of the new table sort.
	if got := eval(t, ctx, "document.querySelector('[data-gomri-top] th').tabIndex"); got != "0" {
		t.Error("the script of the table did not run")
	}
	eval(t, ctx, "document.querySelectorAll('[role=tab]')[0].click()")
	if got := eval(t, ctx, "document.querySelectorAll('[data-gomri-top] tbody tr').length"); got == "3" {
		t.Error("the first table does not come back")
	}
}

func TestDifferenceIsDrawnWithBothSides(t *testing.T) {
	p := parseCompiler(t)
	half := halved(t)
	d, err := p.Minus(half, prof.DiffOptions{OfBase: true})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Tree(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	top, err := d.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	svg := FlameSVG(tree)
	wellFormed(t, svg)
	if len(svg) > maxFlameSVG {
		t.Errorf("the picture has %d bytes", len(svg))
	}
	for _, want := range []string{"− less than before", " → ", "difference flame graph", "new "} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .details').textContent"); !strings.Contains(got, " → ") {
		t.Errorf("details: %s", got)
	}
}

// halved is the compiler's profile without the garbage collector.
func halved(t *testing.T) *prof.Profile {
	t.Helper()
	p := parseCompiler(t)
	only, err := p.Only(prof.Options{Ignore: "gcBgMarkWorker"})
	if err != nil {
		t.Fatal(err)
	}
	return only
}
