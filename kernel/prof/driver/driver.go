// Package driver runs pprof's own driver once: what "gomri pprof" does, in a process of its own.
//
// The driver keeps its options in package variables of its own and writes to the
// process's standard streams, so that a second report in the same process would
// inherit the first one's flags. That is why nothing but that command calls it.
// It reads files only: profiles of servers are fetched before, and nothing here
// opens a connection, a port or a browser. Executables are read by package objfile, so
// that no disassembler has to be installed.
package driver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	pprof "github.com/google/pprof/driver"
	"github.com/google/pprof/profile"

	"gomri/kernel/prof"
)

// memory is the name of the output that is the process's standard output.
const memory = "gomri-stdout"

// Streams are where one run reads commands and writes.
type Streams struct {
	In  io.Reader // lines typed at the prompt, when no report is named
	Out io.Writer // the report
	Err io.Writer // messages
}

// Run makes one report, or answers the lines of s.In at pprof's prompt when args
// name no report. Args are those of "go tool pprof". The error is what went wrong;
// messages that came before it are on s.Err.
func Run(args []string, s Streams) error {
	request, err := prof.ParseArgs(args)
	if err != nil {
		return err
	}
	if request.HTTP != "" {
		return errors.New("-http would open a server and a browser; use %flame SOURCE, or run go tool pprof -http=localhost:0 in a terminal")
	}
	if refused := needsViewer(request.Report); refused != nil {
		return refused
	}
	flags := newFlagSet(args)
	tool := newObjTool()
	defer tool.close()
	fetch := fetcher{tool: tool}
	if len(request.Sources) > 1 {
		fetch.named = request.Sources[0]
	}
	ui := &lineUI{in: bufio.NewScanner(s.In), err: s.Err}
	err = pprof.PProf(&pprof.Options{
		Flagset: flags,
		Writer:  writer{out: s.Out},
		Fetch:   fetch,
		Obj:     tool,
		UI:      ui,
	})
	if flags.err != nil {
		return flags.err
	}
	return tool.explain(request.Report, err)
}

// needsViewer refuses reports that start a program with a window.
func needsViewer(report string) error {
	switch report {
	case "web", "gv", "evince", "eog", "kcachegrind":
		return fmt.Errorf("-%s would open a window; use -svg or %%flame", report)
	case "flame":
		return errors.New("pprof has no flame report; use %flame SOURCE")
	}
	return nil
}

// fetcher reads profiles from files.
type fetcher struct {
	tool  *objTool
	named string // the executable before the profiles, or ""
}

// Fetch reads one file. The empty URL that it returns tells the driver that the
// profile is local, so that it saves no copy and asks no server for symbols.
func (f fetcher) Fetch(source string, _, _ time.Duration) (*profile.Profile, string, error) {
	info, err := os.Stat(source)
	if err != nil {
		return nil, "", fmt.Errorf("there is no file %s", source)
	}
	if !info.Mode().IsRegular() || info.Size() > prof.MaxSize {
		return nil, "", fmt.Errorf("%s is not a regular file of at most %d MB", source, prof.MaxSize>>20)
	}
	data, err := os.ReadFile(source)
	if err != nil {
		return nil, "", err
	}
	p, err := prof.Raw(data)
	if err != nil {
		return nil, "", err
	}
	f.tool.profiled(p, f.named)
	return p, "", nil
}

// writer opens the outputs of reports.
type writer struct{ out io.Writer }

func (w writer) Open(name string) (io.WriteCloser, error) {
	if name == memory {
		return nopCloser{w.out}, nil
	}
	return os.Create(name)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// lineUI is the driver's terminal.
type lineUI struct {
	in  *bufio.Scanner
	mu  sync.Mutex // the driver fetches in goroutines, which print
	err io.Writer
}

// windowCommands are commands of the prompt that would open a window.
var windowCommands = regexp.MustCompile(`^(web|gv|evince|eog|kcachegrind)\b`)

// ReadLine returns the next line that was typed.
func (u *lineUI) ReadLine(string) (string, error) {
	for u.in.Scan() {
		line := strings.TrimSpace(u.in.Text())
		if name := windowCommands.FindString(line); name != "" {
			u.PrintErr(needsViewer(name))
			continue
		}
		return line, nil
	}
	if err := u.in.Err(); err != nil {
		return "", err
	}
	return "", io.EOF
}

func (u *lineUI) Print(args ...any) { u.print(args) }

func (u *lineUI) PrintErr(args ...any) { u.print(args) }

func (u *lineUI) print(args []any) {
	text := fmt.Sprint(args...)
	if strings.HasPrefix(text, "Generating report in "+memory) {
		return // it says nothing when the report is here
	}
	text = strings.ReplaceAll(text, memory, `""`)
	u.mu.Lock()
	defer u.mu.Unlock()
	// There is nowhere to report that a message could not be written.
	_, _ = io.WriteString(u.err, strings.TrimSuffix(text, "\n")+"\n")
}

func (u *lineUI) IsTerminal() bool                    { return false }
func (u *lineUI) WantBrowser() bool                   { return false }
func (u *lineUI) SetAutoComplete(func(string) string) {}

// outputGiven says whether args name an output file.
func outputGiven(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		return strings.HasPrefix(a, "-") && name == "output"
	})
}
