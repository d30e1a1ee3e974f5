package prof

// Options says what of a profile to compute. The names are those of pprof's
// own flags; the zero value asks for what "go tool pprof -top" gives without flags.
type Options struct {
	// SampleIndex is the sample type to show: its name, its number, or "" for the
	// profile's default.
	SampleIndex string
	// Cum sorts by cumulative instead of flat value.
	Cum bool
	// NodeCount is the largest number of rows; 0 means the report's default, which of
	// a tree is 80 and of a top table none, and a negative number no limit.
	NodeCount int
	// NodeFraction hides rows whose cumulative value is below this share of the
	// total; 0 means pprof's default, 0.005, and a negative one none.
	NodeFraction float64
	// EdgeFraction hides calls below this share of the total; 0 means pprof's
	// default, 0.001, and a negative one none.
	EdgeFraction float64
	// NoTrim shows every row, whatever the three limits above say.
	NoTrim bool

	// The regular expressions by which samples and frames are chosen; they are
	// matched with function names, file names and the binary's name. Empty means unset.
	Focus, Ignore, Hide, Show, ShowFrom, PruneFrom string
	// The same for labels: expressions, KEY=expressions, or ranges such as "32kb:1mb".
	TagFocus, TagIgnore string
	// Lists of labels, separated by commas, whose values become frames: the callers of
	// all others, the first one first, or the called.
	TagRoot, TagLeaf string
	// Expressions for the labels to look at, and for those not to.
	TagShow, TagHide string

	// SourcePath lists the folders in which sources are looked for, and TrimPath the
	// prefixes that are taken off file names before, both separated as in PATH.
	SourcePath, TrimPath string

	// Granularity is what one row stands for: "functions" (also when empty),
	// "filefunctions", "files", "lines" or "addresses".
	Granularity string
	// NoInlines counts inlined calls as their caller's.
	NoInlines bool
	// ShowColumns adds column numbers to lines.
	ShowColumns bool

	// Unit is the unit of the output; empty chooses one that suits the values.
	Unit string
	// DivideBy divides every value shown; 0 means 1.
	DivideBy float64
	// Mean divides every value by the count of the first sample type.
	Mean bool
	// RelativePercentages takes percentages of what the filters left.
	RelativePercentages bool
	// DropNegative leaves out rows of negative value.
	DropNegative bool
	// CompactLabels leaves out the lines about the profile above the table, as at
	// pprof's prompt.
	CompactLabels bool

	// Own lists module paths that are the user's own, so that their code is told
	// from other modules'. It affects no figure.
	Own []string
}

// fractions returns the shares below which nodes and edges are hidden.
func (o Options) fractions() (node, edge float64) {
	if o.NoTrim {
		return 0, 0
	}
	pick := func(v, preset float64) float64 {
		switch {
		case v == 0:
			return preset
		case v < 0:
			return 0
		}
		return v
	}
	return pick(o.NodeFraction, 0.005), pick(o.EdgeFraction, 0.001)
}

// filtered says whether any option chooses among samples or frames.
func (o Options) filtered() bool {
	return o.Focus != "" || o.Ignore != "" || o.Hide != "" || o.Show != "" || o.ShowFrom != "" ||
		o.PruneFrom != "" || o.TagFocus != "" || o.TagIgnore != "" || o.TagShow != "" || o.TagHide != "" ||
		o.TagRoot != "" || o.TagLeaf != ""
}

// filters lists the filters that are set, as pprof's header does.
func (o Options) filters() []string {
	var set []string
	for _, f := range []struct{ name, value string }{
		{"focus", o.Focus},
		{"ignore", o.Ignore},
		{"hide", o.Hide},
		{"show", o.Show},
		{"show_from", o.ShowFrom},
		{"tagfocus", o.TagFocus},
		{"tagignore", o.TagIgnore},
		{"tagshow", o.TagShow},
		{"taghide", o.TagHide},
	} {
		if f.value != "" {
			set = append(set, f.name+"="+f.value)
		}
	}
	return set
}
