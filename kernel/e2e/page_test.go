package e2e

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
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
			asked := requests(t, ctx)
			do(t, ctx, "open "+name, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.Join(dir, name)}).String()))
			until(t, ctx, time.Minute, "the flame graph is live", `!!document.querySelector('.gomri-flame svg g.f rect')`)
			flameGraphActs(t, ctx)
			screenshot(t, ctx, "page-"+name+".png")
			// nbconvert's own head names scripts of other hosts; no output does.
			head := ""
			if name == "nbconvert.html" {
				head = eval[string](t, ctx, `document.head.innerHTML`)
			}
			for _, url := range asked() {
				if !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "file:") && !strings.Contains(head, url) {
					t.Errorf("the page asks for %s", url)
				}
			}
		})
	}
}

// requests starts Chromium's network log; what it returns lists the addresses that
// were asked for since.
func requests(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var lock sync.Mutex
	var asked []string
	err := chromedp.Listen(ctx, func(ev any) {
		if r, ok := ev.(*network.EventRequestWillBeSent); ok {
			lock.Lock()
			defer lock.Unlock()
			asked = append(asked, r.Request.URL)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		lock.Lock()
		defer lock.Unlock()
		return slices.Clone(asked)
	}
}
