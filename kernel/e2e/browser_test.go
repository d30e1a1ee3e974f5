package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gomri/kernel/child"
)

// chromium returns the path of the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("GOMRI_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	cannot(t, "there is no Chromium for the tests: install it (apt-get install chromium) or name it in GOMRI_CHROMIUM")
	return ""
}

// browser starts a fresh headless Chromium and returns its context.
func browser(t *testing.T, limit time.Duration, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	profile, err := os.MkdirTemp("", "gomri-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancelLimit := context.WithTimeout(context.Background(), limit)
	ctx, cancelAlloc := chromedp.NewExecAllocator(ctx, append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 1000),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", false),
	}, more...)...)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // a browser that has already gone is fine
		cancel()
		cancelAlloc()
		cancelLimit()
		os.RemoveAll(profile)
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	// JupyterLab's current widget is the one with the focus, which a headless page has not.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatalf("give the page the focus: %v", err)
	}
	return ctx
}

// lab is a running JupyterLab.
type lab struct {
	url, token string
	dir        string // the notebooks
	proc       *child.Process
	log        *logBuffer
}

// startLab starts JupyterLab for the peer on the notebooks in dir.
func startLab(t *testing.T, p peer, dir string) *lab {
	t.Helper()
	p.setting(t, "apputils-extension/notification", map[string]any{"fetchNews": "false", "checkForUpdates": false})
	p.setting(t, "notebook-extension/tracker", map[string]any{"windowingMode": "none"})
	l := &lab{token: "e2e", dir: dir, log: &logBuffer{}}
	proc, err := child.Start(context.WithoutCancel(t.Context()), child.Command{
		Path: filepath.Join(p.bin, "jupyter-lab"), Dir: dir, Env: p.env, Stdout: l.log, Stderr: l.log, Grace: 10 * time.Second,
		Args: []string{
			"--no-browser", "--ip=127.0.0.1", "--port=0", "--IdentityProvider.token=" + l.token, "--ServerApp.root_dir=" + dir,
			"--allow-root", "--LabApp.expose_app_in_browser=True",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	l.proc = proc
	t.Cleanup(func() { l.close(t) })
	l.await(t, filepath.Join(p.dir, "runtime"))
	return l
}

// setting writes a user setting of JupyterLab.
func (p peer) setting(t *testing.T, plugin string, value map[string]any) {
	t.Helper()
	file := filepath.Join(p.dir, "config", "lab", "user-settings", "@jupyterlab", filepath.FromSlash(plugin)+".jupyterlab-settings")
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// await waits until the server has written where it listens, and answers.
func (l *lab) await(t *testing.T, runtimeDir string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for {
		select {
		case <-l.proc.Done():
			t.Fatalf("JupyterLab ended:\n%s", l.log)
		case <-limit:
			t.Fatalf("JupyterLab does not answer:\n%s", l.log)
		case <-tick.C:
			files, _ := filepath.Glob(filepath.Join(runtimeDir, "jpserver-*.json"))
			if len(files) == 0 {
				continue
			}
			var info struct{ URL string }
			data, err := os.ReadFile(files[0])
			if err != nil || json.Unmarshal(data, &info) != nil {
				continue // it is being written
			}
			l.url = info.URL
			if resp, err := l.call(http.MethodGet, "api/status"); err == nil && resp == http.StatusOK {
				return
			}
		}
	}
}

// call sends a request to the server's API and returns the status.
func (l *lab) call(method, path string) (int, error) {
	req, err := http.NewRequest(method, l.url+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "token "+l.token)
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// close asks the server to end, which ends its kernels too, and kills it if it does not.
func (l *lab) close(t *testing.T) {
	if l.url != "" {
		_, _ = l.call(http.MethodPost, "api/shutdown") // killed below if this fails
	}
	select {
	case <-l.proc.Done():
	case <-time.After(20 * time.Second):
		l.proc.Kill()
		<-l.proc.Done()
	}
	if t.Failed() {
		t.Logf("JupyterLab's log:\n%s", l.log)
	}
}

// open opens a notebook and waits until its kernel is ready.
func (l *lab) open(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	do(t, ctx, "open "+name,
		chromedp.Navigate(fmt.Sprintf("%slab/tree/%s?token=%s&reset", l.url, name, l.token)),
	)
	until(t, ctx, 2*time.Minute, "the kernel is ready", `(() => {
		const shell = window.jupyterapp?.shell, w = shell?.currentWidget;
		if (shell && !w) for (const other of shell.widgets('main')) shell.activateById(other.id);
		return !!w?.content?.model && w.context?.isReady && w.sessionContext?.session?.kernel?.status === 'idle';
	})()`)
}

// labCommand runs one of JupyterLab's commands and waits for it.
func labCommand(t *testing.T, ctx context.Context, id string, args map[string]any) {
	t.Helper()
	js, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	// The command's own result is no use here and may not be serialisable.
	eval[bool](t, ctx, fmt.Sprintf(`window.jupyterapp.commands.execute(%q, %s ?? undefined).then(() => true)`, id, js))
}

// runAll runs all cells and waits until the notebook has what they showed.
func (l *lab) runAll(t *testing.T, ctx context.Context, limit time.Duration) notebook {
	t.Helper()
	eval[bool](t, ctx, `(() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return true })()`)
	until(t, ctx, limit, "all cells have run", `(() => {
		const w = window.jupyterapp.shell.currentWidget;
		if (w.sessionContext.session.kernel.status !== 'idle') return false;
		const code = [...w.content.model.cells].filter(c => c.type === 'code');
		return code.every(c => !c.sharedModel.getSource().trim() || c.executionCount !== null)
			|| code.some(c => c.outputs.toJSON().some(o => o.output_type === 'error'));
	})()`)
	return modelOf(t, ctx)
}

// modelOf returns the open notebook as it would be saved.
func modelOf(t *testing.T, ctx context.Context) notebook {
	t.Helper()
	return parseNotebook(t, []byte(eval[string](t, ctx, `JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())`)))
}

// do runs browser actions.
func do(t *testing.T, ctx context.Context, what string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// eval evaluates JavaScript, waits for a promise, and returns the result.
func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	res, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return res
}

// until waits until a JavaScript expression is true. It asks from here, again and
// again, because a wait inside the page would not survive that the page is loaded anew.
func until(t *testing.T, ctx context.Context, limit time.Duration, what, js string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js))
		if ok && err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			screenshot(t, context.WithoutCancel(ctx), "failed-"+strings.ReplaceAll(t.Name(), "/", "-")+".png")
			t.Fatalf("waited for: %s: %v", what, err)
		}
	}
}

// screenshot writes a picture of the window to the folder of GOMRI_SCREENSHOTS,
// or to the test's artifacts.
func screenshot(t *testing.T, ctx context.Context, name string) []byte {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Errorf("screenshot %s: %v", name, err)
		return nil
	}
	dir := os.Getenv("GOMRI_SCREENSHOTS")
	if dir == "" {
		dir = t.ArtifactDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
		t.Fatal(err)
	}
	return png
}

// logBuffer keeps the end of a program's log.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf.Len() > 1<<20 {
		b.buf.Reset()
	}
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
