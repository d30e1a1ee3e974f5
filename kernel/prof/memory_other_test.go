//go:build !unix

package prof_test

import "os"

// maxMemory is not known here.
func maxMemory(*os.ProcessState) int64 { return 0 }
