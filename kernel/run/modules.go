package run

import (
	"context"
	"errors"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/display"
	"gomri/kernel/magic"
)

// fetchModules gets the modules that the imports of a part of a cell need and the
// session does not have yet.
func (s *Session) fetchModules(ctx context.Context, part cell.Part, out display.Output) error {
	paths := moduleImports(part)
	if len(paths) == 0 {
		return nil
	}
	w, err := s.workspace()
	if err != nil {
		return err
	}
	missing, err := w.Missing(ctx, paths)
	if f := display.Interrupted(ctx); f != nil {
		return f
	}
	if err != nil || len(missing) == 0 {
		return err
	}
	err = magic.Get(ctx, s.env, out, missing)
	var f *display.Failure
	if errors.As(err, &f) && f.Name == "ModuleError" {
		f.Traceback = append(f.Traceback, "The cell has not run. To try another version: %get "+missing[0]+"@VERSION")
	}
	return err
}

// moduleImports are the packages outside of the standard library that a part imports.
func moduleImports(part cell.Part) []string {
	var paths []string
	switch {
	case part.Go != nil:
		paths = importsIn(part.Go.Text)
	case part.Listing != nil:
		paths = importsIn(part.Listing.Text)
	case part.Magic != nil && part.Magic.Cell && part.Magic.Name != "file":
		paths = importsIn(part.Magic.Body)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// importsIn finds the imports in Go text, wherever they stand, that lie in modules:
// their paths begin with the name of a host.
func importsIn(text string) []string {
	if !strings.Contains(text, "import") {
		return nil
	}
	var sc scanner.Scanner
	src := []byte(text)
	sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
	var paths []string
	importing, group := false, false
	for {
		_, tok, lit := sc.Scan()
		switch {
		case tok == token.EOF:
			return paths
		case tok == token.IMPORT:
			importing, group = true, false
		case !importing:
		case tok == token.LPAREN:
			group = true
		case tok == token.STRING:
			path, err := strconv.Unquote(lit)
			first, _, below := strings.Cut(path, "/")
			if err == nil && below && strings.Contains(first, ".") {
				paths = append(paths, path)
			}
			importing = group
		case tok == token.RPAREN:
			importing = false
		case tok != token.IDENT && tok != token.PERIOD && tok != token.SEMICOLON:
			importing = false
		}
	}
}
