package magic

import (
	"context"
	"flag"
	"strings"
)

// benchCommand runs benchmarks with flags of go test.
func benchCommand() Command {
	return Command{
		Name: "bench", Line: true, Block: true, Raw: true, Args: "[REGEXP] [FLAGS]",
		Summary: "runs this cell's benchmarks (or its statements as one) with flags of go test; %bench runs earlier ones again",
		Example: "%%bench -benchtime 100ms -cpuprofile cpu.out\nfunc BenchmarkRepeat(b *testing.B) {\n\tfor b.Loop() {\n\t\tstrings.Repeat(\"go\", 100)\n\t}\n}",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				if call.Magic.Cell {
					return env.Cells.Bench(ctx, call.Cell, call.Magic.Body, args, call.Out)
				}
				expr := ""
				if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
					expr, args = args[0], args[1:]
				}
				return env.Cells.Rerun(ctx, expr, args, call.Out)
			}
		},
	}
}
