package prof

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Prompt is pprof's prompt: the options that the lines typed so far have set.
// It belongs to the cell that the lines are in.
type Prompt struct {
	options Options
	types   []ValueType
	plain   bool
	extra   []string
	output  string // the file that reports are written to, or ""
}

// NewPrompt returns the prompt that "go tool pprof" shows for p when r names no report.
func NewPrompt(p *Profile, r Request) *Prompt {
	o := r.Options
	o.CompactLabels = true
	return &Prompt{options: o, types: p.SampleTypes(), plain: r.Plain, extra: slices.Clone(r.Extra)}
}

// ErrQuit is returned by Prompt.Line for quit, exit and q.
var ErrQuit = errors.New("end of the prompt")

// tailDigits is the number at the end of an abbreviated command, such as top10.
var tailDigits = regexp.MustCompile("[0-9]+$")

// Line does what pprof does with a line at its prompt. An assignment
// (sample_index=alloc_space) and an empty line change the prompt and give a request
// without a report; a command (top 5 -cum, list Regexp) gives the request to answer;
// help and options give requests of these names. An error is in pprof's words.
func (p *Prompt) Line(line string) (Request, error) {
	line = strings.TrimSpace(line)
	if line == ":" {
		o := &p.options
		o.Focus, o.Ignore, o.Hide, o.TagFocus, o.TagIgnore = "", "", "", "", ""
		return Request{}, nil
	}
	if done, err := p.assignment(line); done || err != nil {
		return Request{}, err
	}
	words := strings.Fields(line)
	if len(words) == 0 {
		return Request{}, nil
	}
	switch words[0] {
	case "q", "quit", "exit":
		return Request{}, ErrQuit
	case "o", "options":
		return Request{Report: "options", Options: p.options, Extra: slices.Clone(p.extra), Output: p.output}, nil
	case "help":
		return Request{Report: "help", Param: strings.Join(words[1:], " ")}, nil
	}
	return p.command(words)
}

// assignment carries out "name=value", or a name that stands for one.
func (p *Prompt) assignment(line string) (done bool, err error) {
	name, value, assigned := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if i := strings.LastIndex(value, "//:"); i >= 0 {
		value = value[:i]
	}
	value = strings.TrimSpace(value)
	o := &p.options
	if !assigned {
		for _, t := range p.types {
			switch line {
			case t.Type:
				o.SampleIndex = t.Type
			case "total_" + t.Type:
				o.SampleIndex, o.Mean = t.Type, false
			case "mean_" + t.Type:
				o.SampleIndex, o.Mean = t.Type, true
			default:
				continue
			}
			return true, nil
		}
	}
	if kind, ok := driverFlags[name]; ok {
		return true, p.forDriver(name, value, kind, assigned)
	}
	switch {
	case name == "output":
		if !assigned {
			return true, errors.New("please specify a value, e.g. output=<val>")
		}
		p.output = value
		return true, nil
	case o.texts()[name] != nil, slices.Contains([]string{"nodecount", "nodefraction", "edgefraction", "divide_by", "sort", "granularity"}, name):
		if !assigned {
			return true, fmt.Errorf("please specify a value, e.g. %s=<val>", name)
		}
	case o.switches()[name] != nil, name == "trim":
	case slices.Contains(granularities, name), name == "cum", name == "flat":
		if on, err := strconv.ParseBool(value); err != nil || !on {
			return true, fmt.Errorf("unknown config field %q", name)
		}
	default:
		return false, nil
	}
	if name == "sample_index" {
		if value, err = p.sampleType(value); err != nil {
			return true, err
		}
	}
	return true, o.assign(name, value)
}

// forDriver keeps an assignment that only pprof's driver understands.
func (p *Prompt) forDriver(name, value string, kind driverFlag, assigned bool) error {
	if kind.isSwitch {
		on, err := parseSwitch(value)
		if err != nil {
			return err
		}
		value = strconv.FormatBool(on)
		if name == "normalize" {
			return nil // that was done, or not, when the profiles were read
		}
	} else if !assigned {
		return fmt.Errorf("please specify a value, e.g. %s=<val>", name)
	}
	p.extra = slices.DeleteFunc(p.extra, func(flag string) bool { return strings.HasPrefix(flag, "-"+name+"=") })
	p.extra = append(p.extra, "-"+name+"="+value)
	p.plain = p.plain && !kind.inTop
	return nil
}

// sampleType returns the name of the sample type that value names.
func (p *Prompt) sampleType(value string) (string, error) {
	if i, err := strconv.Atoi(value); err == nil {
		if i < 0 || i >= len(p.types) {
			return "", fmt.Errorf("sample_index %s is outside the range [0..%d]", value, len(p.types)-1)
		}
		return p.types[i].Type, nil
	}
	names := make([]string, len(p.types))
	for i, t := range p.types {
		names[i] = t.Type
		if t.Type == value || t.Type == strings.TrimPrefix(value, "inuse_") {
			return t.Type, nil
		}
	}
	if value == "" {
		return "", nil
	}
	return "", fmt.Errorf("sample_index %q must be one of: %v", value, names)
}

// command reads a report and its arguments: a number is how many rows, -cum sorts,
// a word is a focus and -word an ignore expression.
func (p *Prompt) command(words []string) (Request, error) {
	name, args := words[0], words[1:]
	if !IsReport(name) {
		if d := tailDigits.FindString(name); d != "" && d != name {
			name, args = strings.TrimSuffix(name, d), append([]string{d}, args...)
		}
	}
	if !IsReport(name) {
		if p.isOption(name) {
			value := "<val>"
			if len(args) > 0 {
				value = args[0]
			}
			return Request{}, fmt.Errorf("did you mean: %s=%s", name, value)
		}
		return Request{}, fmt.Errorf("unrecognized command: %q", name)
	}
	r := Request{Report: name, Options: p.options, Plain: p.plain, Extra: slices.Clone(p.extra), Output: p.output}
	if reportNames[name] {
		if len(args) == 0 {
			return Request{}, fmt.Errorf("command %s requires an argument", name)
		}
		r.Param, args = args[0], args[1:]
	}
	var focus, ignore []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		n, err := strconv.ParseInt(a, 10, 32)
		switch {
		case err == nil:
			if r.Options.NodeCount = int(max(n, 0)); n == 0 {
				r.Options.NodeCount = -1
			}
		case a[0] == '>':
			r.Output = a[1:]
			if i++; r.Output == "" && i == len(args) {
				return Request{}, errors.New("unexpected end of line after >")
			} else if r.Output == "" {
				r.Output = args[i]
			} else {
				i--
			}
		case a == "-cum", a == "--cum":
			r.Options.Cum = true
		case a[0] == '-':
			ignore = append(ignore, a[1:])
		default:
			focus = append(focus, a)
		}
	}
	target := [2]*string{&r.Options.Focus, &r.Options.Ignore}
	if name == "tags" {
		target = [2]*string{&r.Options.TagFocus, &r.Options.TagIgnore}
	}
	for i, exprs := range [2][]string{focus, ignore} {
		if len(exprs) > 0 {
			*target[i] = strings.Join(exprs, "|")
		}
	}
	if r.Options.NodeCount == 0 && (name == "top" || name == "text") {
		r.Options.NodeCount = 10
	}
	return r, nil
}

// isOption says whether the prompt has an option of that name.
func (p *Prompt) isOption(name string) bool {
	_, ok := slices.BinarySearch(PromptOptions(), name)
	return ok
}

// PromptOptions are the names of the options that can be assigned at the prompt, in the
// order of the alphabet.
func PromptOptions() []string {
	var o Options
	names := []string{"call_tree", "cum", "divide_by", "edgefraction", "flat", "granularity", "intel_syntax", "nodecount", "nodefraction", "normalize", "output", "sort", "trim"}
	names = slices.AppendSeq(names, maps.Keys(o.texts()))
	names = slices.AppendSeq(names, maps.Keys(o.switches()))
	names = append(names, granularities...)
	slices.Sort(names)
	return names
}

// Reports are the names of the reports, in the order of the alphabet.
func Reports() []string { return slices.Sorted(maps.Keys(reportNames)) }

// Greeting is what pprof prints before its prompt.
func (p *Profile) Greeting(o Options) string {
	m, err := p.measure(o)
	if err != nil {
		return err.Error() + "\n"
	}
	total := m.total(p.p)
	m.unit = "minimum"
	if o.Unit != "" {
		m.unit = o.Unit
	}
	text := strings.Join(labels(p.p, m, total), "\n") + "\n"
	if total == 0 && len(p.p.SampleType) > 1 {
		text += "No samples were found with the default sample value type.\n" +
			"Try \"sample_index\" command to analyze different sample values.\n\n"
	}
	return text + "Entering interactive mode (type \"help\" for commands, \"o\" for options)\n"
}

// Args returns flags for pprof's driver that ask for what the request asks for. The
// sources are not among them.
func (r Request) Args() []string {
	o := r.Options
	var args []string
	if r.Report != "" {
		arg := "-" + r.Report
		if reportNames[r.Report] {
			arg += "=" + r.Param
		}
		args = append(args, arg)
	}
	for _, name := range slices.Sorted(maps.Keys(o.texts())) {
		if v := *o.texts()[name]; v != "" {
			args = append(args, "-"+name+"="+v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.switches())) {
		if *o.switches()[name] {
			args = append(args, "-"+name)
		}
	}
	if o.Granularity != "" {
		args = append(args, "-"+o.Granularity)
	}
	if o.Cum {
		args = append(args, "-cum")
	}
	if o.NoTrim {
		args = append(args, "-trim=false")
	}
	if o.NodeCount != 0 {
		args = append(args, "-nodecount="+strconv.Itoa(max(o.NodeCount, 0)))
	}
	if o.DivideBy != 0 && o.DivideBy != 1 {
		args = append(args, "-divide_by="+strconv.FormatFloat(o.DivideBy, 'g', -1, 64))
	}
	node, edge := (Options{NodeFraction: o.NodeFraction, EdgeFraction: o.EdgeFraction}).fractions()
	if o.NodeFraction != 0 {
		args = append(args, "-nodefraction="+strconv.FormatFloat(node, 'g', -1, 64))
	}
	if o.EdgeFraction != 0 {
		args = append(args, "-edgefraction="+strconv.FormatFloat(edge, 'g', -1, 64))
	}
	return append(args, r.Extra...)
}
