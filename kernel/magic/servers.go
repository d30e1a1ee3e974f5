package magic

import (
	"context"
	"flag"
	"fmt"

	"gomri/kernel/display"
	"gomri/kernel/load"
	"gomri/kernel/render"
	"gomri/kernel/serve"
)

// defaultServer is the name of a server that was given none.
const defaultServer = "main"

// serveCommand builds a program cell and keeps it running.
func serveCommand() Command {
	return Command{
		Name: "serve", Block: true, Args: "[NAME]",
		Summary: "builds this package main cell, runs it in the background and waits until it listens; NAME/path is then its address",
		Example: "%%serve web\npackage main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\"localhost:8080\", nil)\n}",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				name, err := oneName(args, defaultServer)
				if err != nil {
					return err
				}
				spec := serve.Spec{Name: name, Dir: env.Dir, Cell: call.Cell.Name}
				return Serve(ctx, env, call.Out, spec, call.Magic.Body, func(source string) (string, error) {
					return env.Cells.Build(ctx, call.Cell, source, call.Out)
				})
			}
		},
	}
}

// serveAttempts is how often a server is built and started, when the port that was
// found free is taken by another program in the meantime.
const serveAttempts = 3

// Serve builds a program of the given source, where ports that are taken are others,
// starts it in the background and shows where it listens. Of the spec the name, the
// folder and the cell are given.
func Serve(ctx context.Context, env *Env, out display.Output, spec serve.Spec, source string, build func(source string) (string, error)) error {
	spec.Env = env.Cells.Environ()
	free, moves := env.Servers.MakeRoom(spec.Name, source)
	for attempt := 1; ; attempt++ {
		var err error
		if spec.Path, err = build(free); err != nil {
			return err
		}
		spec.Expect, spec.Moves = serve.Addresses(free), moves
		status, err := env.Servers.Start(ctx, spec)
		if err == nil {
			out.Display(render.Server(status))
			return nil
		}
		tried := free
		if free, moves = env.Servers.MakeRoom(spec.Name, source); free == tried || attempt == serveAttempts || ctx.Err() != nil {
			return err
		}
	}
}

// newsLines is how much of its log is shown of a program that ended by itself.
const newsLines = 12

// ServerNews tells of the background programs that have ended by themselves since the
// last cell, with the end of their logs.
func ServerNews(env *Env, out display.Output) {
	for _, s := range env.Servers.News() {
		lines, _, err := env.Servers.Logs(s.Name, newsLines)
		if err != nil {
			continue // another one has taken its name
		}
		out.Display(render.ServerEnded(lines, s))
	}
}

// oneName returns the one word of args, or preset if there is none.
func oneName(args []string, preset string) (string, error) {
	switch len(args) {
	case 0:
		return preset, nil
	case 1:
		return args[0], nil
	}
	return "", wordsErrorf("one name is wanted, not %d words", len(args))
}

// psCommand lists the background programs.
func psCommand() Command {
	return Command{
		Name: "ps", Line: true, Summary: "lists the programs that run in the background", Example: "%ps",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, args []string) error {
				if len(args) > 0 {
					return wordsErrorf("%%ps takes no words")
				}
				call.Out.Display(render.Servers(env.Servers.List()))
				return nil
			}
		},
	}
}

// logsCommand shows what a background program has printed.
func logsCommand() Command {
	return Command{
		Name: "logs", Line: true, Args: "[-n LINES] [-f] [NAME]",
		Summary: "shows the last lines that a background program has printed; -f follows them", Example: "%logs web",
		build: func(fs *flag.FlagSet) runner {
			n := fs.Int("n", 50, "how many lines")
			follow := fs.Bool("f", false, "follow: show new lines as they come, until the program ends or the cell is interrupted")
			limit := fs.Duration("for", 0, "with -f, for how long at most")
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				name, err := oneName(args, onlyServer(env))
				if err != nil {
					return err
				}
				if !*follow {
					lines, status, err := env.Servers.Logs(name, *n)
					if err != nil {
						return err
					}
					call.Out.Display(render.ServerLog(lines, status))
					return nil
				}
				id := fmt.Sprintf("logs-%d", call.Line)
				err = env.Servers.Follow(ctx, name, *n, *limit, func(lines []string, s serve.Status) {
					call.Out.Update(id, render.ServerLog(lines, s))
				})
				if f := display.Interrupted(ctx); err == nil && f != nil {
					return f
				}
				return err
			}
		},
	}
}

// stopCommand ends a background program.
func stopCommand() Command {
	return Command{
		Name: "stop", Line: true, Args: "[NAME]",
		Summary: "ends a background program", Example: "%stop web",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, args []string) error {
				name, err := oneName(args, onlyServer(env))
				if err != nil {
					return err
				}
				status, err := env.Servers.Stop(name)
				if err != nil {
					return err
				}
				call.Out.Display(render.Server(status))
				return nil
			}
		},
	}
}

// onlyServer is the name meant by a command without one: that of the only
// running program, or the default name.
func onlyServer(env *Env) string {
	only := ""
	for _, s := range env.Servers.List() {
		if s.State != serve.Running {
			continue
		}
		if only != "" {
			return defaultServer
		}
		only = s.Name
	}
	if only == "" {
		return defaultServer
	}
	return only
}

// loadCommand sends requests to a server and measures the answers.
func loadCommand() Command {
	return Command{
		Name: "load", Line: true, Block: true, Raw: true, Args: "URL… [FLAGS]",
		Summary: "sends requests at a steady rate and shows latencies, throughput and errors; with & at the end beside what follows; the lines of a %%load cell are vegeta's targets",
		Example: "%load http://localhost:8080/ -rate 200 -duration 5s",
		build: func(fs *flag.FlagSet) runner {
			load.DescribeFlags(fs)
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				targets := ""
				if call.Magic.Cell {
					targets = bodyText(call)
				}
				opts, err := load.ParseArgs(args, targets, load.Lookup{Address: env.Servers.URL, File: env.path})
				if err != nil {
					return err
				}
				id := fmt.Sprintf("load-%d", call.Line)
				report, err := load.Run(ctx, opts, func(s load.Snapshot) {
					call.Out.Update(id, render.LoadProgress(s))
				})
				if err != nil {
					return err
				}
				call.Out.Update(id, render.Load(report))
				if f := display.Interrupted(ctx); f != nil {
					return f
				}
				return nil
			}
		},
	}
}

// fileCommand writes its cell to a file of the workspace.
func fileCommand() Command {
	return Command{
		Name: "file", Block: true, Args: "NAME",
		Summary: "writes the cell below it to a file of the session's workspace",
		Example: "%%file data/input.txt\none line\nanother line",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, args []string) error {
				if len(args) != 1 {
					return wordsErrorf("the file's name is wanted, and nothing else")
				}
				work, err := env.Work()
				if err != nil {
					return err
				}
				body := bodyText(call)
				name, err := work.WriteFile(args[0], []byte(body))
				if err != nil {
					return err
				}
				call.Out.Stream(display.Stdout, fmt.Sprintf("wrote %s (%d bytes)\n", name, len(body)))
				return nil
			}
		},
	}
}
