package run

import (
	"context"
	"fmt"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/magic"
	"gomri/kernel/serve"
	"gomri/kernel/toolchain"
)

// listing runs a cell with a package clause as the file that it is: tests and
// benchmarks by go test, a program as a program. A program that is a server goes on
// in the background once it listens; any other package is only compiled.
func (s *Session) listing(ctx context.Context, c *cell.Cell, id string, text *cell.Listing, out display.Output, flags ...string) error {
	w, err := s.workspace()
	if err != nil {
		return err
	}
	l, err := w.WriteListing(c, id)
	if err != nil {
		return err
	}
	showNote(l, out)
	s.setWhy(c.Name + " was compiled: it has a package clause")
	switch {
	case l.Tests.Any():
		return s.goTest(ctx, toolchain.TestRun{Listing: l, Flags: flags}, out)
	case l.Main && serves(text.Text):
		return s.serveListing(ctx, w, c, id, l, out, flags...)
	case l.Main:
		return w.RunListing(ctx, l, out, flags...)
	}
	if _, err := w.Go(ctx, toolchain.GoRun{Args: []string{"build", "./" + l.Dir}}); err != nil {
		return err
	}
	out.Stream(display.Stdout, fmt.Sprintf("package %s compiles\n", l.Package))
	return nil
}

// showNote says what was changed in the compiled copy of a listing, if anything was.
func showNote(l toolchain.Listing, out display.Output) {
	if note := l.Note(); note != "" {
		out.Display(display.Text("note: " + note))
	}
}

// serveListing runs a program that is a server in the background, so that the next
// cell can talk to it.
func (s *Session) serveListing(ctx context.Context, w *toolchain.Workspace, c *cell.Cell, id string, l toolchain.Listing, out display.Output, flags ...string) error {
	spec := serve.Spec{Name: l.Package, Dir: s.opts.Dir, Cell: l.Cell}
	written := c.Text
	return magic.Serve(ctx, s.env, out, spec, c.Text, func(source string) (string, error) {
		if source != written { // it listens elsewhere
			var err error
			if l, err = w.WriteListing(&cell.Cell{Name: c.Name, Text: source}, id); err != nil {
				return "", err
			}
			written = source
		}
		return w.BuildListing(ctx, l, flags...)
	})
}
