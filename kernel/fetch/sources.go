package fetch

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gomri/kernel/prof"
)

// maxSource is the largest source file, in bytes, that a listing reads.
const maxSource = 16 << 20

// Sources finds the sources that a profile speaks of.
type Sources struct {
	// Cell returns the text of the cell that a file's base name names, or "".
	Cell func(name string) string
	// Path lists folders that relative names are looked for in, and in the folders
	// above them; Trim lists prefixes to take off first. They are pprof's -source_path
	// and -trim_path.
	Path, Trim []string
	// Roots are further folders that hold sources of relative names, such as the
	// Go distribution's src; what is not on Path is looked for there last.
	Roots []string
}

// Lines returns the lines of a source file, as prof.Sources wants them. The error
// is pprof's.
func (s Sources) Lines(file string) ([]string, error) {
	if s.Cell != nil {
		if text := s.Cell(filepath.Base(file)); text != "" {
			return splitLines([]byte(text))
		}
	}
	name := prof.NewTrimmer(s.Trim, s.Path).Trim(file)
	if filepath.IsAbs(name) {
		return readSource(name)
	}
	for _, dir := range s.Path {
		for {
			if lines, err := readSource(filepath.Join(dir, name)); err == nil {
				return lines, nil
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	for _, dir := range s.Roots {
		if lines, err := readSource(filepath.Join(dir, name)); err == nil {
			return lines, nil
		}
	}
	return nil, fmt.Errorf("could not find file %s on path %s", name, strings.Join(s.Path, string(filepath.ListSeparator)))
}

// readSource reads a regular file of bounded size.
func readSource(path string) ([]string, error) {
	// The kind of file is asked before opening: opening a pipe would wait for its writer.
	if info, err := os.Stat(path); err == nil && (!info.Mode().IsRegular() || info.Size() > maxSource) {
		return nil, fmt.Errorf("%s is not a source file of at most %d MB", path, maxSource>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSource))
	if err != nil {
		return nil, err
	}
	return splitLines(data)
}

// splitLines cuts text at its line ends.
func splitLines(text []byte) ([]string, error) {
	var lines []string
	scan := bufio.NewScanner(bytes.NewReader(text))
	scan.Buffer(nil, maxSource)
	for scan.Scan() {
		lines = append(lines, scan.Text())
	}
	return lines, scan.Err()
}
