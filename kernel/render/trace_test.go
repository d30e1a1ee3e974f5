package render

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
)

// noisyTrace is a trace of many processors in which no two columns are alike, with
// names that must be escaped.
func noisyTrace(lanes int) *exectrace.Trace {
	const columns = 480
	t := &exectrace.Trace{Version: "go 1.26", Duration: 2 * time.Second, Events: 12345, Procs: lanes}
	row := func(k int) []float64 {
		values := make([]float64, columns)
		for i := range values {
			values[i] = float64((i*7919+k*104729)%1000) / 3000
		}
		return values
	}
	t.Strip = exectrace.Strip{To: t.Duration, GC: row(1), Stopped: row(2), Heap: row(3), Runnable: row(4)}
	for i := range lanes {
		t.Lanes = append(t.Lanes, exectrace.Lane{Proc: int64(i), User: time.Second, Idle: time.Second})
		t.Strip.Lanes = append(t.Strip.Lanes, exectrace.StripLane{User: row(i), Runtime: row(i + 50), Syscall: row(i + 99)})
	}
	for i := range 300 {
		t.Groups = append(t.Groups, exectrace.Group{
			Name: fmt.Sprintf("main.<script>work%d", i), Count: i, Exec: time.Millisecond, Sync: time.Second, System: i%2 == 0, Total: time.Second,
		})
		t.Regions = append(t.Regions, exectrace.Section{Name: fmt.Sprintf("region <%d>", i)})
	}
	stack := exectrace.Stack{Count: 2, Time: time.Second}
	for i := range 100 {
		stack.Frames = append(stack.Frames, exectrace.Frame{Function: fmt.Sprintf("main.(*T[\"x\"]).f%d", i), File: "a<b>.go", Line: i})
	}
	for _, k := range exectrace.Kinds {
		b := exectrace.Blocking{Kind: k, Total: 300 * time.Second, Count: 600}
		for range 300 {
			b.Stacks = append(b.Stacks, stack)
		}
		t.Blocking = append(t.Blocking, b)
	}
	t.GC.Longest = []exectrace.Pause{{Start: time.Second, Length: time.Millisecond, Reason: "<b>GC</b>"}}
	return t
}

func TestTraceStaysSmallHoweverManyProcessors(t *testing.T) {
	for _, lanes := range []int{1, 2, 8, 12, 32, 200, -1, -12, -32} {
		// A negative number stands for lanes of spans.
		spans := lanes < 0
		lanes = max(lanes, -lanes)
		tr := noisyTrace(lanes)
		if spans {
			for i := range 1000 {
				at := time.Duration(i/lanes*lanes) * 2 * time.Millisecond
				tr.Strip.Spans = append(tr.Strip.Spans, exectrace.Span{
					Proc: int64(i % lanes), Start: at, End: at + time.Duration(lanes)*2*time.Millisecond, Goroutine: 123456,
					Name: "main.<script>work", System: i%3 == 0, Syscall: i%7 == 0,
				})
			}
		}
		// The columns are as many as a trace of so many lanes has.
		n := min(max(1500/lanes, 48), 480)
		s := &tr.Strip
		s.GC, s.Stopped, s.Heap, s.Runnable = s.GC[:n], s.Stopped[:n], s.Heap[:n], s.Runnable[:n]
		for i, l := range s.Lanes {
			s.Lanes[i] = exectrace.StripLane{User: l.User[:n], Runtime: l.Runtime[:n], Syscall: l.Syscall[:n]}
		}
		b := Trace(tr, TraceOptions{})
		svg, html := traceSVG(tr), b.Data[display.MIMEHTML]
		if len(svg) > 64<<10 || len(html) > 256<<10 {
			t.Errorf("%d processors: picture %d bytes, output %d bytes", lanes, len(svg), len(html))
		}
		for _, bad := range []string{"<script>work", "region <1", "<b>GC</b>", "a<b>"} {
			if strings.Contains(html, bad) {
				t.Errorf("%q is not escaped", bad)
			}
		}
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%d processors: the picture is not well-formed: %v", lanes, err)
			}
		}
	}
}

func TestTraceIsReadableAsText(t *testing.T) {
	tr := noisyTrace(2)
	tr.Cut = errors.New("unexpected EOF")
	tr.Strip.Spans = []exectrace.Span{{Proc: 1, Start: 500 * time.Millisecond, End: 1500 * time.Millisecond, Goroutine: 7, Name: "main.run"}}
	text := Trace(tr, TraceOptions{}).Data[display.MIMEText]
	for _, want := range []string{
		"2 processors were busy 50 % of 2.00 s; main.(*T[…]).f0 waited 1.00 s in main.(*T[…]).f0", "P1   program 50 %", "260 more start functions", "channels, locks, select",
		"295 more stacks", "500 ms  1.00 s  P1  G7 main.run  program", "<b>GC</b>", "it breaks off after 2.00 s and 12345 events (unexpected EOF)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
}
