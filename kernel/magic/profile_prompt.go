package magic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// prompt types lines at pprof's prompt: assignments change what follows, each
// other line is a report. A line that begins with # or // is a comment.
func (p *profile) prompt(ctx context.Context, req prof.Request, lines []string) error {
	prompt := prof.NewPrompt(p.shown, req)
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
			continue
		}
		next, err := prompt.Line(line)
		if errors.Is(err, prof.ErrQuit) {
			return nil
		}
		if err != nil {
			return display.Failf("PprofError", "%s: %v%s", line, err, promptAdvice(line, err))
		}
		switch next.Report {
		case "":
			continue
		case "options", "help":
			err = p.promptHelp(ctx, next)
		default:
			err = p.report(ctx, next)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// promptHelp shows what pprof says about its commands and options, in its own words.
func (p *profile) promptHelp(ctx context.Context, req prof.Request) error {
	words := strings.TrimSpace(req.Report + " " + req.Param)
	req.Report, req.Param = "", ""
	_, messages, err := p.reporter().Report(ctx, fetch.ReportRequest{Profile: p.data, Args: req.Args(), Lines: []string{words}, Dir: p.env.Dir})
	if err != nil {
		return err
	}
	text := messages
	if _, after, ok := strings.Cut(messages, "\nEntering interactive mode"); ok {
		_, text, _ = strings.Cut(after, "\n")
	}
	text = strings.Trim(text, "\n")
	if name, ok := strings.CutPrefix(text, "Unknown command: "); ok {
		return display.Failf("PprofError", "there is no command or option %s%s; help lists them", name, promptAdvice(name, errUnrecognized))
	}
	switch words {
	case "help":
		text += "\n\n  Here also:\n    flame            Draws a flame graph\n    # or //          Begins a comment"
	case "options":
		text = outputOption.ReplaceAllLiteralString(text, fmt.Sprintf("  %-25s = %q", "output", req.Output))
	}
	p.show(render.Frame{Body: []string{render.Pre(text)}}.Bundle(text + "\n"))
	return nil
}

// outputOption is the line about the option output, which the driver has another use for.
var outputOption = regexp.MustCompile(`(?m)^  output +=.*$`)

// errUnrecognized is pprof's answer to what it does not know.
var errUnrecognized = errors.New("unrecognized command")

// atStart are the flags that pprof reads when it starts, and no more at its prompt.
var atStart = []string{"base", "diff_base", "http", "seconds", "symbolize", "timeout", "tools"}

// promptAdvice says, after pprof's own words, what to type in place of a line that it
// did not understand; "" if there is nothing to say.
func promptAdvice(line string, err error) string {
	text := err.Error()
	word := strings.Fields(line)[0]
	name, value, assigned := strings.Cut(strings.TrimLeft(word, "-"), "=")
	switch {
	case strings.HasPrefix(text, "unknown config field"):
		return fmt.Sprintf("; type %s=true", strings.TrimSpace(name))
	case !strings.HasPrefix(text, errUnrecognized.Error()):
		return ""
	case slices.Contains(atStart, name):
		return fmt.Sprintf("; a flag goes behind the name of the cell: %%%%pprof -%s=%s SOURCE", name, cmp.Or(value, "…"))
	case strings.HasPrefix(word, "-") && (prof.IsReport(name) || slices.Contains(prof.PromptOptions(), name)):
		return "; at the prompt there is no minus: " + strings.TrimLeft(line, "-")
	}
	words := slices.Concat(prof.Reports(), prof.PromptOptions(), []string{"help", "options", "quit"})
	near := nearestOf(strings.ToLower(name), words)
	switch {
	case near == "":
		return "; help lists the commands, options the options"
	case assigned:
		return fmt.Sprintf("; did you mean %s=%s?", near, value)
	}
	return fmt.Sprintf("; did you mean %s?", near)
}
