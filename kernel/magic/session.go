package magic

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/ledger"
	"gomri/kernel/render"
)

// interpCommand forces the interpreter.
func interpCommand() Command {
	return Command{
		Name: "interp", Block: true,
		Summary: "runs this cell by the interpreter, or says why that would not be faithful",
		Example: "%%interp\nsum := 0\nfor i := range 10 {\n\tsum += i\n}\nsum",
		build: func(*flag.FlagSet) runner {
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				if len(args) > 0 {
					return wordsErrorf("%%%%interp takes no words")
				}
				return env.Cells.Interpreted(ctx, call.Cell, call.Magic.Body, call.Out)
			}
		},
	}
}

// whyCommand tells which engine ran the last cell.
func whyCommand() Command {
	return Command{
		Name: "why", Line: true,
		Summary: "tells which engine ran the last Go and what in it decided that", Example: "%why",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, _ []string) error {
				call.Out.Stream(display.Stdout, env.Cells.Why()+"\n")
				return nil
			}
		},
	}
}

// resetCommand forgets the session.
func resetCommand() Command {
	return Command{
		Name: "reset", Line: true,
		Summary: "forgets all declarations, variables and imports of the session", Example: "%reset",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, args []string) error {
				if len(args) > 0 {
					return wordsErrorf("%%reset takes no words")
				}
				env.Cells.Reset()
				call.Out.Stream(display.Stdout, "the session is empty\n")
				return nil
			}
		},
	}
}

// whoCommand lists what the session has declared.
func whoCommand() Command {
	return Command{
		Name: "who", Line: true,
		Summary: "lists the session's variables and declarations, by cell", Example: "%who",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, _ []string) error {
				call.Out.Display(who(env.Ledger.Decls()))
				return nil
			}
		},
	}
}

// who draws the declarations as a table.
func who(decls []*ledger.Decl) display.Bundle {
	if len(decls) == 0 {
		return display.Text("nothing is declared yet")
	}
	table := render.Table{Columns: []render.Column{
		{Title: "name", Code: true}, {Title: "kind"}, {Title: "type", Code: true}, {Title: "cell"}, {Title: "note"},
	}}
	noted := false
	var text strings.Builder
	for _, d := range decls {
		place := fmt.Sprintf("%s:%d", d.Cell, d.NameLine)
		note := d.Fault
		if note == "" && d.Kind == ledger.Var && d.Home == ledger.Lost {
			note = "its value is gone"
		}
		noted = noted || note != ""
		row := []string{d.Name, d.Kind.String(), d.TypeText, place, note}
		table.Rows = append(table.Rows, render.Cells(row...))
		text.WriteString(strings.TrimRight(fmt.Sprintf("%-20s %-7s %-24s %-12s %s", d.Name, d.Kind, d.TypeText, place, note), " ") + "\n")
	}
	if last := len(table.Columns) - 1; !noted { // an empty column would ask what it is for
		table.Columns = table.Columns[:last]
		for i := range table.Rows {
			table.Rows[i].Cells = table.Rows[i].Cells[:last]
		}
	}
	return render.Frame{Body: []string{table.HTML()}}.Bundle(text.String())
}
