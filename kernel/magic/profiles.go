package magic

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// profilesCommand lists the session's profiles.
func profilesCommand() Command {
	return Command{
		Name: "profiles", Line: true,
		Summary: "lists the profiles and traces that this session has fetched or written; %pprof, %flame and %trace take their names", Example: "%profiles",
		build: func(*flag.FlagSet) runner {
			return func(_ context.Context, env *Env, call Call, args []string) error {
				if len(args) > 0 {
					return wordsErrorf("%%profiles takes no words; %%pprof NAME shows a profile")
				}
				call.Out.Display(profilesTable(env.allProfiles()))
				return nil
			}
		},
	}
}

// maxScanned bounds the files of the workspace that are looked at for profiles, in
// number and, each, in bytes.
const (
	maxScanned    = 500
	maxScannedOne = 16 << 20
)

// allProfiles are the profiles that were fetched and those that tests have written
// into the workspace, the oldest first.
func (env *Env) allProfiles() []fetch.KeptProfile {
	list := env.Profiles.List()
	work, err := env.Work()
	if err != nil {
		return list
	}
	files, err := work.Files()
	if err != nil {
		return list
	}
	for _, f := range files[:min(len(files), maxScanned)] {
		if f.Size == 0 || f.Size > maxScannedOne || strings.HasSuffix(f.Name, ".go") {
			continue
		}
		if p, ok := profileFile(filepath.Join(work.Root(), filepath.FromSlash(f.Name)), f.Name); ok {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b fetch.KeptProfile) int { return a.Time.Compare(b.Time) })
	return list
}

// profileFile reads a file if it is a profile as Go programs write it, or a trace.
func profileFile(path, name string) (fetch.KeptProfile, bool) {
	f, err := os.Open(path)
	if err != nil {
		return fetch.KeptProfile{}, false
	}
	defer f.Close()
	start := make([]byte, 16)
	n, _ := io.ReadFull(f, start) // what is shorter is neither
	start = start[:n]
	trace := exectrace.IsTrace(start)
	if !trace && !bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		return fetch.KeptProfile{}, false
	}
	stat, err := f.Stat()
	if err != nil {
		return fetch.KeptProfile{}, false
	}
	rest, err := io.ReadAll(io.LimitReader(f, maxScannedOne))
	if err != nil {
		return fetch.KeptProfile{}, false
	}
	kept := fetch.KeptProfile{Name: name, Time: stat.ModTime(), Data: append(start, rest...), Info: fetch.Info{Source: path}}
	if trace {
		kept.Info.Kind = fetch.TraceKind
	} else if kept.Info.Parsed, err = prof.Parse(kept.Data); err != nil {
		return fetch.KeptProfile{}, false
	}
	kept.Kind = fetch.KindOf(kept.Info)
	return kept, true
}

// remembered finds a profile that the session has: by its name (heap-2), as the last
// one of its kind (heap), or as the last one that holds a benchmark. A file of that
// name goes before.
func (env *Env) remembered(name string) (fetch.KeptProfile, bool) {
	if _, err := os.Stat(filepath.Join(env.Dir, name)); err == nil {
		return fetch.KeptProfile{}, false
	}
	kept, ok := env.Profiles.Find(name)
	if ok && kept.Name == name {
		return kept, true
	}
	isKind, isBenchmark := slices.Contains(fetch.Kinds, name), benchmarkName.MatchString(name)
	if !isKind && !isBenchmark {
		return fetch.KeptProfile{}, false
	}
	var found fetch.KeptProfile
	for _, p := range slices.Backward(env.allProfiles()) {
		switch {
		case isKind && p.Kind == name, isBenchmark && p.Kind == "cpu" && p.Info.Parsed.Has(name):
			return p, true
		case p.Kind == fetch.TraceKind:
		case isBenchmark && found.Data == nil && p.Info.Parsed.Has(name):
			found = p // unless there is one of the CPU
		}
	}
	return found, found.Data != nil
}

// profilesTable draws the list.
func profilesTable(list []fetch.KeptProfile) display.Bundle {
	if len(list) == 0 {
		return display.Text("the session has no profiles yet; %bench -cpuprofile cpu.out writes one, %pprof URL fetches one")
	}
	table := render.Table{Columns: []render.Column{
		{Title: "name", Code: true}, {Title: "kind"}, {Title: "taken"}, {Title: "total", Number: true}, {Title: "long", Number: true}, {Title: "size", Number: true}, {Title: "from", Code: true},
	}}
	var text strings.Builder
	for _, p := range list {
		total, long := "", ""
		if p.Info.Parsed != nil {
			if top, err := p.Info.Parsed.Top(prof.Options{NodeCount: 1}); err == nil {
				total = prof.Label(top.Total, top.Type.Unit, "auto") + " " + top.Type.Type
			}
			if d := p.Info.Parsed.Duration(); d > 0 {
				long = d.Round(10 * time.Millisecond).String()
			}
		}
		from := p.Info.Source
		if !p.Info.Remote && (p.Info.Kind == "" || p.Kind == fetch.TraceKind) {
			from = "the workspace"
		}
		size := prof.Label(int64(len(p.Data)), "bytes", "auto")
		table.Rows = append(table.Rows, render.Cells(p.Name, p.Kind, p.Time.Format(time.TimeOnly), total, long, size, from))
		text.WriteString(strings.TrimRight(fmt.Sprintf("%-16s %-10s %s %18s %8s %10s  %s", p.Name, p.Kind, p.Time.Format(time.TimeOnly), total, long, size, from), " ") + "\n")
	}
	return render.Frame{Body: []string{table.HTML()}}.Bundle(text.String())
}
