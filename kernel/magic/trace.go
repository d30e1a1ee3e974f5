package magic

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// traceCommand draws execution traces.
func traceCommand() Command {
	return Command{
		Name: "trace", Line: true, Args: "[FLAGS] [SOURCE]",
		Summary: "draws an execution trace (file, URL, or flight recorder's snapshot): processors over time, goroutines, blocking, latency, pauses",
		Example: "%trace -seconds 2 http://localhost:8080/debug/pprof/trace",
		More:    flightHelp,
		build: func(fs *flag.FlagSet) runner {
			t := &traceRequest{}
			t.flags(fs)
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				return t.run(ctx, env, call.Out, args)
			}
		},
	}
}

// flightHelp says how a program gives away the last seconds before something happened.
const flightHelp = `Without SOURCE it is the last trace of the session: %bench -trace trace.out writes one,
and so does trace.Start in a program. A flight recorder (Go 1.25) keeps the last seconds
of a trace in the program; served as below, they are drawn by
%trace http://localhost:8080/debug/flight

  %%serve recorded
  package main

  import (
  	"log"
  	"net/http"
  	"runtime/trace"
  	"time"
  )

  func main() {
  	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 5 * time.Second})
  	if err := recorder.Start(); err != nil {
  		log.Fatal(err)
  	}
  	http.HandleFunc("/debug/flight", func(w http.ResponseWriter, r *http.Request) {
  		if _, err := recorder.WriteTo(w); err != nil {
  			log.Print(err)
  		}
  	})
  	log.Fatal(http.ListenAndServe("localhost:8080", nil))
  }`

// traceRequest is what was typed after %trace or "go tool trace".
type traceRequest struct {
	seconds, timeout int
	from, to         time.Duration
	pprof, output    string
	debug, http      string
}

// flags declares the flags.
func (t *traceRequest) flags(fs *flag.FlagSet) {
	fs.IntVar(&t.seconds, "seconds", 0, "`how many` seconds a server traces (default 1)")
	fs.IntVar(&t.timeout, "timeout", 0, "the most `seconds` that a server may take")
	fs.DurationVar(&t.from, "from", 0, "the picture begins at this `time` after the trace's start")
	fs.DurationVar(&t.to, "to", 0, "the picture ends at this `time` after the trace's start")
	fs.StringVar(&t.pprof, "pprof", "", "make a profile of the `kind` net, sync, syscall or sched (waiting for a processor), as go tool trace does")
	fs.StringVar(&t.output, "output", "", "save the trace as a `file`")
}

// Trace does what "go tool trace ARGS" does, drawn.
func Trace(ctx context.Context, env *Env, out display.Output, args []string) error {
	t := &traceRequest{}
	fs := flag.NewFlagSet("trace", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	t.flags(fs)
	fs.StringVar(&t.debug, "d", "", "")
	fs.StringVar(&t.http, "http", "", "")
	args, err := parseAnywhere(fs, args)
	if err != nil {
		return display.Failf("UsageError", "go tool trace: %v", err)
	}
	if t.http != "" {
		return display.Failf("UsageError", "-http serves a page in a browser, outside the notebook; leave it out and the trace is drawn here")
	}
	if t.debug != "" {
		return display.Failf("UsageError", "-d prints every event; type !go tool trace -d=%s FILE", t.debug)
	}
	if len(args) == 2 {
		args = args[1:] // go tool trace takes the program before the trace, and needs it no more
	}
	err = t.run(ctx, env, out, args)
	var words wordsError
	if errors.As(err, &words) {
		return display.Failf("UsageError", "go tool trace: %v", words)
	}
	return err
}

// run gets the trace and shows what was asked for.
func (t *traceRequest) run(ctx context.Context, env *Env, out display.Output, args []string) error {
	if err := t.check(args); err != nil {
		return err
	}
	source := fetch.TraceKind
	if len(args) == 1 {
		source = args[0]
	}
	shown := &profile{env: env, out: out, source: source}
	data, info, err := t.fetch(ctx, shown, source)
	if err != nil {
		return err
	}
	err = t.show(ctx, shown, source, data, info)
	return shown.hint(err)
}

// check finds what is wrong before a server is asked.
func (t *traceRequest) check(args []string) error {
	switch {
	case len(args) > 1:
		return wordsErrorf("%%trace takes one trace, not %d words", len(args))
	case t.pprof != "" && !slices.Contains(exectrace.Kinds, exectrace.Kind(t.pprof)):
		return wordsErrorf("-pprof=%s is not a kind of profile; net, sync, syscall and sched are", t.pprof)
	case t.from < 0, t.to < 0, t.to != 0 && t.to <= t.from:
		return wordsErrorf("-from %v -to %v is no part of a trace", t.from, t.to)
	}
	return nil
}

// fetch gets the trace by the name that was typed; what a server gave is kept.
func (t *traceRequest) fetch(ctx context.Context, p *profile, name string) ([]byte, fetch.Info, error) {
	if kept, ok := p.env.remembered(name); ok {
		if kept.Kind != fetch.TraceKind {
			return nil, fetch.Info{}, display.Failf("ProfileError", "%s is a profile, not an execution trace; %%pprof %s shows it", name, name)
		}
		p.source = kept.Name
		if kept.Info.Remote {
			p.source = kept.Info.Source
		}
		return kept.Data, kept.Info, nil
	}
	source, dir := p.env.locate(name)
	if name == fetch.TraceKind && source == name {
		if _, _, err := fetch.Trace(ctx, name, fetch.Options{Dir: dir, Local: true}); err != nil {
			return nil, fetch.Info{}, noneOf(name)
		}
	}
	data, info, err := fetch.Trace(ctx, source, fetch.Options{
		Dir: dir, Seconds: t.seconds, Timeout: time.Duration(t.timeout) * time.Second,
		Progress: func(done, total time.Duration) {
			p.progress = "collecting " + p.source
			p.out.Update(p.progress, render.Collecting(name, done, total))
		},
	})
	if err == nil && info.Remote {
		p.kept = p.env.Profiles.Add(data, info).Name
	}
	return data, info, err
}

// show reads the trace and shows it, or what was asked for in its place. The name is
// what was typed.
func (t *traceRequest) show(ctx context.Context, p *profile, name string, data []byte, info fetch.Info) error {
	if t.output != "" {
		return p.saveAs(t.output, data)
	}
	read, err := readTrace(ctx, data, exectrace.Options{From: t.from, To: t.to})
	if f := display.Interrupted(ctx); f != nil {
		return f
	}
	if err != nil {
		return display.Failf("TraceError", "%s: %v; take the trace again, and stop it (trace.Stop) before the program ends", info.Source, err)
	}
	if t.from >= read.Duration {
		return display.Failf("UsageError", "-from %v is after the trace's end: it is %v long", t.from, read.Duration)
	}
	if t.pprof != "" {
		return t.profileOf(ctx, p, read)
	}
	opts := render.TraceOptions{Name: name}
	opts.Command = "go tool trace " + p.source
	if info.Remote {
		opts.Command = "curl -o trace.out '" + strings.ReplaceAll(info.Source, "'", "%27") + "' && go tool trace trace.out"
	}
	if p.kept != "" {
		opts.Name = p.kept
		opts.Footer = append(opts.Footer, "kept as "+p.kept+" (%profiles); save it: %trace -output trace.out "+p.kept)
	}
	p.show(render.Trace(read, opts))
	return nil
}

// readTime is the most that reading a trace may take.
const readTime = time.Minute

// readTrace reads a trace until it ends or the cell is interrupted.
func readTrace(ctx context.Context, data []byte, o exectrace.Options) (*exectrace.Trace, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, readTime, fmt.Errorf("reading it took more than %v", readTime))
	defer cancel()
	return exectrace.Read(interruptible{ctx, bytes.NewReader(data)}, o)
}

// interruptible is a reader that fails when its context ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	return i.r.Read(p)
}

// profileOf makes a profile of what goroutines waited for, keeps it, and shows its top.
func (t *traceRequest) profileOf(ctx context.Context, p *profile, read *exectrace.Trace) error {
	b := read.Blocking[slices.Index(exectrace.Kinds, exectrace.Kind(t.pprof))]
	if b.Count == 0 {
		return display.Failf("TraceError", "no goroutine waited for that (%s) in this trace, from beginning to end of the wait", t.pprof)
	}
	var samples []prof.MadeSample
	for _, s := range b.Stacks {
		made := prof.MadeSample{Values: []int64{s.Count, int64(s.Time)}}
		for _, f := range s.Frames {
			made.Frames = append(made.Frames, prof.MadeFrame{Address: f.PC, Function: f.Function, File: f.File, Line: f.Line})
		}
		samples = append(samples, made)
	}
	made := prof.Make([]prof.ValueType{{Type: "contentions", Unit: "count"}, {Type: "delay", Unit: "nanoseconds"}}, samples, read.Duration)
	var data bytes.Buffer
	if err := made.Write(&data); err != nil {
		return fmt.Errorf("write the profile of a trace: %w", err)
	}
	from := p.source
	if strings.Contains(from, "://") {
		from = "trace.out"
	}
	info := fetch.Info{
		Source: "%trace -pprof=" + t.pprof + " " + p.source, Terminal: "<(go tool trace -pprof=" + t.pprof + " " + from + ")",
		Kind: t.pprof, Parsed: made,
	}
	kept := p.env.Profiles.Add(data.Bytes(), info)
	shown := &profile{
		env: p.env, out: p.out, info: info, data: data.Bytes(), shown: made, kept: kept.Name, progress: p.progress, source: info.Terminal,
	}
	req, err := pprofArgs([]string{"-top", kept.Name})
	if err != nil {
		return errors.Join(errors.New("the top of a trace's profile"), err)
	}
	return shown.report(ctx, req)
}
