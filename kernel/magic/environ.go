package magic

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"gomri/kernel/display"
)

// envCommand shows and changes the environment of what the session runs.
func envCommand() Command {
	return Command{
		Name: "env", Line: true, Args: "[-u] [NAME|NAME=VALUE]…",
		Summary: "shows, sets and, with -u, unsets variables of the environment that programs run in",
		Example: "%env GOMAXPROCS=2 GODEBUG=gctrace=1",
		build: func(fs *flag.FlagSet) runner {
			unset := fs.Bool("u", false, "unset the variables")
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				switch {
				case *unset:
					return unsetVars(ctx, env, args)
				case len(args) == 0:
					call.Out.Stream(display.Stdout, changedVars(env.Cells.Changed()))
					return nil
				}
				for _, arg := range args {
					name, value, set := strings.Cut(arg, "=")
					if name == "" {
						return wordsErrorf("%q has no name before the =", arg)
					}
					if !set {
						call.Out.Stream(display.Stdout, oneVar(env.Cells.Changed(), name))
						continue
					}
					if err := env.Cells.Setenv(ctx, name, &value); err != nil {
						return err
					}
				}
				return nil
			}
		},
	}
}

// unsetVars unsets variables.
func unsetVars(ctx context.Context, env *Env, names []string) error {
	if len(names) == 0 {
		return wordsErrorf("-u wants the names of variables")
	}
	for _, name := range names {
		if strings.Contains(name, "=") {
			return wordsErrorf("-u wants names, and %q has a value", name)
		}
		if err := env.Cells.Setenv(ctx, name, nil); err != nil {
			return err
		}
	}
	return nil
}

// changedVars lists what the session has set and unset, a line each.
func changedVars(changed map[string]*string) string {
	if len(changed) == 0 {
		return "the environment is the kernel's own; %env NAME=VALUE sets a variable\n"
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		b.WriteString(oneVar(changed, name))
	}
	return b.String()
}

// oneVar is a variable and its value, on a line.
func oneVar(changed map[string]*string, name string) string {
	value, set := os.LookupEnv(name)
	if v, ok := changed[name]; ok {
		if set = v != nil; set {
			value = *v
		}
	}
	if !set {
		return name + " is not set\n"
	}
	return fmt.Sprintf("%s=%s\n", name, value)
}
