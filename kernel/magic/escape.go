package magic

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/escape"
	"gomri/kernel/ledger"
	"gomri/kernel/render"
	"gomri/kernel/toolchain"
)

// escapeCommand shows what the compiler says about each line.
func escapeCommand() Command {
	return Command{
		Name: "escape", Line: true, Block: true, Args: "[-m 1|2] [NAME…]",
		Summary: "shows the source with what the compiler says on each line: moved to heap, escapes, does not escape, inlined",
		Example: "%%escape\nfunc slow() *int {\n\tx := 10\n\treturn &x\n}",
		build: func(fs *flag.FlagSet) runner {
			level := fs.String("m", "1", "1 for the verdicts, 2 also for the reasons")
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				gcflags, err := levelFlag(*level)
				if err != nil {
					return err
				}
				if !call.Magic.Cell {
					return escapeSession(ctx, env, call, gcflags, args)
				}
				if len(args) > 0 {
					return wordsErrorf("%%%%escape takes no names: it shows the cell below it")
				}
				text, err := env.Cells.Notes(ctx, call.Cell, call.Magic.Body, gcflags)
				if err != nil {
					return err
				}
				call.Out.Display(drawNotes(env, escape.Parse(text), text, "go build -gcflags="+gcflags))
				return nil
			}
		},
	}
}

// levelFlag is the compiler's flag for a level of detail.
func levelFlag(level string) (string, error) {
	switch level {
	case "1":
		return "-m", nil
	case "2":
		return "-m=2", nil
	}
	return "", wordsErrorf("-m takes 1 or 2, not %q", level)
}

// escapeSession shows the notes for declarations of the session: those named, or all.
func escapeSession(ctx context.Context, env *Env, call Call, gcflags string, names []string) error {
	decls, err := named(env.Ledger, names)
	if err != nil {
		return err
	}
	w, err := env.Work()
	if err != nil {
		return err
	}
	if err := w.SetSession(env.Ledger.Decls()); err != nil {
		return err
	}
	result, err := w.Go(ctx, toolchain.GoRun{Args: []string{"test", "-c", "-o", "escape.test", "-vet=off", "-gcflags=" + gcflags, "./session"}})
	if err != nil {
		return err
	}
	notes := slices.DeleteFunc(escape.Parse(result.Text), func(n escape.Note) bool {
		return len(names) > 0 && !slices.ContainsFunc(decls, func(d *ledger.Decl) bool { return holds(d, n) })
	})
	var lines []string
	for _, n := range notes {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", n.File, n.Line, n.Col, n.Text))
	}
	call.Out.Display(drawNotes(env, notes, strings.Join(lines, "\n")+"\n", "go build -gcflags="+gcflags))
	return nil
}

// named finds the declarations of the given names; none means all.
func named(l *ledger.Ledger, names []string) ([]*ledger.Decl, error) {
	if len(names) == 0 {
		if len(l.Decls()) == 0 {
			return nil, wordsErrorf("nothing is declared yet; %%%%escape shows the cell below it")
		}
		return l.Decls(), nil
	}
	var decls []*ledger.Decl
	for _, name := range names {
		d := l.Lookup(name)
		if d == nil {
			return nil, wordsErrorf("%s is not declared in the session; %%who lists what is", name)
		}
		decls = append(decls, d)
	}
	return decls, nil
}

// holds tells whether a note stands within a declaration.
func holds(d *ledger.Decl, n escape.Note) bool {
	return n.File == d.Cell && n.Line >= d.Line && n.Line <= d.Line+strings.Count(d.Source, "\n")
}

// drawNotes draws the compiler's notes beside the source of the cells they are about.
func drawNotes(env *Env, notes []escape.Note, text, command string) display.Bundle {
	r := render.EscapeReport{Notes: notes, Text: text, Command: command}
	for _, name := range escape.Files(notes) {
		if source := env.source(name); source != "" {
			r.Sources = append(r.Sources, render.EscapeSource{Name: name, Text: source})
		}
	}
	return render.EscapeNotes(r)
}

// maxSource bounds a workspace file whose source is drawn, in bytes.
const maxSource = 1 << 20

// source is the text of a cell or of a file of the workspace, "" if there is none.
func (env *Env) source(name string) string {
	if text := env.Cells.Text(name); text != "" {
		return text
	}
	work, err := env.Work()
	if err != nil {
		return ""
	}
	path, ok := work.Find(strings.TrimPrefix(name, "./"))
	if !ok {
		return ""
	}
	if info, err := os.Stat(path); err != nil || info.Size() > maxSource {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}
