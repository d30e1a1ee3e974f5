package render

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gomri/kernel/prof"
)

// compilerFlame is the flame graph of the compiler's profile as a page fragment.
func compilerFlame(t *testing.T) string {
	t.Helper()
	tree, top := compilerProfile(t)
	return Flame(tree, top, ProfileOptions{}).Data["text/html"]
}

// acts checks that the graph of a page is live: it answers a click and a key.
func acts(t *testing.T, ctx context.Context) {
	t.Helper()
	live(t, ctx)
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame').length + ' ' + document.querySelectorAll('[data-gomri-flame]').length"); got != "1 1" {
		t.Fatalf("live graphs and outputs: %s", got)
	}
	click(t, ctx, "ssagen.Compile")
	if w, full := widthOf(t, ctx, "ssagen.Compile"), widthOf(t, ctx, "all"); w < full-1 {
		t.Errorf("a click zooms to %.0f of %.0f", w, full)
	}
	keys(t, ctx, "i")
	if got := eval(t, ctx, graphJS+".o.mode"); got != "callers" {
		t.Errorf("the key I shows %s", got)
	}
}

// TestVSCodeMakesTheGraphLive does as VS Code's renderer does: it sets the HTML, then
// makes every script anew at the end of the output, and takes it away again.
func TestVSCodeMakesTheGraphLive(t *testing.T) {
	script := `const output = document.getElementById('output');
		output.innerHTML = ` + jsString(compilerFlame(t)) + `;
		for (const old of [...output.querySelectorAll('script')]) {
			const s = document.createElement('script');
			s.textContent = old.textContent;
			output.appendChild(s).parentNode.removeChild(s);
		}`
	ctx := page(t, `<body class="vscode-body vscode-dark" style="background:#1e1e1e;--vscode-editor-foreground:rgb(212, 212, 212);--vscode-editor-background:#1e1e1e"><div id="output"></div><script>`+script+`</script>`, nil)
	acts(t, ctx)
	if got := eval(t, ctx, "getComputedStyle(document.querySelector('.gomri-flame')).color"); got != "rgb(212, 212, 212)" {
		t.Errorf("the text is %s", got)
	}
	if got := eval(t, ctx, "getComputedStyle(document.querySelector('.gomri-flame .f.y')).fill"); got != "rgb(217, 137, 59)" {
		t.Errorf("the fill is %s, want that of a dark ground", got)
	}
}

// TestColabMakesTheGraphLive does as Colab does: an output has a document of its own
// without an origin, in which a script may come before what it belongs to.
func TestColabMakesTheGraphLive(t *testing.T) {
	html := compilerFlame(t)
	from, to := strings.Index(html, "<script>"), strings.LastIndex(html, "</script>")+len("</script>")
	sandbox := http.Header{"Content-Security-Policy": {"sandbox allow-scripts allow-downloads"}}
	ctx := page(t, "<html theme=dark><head>"+html[from:to]+"</head><body>"+html[:from]+html[to:], sandbox)
	if got := eval(t, ctx, "self.origin"); got != "null" {
		t.Fatalf("the page has the origin %s", got)
	}
	acts(t, ctx)
	if got := eval(t, ctx, "getComputedStyle(document.querySelector('.gomri-flame .f.y')).fill"); got != "rgb(217, 137, 59)" {
		t.Errorf("the fill is %s, want that of a dark ground", got)
	}
	click(t, ctx, "all")
	keys(t, ctx, "c")
	if got := text(t, ctx, "copy"); got != "Copy stack" {
		t.Errorf("the clipboard that is not there: the button says %q", got)
	}
}

// TestScriptsOffLeavesThePicture opens an output where scripts do not run.
func TestScriptsOffLeavesThePicture(t *testing.T) {
	ctx := page(t, "<body>"+compilerFlame(t), http.Header{"Content-Security-Policy": {"script-src 'none'"}})
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame').length"); got != "0" {
		t.Fatal("a script ran")
	}
	if got := eval(t, ctx, "(i => i.complete && i.naturalWidth > 1000 && i.clientWidth > 1000 && i.alt.length > 20)(document.querySelector('[data-gomri-flame] img'))"); got != "true" {
		t.Error("the picture is not shown")
	}
	if got := eval(t, ctx, "document.querySelectorAll('details table tr').length > 10"); got != "true" {
		t.Error("the table is not there")
	}
}

// onPaper is the text of a page on paper, in the order of its lines.
func onPaper(t *testing.T, ctx context.Context) string {
	t.Helper()
	pdftotext, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no pdftotext on PATH")
		}
		t.Skip("there is no pdftotext on PATH: apt install poppler-utils")
	}
	r, err := chromedp.Call(ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(name, r.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(pdftotext, "-layout", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestPaperShowsTheViewInLightAndWithoutButtons(t *testing.T) {
	ctx := browser(t, `<div data-jp-theme-light="false" style="background:#111;color:#eee">`+compilerFlame(t)+`</div>`)
	whole := onPaper(t, ctx)
	for _, want := range []string{"all, 118 s of cpu", "ssagen.Compile", "gcBgMarkWorker", "your code", "frames drawn"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the paper has no %q:\n%.1500s", want, whole)
		}
	}
	for _, button := range []string{"Callers first", "Show all", "Keys and mouse"} {
		if strings.Contains(whole, button) {
			t.Errorf("the paper has the button %q", button)
		}
	}
	click(t, ctx, "ssagen.Compile", chromedp.ButtonRight)
	press(t, ctx, "menu .focus")
	focused := onPaper(t, ctx)
	if !strings.Contains(focused, "focus cmd/compile/internal/ssagen.Compile") || strings.Contains(focused, "gcBgMarkWorker ") || strings.Contains(focused, "Callers first") {
		t.Errorf("the paper does not show the view that was made:\n%.1500s", focused)
	}
}

// TestDeepGraphIsPrintedAsThePicture prints a graph that nobody has touched and that
// would fill pages.
func TestDeepGraphIsPrintedAsThePicture(t *testing.T) {
	tree := grid(2, 2000)
	ctx := browser(t, Flame(tree, prof.Top{Type: tree.Type, Total: 1}, ProfileOptions{}).Data["text/html"])
	got := onPaper(t, ctx)
	if !strings.Contains(got, "frames deeper") || strings.Count(got, "\f") > 3 {
		t.Errorf("%d pages are printed, the end of which is\n%s", strings.Count(got, "\f"), got[max(0, len(got)-300):])
	}
}

// TestDeepGraphIsPrintedWhole prints a view of a graph of which the screen shows a part.
func TestDeepGraphIsPrintedWhole(t *testing.T) {
	tree := grid(2, 90)
	ctx := browser(t, Flame(tree, prof.Top{Type: tree.Type, Total: 1}, ProfileOptions{}).Data["text/html"])
	click(t, ctx, "pkg1.Function3")
	if got := onPaper(t, ctx); !strings.Contains(got, "pkg1.Function4") || !strings.Contains(got, "pkg1.Function89") {
		t.Errorf("the paper ends at\n%s", got[max(0, len(got)-300):])
	}
}
