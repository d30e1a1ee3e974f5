package child

import (
	"context"
	"io"
	"os"
	"runtime"
	"testing"
	"time"
)

func TestChildThatReadsIsSeenToWait(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells who waits")
	}
	for name, script := range map[string]string{
		"itself": "read x; echo got $x; read y", "in a child": "(read x; echo got $x; read y; echo); echo end",
	} {
		t.Run(name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			ended, said := io.Pipe()
			p, err := Start(context.Background(), Command{Path: "sh", Args: []string{"-c", script}, Stdin: r, Stdout: said})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				go io.Copy(io.Discard, ended) // ends with Close
				_ = w.Close()
				if _, err := p.Wait(); err != nil {
					t.Error(err)
				}
				_ = said.Close()
			}()
			awaitWaiting(t, p.Pid(), r)
			if _, err := io.WriteString(w, "1\n"); err != nil {
				t.Fatal(err)
			}
			line := make([]byte, 6)
			if _, err := io.ReadFull(ended, line); err != nil || string(line) != "got 1\n" {
				t.Fatalf("%q, %v", line, err)
			}
			awaitWaiting(t, p.Pid(), r)
		})
	}
}

func TestChildThatDoesOtherThingsIsNotSeenToWait(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells who waits")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	p, err := Start(context.Background(), Command{Path: "sleep", Args: []string{"60"}, Stdin: r})
	if err != nil {
		t.Fatal(err)
	}
	if got := WaitsFor(p.Pid(), r); got != Busy {
		t.Errorf("a child that sleeps is seen as %v", got)
	}
	p.Kill()
	if _, err := p.Wait(); err != nil {
		t.Error(err)
	}
}

// awaitWaiting returns when the child waits for input.
func awaitWaiting(t *testing.T, pid int, r *os.File) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for WaitsFor(pid, r) != ForInput {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the child does not wait for input")
		}
	}
}
