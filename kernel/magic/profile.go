package magic

import (
	"context"
	"flag"
	"slices"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// pprofCommand is pprof: one report, or with lines below it a prompt.
func pprofCommand() Command {
	return Command{
		Name: "pprof", Line: true, Block: true, Raw: true, Args: "[FLAGS] SOURCE",
		Summary: "reads a profile (file or URL) as go tool pprof does; the lines of a %%pprof cell are typed at its prompt",
		Example: "%pprof -cum cpu.out",
		More: `The flags are those of go tool pprof. One more is ours:

  %pprof -wall -seconds 10 -rate 50 http://localhost:8080

makes a profile of wall-clock time: where the goroutines of a server are, whether they
run or wait, from snapshots of their stacks. The server needs net/http/pprof, no more.
Goroutines that only wait count as much as those that work: -focus chooses.`,
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				var lines []string
				if call.Magic.Cell {
					lines = strings.Split(strings.TrimSpace(call.Magic.Body), "\n")
				}
				return Pprof(ctx, env, call.Out, args, lines)
			}
		},
	}
}

// flameCommand draws a flame graph.
func flameCommand() Command {
	return Command{
		Name: "flame", Line: true, Raw: true, Args: "[FLAGS] SOURCE",
		Summary: "draws a profile (file or URL) as a flame graph; takes pprof's flags",
		Example: "%flame cpu.out",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				return Pprof(ctx, env, call.Out, append([]string{"-flame"}, args...), nil)
			}
		},
	}
}

// Pprof does what "go tool pprof ARGS" does, with what we can draw drawn. lines are
// typed at its prompt, if args name no report; without lines the report is top.
func Pprof(ctx context.Context, env *Env, out display.Output, args, lines []string) error {
	req, err := pprofArgs(args)
	if err != nil {
		return display.Failf("UsageError", "%v", err)
	}
	if req.HTTP != "" {
		return display.Failf("UsageError", "-http serves pprof's page in a browser, outside the notebook; leave it out and the report is drawn here, or type %%flame")
	}
	if len(req.Sources) == 0 {
		return display.Failf("UsageError", "no profile is named; type a file such as cpu.out, the last one by its kind (cpu, heap: %%profiles lists them), or a URL such as http://localhost:8080/debug/pprof/profile?seconds=5")
	}
	p, err := getProfile(ctx, env, out, req)
	if err != nil {
		return p.hint(err)
	}
	if req.Report == "" && slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" }) {
		return p.hint(p.prompt(ctx, req, lines))
	}
	if req.Report == "" {
		req.Report = "top"
	}
	return p.hint(p.report(ctx, req))
}

// pprofArgs reads pprof's words. Flags may also stand after the source, which
// pprof itself does not take.
func pprofArgs(args []string) (prof.Request, error) {
	for range len(args) + 1 {
		req, err := prof.ParseArgs(args)
		if err != nil {
			return req, err
		}
		late := -1
		for i, s := range req.Sources {
			if strings.HasPrefix(s, "-") {
				late = i
				break
			}
		}
		if late < 0 {
			return req, nil
		}
		flags := args[:len(args)-len(req.Sources)]
		next := append([]string{}, flags...)
		next = append(next, req.Sources[late:]...)
		args = append(next, req.Sources[:late]...)
	}
	return prof.ParseArgs(args)
}
