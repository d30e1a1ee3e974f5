package render

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/serve"
)

// Servers draws the background programs of a session as a table.
func Servers(list []serve.Status) display.Bundle {
	f := Frame{Headline: serversHeadline(list)}
	t := Table{Columns: []Column{
		{Title: "name", Code: true},
		{Title: "state"},
		{Title: "listens at", Code: true},
		{Title: "pid", Number: true},
		{Title: "up", Number: true, Hint: "how long it has run, or ran"},
		{Title: "cell"},
	}}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "NAME\tSTATE\tLISTENS AT\tPID\tUP\tCELL")
	for _, s := range list {
		f.Doubts = append(f.Doubts, s.Warnings()...)
		t.Rows = append(t.Rows, Row{Muted: s.State != serve.Running, Cells: []Cell{
			Name(s.Name, 40), Text(serverState(s)),
			{HTML: serverLinks(s)},
			Text(serverPid(s)), Text(serverUptime(s.Uptime)), Text(s.Cell),
		}})
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, serverState(s), strings.Join(s.URLs(), " "), serverPid(s), serverUptime(s.Uptime), s.Cell)
	}
	if len(list) == 0 {
		return f.Bundle(plainRich(f.Headline))
	}
	_ = tw.Flush() // a strings.Builder does not fail
	f.Body = []string{t.HTML()}
	return f.Bundle(strings.TrimRight(b.String(), "\n") + plainDoubts(f.Doubts))
}

// Server says how one program stands: after it was started or stopped.
func Server(s serve.Status) display.Bundle {
	f := Frame{Doubts: s.Warnings()}
	if s.State == serve.Running {
		f.Doubts = append(s.MoveNotes(), f.Doubts...)
	}
	switch urls := s.URLs(); {
	case s.State == serve.Running && len(urls) > 0:
		f.Headline = fmt.Sprintf("`%s` listens at %s", s.Name, strings.Join(urls, " "))
		f.Body = []string{`<div>` + serverLinks(s) + `</div>`}
	case s.State == serve.Running:
		f.Headline = fmt.Sprintf("`%s` runs", s.Name)
	case s.State == serve.Stopped:
		f.Headline = fmt.Sprintf("`%s` is stopped", s.Name)
	default:
		f.Headline = fmt.Sprintf("`%s` is %s", s.Name, serverState(s))
	}
	if s.State == serve.Running {
		f.Footer = []string{fmt.Sprintf("process %d · %%logs %s · %%stop %s", s.Pid, s.Name, s.Name)}
	}
	return f.Bundle(plainRich(f.Headline) + plainDoubts(f.Doubts))
}

// ServerLog draws the last lines that a program wrote.
func ServerLog(lines []string, s serve.Status) display.Bundle {
	f := Frame{Headline: fmt.Sprintf("`%s` (%s) wrote nothing", s.Name, serverState(s))}
	if len(lines) == 0 {
		return f.Bundle(plainRich(f.Headline))
	}
	f.Headline = fmt.Sprintf("The last %d lines of `%s` (%s)", len(lines), s.Name, serverState(s))
	if len(lines) == 1 {
		f.Headline = fmt.Sprintf("The last line of `%s` (%s)", s.Name, serverState(s))
	}
	text := strings.Join(lines, "\n")
	f.Body = []string{Pre(text)}
	return f.Bundle(text)
}

// ServerEnded tells that a program has ended by itself after it had been started well,
// and shows the end of its log.
func ServerEnded(lines []string, s serve.Status) display.Bundle {
	f := Frame{
		Headline: fmt.Sprintf("`%s` has ended by itself after %s: %s", s.Name, serverUptime(s.Uptime), s.Exit),
		Doubts:   []string{fmt.Sprintf("Run its cell again to start it (%s); `%%logs -n 0 %s` shows the whole log.", s.Cell, s.Name)},
	}
	text := strings.Join(lines, "\n")
	if len(lines) > 0 {
		f.Body = []string{Pre(text)}
		text = "\n" + text
	}
	return f.Bundle(plainRich(f.Headline) + text + plainDoubts(f.Doubts))
}

// serversHeadline says how many programs there are.
func serversHeadline(list []serve.Status) string {
	running := 0
	for _, s := range list {
		if s.State == serve.Running {
			running++
		}
	}
	switch {
	case len(list) == 0:
		return "No program was started in this session; `%%serve NAME` on a `package main` cell starts one"
	case running == 0:
		return "No program is running"
	case running == 1:
		return "One program is running"
	default:
		return fmt.Sprintf("%d programs are running", running)
	}
}

// serverState says the state and, of a program that ended, how.
func serverState(s serve.Status) string {
	if s.State == serve.Ended {
		return "ended: " + s.Exit
	}
	return string(s.State)
}

// serverPid is the process id while it means something.
func serverPid(s serve.Status) string {
	if s.Pid == 0 || s.State != serve.Running {
		return ""
	}
	return fmt.Sprint(s.Pid)
}

// serverUptime is a time to the second.
func serverUptime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// serverLinks is a link to each port and, where the program is reachable from
// elsewhere, a word about it.
func serverLinks(s serve.Status) string {
	var parts []string
	for _, u := range s.URLs() {
		parts = append(parts, `<a href="`+Escape(u)+`" target="_blank" rel="noopener">`+Escape(strings.TrimPrefix(u, "http://"))+`</a>`)
	}
	for _, m := range s.Moves {
		parts = append(parts, fmt.Sprintf("(in place of port %d)", m.From))
	}
	if len(s.Exposed()) > 0 {
		parts = append(parts, "(open to the network)")
	}
	return strings.Join(parts, " ")
}

// plainRich is the text of a sentence for Rich without its backquotes.
func plainRich(s string) string { return strings.ReplaceAll(s, "`", "") }

// plainDoubts is a frame's doubts under a plain text, a line each.
func plainDoubts(doubts []string) string {
	var b strings.Builder
	for _, d := range doubts {
		b.WriteString("\n! " + plainRich(d))
	}
	return b.String()
}
