package magic

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"gomri/kernel/display"
)

// getCommand adds modules to the session.
func getCommand() Command {
	return Command{
		Name: "get", Line: true, Args: "MODULE[@VERSION]…",
		Summary: "adds modules to the session, so that cells can import their packages",
		Example: "%get github.com/google/go-cmp@v0.6.0",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				if len(args) == 0 {
					return wordsErrorf("%%get wants a module's path; an import in a cell gets its module by itself")
				}
				return Get(ctx, env, call.Out, args)
			}
		},
	}
}

// Get adds modules to the session and shows how far it is.
func Get(ctx context.Context, env *Env, out display.Output, what []string) error {
	w, err := env.Work()
	if err != nil {
		return err
	}
	p := &getting{out: out, title: "go get " + strings.Join(what, " ")}
	p.show()
	_, err = w.Get(ctx, what, p)
	p.end(err)
	return err
}

// modCommand makes the user's own module importable.
func modCommand() Command {
	return Command{
		Name: "mod", Line: true, Args: "DIR",
		Summary: "lets cells import the packages of the module in a folder, as they are there",
		Example: "%mod .",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				if len(args) != 1 {
					return wordsErrorf("%%mod takes one folder")
				}
				w, err := env.Work()
				if err != nil {
					return err
				}
				dir := args[0]
				if !filepath.IsAbs(dir) {
					dir = filepath.Join(env.Dir, dir)
				}
				p := &getting{out: call.Out, title: "%mod " + args[0]}
				path, err := w.UseModule(ctx, filepath.Clean(dir), p)
				if err != nil {
					return err
				}
				call.Out.Stream(display.Stdout, fmt.Sprintf("cells can import %q and the packages below it\n", path))
				return nil
			}
		},
	}
}

// getting shows what go get says as it comes, in one place.
type getting struct {
	out   display.Output
	title string

	mu    sync.Mutex
	lines []string
}

// maxGetLines bounds the lines that stay to be seen; a module may need hundreds of others.
const maxGetLines = 12

// Write takes whole lines of go get's output.
func (g *getting) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		g.lines = append(g.lines, strings.TrimRight(line, "\r\n"))
	}
	g.draw("")
	return len(p), nil
}

// show draws the state before the first line.
func (g *getting) show() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.draw(" …")
}

// end draws what stays: without what was said on the way, if all went well.
func (g *getting) end(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil {
		var kept []string
		for _, line := range g.lines {
			if !strings.HasPrefix(line, "go: downloading ") && !strings.HasPrefix(line, "go: finding ") {
				kept = append(kept, line)
			}
		}
		g.lines = kept
	}
	g.draw("")
}

// draw shows the last lines. The caller holds g.mu.
func (g *getting) draw(more string) {
	lines := g.lines
	if n := len(lines); n > maxGetLines {
		lines = append([]string{fmt.Sprintf("(%d lines before)", n-maxGetLines)}, lines[n-maxGetLines:]...)
	}
	g.out.Update("get", display.Text(strings.Join(append([]string{g.title + more}, lines...), "\n")))
}
