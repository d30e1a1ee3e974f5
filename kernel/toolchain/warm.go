package toolchain

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
)

// warm builds a program that does nothing but have all that a cell's may have
// beside it. Afterwards the index, the recipe and the compiled packages are there,
// and the tools' files are in the system's memory. What goes wrong here goes wrong
// again for the first cell, where it can be said.
func (w *Workspace) warm(ctx context.Context) {
	w.turn.Lock()
	defer w.turn.Unlock()
	if w.recipe != nil || w.copyModule() != nil || w.writeValue(false) != nil {
		return
	}
	text := header + "\nimport _ " + strconv.Quote(valueImport.Path) + "\n"
	for dir := range w.opts.Packages {
		text += "import _ " + strconv.Quote("cell/"+dir) + "\n"
	}
	text += "\nfunc main() {}\n"
	if _, err := replaceDir(w.hidden, sessionDir, map[string]string{"main.go": text}); err != nil {
		return
	}
	exe := filepath.Join(w.bin, "warm")
	_ = w.direct(ctx, exe)
	_ = os.Remove(exe)
}
