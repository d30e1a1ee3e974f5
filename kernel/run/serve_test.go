package run_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// shop is a server that listens at an address, is profiled there and can crash.
func shop(addr string) string {
	return fmt.Sprintf(`package main

import (
	"fmt"
	"log"
	"net/http"
	_ "net/http/pprof"
)

var kept [][]byte

func main() {
	http.HandleFunc("/keep", func(w http.ResponseWriter, r *http.Request) {
		kept = append(kept, make([]byte, 1<<20))
		fmt.Fprintln(w, len(kept))
	})
	http.HandleFunc("/crash", func(w http.ResponseWriter, r *http.Request) {
		go func() { panic("out of luck") }()
	})
	log.Println("selling")
	log.Fatal(http.ListenAndServe(%q, nil))
}`, addr)
}

func TestServerIsFoundByItsNameInEveryCommand(t *testing.T) {
	n := open(t)
	if text := n.run("%%serve shop\n" + shop("localhost:0")).text(); !strings.Contains(text, "shop listens at http://localhost:") {
		t.Errorf("it shows\n%s", text)
	}
	for _, c := range [][2]string{
		{"%load shop/keep -rate 50 -duration 200ms", "answered all "},
		{"%load http://shop/keep -rate 50 -duration 200ms", "answered all "},
		{"%pprof -sample_index=alloc_space shop/debug/pprof/heap?gc=1", "main.main.func1"},
		{"go tool pprof -sample_index=alloc_space http://shop/debug/pprof/heap?gc=1\ntop", "main.main.func1"},
		{"%load shop/keep -rate 100 -duration 1s &\n%watch -n 5 -interval 200ms shop", "main.main.func1 grows"},
		{"%logs shop", "selling"},
		{"%logs -f -for 10ms -n 1 shop", "selling"},
	} {
		if text := n.run(c[0]).text(); !strings.Contains(text, c[1]) {
			t.Errorf("%s does not show %q but\n%s", c[0], c[1], text)
		}
	}
	n.run("%stop shop")
	n.failsWith("%load shop/keep", "ServeError", "shop does not run (stopped)")
	n.failsWith("%pprof shop/debug/pprof/heap", "ServeError", "shop does not run (stopped)")
}

func TestServerWhosePortIsTakenGetsAnother(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	n := open(t)
	for _, code := range []string{"%%serve shop\n" + shop(taken), shop(taken)} {
		if text := n.run(code).text(); !strings.Contains(text, "is taken by ") || !strings.Contains(text, "in its place") {
			t.Errorf("it does not say that the port is another one:\n%s", text)
		}
		// Its old address means the program, not the one that has the port.
		text := n.run("%load http://" + taken + "/keep -rate 50 -duration 200ms").text()
		if !strings.Contains(text, "answered all ") || strings.Contains(text, "http://"+taken) {
			t.Errorf("the load went elsewhere:\n%s", text)
		}
		n.run("%stop")
	}
}

func TestCrashOfAServerIsToldByTheNextCell(t *testing.T) {
	n := open(t)
	n.run("%%serve shop\n" + shop("localhost:0"))
	out := n.run("%load shop/crash -rate 1 -duration 100ms &\n%logs -f shop")
	text := out.text()
	for _, want := range []string{"shop has ended by itself", "exit status 2", "panic: out of luck", "%logs -n 0 shop"} {
		if !strings.Contains(text, want) {
			t.Errorf("the cell does not tell %q:\n%s", want, text)
		}
	}
	n.gives("1 + 1", "2") // told once
}
