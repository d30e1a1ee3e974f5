package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"time"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// graphTime is the most that Graphviz may take.
const graphTime = time.Minute

// svgStart finds the root element, before which Graphviz writes a document type.
var svgStart = regexp.MustCompile(`<svg[\s>]`)

// Graph makes of pprof's dot text a picture (an SVG element) by Graphviz. Without
// Graphviz the failure says how to install it.
func Graph(ctx context.Context, dot []byte) ([]byte, error) {
	program, err := exec.LookPath("dot")
	if err != nil {
		return nil, display.Failf("PprofError", "%s", explainDriver(exec.ErrNotFound.Error()))
	}
	ctx, cancel := context.WithTimeout(ctx, graphTime)
	defer cancel()
	out, errs := &bounded{limit: maxReport}, &bounded{limit: 64 << 10}
	exit, err := child.Run(ctx, child.Command{Path: program, Args: []string{"-Tsvg"}, Stdin: bytes.NewReader(dot), Stdout: out, Stderr: errs})
	if failure := display.Interrupted(ctx); failure != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, failf("Graphviz did not finish within %v; draw fewer nodes: -nodecount=30", graphTime)
		}
		return nil, failure
	}
	if err != nil {
		return nil, fmt.Errorf("running Graphviz: %w", err)
	}
	if exit.Code != 0 {
		return nil, failf("Graphviz failed: %s", errs.String())
	}
	at := svgStart.FindIndex(out.Bytes())
	if at == nil {
		return nil, failf("Graphviz drew nothing: %s", errs.String())
	}
	return out.Bytes()[at[0]:], nil
}
