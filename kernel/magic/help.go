package magic

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/render"
)

// helpCommand lists the table, or shows one command's flags and example.
func helpCommand() Command {
	return Command{
		Name: "help", Line: true, Args: "[NAME]",
		Summary: "lists all commands, or shows one command's flags and an example",
		Example: "%help bench",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, _ *Env, call Call, args []string) error {
				switch len(args) {
				case 0:
					call.Out.Display(helpTable())
					return nil
				case 1:
					return helpOne(call, strings.TrimLeft(args[0], "%"))
				}
				return wordsErrorf("%%help takes one command's name")
			}
		},
	}
}

// helpTable is all commands in one table.
func helpTable() display.Bundle {
	table := render.Table{
		Columns: []render.Column{{Title: "command", Code: true}, {Title: "does"}},
	}
	var text strings.Builder
	for _, c := range Commands() {
		table.Rows = append(table.Rows, render.Row{Cells: []render.Cell{{Text: c.usage()}, {Text: c.Summary}}})
		fmt.Fprintf(&text, "%-58s %s\n", c.usage(), c.Summary)
	}
	frame := render.Frame{Body: []string{table.HTML()}}
	text.WriteString("\n%help NAME shows a command's flags and an example.\n")
	return frame.Bundle(text.String())
}

// helpOne shows the usage, the flags and the example of one command.
func helpOne(call Call, name string) error {
	c, ok := lookup(name)
	if !ok {
		call.Magic = &cell.Magic{Name: name}
		return unknown(call)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n  %s.\n", c.usage(), upperFirst(c.Summary))
	if flags := c.flagHelp(); flags != "" {
		b.WriteString("\nFlags:\n" + flags)
	}
	fmt.Fprintf(&b, "\nExample:\n\n%s\n", indent(c.Example))
	if c.More != "" {
		b.WriteString("\n" + c.More + "\n")
	}
	call.Out.Display(display.Text(b.String()))
	return nil
}

// upperFirst begins s with a capital letter.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// indent moves each line of s two columns to the right.
func indent(s string) string {
	return "  " + strings.ReplaceAll(s, "\n", "\n  ")
}
