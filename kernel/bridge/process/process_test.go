package process_test

import (
	"testing"

	"gomri/kernel/bridge/process"
)

func TestTextIsReadBack(t *testing.T) {
	for _, s := range []process.State{
		{},
		process.Now(),
		process.Now(process.Procs, process.GC, process.Memory),
		process.First("/a\nb"),
		{Env: []string{}},
		{Env: []string{"A=1\n\"x\"=2", "B="}, Dir: "/x y", Zone: "half 1800", LogFlags: 3, LogPrefix: "gone\n", LogOutput: process.Own},
	} {
		got, err := process.Parse(s.Text())
		if err != nil || !got.Equal(s) || (got.Env == nil) != (s.Env == nil) {
			t.Errorf("%q: %v\n%q", s.Text(), err, got.Text())
		}
	}
	for _, text := range []string{"flags \"x\"\n", "what \"x\"\n", "dir x\n", "dir"} {
		if _, err := process.Parse(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(process.First("/").Text())
	f.Fuzz(func(t *testing.T, text string) {
		s, err := process.Parse(text)
		if err != nil {
			return
		}
		if again, err := process.Parse(s.Text()); err != nil || !again.Equal(s) {
			t.Errorf("%q was read, and not again: %v", text, err)
		}
	})
}
