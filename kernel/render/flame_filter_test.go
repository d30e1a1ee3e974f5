package render

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/pprof/profile"

	"gomri/kernel/prof"
)

// handlers is a small profile, all of which is in the page: two handlers that call
// into one package, a recursive function, and one function below both.
func handlers(t *testing.T) *prof.Profile {
	t.Helper()
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 1e7,
	}
	known := make(map[string]*profile.Location)
	for _, s := range []struct {
		stack string
		count int64
	}{
		{"main.serve main.list main.encode main.write", 30},
		{"main.serve main.list main.encode", 10},
		{"main.serve main.list main.walk main.walk main.walk main.write", 15},
		{"main.serve main.show main.encode main.write", 20},
		{"main.serve main.show", 5},
		{"main.background main.walk main.write", 20},
	} {
		sample := &profile.Sample{Value: []int64{s.count, s.count * 1e7}}
		for _, name := range strings.Fields(s.stack) {
			if known[name] == nil {
				id := uint64(len(known) + 1)
				f := &profile.Function{ID: id, Name: name, SystemName: name, Filename: "service.go", StartLine: int64(id) * 10}
				p.Function = append(p.Function, f)
				known[name] = &profile.Location{ID: id, Line: []profile.Line{{Function: f, Line: int64(id)*10 + 2}}}
				p.Location = append(p.Location, known[name])
			}
			sample.Location = append([]*profile.Location{known[name]}, sample.Location...)
		}
		p.Sample = append(p.Sample, sample)
	}
	var b strings.Builder
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	parsed, err := prof.Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// source is what handlers were written in: a hundred lines.
func source(string) ([]string, error) {
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = fmt.Sprintf("\tline(%d) // <of service.go>", i+1)
	}
	return lines, nil
}

// handlersPage opens the flame graph of handlers.
func handlersPage(t *testing.T, p *prof.Profile) context.Context {
	t.Helper()
	tree, errTree := p.Tree(prof.Options{})
	top, errTop := p.Top(prof.Options{})
	listing, errList := p.Lines(prof.Options{}, []string{"main.walk", "main.encode"}, source)
	for _, err := range []error{errTree, errTop, errList} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return browser(t, Flame(tree, top, ProfileOptions{Source: "cpu.out", Listing: listing}).Data["text/html"])
}

// foldedTree are the stacks of a tree as "a;b;c value" lines.
func foldedTree(n *prof.Node, path []string) []string {
	var lines []string
	if n.Self > 0 {
		lines = append(lines, fmt.Sprintf("%s %d", strings.Join(path, ";"), n.Self))
	}
	for _, c := range n.Children {
		lines = append(lines, foldedTree(c, append(path[:len(path):len(path)], c.Name))...)
	}
	return lines
}

// shownStacks are the folded stacks of the page.
const shownStacks = `(function walk(f, path) {
	return (f.self > 0 ? [path.join(';') + ' ' + f.self * ` + graphJS + `.model.g] : []).concat(...f.kids.map(k => walk(k, path.concat(k.name))));
})(` + graphJS + `.root, []).sort().join('\n')`

// TestFiltersOfAFrameAreThoseOfPprof drives the menu of a frame by mouse and by keys;
// what stays has to be what pprof's flag of the same name leaves.
func TestFiltersOfAFrameAreThoseOfPprof(t *testing.T) {
	p := handlers(t)
	ctx := handlersPage(t, p)
	whole := eval(t, ctx, shownStacks)
	for i, c := range []struct {
		kind, frame string
		options     prof.Options
	}{
		{"focus", "main.encode", prof.Options{Focus: `^main\.encode$`}},
		{"ignore", "main.list", prof.Options{Ignore: `^main\.list$`}},
		{"hide", "main.encode", prof.Options{Hide: `^main\.encode$`}},
		{"hide", "main.serve", prof.Options{Hide: `^main\.serve$`}},
		{"show_from", "main.encode", prof.Options{ShowFrom: `^main\.encode$`}},
		{"show_from", "main.walk", prof.Options{ShowFrom: `^main\.walk$`}},
	} {
		if i%2 == 0 {
			click(t, ctx, c.frame, chromedp.ButtonRight)
			press(t, ctx, "menu ."+c.kind)
		} else {
			// By keys: choose the frame, open the menu, go to the entry.
			eval(t, ctx, fmt.Sprintf(`(() => { const g = %s; g.svg.focus(); g.chosen = %s.f; })()`, graphJS, placeJS(c.frame)))
			keys(t, ctx, "m")
			for range 20 {
				if eval(t, ctx, "document.activeElement.className") == c.kind {
					break
				}
				keys(t, ctx, kb.ArrowDown)
			}
			keys(t, ctx, kb.Enter)
		}
		tree, err := p.Tree(c.options)
		if err != nil {
			t.Fatal(err)
		}
		want := sorted(foldedTree(tree.Root, nil))
		if got := eval(t, ctx, shownStacks); got != want {
			t.Errorf("%s %s:\n%s\npprof:\n%s", c.kind, c.frame, got, want)
		}
		if got := text(t, ctx, "chips"); !strings.Contains(got, strings.Replace(c.kind, "_", " ", 1)+" "+c.frame) ||
			!strings.Contains(got, Percent(shareOf(tree.Root.Total, tree.Total))+" of all is left") || !strings.Contains(got, "%flame -"+c.kind+"='^"+strings.ReplaceAll(c.frame, ".", `\.`)+"$' cpu.out") {
			t.Errorf("the filter is shown as %q", got)
		}
		press(t, ctx, "chip")
		if got := eval(t, ctx, shownStacks); got != whole {
			t.Errorf("without the filter again:\n%s\nwant:\n%s", got, whole)
		}
	}
}

// sorted puts lines in the order of their text.
func sorted(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestSearchBecomesAFilter(t *testing.T) {
	p := handlers(t)
	ctx := handlersPage(t, p)
	for _, c := range []struct {
		kind    string
		options prof.Options
	}{
		{"focus", prof.Options{Focus: "walk|show"}},
		{"ignore", prof.Options{Ignore: "walk|show"}},
		{"hide", prof.Options{Hide: "walk|show"}},
		{"show", prof.Options{Show: "walk|show"}},
		{"show_from", prof.Options{ShowFrom: "walk|show"}},
	} {
		do(t, ctx, chromedp.Focus(".gomri-flame input"))
		keys(t, ctx, "walk|show")
		press(t, ctx, "refine")
		press(t, ctx, "menu ."+c.kind)
		tree, err := p.Tree(c.options)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := eval(t, ctx, shownStacks), sorted(foldedTree(tree.Root, nil)); got != want {
			t.Errorf("%s:\n%s\npprof:\n%s", c.kind, got, want)
		}
		press(t, ctx, "clear")
	}
}

func TestFiltersAddUpAndGoBackOneByOne(t *testing.T) {
	ctx := handlersPage(t, handlers(t))
	click(t, ctx, "main.encode", chromedp.ButtonRight)
	press(t, ctx, "menu .focus")
	click(t, ctx, "main.write", chromedp.ButtonRight)
	press(t, ctx, "menu .hide")
	if got := eval(t, ctx, shownStacks); got != "main.serve;main.list;main.encode 400000000\nmain.serve;main.show;main.encode 200000000" {
		t.Errorf("focus and hide leave\n%s", got)
	}
	if got := text(t, ctx, "chips"); !strings.Contains(got, `-focus='^main\.encode$' -hide='^main\.write$' cpu.out`) {
		t.Errorf("the flags are %q", got)
	}
	// A view of what is left keeps the filters.
	keys(t, ctx, "i")
	if got := eval(t, ctx, graphJS+".root.kids.map(k => k.name).join()"); got != "main.encode" {
		t.Errorf("callers first begins with %s", got)
	}
	keys(t, ctx, kb.Escape, kb.Escape)
	if got := text(t, ctx, "chips"); strings.Contains(got, "hide") || !strings.Contains(got, "focus main.encode") {
		t.Errorf("after one step back: %q", got)
	}
	keys(t, ctx, kb.Escape)
	if got := eval(t, ctx, "getComputedStyle(document.querySelector('.gomri-flame .chips')).display"); got != "none" {
		t.Error("the list of filters stays when there is none")
	}
}

func TestMenuOfAFrameIsReachedByKeysAndLeavesNothing(t *testing.T) {
	ctx := handlersPage(t, handlers(t))
	click(t, ctx, "main.encode")
	keys(t, ctx, "m")
	if got := eval(t, ctx, "document.activeElement.getAttribute('role') + document.activeElement.closest('.menu').getAttribute('aria-label')"); got != "menuitemmain.encode" {
		t.Errorf("the focus is on %q", got)
	}
	keys(t, ctx, kb.ArrowUp)
	if got := eval(t, ctx, "document.activeElement.className"); got != "copy-stack" {
		t.Errorf("arrow up from the first entry leads to %s", got)
	}
	keys(t, ctx, kb.Escape)
	if got := eval(t, ctx, "document.querySelectorAll('.menu').length + document.activeElement.tagName"); got != "0svg" {
		t.Errorf("after Escape: %s", got)
	}
	press(t, ctx, "actions")
	press(t, ctx, "menu .sandwich")
	if got := eval(t, ctx, graphJS+".o.mode + ' ' + "+graphJS+".o.fn"); got != "sandwich main.encode" {
		t.Errorf("the menu leads to %s", got)
	}
}
