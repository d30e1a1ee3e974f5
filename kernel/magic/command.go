package magic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/display"
)

// Command is one row of the table of % and %% commands.
type Command struct {
	// Name is what follows the percent signs.
	Name string
	// Line says that %NAME works, Block that %%NAME with a body does.
	Line, Block bool
	// Args is what follows the name in a usage line: "[FLAGS] SOURCE".
	Args string
	// Summary is one sentence for the table.
	Summary string
	// Example is a command that runs as it stands, for %help NAME.
	Example string
	// More is what %help NAME adds after the example: further uses, with cells that run.
	More string
	// Raw says that the command reads its words itself: they are another tool's
	// flags (go, pprof), which gomri passes on.
	Raw bool
	// build declares the command's flags and returns what runs it.
	build func(*flag.FlagSet) runner
}

// runner runs one call with its flags parsed; args are the words that are not flags.
type runner func(ctx context.Context, env *Env, call Call, args []string) error

// Call is a command as it was typed, and where its output goes.
type Call struct {
	// Cell is the cell that the command stands in, and Line its 1-based line there.
	Cell *cell.Cell
	Line int
	// Magic is the command's text.
	Magic *cell.Magic
	// Out is the cell's output.
	Out display.Output
}

// usage is the command's usage line.
func (c Command) usage() string {
	var forms []string
	if c.Line {
		forms = append(forms, strings.TrimSpace("%"+c.Name+" "+c.Args))
	}
	if c.Block {
		forms = append(forms, strings.TrimSpace("%%"+c.Name+" "+c.Args))
	}
	return strings.Join(forms, "   or   ")
}

// flagHelp lists the command's own flags, one a line, or "" if it has none.
func (c Command) flagHelp() string {
	fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	c.build(fs)
	var b strings.Builder
	fs.SetOutput(&b)
	fs.PrintDefaults()
	return b.String()
}

// Run finds the command that call names and runs it. A command that does not
// exist, or words it does not take, are a *display.Failure named "UsageError".
func Run(ctx context.Context, env *Env, call Call) error {
	c, ok := lookup(call.Magic.Name)
	if !ok {
		return unknown(call)
	}
	switch {
	case call.Magic.Cell && !c.Block:
		return usageError(call, c, "%%%%%s takes no cell below it", c.Name)
	case !call.Magic.Cell && !c.Line:
		return usageError(call, c, "%%%s needs a cell: write %%%%%s on the first line and the cell below it", c.Name, c.Name)
	}
	fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	run := c.build(fs)
	args := call.Magic.Args
	if !c.Raw {
		var err error
		if args, err = parseAnywhere(fs, args); err != nil {
			return usageError(call, c, "%v", err)
		}
	}
	err := run(ctx, env, call, args)
	var words wordsError
	if errors.As(err, &words) {
		return usageError(call, c, "%s", words)
	}
	return err
}

// wordsError says that the words after a command are not what it takes.
type wordsError string

func (e wordsError) Error() string { return string(e) }

// wordsErrorf formats a wordsError.
func wordsErrorf(format string, args ...any) error {
	return wordsError(fmt.Sprintf(format, args...))
}

// parseAnywhere parses flags that may stand before, between and after the other
// words, as people type them ("%load URL -rate 200"), and returns those others.
// What follows "--" is never a flag.
func parseAnywhere(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		ended := len(args) > fs.NArg() && args[len(args)-fs.NArg()-1] == "--"
		args = fs.Args()
		if len(args) == 0 || ended {
			return append(rest, args...), nil
		}
		rest = append(rest, args[0])
		args = args[1:]
	}
}

// usageError is the failure of a call whose words are wrong: what was wrong,
// where, and how the command is typed.
func usageError(call Call, c Command, format string, args ...any) error {
	said := fmt.Sprintf(format, args...)
	return &display.Failure{
		Name:  "UsageError",
		Value: said,
		Traceback: []string{
			fmt.Sprintf("%s:%d: %s", call.Cell.Name, call.Line, said),
			"usage: " + c.usage(),
			"Type %help " + c.Name + " for its flags and an example.",
		},
	}
}

// unknown is the failure of a call to a command that is not in the table.
func unknown(call Call) error {
	said := fmt.Sprintf("there is no command %%%s", call.Magic.Name)
	hint := "Type %help for all commands."
	if near := nearest(call.Magic.Name); near != "" {
		hint = fmt.Sprintf("Did you mean %%%s? Type %%help for all commands.", near)
	}
	return &display.Failure{
		Name:  "UsageError",
		Value: said,
		Traceback: []string{
			fmt.Sprintf("%s:%d: %s", call.Cell.Name, call.Line, said),
			hint,
		},
	}
}

// lookup finds a command by name.
func lookup(name string) (Command, bool) {
	for _, c := range Commands() {
		if c.Name == name {
			return c, true
		}
	}
	return Command{}, false
}

// nearest returns the command whose name differs least from name, or "" if none
// is close: at most a third of its letters, and at least one, may be wrong.
func nearest(name string) string {
	var names []string
	for _, c := range Commands() {
		names = append(names, c.Name)
	}
	return nearestOf(name, names)
}

// nearestOf is nearest among other words than commands.
func nearestOf(name string, words []string) string {
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, w := range words {
		if d := distance(name, w); d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// distance is how many letters must be changed, added, left out or swapped with
// their neighbour to make b of a, in bytes.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

// bodyText is the text below a %% line as it was typed. (Magic.Body keeps the
// length of the whole cell, with blanks in place of the lines above.)
func bodyText(call Call) string {
	text := call.Cell.Text
	for range call.Line {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return ""
		}
		text = text[i+1:]
	}
	return text
}
