package magic

import (
	"context"
	"flag"
	"runtime"
	"slices"
	"strings"

	"gomri/kernel/bench"
	"gomri/kernel/child"
	"gomri/kernel/display"
	"gomri/kernel/escape"
	"gomri/kernel/render"
	"gomri/kernel/toolchain"
)

// goCommand is the go command in the workspace, and as %%go the compiler for a cell.
func goCommand() Command {
	return Command{
		Name: "go", Line: true, Block: true, Raw: true, Args: "[ARGS]",
		Summary: "the go command in the session's workspace, where every cell is a file; %%go compiles the cell below it, with flags such as -race",
		Example: "%go build -gcflags=-m main.go",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				if !call.Magic.Cell {
					return GoTool(ctx, env, call.Out, args, nil)
				}
				return env.Cells.Compiled(ctx, call.Cell, call.Magic.Body, args, call.Out)
			}
		},
	}
}

// GoTool runs a go command as typed in a terminal. input is what is typed at its
// prompt. What we can draw is drawn: benchmarks, profiles, the compiler's notes.
func GoTool(ctx context.Context, env *Env, out display.Output, args, input []string) error {
	if len(args) > 1 && args[0] == "tool" && args[1] == "pprof" {
		return Pprof(ctx, env, out, args[2:], input)
	}
	if len(args) > 1 && args[0] == "tool" && args[1] == "trace" {
		return Trace(ctx, env, out, args[2:])
	}
	w, err := env.Work()
	if err != nil {
		return err
	}
	if err := w.SetSession(env.Ledger.Decls()); err != nil {
		return err
	}
	run := toolchain.GoRun{Args: args}
	if len(input) > 0 {
		run.Stdin = strings.NewReader(strings.Join(input, "\n") + "\n")
	}
	notes := hasGCFlagM(args)
	drawn := notes || args0(args) == "test"
	if !drawn {
		run.Stream = streamWriter{out}
	}
	result, err := w.Go(ctx, run)
	if drawn {
		drawGo(env, out, args, result, notes, err)
	}
	return err
}

// args0 is the go subcommand, or "".
func args0(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// drawGo draws what a go command printed: notes with the source, benchmarks as a
// table, anything else as text. The text of a command that failed is in its failure.
func drawGo(env *Env, out display.Output, args []string, result toolchain.GoResult, notes bool, failed error) {
	command := "go " + strings.Join(args, " ")
	if notes && failed == nil {
		found := escape.Parse(result.Text)
		if len(found) > 0 {
			out.Display(drawNotes(env, found, result.Text, command))
			return
		}
	}
	if set, err := bench.Parse(result.Text); err == nil && len(set.Results) > 0 {
		out.Display(render.Bench(render.BenchReport{Set: set, Command: command, Deltas: env.Cells.Remember(set)}))
		return
	}
	if failed == nil && result.Text != "" {
		out.Stream(display.Stdout, result.Text)
	}
}

// hasGCFlagM tells whether a go command asks the compiler for its notes.
func hasGCFlagM(args []string) bool {
	for i, a := range args {
		name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if name != "gcflags" {
			continue
		}
		if !ok && i+1 < len(args) {
			value = args[i+1]
		}
		if slices.ContainsFunc(strings.Fields(value), isM) {
			return true
		}
	}
	return false
}

// isM recognises -m, -m=2 and PATTERN=-m.
func isM(flag string) bool {
	if _, after, ok := strings.Cut(flag, "=-"); ok {
		flag = "-" + after
	}
	return flag == "-m" || strings.HasPrefix(flag, "-m=")
}

// streamWriter writes to a cell's standard output.
type streamWriter struct{ out display.Output }

func (w streamWriter) Write(p []byte) (int, error) {
	w.out.Stream(display.Stdout, string(p))
	return len(p), nil
}

// Shell runs a line by the system's shell, in the notebook's folder.
func Shell(ctx context.Context, env *Env, out display.Output, line string) error {
	path, args := "sh", []string{"-c", line}
	if runtime.GOOS == "windows" {
		path, args = "cmd", []string{"/c", line}
	}
	text := streamWriter{out}
	exit, err := child.Run(ctx, child.Command{Path: path, Args: args, Dir: env.Dir, Env: env.Cells.Environ(), Stdout: text, Stderr: text})
	if f := display.Interrupted(ctx); f != nil {
		return f
	}
	if err != nil {
		return display.Failf("CommandError", "!%s: %v", line, err)
	}
	if !exit.Success() {
		return display.Failf("CommandError", "!%s: %s", line, exit)
	}
	return nil
}
