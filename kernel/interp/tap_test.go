package interp

import (
	"bytes"
	"testing"

	"gomri/kernel/child"
	"gomri/kernel/display"
)

// taps makes a tap with room for all frames of a test.
func taps(out *recorder) (*tap, chan []byte) {
	frames := make(chan []byte, 100)
	return &tap{name: display.Stdout, marker: []byte(marker("t0ken")), frames: frames, out: out}, frames
}

func TestFramesAreTakenOutHoweverTheStreamIsCut(t *testing.T) {
	stream := "aé\x00b" + string(frame("t0ken", []byte("one"))) + "世\x00gomri:" + string(frame("t0ken", nil)) + "end\xff"
	for size := 1; size <= len(stream); size++ {
		out := &recorder{}
		tp, frames := taps(out)
		for rest := []byte(stream); len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := tp.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		tp.end()
		if got := out.out.String(); got != "aé\x00b世\x00gomri:end\xff" {
			t.Fatalf("chunks of %d: %q", size, got)
		}
		if a, b := <-frames, <-frames; string(a) != "one" || len(b) != 0 {
			t.Fatalf("chunks of %d: frames %q %q", size, a, b)
		}
	}
}

func FuzzTapLosesNothing(f *testing.F) {
	f.Add([]byte("text"), 3)
	f.Add([]byte("\x00gomri:t0ken:000000"), 1)
	f.Add([]byte("\x00gomri:t0ken:zzzzzzzz"), 5)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		if bytes.Contains(data, []byte(marker("t0ken"))) || size < 1 {
			return
		}
		out := &recorder{}
		tp, _ := taps(out)
		for rest := data; len(rest) > 0; {
			n := min(size, len(rest))
			_, _ = tp.Write(rest[:n])
			rest = rest[n:]
		}
		tp.end()
		if out.out.String() != string(data) {
			t.Fatalf("got %q from %q", out.out.String(), data)
		}
	})
}

func TestReasonOfACrash(t *testing.T) {
	for _, tt := range []struct{ held, reason string }{
		{"panic: boom\n\ngoroutine 1", "panic: boom"},
		{"fatal error: concurrent map writes\nmore", "fatal error: concurrent map writes"},
		{"runtime: goroutine stack exceeds 1-byte limit\nfatal error: stack overflow\n", "fatal error: stack overflow"},
		{"SIGQUIT: quit\nPC=0x1\n", "SIGQUIT: quit"},
		{"", "exit status 3"},
	} {
		if got := diedBecause(child.Exit{Code: 3}, tt.held); got != tt.reason {
			t.Errorf("%q: reason %q, want %q", tt.held, got, tt.reason)
		}
	}
}
