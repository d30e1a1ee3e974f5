package interp

import (
	"bytes"
	"strings"
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

func TestCrashIsHeldBackAndItsReasonFound(t *testing.T) {
	for _, tt := range []struct{ text, shown, reason string }{
		{"user text\npanic: boom\n\ngoroutine 1", "user text\n", "panic: boom"},
		{"x\nfatal error: concurrent map writes\nmore", "x\n", "fatal error: concurrent map writes"},
		{"runtime: goroutine stack exceeds 1-byte limit\nfatal error: stack overflow\n", "", "fatal error: stack overflow"},
		{"no panic: here\n", "no panic: here\n", "exit status 3"},
	} {
		for size := 1; size < 12; size++ {
			tr := &trace{}
			var shown strings.Builder
			for rest := tt.text; rest != ""; {
				n := min(size, len(rest))
				shown.WriteString(tr.take(rest[:n]))
				rest = rest[n:]
			}
			begun := tr.begun
			held := strings.TrimPrefix(tr.crash(), begun)
			if shown.String()+held != tt.text {
				t.Fatalf("%q in chunks of %d: shown %q, held %q", tt.text, size, shown.String(), held)
			}
			if got := diedBecause(child.Exit{Code: 3}, begun+held); got != tt.reason {
				t.Errorf("%q in chunks of %d: reason %q", tt.text, size, got)
			}
		}
	}
}
