package driver

import (
	"flag"
	"io"
)

// flagSet gives the driver the flags of one run.
type flagSet struct {
	set  *flag.FlagSet
	args []string
	err  error // what was wrong with args
}

func newFlagSet(args []string) *flagSet {
	fs := flag.NewFlagSet("pprof", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if !outputGiven(args) {
		args = append([]string{"-output=" + memory}, args...)
	}
	return &flagSet{set: fs, args: args}
}

func (f *flagSet) Bool(name string, preset bool, usage string) *bool {
	return f.set.Bool(name, preset, usage)
}

func (f *flagSet) Int(name string, preset int, usage string) *int {
	return f.set.Int(name, preset, usage)
}

func (f *flagSet) Float64(name string, preset float64, usage string) *float64 {
	return f.set.Float64(name, preset, usage)
}

func (f *flagSet) String(name, preset, usage string) *string {
	if name == "symbolize" {
		preset = "none" // the runtime writes profiles with their symbols
	}
	return f.set.String(name, preset, usage)
}

// list is a flag that may be given several times.
type list struct{ values *[]*string }

func (l list) String() string     { return "" }
func (l list) Set(v string) error { *l.values = append(*l.values, &v); return nil }

func (f *flagSet) StringList(name, preset, usage string) *[]*string {
	values := &[]*string{}
	if preset != "" {
		*values = append(*values, &preset)
	}
	f.set.Var(list{values}, name, usage)
	return values
}

func (f *flagSet) ExtraUsage() string   { return "" }
func (f *flagSet) AddExtraUsage(string) {}

// Parse returns the sources, or nil after an error, which it keeps.
func (f *flagSet) Parse(usage func()) []string {
	if f.err = f.set.Parse(f.args); f.err != nil {
		usage()
		return nil
	}
	if f.set.NArg() == 0 {
		usage()
	}
	return f.set.Args()
}
