package faithful

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/interp"
	"gomri/kernel/prof/driver"
)

// TestMain lets the test binary stand for gomri: the session starts it again as
// its worker and as pprof's driver.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "worker":
			exitOn(interp.Worker())
		case "pprof":
			exitOn(driver.Run(os.Args[2:], driver.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// whole is true if all programs are to be run, which takes half an hour, and not
// only a part of them.
var whole = os.Getenv("GOMRI_WHOLE_CORPUS") != ""

// part keeps every n-th of a list unless the whole is wanted.
func part[T any](list []T, n int) []T {
	if whole || *only != "" {
		return list
	}
	var kept []T
	for i := 0; i < len(list); i += n {
		kept = append(kept, list[i])
	}
	return kept
}

// only limits a run to programs whose name contains it.
var only = flag.String("only", "", "run only the programs whose `name` contains this")

// maxOutput bounds what is kept of a stream, in bytes.
const maxOutput = 4 << 20

// recorder is an Output that keeps both streams and the texts of values and displays.
type recorder struct {
	mu             sync.Mutex
	out, err       strings.Builder
	values, others []string
}

func (r *recorder) Stream(name display.StreamName, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := &r.out
	if name == display.Stderr {
		to = &r.err
	}
	if to.Len() < maxOutput {
		to.WriteString(text)
	}
}

func (r *recorder) Display(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.others = append(r.others, b.Data[display.MIMEText])
}

func (r *recorder) Update(_ string, b display.Bundle) { r.Display(b) }

func (r *recorder) Result(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values = append(r.values, b.Data[display.MIMEText])
}

func (r *recorder) Clear(bool) {}
