// Package notebooks holds the lessons: notebooks that teach Go's performance tools, in order.
package notebooks

import (
	"embed"
	"io/fs"
)

//go:embed *.ipynb
var files embed.FS

// Names lists the lessons' file names, in the order in which they are read.
func Names() []string {
	return []string{
		"01-benchmarking.ipynb",
		"02-cpu-profiling.ipynb",
		"03-heap-profiling.ipynb",
		"04-escape-analysis-and-gc.ipynb",
		"05-practice-and-review.ipynb",
		"06-service-under-load.ipynb",
	}
}

// Files returns the lessons' files.
func Files() fs.FS { return files }
