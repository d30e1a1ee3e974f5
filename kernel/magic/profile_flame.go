package magic

import (
	"strings"

	"gomri/kernel/prof"
)

// maxListed is how many functions a flame graph has the source of.
const maxListed = 30

// heaviest lists the functions whose source one asks a flame graph for, the most
// wanted first.
func (p *profile) heaviest(o prof.Options, tree *prof.Tree) ([]prof.Routine, error) {
	return p.shown.Lines(o, tree.Heaviest(maxListed), p.env.lines(o))
}

// again is what to type after %flame to see the same profile again.
func (p *profile) again(req prof.Request) string {
	if p.kept != "" && len(req.Sources) == 1 {
		req.Sources = []string{p.kept}
	}
	var words []string
	if i := req.Options.SampleIndex; i != "" {
		words = append(words, "-sample_index="+i)
	}
	for _, b := range req.Base {
		words = append(words, "-base="+b)
	}
	for _, b := range req.DiffBase {
		words = append(words, "-diff_base="+b)
	}
	return strings.Join(append(words, req.Sources...), " ")
}
