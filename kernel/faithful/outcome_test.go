package faithful

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gomri/kernel/display"
)

// outcome is all that a person sees of a program or cell.
type outcome struct {
	Out   string // stdout
	Err   string // stderr without a crash report
	End   string // "" for success, "exit 3", "panic: …", "fatal: …", "killed"
	Value string // what the cell shows of its last expression
}

// crashed is where a report of the runtime begins.
var crashed = regexp.MustCompile(`(?m)^(?:runtime: .*\n)*(panic|fatal error): `)

// midline is the same where the program had left a line open.
var midline = regexp.MustCompile(`(panic|fatal error): `)

// clock is the time in front of a line of package log.
var clock = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

// nativeOutcome reads how a native program ended.
func nativeOutcome(stdout, stderr string, code int) outcome {
	o := outcome{Out: stdout, Err: clock.ReplaceAllString(stderr, "…")}
	at := crashed.FindStringSubmatchIndex(stderr)
	if at == nil && strings.Contains(stderr, "\n\ngoroutine ") {
		at = midline.FindStringSubmatchIndex(stderr)
	}
	switch {
	case code == 0:
	case code < 0:
		o.End = "killed"
	case code != 2 || at == nil:
		o.End = fmt.Sprintf("exit %d", code)
	default:
		o.Err = clock.ReplaceAllString(stderr[:at[0]], "…")
		text := stderr[at[1]:]
		if i := strings.Index(text, "\ngoroutine "); i >= 0 {
			text = text[:i]
		}
		if i := strings.Index(text, "\n\nruntime stack"); i >= 0 {
			text = text[:i]
		}
		if i := strings.Index(text, "\n[signal "); i >= 0 {
			text = text[:i]
		}
		kind := "panic: "
		if stderr[at[2]:at[3]] != "panic" {
			kind = "fatal: "
		}
		// The runtime indents the further lines of a message, and those of further panics.
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\n\t", "\n"), "\npanic: ", "\n\tpanic: ")
		o.End = kind + plain(text)
	}
	return o
}

var address = regexp.MustCompile(`\b0x[0-9a-f]+\b`)

// plain is a panic's text without what differs from run to run.
func plain(text string) string {
	return strings.TrimSpace(address.ReplaceAllString(text, "0x…"))
}

// refusal is a cell's failure that says that the program cannot be had, or nil.
type refusal struct{ reason string }

// endOf is how a cell ended by its error. Another error than the user's is a fault.
func endOf(err error) (end string, no *refusal, fault error) {
	if err == nil {
		return "", nil, nil
	}
	var f *display.Failure
	if !errors.As(err, &f) {
		return "", nil, err
	}
	switch f.Name {
	case "Panic":
		return "panic: " + plain(f.Value), nil, nil
	case "FatalError":
		return "fatal: " + plain(f.Value), nil, nil
	case "Exit":
		return strings.Replace(f.Value, "exit status", "exit", 1), nil, nil
	case "Died":
		return "died: " + plain(f.Value), nil, nil
	}
	return "", &refusal{f.Name + ": " + firstLine(f.Value)}, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// numbers are what compiled code says of an index and the interpreter does not know.
var numbers = regexp.MustCompile(`^(panic: runtime error: (?:index out of range|slice bounds out of range)) \[.*$`)

// sameEnd compares two ends; short is true if the product's says less of the same thing.
func sameEnd(got, want string) (same, short bool) {
	switch {
	case got == want:
		return true, false
	case strings.HasPrefix(got, "died: ") && (strings.HasPrefix(want, "fatal: ") || want == "killed"):
		return true, false
	case got == numbers.ReplaceAllString(want, "$1"):
		return true, true
	}
	return false, false
}

// difference says how a result differs from what was wanted, "" if it does not.
func difference(got, want outcome) string {
	var b strings.Builder
	show := func(what, got, want string) {
		if got != want {
			at := 0
			for at < len(got) && at < len(want) && got[at] == want[at] {
				at++
			}
			from := max(0, at-60)
			fmt.Fprintf(&b, "%s, from byte %d:\n  got  %.300q\n  want %.300q\n", what, from, got[min(from, len(got)):], want[min(from, len(want)):])
		}
	}
	show("stdout", got.Out, want.Out)
	show("stderr", got.Err, want.Err)
	show("value", got.Value, want.Value)
	if same, _ := sameEnd(got.End, want.End); !same {
		show("end", got.End, want.End)
	}
	return b.String()
}
