package run_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// indented is the last block of a help text that is moved to the right, moved back.
func indented(help string) string {
	var block []string
	for line := range strings.SplitSeq(strings.TrimRight(help, "\n"), "\n") {
		code, ok := strings.CutPrefix(line, "  ")
		switch {
		case ok, line == "" && len(block) > 0:
			block = append(block, code)
		default:
			block = nil
		}
	}
	return strings.TrimSpace(strings.Join(block, "\n"))
}

// freeAddress is an address that nothing listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprintf("localhost:%d", l.Addr().(*net.TCPAddr).Port)
}

func TestFlightRecorderOfTheHelpTextIsDrawn(t *testing.T) {
	n := open(t)
	address := freeAddress(t)
	program := strings.ReplaceAll(indented(n.run("%help trace").text()), "localhost:8080", address)
	if !strings.HasPrefix(program, "%%serve recorded\npackage main") {
		t.Fatalf("the help text has no program:\n%s", program)
	}
	n.run(program)
	out := n.run("%trace http://" + address + "/debug/flight")
	for _, want := range []string{"trace format of go 1.", "main.main", "http.(*conn).serve"} {
		if !strings.Contains(out.text(), want) {
			t.Errorf("the snapshot lacks %q:\n%s", want, out.text())
		}
	}
	if !strings.Contains(out.html(), "kept as trace-1") {
		t.Error("the snapshot is not kept")
	}
	n.run("%stop recorded")
}

func TestTraceOfABenchmarkIsDrawn(t *testing.T) {
	n := open(t)
	n.run("%%bench -trace trace.out -benchtime 20ms\nfunc BenchmarkPass(b *testing.B) {\n\tc := make(chan int)\n\tgo func() {\n\t\tfor range c {\n\t\t}\n\t}()\n\tfor b.Loop() {\n\t\tc <- 1\n\t}\n\tclose(c)\n}")
	last := n.run("%trace").text()
	for _, want := range []string{"BenchmarkPass.func1", "BenchmarkPass cell-1:9 → runtime.chansend1"} {
		if !strings.Contains(last, want) {
			t.Errorf("the trace lacks %q:\n%s", want, last)
		}
	}
	if n.run("go tool trace trace.out").text() != last {
		t.Error("the terminal's words give another trace")
	}
	profile := n.run("%trace -pprof=sync trace.out").text()
	if !strings.Contains(profile, "runtime.chansend1") {
		t.Errorf("the profile is\n%s", profile)
	}
}
