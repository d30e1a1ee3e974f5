package prof

import (
	"path/filepath"
	"strings"
)

// Trimmer takes off file names what does not belong to the place of the sources: one
// of the prefixes of pprof's -trim_path, or, if there are none, all up to a folder that
// is named like one of -source_path, or what some build systems put first.
type Trimmer struct{ prefixes, folders []string }

// NewTrimmer returns the trimmer for the lists of -trim_path and -source_path.
func NewTrimmer(trim, source []string) Trimmer {
	var t Trimmer
	for _, prefix := range trim {
		t.prefixes = append(t.prefixes, strings.TrimSuffix(filepath.ToSlash(prefix), "/")+"/")
	}
	if len(trim) == 0 {
		for _, dir := range source {
			t.folders = append(t.folders, "/"+filepath.Base(filepath.ToSlash(dir))+"/")
		}
	}
	t.prefixes = append(t.prefixes, "/proc/self/cwd/./", "/proc/self/cwd/")
	return t
}

// Trim returns a file name without that prefix.
func (t Trimmer) Trim(file string) string {
	slashed := filepath.ToSlash(file)
	for _, folder := range t.folders {
		if i := strings.Index(slashed, folder); i >= 0 {
			return file[i+len(folder):]
		}
	}
	for _, prefix := range t.prefixes {
		if strings.HasPrefix(slashed, prefix) {
			return file[len(prefix):]
		}
	}
	return file
}

// trimmer returns the trimmer that the options ask for.
func (o Options) trimmer() Trimmer {
	return NewTrimmer(filepath.SplitList(o.TrimPath), filepath.SplitList(o.SourcePath))
}
