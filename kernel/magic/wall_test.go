package magic_test

import (
	"strings"
	"testing"

	"gomri/kernel/display"
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
