package html

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"gomri/kernel/nbformat"
)

// notebook makes a notebook of the given cells.
func notebook(cells ...nbformat.Cell) *nbformat.Notebook {
	return &nbformat.Notebook{Metadata: nbformat.Metadata{}, Minor: 5, Cells: cells}
}

func prose(source string) nbformat.Cell {
	return nbformat.Cell{Type: nbformat.Markdown, Source: source}
}

func code(count int, source string, outputs ...nbformat.Output) nbformat.Cell {
	return nbformat.Cell{Type: nbformat.Code, Source: source, Count: &count, Outputs: outputs}
}

func shown(mime, content string) nbformat.Output {
	o := nbformat.Output{Type: nbformat.DisplayData}
	o.Data.SetText(mime, content)
	return o
}

func all(int) bool { return true }

func write(t *testing.T, nb *nbformat.Notebook, opts Options) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, nb, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// want checks what a page has to contain and what not ("!" in front).
func want(t *testing.T, page string, parts ...string) {
	t.Helper()
	_, body, _ := strings.Cut(page, "<body")
	body, _, _ = strings.Cut(body, "<script>(function () {")
	for _, part := range parts {
		text, not := strings.CutPrefix(part, "!")
		if strings.Contains(body, text) == not {
			t.Errorf("contains %q: %v in\n%s", text, not, body)
		}
	}
}

func TestPageShowsCellsInOrderWithNumbersAndColours(t *testing.T) {
	page := write(t, notebook(prose("# A **b**\n\ntext"), code(7, "%%bench -count 2\nfunc f() int { return 1 } // x < y"),
		code(8, "go test -bench=.")), Options{Notes: []string{"go1.26 <x>"}})
	want(t, page, `<h1 id="h-a-b">A <strong>b</strong></h1>`, `[7]`, `<span class="hl-m">%%bench -count 2`,
		`<span class="hl-k">func </span><span class="hl-f">f</span>`, `// x &lt; y</span>`,
		`<span class="hl-m">go test -bench=.</span>`, `go1.26 &lt;x&gt;`)
	if !strings.Contains(page, "<title>A b</title>") {
		t.Error("the title is not the first heading")
	}
	if strings.Index(page, "go1.26") < strings.Index(page, "</h1>") {
		t.Error("the notes stand above the title")
	}
}

func TestHeadingsMakeAContentsListWithUniqueAnchors(t *testing.T) {
	page := write(t, notebook(prose("# T\n## Same\n### Ünder `x`"), prose("## Same")), Options{})
	want(t, page, `href="#h-same"`, `href="#h-same--2"`, `<h2 id="h-same--2">`, `<a href="#h-ünder-x">Ünder x</a>`, `!<a href="#h-t">`)
}

func TestNotebookWithoutHeadingIsTitledByItsFile(t *testing.T) {
	want(t, write(t, notebook(prose("text")), Options{Name: "a<b.ipynb"}), "<h1>a&lt;b</h1>", `!class="toc"`)
}

func TestFailureIsNamedOnTopAndShownInItsCell(t *testing.T) {
	e := nbformat.Output{Type: nbformat.Error, EName: "Panic", EValue: "boom <b>\nmore", Traceback: []string{"\x1b[31mPanic\x1b[0m: boom <b>"}}
	want(t, write(t, notebook(prose("# T"), code(3, "x", e)), Options{}),
		`<a href="#cell-2">cell [3]</a> failed: Panic: boom &lt;b&gt;</div>`,
		`<span class="ansi-fg-1">Panic</span>: boom &lt;b&gt;</pre>`)
}

func TestTrustedOutputKeepsItsScriptAndOtherOutputIsCleaned(t *testing.T) {
	output := shown("text/html", `<b onclick="x()">hi</b><script>go()</script></div>`)
	nb := notebook(code(1, "a", output), code(2, "b", output))
	page := write(t, nb, Options{Trusted: func(cell int) bool { return cell == 0 }})
	want(t, page, `<b onclick="x()">hi</b><script>go()</script>`, `<div class="shown"><b>hi</b></div>`)
	if strings.Count(page, "<script>go()") != 1 {
		t.Error("the script of the other cell is on the page")
	}
	page = write(t, nb, Options{})
	want(t, page, "!go()", "!onclick")
	if !strings.Contains(page, "script-src &#39;sha256-") || strings.Contains(page, "script-src &#39;unsafe-inline&#39;") {
		t.Error("a page without trusted cells may run foreign scripts")
	}
}

func TestPageLoadsNothing(t *testing.T) {
	page := write(t, notebook(
		prose(`![alt text](https://x.example/a.png) <img src="https://x.example/b.png" alt="B"> <link rel="stylesheet" href="https://x.example/c.css">`),
		code(1, "x", shown("text/html", `<p style="background:url(https://x.example/d)">p</p><iframe src="https://x.example/e"></iframe>`))), Options{})
	want(t, page, `<a href="https://x.example/a.png">alt text</a>`, "!b.png", "!c.css", "!example/d", "!example/e")
	if !strings.Contains(page, "default-src &#39;none&#39;") {
		t.Error("no content security policy")
	}
}

func TestPicturesAreEmbedded(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n0000"
	attached := prose("![a](attachment:p.png) ![b](img/q.png) ![c](../secret.png) ![d](text.png)")
	attached.Attachments = map[string]nbformat.Bundle{"p.png": {Text: map[string]string{"image/png": "QUJD\n"}}}
	drawn := shown("image/png", "REVG\n")
	drawn.Data.SetText("text/plain", "plot of x\nmore")
	page := write(t, notebook(attached, code(1, "x", drawn)), Options{
		Files: fstest.MapFS{"img/q.png": {Data: []byte(png)}, "text.png": {Data: []byte("hello")}},
	})
	want(t, page, `src="data:image/png;base64,QUJD"`, `src="data:image/png;base64,iVBORw0KGgowMDAw"`,
		`<a href="../secret.png">c</a>`, `<a href="text.png">d</a>`, `<img alt="plot of x" src="data:image/png;base64,REVG">`)
}

func TestRichestFormatIsShown(t *testing.T) {
	o := shown("text/plain", "plain")
	want(t, write(t, notebook(code(1, "x", o)), Options{Trusted: all}), ">plain</pre>")
	o.Data.SetText("text/markdown", "*mark*")
	want(t, write(t, notebook(code(1, "x", o)), Options{Trusted: all}), "<em>mark</em>", "!plain")
	o.Data.SetText("image/svg+xml", "<svg/>")
	want(t, write(t, notebook(code(1, "x", o)), Options{Trusted: all}), `data:image/svg+xml;base64,PHN2Zy8+`, "!mark")
	o.Data.SetText("text/html", "<i>html</i>")
	want(t, write(t, notebook(code(1, "x", o)), Options{Trusted: all}), "<i>html</i>", "!svg+xml")
}

func TestMarkdownHTMLCannotRun(t *testing.T) {
	want(t, write(t, notebook(prose("<details open><summary>s</summary>\n\n**in**\n\n</details>\n\n<script>bad()</script> <b onmouseover=bad()>b</b>\n\n[l](javascript:bad())")), Options{}),
		`<details open=""><summary>s</summary>`, "<strong>in</strong>", "!bad()")
}

func TestTerminalTextIsSetAsTheTerminalWould(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a<b", "a&lt;b"},
		{"10%\r100%\r\nend\r", "100%\nend"},
		{"\x1b[1;32mok\x1b[0m.", `<span class="ansi-bold ansi-fg-2">ok</span>.`},
		{"\x1b[91mred\nmore\x1b[39m.", "<span class=\"ansi-fg-1\">red\nmore</span>."},
		{"\x1b[38;5;196mx\x1b[38;2;1;2;3my\x1b[m", `<span style="color:#ff0000;">x</span><span style="color:#010203;">y</span>`},
		{"\x1b[2K\x1b[1Aup\x1b]0;title\atext\x1b(B", "uptextB"},
		{"cut\x1b[31", "cut"},
		{"bell\a tab\t", "bell tab\t"},
		{"open\x1b[31mred", `open<span class="ansi-fg-1">red</span>`},
	} {
		if got := terminal(c.in); got != c.want {
			t.Errorf("terminal(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCleanKeepsTablesAndStylesAndNothingThatActs(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<td style="text-align:right;position:fixed;color:#fff">1`, `<td style="text-align:right;color:#fff">1</td>`},
		{`<div style="background-image:linear-gradient(to right,rgba(1,2,3,0.45) 4%,transparent 4%)">`, `<div style="background-image:linear-gradient(to right,rgba(1,2,3,0.45) 4%,transparent 4%)"></div>`},
		{`<p style="background:u\72l(x);margin:-9px">`, `<p></p>`},
		{`</div></section>text`, `text`},
		{`<b><i>x</b>y</i>`, `<b><i>x</i></b>y`},
		{`<a href=" java` + "\n" + `script:x">l</a>`, `<a>l</a>`},
		{`<a href="&#106;avascript:x">l</a>`, `<a>l</a>`},
		{`<a href="data:text/html,x">l</a><a href="https://go.dev/?a=1&amp;b=2">m</a>`, `<a>l</a><a href="https://go.dev/?a=1&amp;b=2">m</a>`},
		{`<img src=data:image/png;base64,AA== onerror=x alt='a"b'>`, `<img src="data:image/png;base64,AA==" alt="a&#34;b">`},
		{`<SCRIPT>x</script >y<script>never ends`, `y`},
		{`<svg><title>t</title><text>leak</text></svg>.`, `.`},
		{`<!-- c --><!doctype html><?x?>a < b && c <3 &lt;i&gt;`, `a &lt; b &amp;&amp; c &lt;3 &lt;i&gt;`},
		{`<input type="checkbox" checked><input type=text>`, `<input type="checkbox" checked="" disabled="">`},
		{`<unknown a=1>x</unknown>`, `x`},
		{`<p class="toc gomri-worse">x`, `<p class="gomri-worse">x</p>`},
		{`<p id="content"><h1 id="h-a">`, `<p><h1 id="h-a"></h1></p>`},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzCleanedHTMLCleansToItself(f *testing.F) {
	f.Add(`<div style="color:red" onclick=x><script>a</script><a href=javascript:x>&lt;`)
	f.Add(`<<b <i x='"><!--><img src=data:image/x>`)
	active := regexp.MustCompile(`(?i)<(script|style|iframe|object|embed|svg|math|form|meta|link|base)[\s/>]`)
	f.Fuzz(func(t *testing.T, s string) {
		once := clean(s)
		if active.MatchString(once) {
			t.Errorf("clean(%q) = %q", s, once)
		}
		if strings.Count(once, "<div") != strings.Count(once, "</div>") {
			t.Errorf("clean(%q) = %q leaves a div open", s, once)
		}
		if again := clean(once); again != once {
			t.Errorf("clean(%q) = %q, and again %q", s, once, again)
		}
	})
}

func FuzzTerminalTextIsEscaped(f *testing.F) {
	f.Add("\x1b[1;31ma<b>\x1b[0m\r\n\x1b]0;x\x1b\\y")
	tag := regexp.MustCompile(`</?span(?: class="[a-z0-9 -]+")?(?: style="[a-z0-9#:;-]+")?>`)
	f.Fuzz(func(t *testing.T, s string) {
		if rest := tag.ReplaceAllString(terminal(s), ""); strings.ContainsAny(rest, "<>") {
			t.Errorf("terminal(%q) = %q", s, terminal(s))
		}
	})
}

// Text has to be readable in both themes: contrast 4.5:1 as WCAG 2.2 measures it.
func TestTextColoursHaveContrastInBothThemes(t *testing.T) {
	light, dark, ok := strings.Cut(pageCSS, "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("no dark theme")
	}
	variable := regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6});`)
	theme := map[string]string{}
	for _, css := range []string{light, dark} {
		for _, m := range variable.FindAllStringSubmatch(css, -1) {
			theme[m[1]] = m[2]
		}
		for name, colour := range theme {
			if name == "ground" || name == "code" || name == "line" || name == "bad-ground" {
				continue
			}
			for _, ground := range []string{"ground", "code"} {
				if c := contrast(t, colour, theme[ground]); c < 4.5 {
					t.Errorf("--%s %s on --%s %s: contrast %.2f", name, colour, ground, theme[ground], c)
				}
			}
		}
	}
}

// contrast returns the WCAG contrast of two "#rrggbb" colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var rgb [3]uint8
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
		t.Fatal(hex, err)
	}
	var linear [3]float64
	for i, v := range rgb {
		s := float64(v) / 255
		if s <= 0.04045 {
			linear[i] = s / 12.92
		} else {
			linear[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}
