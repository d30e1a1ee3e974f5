package e2e

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestPagesAreLiveWithoutANetwork(t *testing.T) {
	p := newPeer(t)
	ctx := browser(t, 5*time.Minute, chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
	dir := t.TempDir()
	lesson := filepath.Join(root(t), "notebooks", flameLesson)
	if err := command(gomri(t), "run", "-o", dir, lesson); err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(flameLesson, ".ipynb")
	wellExecuted(t, readNotebook(t, filepath.Join(dir, flameLesson)))
	p.run(t, dir, time.Minute, "jupyter-nbconvert", "--to", "html", "--output", "nbconvert.html", flameLesson)

	for _, name := range []string{base + ".html", "nbconvert.html"} {
		t.Run(name, func(t *testing.T) {
			do(t, ctx, "open "+name, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.Join(dir, name)}).String()))
			until(t, ctx, time.Minute, "the flame graph is live", `!!document.querySelector('.gomri-flame svg g.f rect')`)
			flameGraphActs(t, ctx)
			screenshot(t, ctx, "page-"+name+".png")
			if name == "nbconvert.html" {
				return // its own head names scripts of other hosts
			}
			if got := eval[string](t, ctx, `performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:')).join(' ')`); got != "" {
				t.Errorf("the page asks for %s", got)
			}
		})
	}
}
