package load

import (
	"errors"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Target is one request that a load sends.
type Target struct {
	Method, URL string
	Header      http.Header
	Body        []byte
}

// String is the target as the first line of it is typed.
func (t Target) String() string { return t.Method + " " + t.URL }

// Headers are the target's headers in one line, in order, "" if it has none.
func (t Target) Headers() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(t.Header)) {
		out = append(out, name+": "+strings.Join(t.Header[name], ", "))
	}
	return strings.Join(out, "; ")
}

// Lookup finds what the words of a load command name. The zero value knows nothing
// but URLs and the current folder.
type Lookup struct {
	// Address completes a URL: it knows the names of servers. nil leaves URLs as they are.
	Address func(string) (string, error)
	// File tells where the file is that is named with "@"; nil takes the name as it is.
	File func(string) string
}

// url completes one URL.
func (l Lookup) url(text string) (string, error) {
	if l.Address == nil {
		return text, nil
	}
	return l.Address(text)
}

// path is where the file of a name is.
func (l Lookup) path(name string) string {
	if l.File == nil {
		return name
	}
	return l.File(name)
}

// readBody reads the file of a body that is given as "@FILE".
func (l Lookup) readBody(name string) ([]byte, error) {
	path := l.path(name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > MaxBody {
		return nil, usagef("the body's file %s cannot be read, is no regular file or is larger than %d MB", path, MaxBody>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("the body's file: %v", err)
	}
	return data, nil
}

// requestLine is the first line of a target: a method, which vegeta takes in capitals
// only, and what it is for.
var requestLine = regexp.MustCompile(`^([A-Z]+) +(\S.*)$`)

// parseTargets reads targets as "vegeta attack -targets" does: a line "METHOD URL"
// each, below it lines "Name: value" and, if it has a body, "@FILE"; lines that begin
// with # are comments. body and header are what a target has that names none.
func parseTargets(text string, body []byte, header http.Header, l Lookup) ([]Target, error) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if m := requestLine.FindStringSubmatch(line); m != nil {
			url, err := l.url(m[2])
			if err != nil {
				return nil, err
			}
			line = "\n" + m[1] + " " + url // ends the headers of the one before
		} else if name, ok := strings.CutPrefix(line, "@"); ok {
			if _, err := l.readBody(name); err != nil { // vegeta would read anything
				return nil, err
			}
			line = "@" + l.path(name)
		}
		lines[i] = line
	}
	read, err := vegeta.ReadAllTargets(vegeta.NewHTTPTargeter(strings.NewReader(strings.Join(lines, "\n")), body, header))
	if errors.Is(err, vegeta.ErrNoTargets) {
		return nil, usagef("the cell names no target; write a line such as GET http://localhost:8080/ for each")
	}
	if err != nil {
		return nil, usagef("%v; a target is a line METHOD URL, below it lines 'Name: value', and @FILE for a body", err)
	}
	out := make([]Target, len(read))
	for i, t := range read {
		out[i] = Target{Method: t.Method, URL: t.URL, Header: t.Header, Body: t.Body}
	}
	return out, nil
}

// expand makes a target of each URL, if the targets are not given.
func (o *Options) expand() {
	if len(o.Targets) > 0 {
		return
	}
	method := o.Method
	if method == "" {
		method = http.MethodGet
		if len(o.Body) > 0 {
			method = http.MethodPost
		}
	}
	for _, u := range o.URLs {
		o.Targets = append(o.Targets, Target{Method: method, URL: u, Header: o.Header, Body: o.Body})
	}
}

// mark sets the number of a target in the fragment of its URL, which is not sent: so a
// result tells what it is of, also where two targets differ in their headers only.
const mark = "#target-"

// targeter hands out the targets in turn.
func targeter(o Options) vegeta.Targeter {
	targets := make([]vegeta.Target, len(o.Targets))
	for i, t := range o.Targets {
		url, _, _ := strings.Cut(t.URL, "#")
		targets[i] = vegeta.Target{Method: t.Method, URL: url + mark + strconv.Itoa(i), Body: t.Body, Header: t.Header}
	}
	return vegeta.NewStaticTargeter(targets...)
}

// targetOf returns the number of the target that a result is of, -1 if it has none.
func targetOf(r *vegeta.Result) int {
	_, digits, _ := strings.Cut(r.URL, mark)
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}
