package render

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/serve"
)

func runningServer(addr string) serve.Status {
	return serve.Status{
		Name: "web", Cell: "cell 3", State: serve.Running, Pid: 4711, Uptime: 75 * time.Second,
		Addrs: []netip.AddrPort{netip.MustParseAddrPort(addr)},
	}
}

func TestServersTableLinksPortsAndTellsStates(t *testing.T) {
	dead := serve.Status{Name: "<old>", State: serve.Ended, Exit: "exit status 2", Pid: 1, Uptime: time.Second}
	b := Servers([]serve.Status{runningServer("127.0.0.1:8080"), dead})
	html, text := b.Data[display.MIMEHTML], b.Data[display.MIMEText]
	for _, want := range []string{"One program is running", `href="http://localhost:8080"`, "4711", "1m15s", "cell 3", "&lt;old&gt;", "ended: exit status 2"} {
		if !strings.Contains(html, want) {
			t.Errorf("html lacks %q", want)
		}
	}
	if !strings.Contains(text, "web    running               http://localhost:8080  4711  1m15s  cell 3") {
		t.Errorf("text\n%s", text)
	}
	if b := Servers(nil); !strings.Contains(b.Data[display.MIMEText], "%%serve NAME") {
		t.Error("an empty list does not say how to start a program")
	}
}

func TestExposedServerIsSaidToBeOpen(t *testing.T) {
	b := Server(runningServer("[::]:8080"))
	html, text := b.Data[display.MIMEHTML], b.Data[display.MIMEText]
	if !strings.Contains(html, "open to the network") || !strings.Contains(text, `Write "localhost:8080"`) || !strings.Contains(text, "web listens at http://localhost:8080") {
		t.Errorf("text\n%s\nhtml\n%s", text, html)
	}
}

func TestServerLogIsEscapedAndPlain(t *testing.T) {
	b := ServerLog([]string{"a <b>", "c"}, runningServer("127.0.0.1:1"))
	if b.Data[display.MIMEText] != "a <b>\nc" || !strings.Contains(b.Data[display.MIMEHTML], "a &lt;b&gt;\nc") {
		t.Errorf("bundle %v", b)
	}
	if b := ServerLog(nil, runningServer("127.0.0.1:1")); !strings.Contains(b.Data[display.MIMEText], "wrote nothing") {
		t.Errorf("bundle %v", b)
	}
}

func TestMovedServerSaysWhereItIsAndWhy(t *testing.T) {
	s := runningServer("127.0.0.1:8081")
	s.Moves = []serve.Move{{From: 8080, To: 8081, Holder: "process 7 (<java>)"}}
	html, text := Server(s).Data[display.MIMEHTML], Server(s).Data[display.MIMEText]
	if !strings.Contains(text, "Write web/… in commands (%load web/): port 8080 is taken by process 7 (<java>), so the program was compiled with 8081") ||
		!strings.Contains(html, "(in place of port 8080)") || strings.Contains(html, "<java>") {
		t.Errorf("text\n%s\nhtml\n%s", text, html)
	}
	if list := Servers([]serve.Status{s}).Data[display.MIMEHTML]; !strings.Contains(list, "(in place of port 8080)") {
		t.Error("the table does not say that the port is another one")
	}
}

func TestCrashIsToldWithTheEndOfItsLog(t *testing.T) {
	s := runningServer("127.0.0.1:1")
	s.State, s.Exit = serve.Ended, "exit status 2"
	b := ServerEnded([]string{"panic: <boom>"}, s)
	if text := b.Data[display.MIMEText]; !strings.Contains(text, "web has ended by itself after 1m15s: exit status 2\npanic: <boom>\n! Run its cell again to start it (cell 3)") {
		t.Errorf("text\n%s", text)
	}
	if !strings.Contains(b.Data[display.MIMEHTML], "panic: &lt;boom&gt;") {
		t.Error("the page lacks the log")
	}
}
