package prof_test

import (
	"runtime"
	"strings"
	"testing"

	"gomri/kernel/prof"
)

const someGoroutines = `goroutine 1 [chan receive, 12 minutes]:
main.wait(0xc000012345)
	/src/app/main.go:20 +0x1d
main.main()
	/src/app/main.go:10 +0x25

goroutine 7 [IO wait, 3 minutes, locked to thread]:
internal/poll.runtime_pollWait(0x1, 0x72)
	/go/src/runtime/netpoll.go:351 +0x85
net.(*netFD).accept(0xc0001)
	/go/src/net/fd_unix.go:161 +0x2c
created by net/http.(*Server).Serve in goroutine 1
	/go/src/net/http/server.go:3300 +0x4b4

goroutine 8 [IO wait]:
internal/poll.runtime_pollWait(0x1, 0x72)
	/go/src/runtime/netpoll.go:351 +0x85
net.(*netFD).accept(0xc0001)
	/go/src/net/fd_unix.go:161 +0x2c
created by net/http.(*Server).Serve in goroutine 1
	/go/src/net/http/server.go:3300 +0x4b4

not a goroutine
`

func TestGoroutinesAreGroupedByStateAndStack(t *testing.T) {
	got := prof.ParseGoroutines(someGoroutines)
	if len(got) != 2 {
		t.Fatalf("%d groups: %+v", len(got), got)
	}
	io, wait := got[0], got[1]
	if io.Count != 2 || io.State != "IO wait" || io.Shortest != 0 || io.Longest != 3 ||
		io.Created.Function != "net/http.(*Server).Serve" || io.Where().Function != "internal/poll.runtime_pollWait" {
		t.Errorf("got %+v", io)
	}
	if wait.Longest != 12 || wait.Where() != (prof.GoroutineFrame{Function: "main.wait", File: "/src/app/main.go", Line: 20}) {
		t.Errorf("got %+v", wait)
	}
}

func TestGoroutinesOfThisProgramAreRead(t *testing.T) {
	buffer := make([]byte, 1<<20)
	text := string(buffer[:runtime.Stack(buffer, true)])
	total := 0
	for _, g := range prof.ParseGoroutines(text) {
		total += g.Count
	}
	if want := strings.Count("\n\n"+text, "\n\ngoroutine "); total != want {
		t.Errorf("%d goroutines of %d:\n%s", total, want, text)
	}
}

func FuzzParseGoroutines(f *testing.F) {
	f.Add(someGoroutines)
	f.Add("goroutine 1 [x]:\n\t:1\ncreated by ")
	f.Fuzz(func(_ *testing.T, text string) {
		for _, g := range prof.ParseGoroutines(text) {
			g.Where()
		}
	})
}
