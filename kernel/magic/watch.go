package magic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/fetch"
	"gomri/kernel/prof"
	"gomri/kernel/render"
)

// What a watch is when its flags say nothing.
const (
	watchProfiles = 10
	watchInterval = time.Second
)

// watchCommand takes profiles over time.
func watchCommand() Command {
	return Command{
		Name: "watch", Line: true, Args: "[FLAGS] URL",
		Summary: "takes heap profiles of a server one after the other and draws which functions grow; the leak is the line that rises",
		Example: "%watch -n 10 -interval 1s http://localhost:8080/debug/pprof/heap",
		build: func(fs *flag.FlagSet) runner {
			w := &watch{}
			fs.IntVar(&w.takes.N, "n", watchProfiles, "how many profiles to take")
			fs.DurationVar(&w.takes.Interval, "interval", watchInterval, "time from one profile to the next")
			fs.DurationVar(&w.takes.Timeout, "timeout", 0, "the most that the server may take for one profile (default 15s)")
			fs.StringVar(&w.options.SampleIndex, "sample_index", "", "what to add up (default inuse_space of a heap, else the profile's own default)")
			fs.StringVar(&w.options.Focus, "focus", "", "only stacks with a function that matches this regular expression")
			fs.StringVar(&w.options.Ignore, "ignore", "", "no stacks with a function that matches")
			flat := fs.Bool("flat", false, "count each stack for its innermost function, as pprof's column flat does (default: for the innermost one of your own code)")
			cum := fs.Bool("cum", false, "count each stack for every function in it, as pprof's column cum does")
			return func(ctx context.Context, env *Env, call Call, args []string) error {
				switch w.charge = prof.ChargeOwn; {
				case *flat && *cum:
					return wordsErrorf("-flat and -cum exclude each other")
				case *flat:
					w.charge = prof.ChargeFlat
				case *cum:
					w.charge = prof.ChargeCum
				}
				if len(args) != 1 {
					return wordsErrorf("one URL is wanted, such as http://localhost:8080/debug/pprof/heap")
				}
				w.env, w.out, w.id = env, call.Out, fmt.Sprintf("watch-%d", call.Line)
				return w.run(ctx, args[0])
			}
		},
	}
}

// watch is one %watch: profiles of a server over time.
type watch struct {
	env     *Env
	out     display.Output
	id      string // of what it shows
	takes   fetch.WatchOptions
	options prof.Options
	charge  prof.Charge

	growth *prof.Watch
	report render.WatchReport
}

// run takes the profiles and draws them after each. What was taken stays shown when
// the server goes or the user interrupts.
func (w *watch) run(ctx context.Context, source string) error {
	source, err := w.env.Servers.URL(source)
	if err != nil {
		return err
	}
	url, err := fetch.WatchURL(source)
	if err != nil {
		return err
	}
	if err := w.takes.Check(); err != nil {
		return err
	}
	if err := checkExpressions(w.options, ""); err != nil {
		return err
	}
	w.growth = prof.NewWatch(w.charge, w.options)
	w.report = render.WatchReport{Source: url, Wanted: w.takes.N, Interval: w.takes.Interval, Running: true}
	err = fetch.Watch(ctx, url, w.takes, w.add)
	w.report.Running = false
	if w.report.First == "" {
		return err // not one profile
	}
	interrupted := display.Interrupted(ctx)
	w.report.Interrupted = interrupted != nil
	var f *display.Failure
	if err != nil && interrupted == nil && errors.As(err, &f) {
		w.report.Doubts = append(w.report.Doubts, fmt.Sprintf("Start the server again, then the watch: it ended after %d of %d profiles (%s).", len(w.report.Growth.Times), w.takes.N, f.Value))
	}
	if _, ok := w.env.Profiles.Find(w.report.First); !ok {
		w.report.Doubts = append(w.report.Doubts, fmt.Sprintf("Take fewer profiles to compare the first one: %s had to make room for later ones.", w.report.First))
	}
	w.out.Update(w.id, render.Watch(w.report))
	return err
}

// add keeps a profile, adds it to the growth and draws what there is so far.
func (w *watch) add(at time.Duration, data []byte, info fetch.Info) error {
	if err := w.growth.Add(at, info.Parsed); err != nil {
		return display.Failf("PprofError", "%v", err)
	}
	name := w.env.Profiles.Add(data, info).Name
	if w.report.First == "" {
		w.report.First, w.report.Source = name, info.Source
	}
	w.report.Last, w.report.Growth = name, w.growth.Growth()
	w.out.Update(w.id, render.Watch(w.report))
	return nil
}
