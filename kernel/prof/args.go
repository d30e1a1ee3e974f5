package prof

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Request is what a person typed after "go tool pprof".
type Request struct {
	// Report is the report asked for: "top", "list", "peek", "svg" …, or "" when
	// none is named, which is how one gets pprof's prompt.
	Report string
	// Param is the regular expression of reports that take one, such as list.
	Param string
	// Options are the flags that choose and format.
	Options Options
	// Sources are the profiles named, and possibly a binary before them.
	Sources []string
	// Base and DiffBase are the profiles to subtract, after Normalize.
	Base, DiffBase []string
	Normalize      bool
	// Seconds and Timeout are about servers; 0 when not given.
	Seconds, Timeout int
	// Wall asks for a profile of a server's wall-clock time, of Rate snapshots a second.
	Wall bool
	Rate int
	// Output is the file that the report is written to, or "".
	Output string
	// HTTP is the address of -http, for pprof's own web page.
	HTTP string
	// Flags are all the flags as typed.
	Flags []string
	// Extra are the flags that only pprof's driver knows, as "-name=value".
	Extra []string
	// Plain says that Options hold everything that matters to a top table: no
	// flag was given that only pprof's driver knows.
	Plain bool
}

// reportNames are pprof's reports; those that take a regular expression are true.
var reportNames = map[string]bool{
	"callgrind": false, "comments": false, "disasm": true, "dot": false, "eog": false, "evince": false,
	"gif": false, "gv": false, "kcachegrind": false, "list": true, "pdf": false, "peek": true, "png": false,
	"proto": false, "ps": false, "raw": false, "svg": false, "tags": false, "text": false, "top": false,
	"topproto": false, "traces": false, "tree": false, "web": false, "weblist": true,
	// Ours, beside pprof's.
	"flame": false,
}

// IsReport says whether pprof has a report of that name, or gomri in its place.
func IsReport(name string) bool {
	_, ok := reportNames[name]
	return ok
}

// granularities are the flags that choose what a row stands for.
var granularities = []string{"functions", "filefunctions", "files", "lines", "addresses"}

// sampleFlags are the flags that choose a sample type, by pprof's older names.
var sampleFlags = map[string]string{
	"inuse_space": "inuse_space", "inuse_objects": "inuse_objects", "alloc_space": "alloc_space",
	"alloc_objects": "alloc_objects", "total_delay": "delay", "contentions": "contentions", "mean_delay": "delay",
}

// driverFlag is a flag that pprof's driver knows and Options does not.
type driverFlag struct {
	isSwitch bool
	inTop    bool // it may change a top table
}

// driverFlags are those flags, by name.
var driverFlags = map[string]driverFlag{
	"buildid": {inTop: true}, "add_comment": {inTop: true},
	"normalize": {isSwitch: true}, "all_frames": {isSwitch: true, inTop: true},
	"call_tree": {isSwitch: true}, "intel_syntax": {isSwitch: true},
}

// stringList is a flag that may be given several times.
type stringList []string

func (l *stringList) String() string     { return strings.Join(*l, ",") }
func (l *stringList) Set(v string) error { *l = append(*l, v); return nil }

// ParseArgs reads the words after "go tool pprof". Its error names the word that
// is wrong, in the words of package flag.
func ParseArgs(args []string) (Request, error) {
	r := Request{Plain: true}
	fs := flag.NewFlagSet("pprof", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	r.flags(fs)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return r, errors.New("usage: pprof [-REPORT] [flags] [binary] SOURCE; %help pprof lists the reports and flags")
		}
		return r, err
	}
	r.Sources = fs.Args()
	r.Flags = slices.Clone(args[:len(args)-len(r.Sources)])
	var err error
	reports := 0
	fs.Visit(func(f *flag.Flag) {
		if err == nil {
			err = r.visit(f, &reports)
		}
	})
	if err == nil && reports > 1 {
		err = errors.New("must set at most one output format")
	}
	if err == nil && len(r.Base) > 0 && len(r.DiffBase) > 0 {
		err = errors.New("-base and -diff_base flags cannot both be specified")
	}
	if err == nil && r.Normalize && len(r.Base)+len(r.DiffBase) == 0 {
		err = errors.New("must have base profile to normalize by")
	}
	if err == nil && r.Rate != 0 && !r.Wall {
		err = errors.New("-rate is how many snapshots a second -wall takes")
	}
	return r, err
}

// flags declares pprof's flags, and ours beside them.
func (r *Request) flags(fs *flag.FlagSet) {
	o := &r.Options
	for name, param := range reportNames {
		if param {
			fs.String(name, "", "")
		} else {
			fs.Bool(name, false, "")
		}
	}
	for _, name := range granularities {
		fs.Bool(name, false, "")
	}
	for name := range sampleFlags {
		fs.Bool(name, false, "")
	}
	fs.Bool("cum", false, "")
	fs.Bool("flat", false, "")
	fs.Bool("trim", true, "")
	for name, p := range o.texts() {
		fs.StringVar(p, name, "", "")
	}
	for name, p := range o.switches() {
		fs.BoolVar(p, name, false, "")
	}
	fs.Int("nodecount", -1, "")
	fs.Float64("nodefraction", 0.005, "")
	fs.Float64("edgefraction", 0.001, "")
	fs.Float64("divide_by", 1, "")
	fs.Var((*stringList)(&r.Base), "base", "")
	fs.Var((*stringList)(&r.DiffBase), "diff_base", "")
	fs.IntVar(&r.Seconds, "seconds", 0, "")
	fs.IntVar(&r.Timeout, "timeout", 0, "")
	fs.BoolVar(&r.Wall, "wall", false, "")
	fs.IntVar(&r.Rate, "rate", 0, "")
	fs.StringVar(&r.HTTP, "http", "", "")
	fs.StringVar(&r.Output, "output", "", "")
	// What only the driver knows.
	for name, kind := range driverFlags {
		if kind.isSwitch {
			fs.Bool(name, false, "")
		} else {
			fs.String(name, "", "")
		}
	}
	for _, name := range []string{"symbolize", "tools"} {
		fs.String(name, "", "")
	}
	fs.Bool("no_browser", false, "")
}

// texts are the options that are text, by name.
func (o *Options) texts() map[string]*string {
	return map[string]*string{
		"sample_index": &o.SampleIndex, "focus": &o.Focus, "ignore": &o.Ignore, "hide": &o.Hide, "show": &o.Show,
		"show_from": &o.ShowFrom, "prune_from": &o.PruneFrom, "tagfocus": &o.TagFocus, "tagignore": &o.TagIgnore,
		"tagroot": &o.TagRoot, "tagleaf": &o.TagLeaf, "tagshow": &o.TagShow, "taghide": &o.TagHide,
		"source_path": &o.SourcePath, "trim_path": &o.TrimPath, "unit": &o.Unit,
	}
}

// switches are the options that are on or off, by name.
func (o *Options) switches() map[string]*bool {
	return map[string]*bool{
		"noinlines": &o.NoInlines, "showcolumns": &o.ShowColumns, "mean": &o.Mean,
		"relative_percentages": &o.RelativePercentages, "drop_negative": &o.DropNegative, "compact_labels": &o.CompactLabels,
	}
}

// visit takes over one flag that was given.
func (r *Request) visit(f *flag.Flag, reports *int) error {
	value := f.Value.String()
	if param, ok := reportNames[f.Name]; ok {
		if value == "false" && !param {
			return nil
		}
		*reports++
		r.Report = f.Name
		if param {
			r.Param = value
		}
		return nil
	}
	switch f.Name {
	case "symbolize", "tools", "no_browser", "seconds", "timeout", "wall", "rate", "http", "output":
		// Not about the report: Go's profiles carry their symbols.
		return nil
	case "base", "diff_base":
		return nil
	case "normalize":
		r.Normalize = value == "true"
	}
	if kind, ok := driverFlags[f.Name]; ok {
		r.Extra = append(r.Extra, "-"+f.Name+"="+value)
		r.Plain = r.Plain && !kind.inTop
		return nil
	}
	if index, ok := sampleFlags[f.Name]; ok {
		if value == "true" && r.Options.SampleIndex == "" {
			r.Options.SampleIndex = index
		}
		r.Options.Mean = r.Options.Mean || f.Name == "mean_delay" && value == "true"
		return nil
	}
	if value == "true" && slices.Contains(granularities, f.Name) {
		if r.Options.Granularity != "" {
			return fmt.Errorf("conflicting options set: [%s %s]", r.Options.Granularity, f.Name)
		}
		r.Options.Granularity = f.Name
		return nil
	}
	return r.Options.assign(f.Name, value)
}

// assign sets one option by pprof's name for it.
func (o *Options) assign(name, value string) error {
	if p, ok := o.texts()[name]; ok {
		*p = value
		return nil
	}
	if p, ok := o.switches()[name]; ok {
		on, err := parseSwitch(value)
		*p = on
		return err
	}
	switch name {
	case "cum", "flat":
		if on, err := parseSwitch(value); err != nil || !on {
			return err
		}
		o.Cum = name == "cum"
	case "sort":
		if value != "cum" && value != "flat" {
			return fmt.Errorf("invalid %q value %q", name, value)
		}
		o.Cum = value == "cum"
	case "granularity":
		if !slices.Contains(granularities, value) {
			return fmt.Errorf("invalid %q value %q", name, value)
		}
		o.Granularity = value
	case "functions", "filefunctions", "files", "lines", "addresses":
		if on, err := parseSwitch(value); err != nil || !on {
			return err
		}
		o.Granularity = name
	case "trim":
		on, err := parseSwitch(value)
		o.NoTrim = !on
		return err
	case "nodecount":
		// pprof's -1 is its default and 0 no limit.
		n, err := strconv.Atoi(value)
		if o.NodeCount = max(n, 0); n == 0 {
			o.NodeCount = -1
		}
		return err
	case "nodefraction":
		return assignFraction(&o.NodeFraction, value)
	case "edgefraction":
		return assignFraction(&o.EdgeFraction, value)
	case "divide_by":
		v, err := strconv.ParseFloat(value, 64)
		if err == nil && v == 0 {
			err = errors.New("zero divisor specified")
		}
		o.DivideBy = v
		return err
	}
	return nil
}

// assignFraction sets a fraction, in which 0 has to be told from unset.
func assignFraction(p *float64, value string) error {
	v, err := strconv.ParseFloat(value, 64)
	if err == nil && v == 0 {
		v = -1
	}
	*p = v
	return err
}

// parseSwitch reads a boolean as pprof's prompt does: nothing at all means true.
func parseSwitch(value string) (bool, error) {
	switch strings.ToLower(value) {
	case "", "true", "t", "yes", "y", "1":
		return true, nil
	case "false", "f", "no", "n", "0":
		return false, nil
	}
	return false, fmt.Errorf("illegal value \"%s\" for bool variable", value)
}
