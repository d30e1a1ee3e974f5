package serve

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// occupy listens at a port of this machine until the test ends.
func occupy(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return portOf(l.Addr().String())
}

func TestTakenPortIsReplacedByAFreeOneInTheSource(t *testing.T) {
	m := manager(t)
	port := occupy(t)
	source := fmt.Sprintf(`package main

// it listens at localhost:%[1]d
const addr = "localhost:%[1]d"

func main() {
	upstream := "localhost:1"
	fmt.Println("see http://localhost:%[1]d/debug", upstream, 1%[1]d, "1:%[1]d")
	http.ListenAndServe(addr, nil)
}`, port)
	moved, moves := m.MakeRoom("web", source)
	if len(moves) != 1 || moves[0].From != port || moves[0].To <= port || moves[0].Holder == "" {
		t.Fatalf("moves %+v", moves)
	}
	want := strings.NewReplacer(
		fmt.Sprintf(`"localhost:%d"`, port), fmt.Sprintf(`"localhost:%d"`, moves[0].To),
		fmt.Sprintf("http://localhost:%d/", port), fmt.Sprintf("http://localhost:%d/", moves[0].To),
	).Replace(source)
	if moved != want {
		t.Errorf("got\n%s\nwant\n%s", moved, want)
	}
}

func TestOnlyPortsThatAProgramListensAtAreReplaced(t *testing.T) {
	m := manager(t)
	port := occupy(t)
	// What the program talks to has to stay where it is, above all because it is taken.
	source := fmt.Sprintf("package main\nfunc main() {\n\tnet.Dial(\"tcp\", \"localhost:%[1]d\")\n\thttp.Get(\"http://localhost:%[1]d/\")\n\tredis.New(redis.Options{Addr: \"localhost:%[1]d\"})\n\thttp.ListenAndServe(\"localhost:0\", nil)\n}", port)
	if moved, moves := m.MakeRoom("web", source); moved != source || len(moves) != 0 {
		t.Errorf("moves %+v\n%s", moves, moved)
	}
	if moved, moves := m.MakeRoom("web", "no Go"); moved != "no Go" || len(moves) != 0 {
		t.Errorf("moves %+v\n%s", moves, moved)
	}
}

func TestAddressesToListenAtAreFoundInTheSource(t *testing.T) {
	for body, want := range map[string][]string{
		`log.Fatal(http.ListenAndServe(":8080", nil))`:                           {":8080"},
		`l, err := net.Listen("tcp", "localhost:9090")`:                          {"localhost:9090"},
		`lc.Listen(ctx, "tcp", "127.0.0.1:7070")`:                                {"127.0.0.1:7070"},
		`s := &http.Server{Addr: ":8443", Handler: nil}; s.ListenAndServeTLS()`:  {":8443"},
		`addr := "localhost:6060"; go http.ListenAndServe(addr, nil)`:            {"localhost:6060"},
		`http.ListenAndServe(os.Args[1], nil); http.Get("http://localhost:80/")`: nil,
		`net.Listen("unix", "/tmp/socket"); http.ListenAndServe("host:80", nil)`: nil,
		`http.ListenAndServe()`:                                                  nil,
	} {
		if got := listensAt("package main\nfunc main() {\n" + body + "\n}"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestPortOfTheProgramThatIsReplacedIsFree(t *testing.T) {
	m := manager(t)
	s, err := m.Start(t.Context(), spec(t, "web", "serve", "localhost:0"))
	if err != nil {
		t.Fatal(err)
	}
	source := fmt.Sprintf("package main\nfunc main() { http.ListenAndServe(%q, nil) }", s.Addrs[0])
	if _, moves := m.MakeRoom("web", source); len(moves) != 0 {
		t.Errorf("its own port is left: %+v", moves)
	}
	_, moves := m.MakeRoom("other", source)
	if len(moves) != 1 || moves[0].Holder != "web of this session (%stop web)" || !moves[0].Ours {
		t.Errorf("moves %+v", moves)
	}
}

func TestMovedProgramKeepsItsPlaceWhenItsCellRunsAgain(t *testing.T) {
	m := manager(t)
	source := fmt.Sprintf("package main\nfunc main() { http.ListenAndServe(\"localhost:%d\", nil) }", occupy(t))
	var places []uint16
	for range 3 {
		_, moves := m.MakeRoom("web", source)
		if len(moves) != 1 {
			t.Fatalf("moves %+v", moves)
		}
		places = append(places, moves[0].To)
		sp := spec(t, "web", "serve", fmt.Sprint("localhost:", moves[0].To))
		sp.Moves = moves
		if _, err := m.Start(t.Context(), sp); err != nil {
			t.Fatal(err)
		}
	}
	if places[0] != places[1] || places[1] != places[2] {
		t.Errorf("it moves at every run: %v", places)
	}
}

func TestNameOfAProgramIsItsAddress(t *testing.T) {
	m := manager(t)
	sp := spec(t, "web", "serve", "localhost:0")
	sp.Moves = []Move{{From: 81, To: 82}, {From: 85, To: 86, Ours: true}}
	s, err := m.Start(t.Context(), sp)
	if err != nil {
		t.Fatal(err)
	}
	if url, known, err := m.Address("web"); url != s.URLs()[0] || !known || err != nil {
		t.Errorf("%s, %v, %v", url, known, err)
	}
	if to, ok := m.Moved(81); !ok || to != 82 {
		t.Errorf("port 81 is now %d, %v", to, ok)
	}
	if _, ok := m.Moved(83); ok {
		t.Error("a port that nobody wanted is said to have moved")
	}
	if _, ok := m.Moved(85); ok {
		t.Error("the port of another program of the session is said to have moved")
	}
	if _, err := m.Stop("web"); err != nil {
		t.Fatal(err)
	}
	if _, known, err := m.Address("web"); !known || !strings.Contains(failure(t, err).Value, "does not run (stopped)") {
		t.Errorf("a stopped program: %v, %v", known, err)
	}
	if _, ok := m.Moved(81); ok {
		t.Error("a stopped program still has a port")
	}
	if _, known, err := m.Address("localhost"); known || err != nil {
		t.Errorf("a name that no program has: %v, %v", known, err)
	}
}

func TestProgramThatEndsByItselfIsNewsOnce(t *testing.T) {
	m := manager(t)
	for _, name := range []string{"crash", "web"} {
		if _, err := m.Start(t.Context(), spec(t, name, "dies", "localhost:0")); err != nil {
			t.Fatal(err)
		}
	}
	if news := m.News(); len(news) != 0 {
		t.Fatalf("news of running programs: %+v", news)
	}
	if _, err := m.Stop("web"); err != nil {
		t.Fatal(err)
	}
	url, _, err := m.Address("crash")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = get(url) // which it does not survive
	if err := m.Follow(t.Context(), "crash", 5, 0, func([]string, Status) {}); err != nil {
		t.Fatal(err)
	}
	if news := m.News(); len(news) != 1 || news[0].Name != "crash" || news[0].Exit != "exit status 2" {
		t.Errorf("news %+v", news)
	}
	if news := m.News(); len(news) != 0 {
		t.Errorf("told twice: %+v", news)
	}
}

func TestFollowedLogShowsNewLinesUntilTheEnd(t *testing.T) {
	m := manager(t)
	if _, err := m.Start(t.Context(), spec(t, "web", "dies", "localhost:0")); err != nil {
		t.Fatal(err)
	}
	url, _, err := m.Address("web")
	if err != nil {
		t.Fatal(err)
	}
	var seen []State
	var last []string
	err = m.Follow(t.Context(), "web", 100, 0, func(lines []string, s Status) {
		seen, last = append(seen, s.State), lines
		if len(seen) == 1 {
			_, _ = get(url)
		}
	})
	if err != nil || seen[0] != Running || seen[len(seen)-1] != Ended || !slices.Contains(last, "panic: out of luck") {
		t.Errorf("%v, states %v, lines %q", err, seen, last)
	}
	if _, err := m.Start(t.Context(), spec(t, "web", "serve", "localhost:0")); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := m.Follow(t.Context(), "web", 1, 10*time.Millisecond, func([]string, Status) { n++ }); err != nil || n == 0 {
		t.Errorf("for a time: %v, shown %d times", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Follow(ctx, "web", 1, 0, func([]string, Status) {}); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

func FuzzMovedPorts(f *testing.F) {
	f.Add("package main\nfunc main() { http.ListenAndServe(\"localhost:8080\", nil) }")
	f.Add("`http://:8080/ :8080 \r\n` \":80801\"")
	f.Fuzz(func(t *testing.T, source string) {
		moves := []Move{{From: 8080, To: 8081}}
		moved := rewritePorts(source, moves)
		if len(moved) != len(source) || strings.Count(moved, "\n") != strings.Count(source, "\n") {
			t.Errorf("%q became %q", source, moved)
		}
		if strings.ReplaceAll(moved, "8081", "8080") != strings.ReplaceAll(source, "8081", "8080") {
			t.Errorf("%q became %q: more than ports changed", source, moved)
		}
	})
}
