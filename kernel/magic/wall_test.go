package magic_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/magic"
)

func TestWallClockProfileIsKeptAndDrawnAgain(t *testing.T) {
	env := environment(t)
	url, asked := server(t)
	out, err := pprofs(t, env, "-wall", "-seconds=1", "-rate=5", "-top", url)
	if err != nil {
		t.Fatal(err)
	}
	html, text := out.last().Data[display.MIMEHTML], out.last().Data[display.MIMEText]
	for _, want := range []string{"kept as wall-1", "-proto -output=wall.pb.gz wall-1", "snapshots in 1.0", "go tool pprof -top wall.pb.gz"} {
		if !strings.Contains(html, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if !strings.Contains(text, "Type: wall") {
		t.Errorf("the text is\n%s", text)
	}
	before := asked.Load()
	for _, report := range []string{"-flame", "-tree", "-peek=main"} {
		if _, err := pprofs(t, env, report, "wall"); err != nil {
			t.Errorf("%s: %v", report, err)
		}
	}
	if asked.Load() != before {
		t.Error("the server was asked again")
	}
	if _, err := pprofs(t, env, "-rate=5", url); err == nil || !strings.Contains(err.Error(), "-wall") {
		t.Errorf("a rate without -wall: %v", err)
	}
	if _, err := pprofs(t, environment(t), "wall"); err == nil || !strings.Contains(err.Error(), "%pprof -wall http://localhost:8080") {
		t.Errorf("none yet: %v", err)
	}
}

func TestAnInterruptedWallProfileIsKept(t *testing.T) {
	env := environment(t)
	url, _ := server(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err := magic.Pprof(ctx, env, &page{}, []string{"-wall", "-seconds=60", "-top", url}, nil)
	if err == nil || !strings.Contains(err.Error(), "interrupted") || !strings.Contains(err.Error(), "kept: name it wall-1") {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := pprofs(t, env, "-top", "wall-1"); err != nil {
		t.Errorf("what was taken: %v", err)
	}
}
