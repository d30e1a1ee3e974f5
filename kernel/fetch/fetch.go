// Package fetch gets profiles, from files and from servers, and reports on them that pprof's own driver makes in a child process.
//
// It reads what "go tool pprof SOURCE" reads and knows the ways in which that
// fails: each error says which step failed and what to type instead.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// cpuHandler is the path that a bare host and port gets.
	cpuHandler = "/debug/pprof/profile"
	// serverDefault is how long net/http/pprof profiles the CPU when it is not told.
	serverDefault = 30 * time.Second
	// margin is what a server may take beyond the time of the profile itself.
	margin = 15 * time.Second
	// maxSeconds bounds what a URL may ask for.
	maxSeconds = 3600
)

// Options says how to get a profile. The zero value is useful.
type Options struct {
	// Dir is the folder that relative file names are in; "" is the current one.
	Dir string
	// Seconds is how long to profile a server; 0 leaves it to the URL.
	Seconds int
	// Timeout is the most that a server may take; 0 means the time of the
	// profile and 15 seconds.
	Timeout time.Duration
	// Local asks for files only, never for a server.
	Local bool
	// Bare leaves out what is asked for beside a profile: Info.Goroutines.
	Bare bool
	// Progress, if set, is called four times a second while a server profiles: total
	// is how long that takes, 0 when it is not known. It is not called after Profile
	// has returned.
	Progress func(done, total time.Duration)
}

// Info says where a profile came from.
type Info struct {
	// Source is the file's path or the URL, as it was in fact used, without password.
	Source string
	// Remote is true when it came from a server.
	Remote bool
	// Seconds is how long the server profiled, 0 when that is unknown.
	Seconds float64
	// Kind is the profile's kind where neither its path nor its types tell.
	Kind string
	// Parsed is the profile; nil of an execution trace.
	Parsed *prof.Profile
	// Goroutines says, of a server's goroutine profile, what they wait for and since when.
	Goroutines []prof.Goroutines
	// Terminal is what stands for it in a terminal's command, where the source does not.
	Terminal string
	// Measured says how it was collected, where there is something to say.
	Measured string
	// Doubt says why the profile holds nothing and what to do, or is empty.
	Doubt string
}

// Profile gets the profile that source names: a file, or a URL, in which "http://"
// may be left out; a URL without a path gets /debug/pprof/profile. The bytes are
// those of the file or the answer. The error is a *display.Failure when source
// is wrong, the server does not answer with a profile, or ctx has ended.
func Profile(ctx context.Context, source string, o Options) ([]byte, Info, error) {
	data, info, u, err := get(ctx, source, o, aProfile())
	if err != nil {
		return nil, info, err
	}
	if !info.Remote && len(data) == 0 {
		return nil, info, failf("%s is empty: 0 bytes. A CPU profile is written when it stops: call pprof.StopCPUProfile, and let the program end without os.Exit", info.Source)
	}
	data, info, err = parsed(data, info)
	if err == nil && u != nil && !o.Bare && strings.HasSuffix(u.Path, "/goroutine") {
		info.Goroutines = goroutines(ctx, u)
	}
	return data, info, err
}

// what is to be got.
type what struct {
	noun    string // "profile"
	example string // the path of one on a server
	limit   int    // in bytes
}

// aProfile is what most of this room gets.
func aProfile() what { return what{"profile", cpuHandler + "?seconds=5", prof.MaxSize} }

// get reads a file or a server's answer; u is the address of the latter, or nil.
func get(ctx context.Context, source string, o Options, w what) (data []byte, info Info, u *url.URL, err error) {
	source = strings.TrimSpace(source)
	if source == "" {
		return nil, Info{}, nil, failf("no %s is named; type a file or a URL, such as http://localhost:8080%s", w.noun, w.example)
	}
	path := source
	if !filepath.IsAbs(path) {
		path = filepath.Join(o.Dir, path)
	}
	if _, err := os.Stat(path); err == nil {
		data, info, err = fromFile(path, w)
		return data, info, nil, err
	}
	handler, _, _ := strings.Cut(w.example, "?")
	u = addressOf(source, handler)
	if u == nil || o.Local {
		return nil, Info{}, nil, failf("there is no file %s; a server's %s is named by its URL, such as http://localhost:8080%s", source, w.noun, w.example)
	}
	data, info, err = fromServer(ctx, u, o, w)
	return data, info, u, err
}

// failf returns the failure of a profile that could not be had.
func failf(format string, args ...any) error {
	return display.Failf("ProfileError", format, args...)
}

// fromFile reads a regular file.
func fromFile(path string, w what) ([]byte, Info, error) {
	info := Info{Source: path}
	// The kind of file is asked before opening: opening a pipe would wait for its writer.
	stat, err := os.Stat(path)
	if err != nil {
		return nil, info, failf("%s cannot be read: %v", path, err)
	}
	if stat.IsDir() {
		return nil, info, failf("%s is a folder; name the %s in it", path, w.noun)
	}
	if !stat.Mode().IsRegular() {
		return nil, info, failf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, info, failf("%s cannot be read: permission denied", path)
		}
		return nil, info, failf("%s cannot be read: %v", path, err)
	}
	data, err := readBounded(f, w)
	err = errors.Join(err, f.Close())
	if err != nil {
		return nil, info, failf("%s cannot be read: %v", path, err)
	}
	return data, info, nil
}

// readBounded reads at most as many bytes as are allowed.
func readBounded(r io.Reader, w what) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(w.limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > w.limit {
		return nil, fmt.Errorf("the %s is too large: more than %d MB", w.noun, w.limit>>20)
	}
	return data, nil
}

// parsed completes info, or says why data is no profile.
func parsed(data []byte, info Info) ([]byte, Info, error) {
	p, err := prof.Parse(data)
	if err != nil {
		if kind := notProfile(data); kind != "" {
			return nil, info, failf("%s is %s", info.Source, kind)
		}
		return nil, info, failf("%s is %v", info.Source, err)
	}
	info.Parsed = p
	if info.Remote {
		info.Seconds = p.Duration().Seconds()
	}
	if p.Empty() {
		info.Doubt = whyEmpty(p, info)
	}
	return data, info, nil
}

// notProfile says what the data is, if it is something that is often taken for a profile.
func notProfile(data []byte) string {
	start := strings.TrimSpace(string(data[:min(len(data), 512)]))
	lower := strings.ToLower(start)
	switch {
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"):
		return "a web page, not a profile; the profiles of a Go server are below /debug/pprof/, such as " + cpuHandler + "?seconds=5 or /debug/pprof/heap"
	case strings.HasPrefix(start, "go 1.") && strings.Contains(start, "trace\x00"):
		return "an execution trace, not a profile; %trace draws it, and %trace -pprof=sync makes a profile of it"
	case strings.HasPrefix(start, "mode: "):
		return "a coverage profile; open it with go tool cover"
	case strings.HasPrefix(start, "heap profile:"), strings.HasPrefix(start, "goroutine profile:"):
		return "a profile as text (debug=1), which names no functions that can be drawn; leave out debug=1"
	case strings.HasPrefix(start, "goroutine "):
		return "a list of goroutines as text (debug=2), not a profile; leave out debug=2"
	}
	return ""
}

// whyEmpty explains a profile without samples.
func whyEmpty(p *prof.Profile, info Info) string {
	types := p.SampleTypes()
	last := types[len(types)-1].Type
	switch {
	case last == "cpu" && info.Remote:
		return fmt.Sprintf("Put load on the server while it is profiled (`%%load URL &`): it was idle for these %.0f s, so the profiler found nothing running.", info.Seconds)
	case last == "cpu":
		return "Profile for longer (`-benchtime 2s`): nothing ran on the CPU, or it ran for less than the 10 ms between two samples."
	case last == "delay" || last == "contentions":
		return "Call runtime.SetBlockProfileRate(1) or runtime.SetMutexProfileFraction(1) in the program: without that nothing is recorded."
	case strings.HasSuffix(last, "space"):
		return "Allocate more, or record each allocation (`-memprofilerate 1`): one in 512 KiB is sampled, and nothing was."
	}
	return "Run the program for longer: the profile holds no samples."
}

// addressOf reads source as the address of a server's profile; nil if it cannot be
// one. An address without a path gets the preset one.
func addressOf(source, preset string) *url.URL {
	u, err := url.Parse(source)
	if !strings.Contains(source, "://") && (err != nil || u.Host == "" && u.Scheme != "" && u.Scheme != "file") {
		// "localhost:8080/x" parses with the scheme "localhost".
		u, err = url.Parse("http://" + source)
	}
	if err != nil || u.Host == "" {
		return nil
	}
	switch u.Scheme {
	case "http", "https", "https+insecure":
	default:
		return nil
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = preset
	}
	return u
}

// span returns how long the server will profile, from the URL, which is changed
// when Options say how long; 0 when it answers at once.
func span(u *url.URL, o Options) (time.Duration, error) {
	query := u.Query()
	if o.Seconds > 0 {
		query.Set("seconds", strconv.Itoa(o.Seconds))
		u.RawQuery = query.Encode()
	}
	text := query.Get("seconds")
	if text == "" || text == "0" {
		switch {
		case strings.HasSuffix(u.Path, "/profile"):
			return serverDefault, nil
		case strings.HasSuffix(u.Path, traceHandler):
			return traceDefault, nil
		}
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0 && seconds <= maxSeconds) {
		return 0, failf("seconds=%s is not a number of seconds between 1 and %d", text, maxSeconds)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
