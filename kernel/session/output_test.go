package session

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gomri/kernel/display"
	"gomri/kernel/msg"
)

// texts joins what a stream has shown.
func texts(ms []sent, name string) string {
	var b strings.Builder
	for _, m := range only(ms, msg.TypeStream) {
		if s := content[msg.Stream](m); s.Name == name {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestTextIsSentInBatchesWhileTheCellRuns(t *testing.T) {
	e := &engine{cells: cells{"ticks": func(_ context.Context, _ Request, out display.Output) error {
		for range 100 {
			out.Stream(display.Stdout, ".")
			time.Sleep(10 * time.Millisecond)
		}
		return nil
	}}}
	inSession(t, e, Options{FlushEvery: 100 * time.Millisecond}, func(b *bench) {
		id := b.post(msg.Shell, msg.TypeExecuteRequest, cell("ticks"))
		time.Sleep(505 * time.Millisecond)
		b.settle()
		if got := len(texts(b.pipe.sentFor(id), "stdout")); got < 30 || got > 51 {
			b.Errorf("%d dots are seen after half of the time", got)
		}
		time.Sleep(time.Second)
		b.settle()
		ms := b.pipe.sentFor(id)
		if got := len(texts(ms, "stdout")); got != 100 {
			b.Errorf("%d dots are seen in the end", got)
		}
		if n := len(only(ms, msg.TypeStream)); n > 11 {
			b.Errorf("%d messages for a second of dots", n)
		}
	})
}

func TestLateOutputKeepsItsOwnParent(t *testing.T) {
	e := &engine{cells: cells{"leave": func(_ context.Context, _ Request, out display.Output) error {
		time.AfterFunc(time.Second, func() {
			out.Stream(display.Stdout, "late")
			out.Display(display.Text("later"))
			out.Stream(display.Stdout, "latest")
		})
		return nil
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		id := b.post(msg.Shell, msg.TypeExecuteRequest, cell("leave"))
		b.settle()
		other := b.run("other")
		time.Sleep(2 * time.Second)
		b.settle()
		b.wantOrder(b.pipe.sentFor(id), "busy", "execute_input", "execute_reply", "idle",
			"stream", "display_data", "stream")
		b.wantOrder(other, "busy", "execute_input", "execute_reply", "idle")
	})
}

func TestTooMuchTextIsCutWithANoteAndItsEnd(t *testing.T) {
	const limit = 100_000
	e := &engine{cells: cells{"flood": func(_ context.Context, _ Request, out display.Output) error {
		for range 50_000 {
			out.Stream(display.Stdout, "0123456789\n")
		}
		out.Stream(display.Stdout, "the last line\n")
		out.Stream(display.Stderr, "panic: the reason\n")
		time.AfterFunc(time.Second, func() { out.Stream(display.Stdout, "after the end") })
		return nil
	}}}
	inSession(t, e, Options{StreamLimit: limit}, func(b *bench) {
		id := b.post(msg.Shell, msg.TypeExecuteRequest, cell("flood"))
		time.Sleep(3 * time.Second)
		b.settle()
		ms := b.pipe.sentFor(id)
		stdout, stderr := texts(ms, "stdout"), texts(ms, "stderr")
		if len(stdout) > limit+2*tailBytes {
			b.Errorf("%d bytes are shown", len(stdout))
		}
		if strings.Count(stdout, "left out here") != 1 || !strings.HasSuffix(stdout, "\nthe last line\n") {
			b.Errorf("stdout ends with %q", stdout[len(stdout)-100:])
		}
		if !strings.HasSuffix(stderr, "panic: the reason\n") {
			b.Errorf("stderr is %q", stderr)
		}
	})
}

func TestRuneThatComesInPiecesStaysWhole(t *testing.T) {
	e := &engine{cells: cells{"pieces": func(_ context.Context, _ Request, out display.Output) error {
		for _, c := range []byte("é世🙂") {
			out.Stream(display.Stdout, string([]byte{c}))
			out.Display(display.Text("between"))
		}
		return nil
	}}}
	inSession(t, e, Options{}, func(b *bench) {
		if got := texts(b.run("pieces"), "stdout"); got != "é世🙂" {
			b.Errorf("stdout is %q", got)
		}
	})
}

func TestUpdateReplacesWithinItsCellOnly(t *testing.T) {
	twice := func(_ context.Context, _ Request, out display.Output) error {
		out.Update("bar", display.Text("1"))
		out.Update("bar", display.Text("2"))
		out.Clear(true)
		out.Update("bar", display.Text("3"))
		return nil
	}
	inSession(t, &engine{cells: cells{"twice": twice}}, Options{}, func(b *bench) {
		ids := map[string]int{}
		for range 2 {
			ms := b.run("twice")
			b.wantOrder(ms, "busy", "execute_input", "display_data", "update_display_data",
				"clear_output", "display_data", "execute_reply", "idle")
			if c := content[msg.ClearOutput](ms[4]); !c.Wait {
				b.Error("clear_output does not wait")
			}
			for _, i := range []int{2, 3, 5} {
				ids[content[msg.DisplayData](ms[i]).Transient.DisplayID]++
			}
		}
		if len(ids) != 4 || ids[""] != 0 {
			b.Errorf("display ids and how often they were used: %v", ids)
		}
	})
}

func FuzzStreamTextLosesNothing(f *testing.F) {
	f.Add("é世🙂\xff\xf0\x9f", uint8(3))
	f.Add("plain\n", uint8(1))
	f.Fuzz(func(t *testing.T, text string, step uint8) {
		s := newStreamText(1 << 20)
		var got strings.Builder
		keep := func(ms []msg.Stream) {
			for _, m := range ms {
				if utf8.ValidString(text) && !utf8.ValidString(m.Text) {
					t.Fatalf("a message cuts a rune: %q", m.Text)
				}
				got.WriteString(m.Text)
			}
		}
		for rest := text; rest != ""; {
			n := min(int(step)%5+1, len(rest))
			keep(s.write(display.Stdout, rest[:n]))
			keep(s.take())
			rest = rest[n:]
		}
		keep(s.finish())
		if got.String() != text {
			t.Fatalf("%q became %q", text, got.String())
		}
	})
}
