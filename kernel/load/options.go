package load

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/display"
)

// ParseArgs reads the words of a load command, "URL… FLAGS", in any order, and the
// targets below it, which may be empty: see parseTargets. The error is that of the
// lookup, or a *display.Failure of the kind UsageError.
func ParseArgs(args []string, targets string, l Lookup) (Options, error) {
	o := Options{}
	fs := flagSet(&o)
	fs.SetOutput(io.Discard)
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return o, usagef("%s", Usage())
			}
			return o, usagef("%v\n%s", err, Usage())
		}
		args = fs.Args()
		if len(args) > 0 {
			url, err := l.url(args[0])
			if err != nil {
				return o, err
			}
			o.URLs = append(o.URLs, url)
			args = args[1:]
		}
	}
	if name, ok := strings.CutPrefix(string(o.Body), "@"); ok {
		var err error
		if o.Body, err = l.readBody(name); err != nil {
			return o, err
		}
	}
	if strings.TrimSpace(targets) != "" {
		if len(o.URLs) > 0 || o.Method != "" {
			return o, usagef("the targets are in the cell below, so no URL and no -method may stand on the first line")
		}
		var err error
		if o.Targets, err = parseTargets(targets, o.Body, o.Header, l); err != nil {
			return o, err
		}
	}
	if len(o.URLs)+len(o.Targets) == 0 {
		return o, usagef("no URL to send requests to\n%s", Usage())
	}
	return o.checked()
}

// Usage returns the flags of a load command, one a line.
func Usage() string {
	var b strings.Builder
	b.WriteString("%load URL… [flags], or %%load [flags] with a line METHOD URL for each target below\n")
	fs := flagSet(&Options{})
	fs.SetOutput(&b)
	fs.PrintDefaults()
	return strings.TrimRight(b.String(), "\n")
}

// DescribeFlags declares the flags of a load command in a set that is only printed.
func DescribeFlags(to *flag.FlagSet) {
	flagSet(&Options{}).VisitAll(func(f *flag.Flag) { to.Var(f.Value, f.Name, f.Usage) })
}

// flagSet returns the flags that fill o.
func flagSet(o *Options) *flag.FlagSet {
	fs := flag.NewFlagSet("load", flag.ContinueOnError)
	fs.Func("rate", fmt.Sprintf("requests a second, or max for as fast as possible (default %d)", DefaultRate), o.setRate)
	fs.DurationVar(&o.Duration, "duration", DefaultDuration, "how long to send requests")
	fs.IntVar(&o.Workers, "workers", 0, fmt.Sprintf("requests under way at once, at most (default %d, or %d with -rate max)", MaxWorkers, DefaultWorkers))
	fs.StringVar(&o.Method, "method", "", "HTTP method (default GET, or POST with a body)")
	fs.Func("body", "text sent with every request, or @FILE", func(s string) error {
		o.Body = []byte(s)
		return nil
	})
	fs.Func("header", "a header as 'Name: value'; may be given again", o.addHeader)
	fs.DurationVar(&o.Timeout, "timeout", DefaultTimeout, "time allowed for one request")
	fs.BoolVar(&o.Remote, "remote", false, "allow a target that is not this machine")
	fs.Usage = func() {}
	return fs
}

// setRate reads "50", "50/s", "max"; 0 means max, as vegeta has it.
func (o *Options) setRate(s string) error {
	if s == "max" || s == "0" {
		o.Fastest = true
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(s, "/1s"), "/s"))
	if err != nil || n < 0 {
		return errors.New("want a whole number of requests a second, or max")
	}
	o.Rate, o.Fastest = n, false
	return nil
}

// addHeader reads "Name: value".
func (o *Options) addHeader(s string) error {
	name, value, ok := strings.Cut(s, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return errors.New("want 'Name: value'")
	}
	if o.Header == nil {
		o.Header = http.Header{}
	}
	o.Header.Add(name, strings.TrimSpace(value))
	return nil
}

// checked returns o with its defaults filled in, or says what cannot be used.
func (o Options) checked() (Options, error) {
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	if o.Duration == 0 {
		o.Duration = DefaultDuration
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Workers == 0 {
		o.Workers = MaxWorkers
		if o.Fastest {
			o.Workers = DefaultWorkers
		}
	}
	o.expand()
	if err := o.inBounds(); err != nil {
		return o, err
	}
	return o, o.checkURLs()
}

// inBounds says which number is out of its range.
func (o Options) inBounds() error {
	switch {
	case len(o.Targets) == 0 || len(o.Targets) > MaxTargets:
		return usagef("give 1 to %d targets, not %d", MaxTargets, len(o.Targets))
	case o.Rate < 1 || o.Rate > MaxRate:
		return usagef("-rate %d is out of range: give 1 to %d requests a second, or max", o.Rate, MaxRate)
	case o.Duration < 0 || o.Duration > MaxDuration:
		return usagef("-duration %s is out of range: give more than 0 and at most %s", o.Duration, MaxDuration)
	case o.Timeout < 0 || o.Timeout > MaxTimeout:
		return usagef("-timeout %s is out of range: give more than 0 and at most %s", o.Timeout, MaxTimeout)
	case o.Workers < 1 || o.Workers > MaxWorkers:
		return usagef("-workers %d is out of range: give 1 to %d", o.Workers, MaxWorkers)
	case slices.ContainsFunc(o.Targets, func(t Target) bool { return len(t.Body) > MaxBody }):
		return usagef("a body has more than %d MB", MaxBody>>20)
	}
	return nil
}

// checkURLs says which target cannot be used, and why.
func (o Options) checkURLs() error {
	for _, t := range o.Targets {
		s := t.URL
		u, err := url.Parse(s)
		if err != nil {
			return usagef("%q is no URL: %v", s, err)
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return usagef("%q is no URL to send a load to: write http://localhost:PORT/PATH, or NAME/PATH for a server of this notebook (%%ps lists them)", s)
		}
		if !o.Remote && !isLocalHost(u.Hostname()) {
			return usagef("%s is not this machine: a load may only go to a server that you may test; add -remote if it is yours", u.Host)
		}
		if _, err := http.NewRequest(t.Method, s, nil); err != nil {
			return usagef("-method %s cannot be used: %v", t.Method, err)
		}
	}
	return nil
}

// beyond lists the hosts of the targets that are not this machine.
func (o Options) beyond() []string {
	var out []string
	for _, t := range o.Targets {
		if u, err := url.Parse(t.URL); err == nil && !isLocalHost(u.Hostname()) && !slices.Contains(out, u.Host) {
			out = append(out, u.Host)
		}
	}
	return out
}

// isLocalHost reports whether a host name can only mean this machine.
func isLocalHost(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return isLocalIP(net.ParseIP(host))
}

// isLocalIP reports whether ip is of this machine alone. The unspecified
// address, when dialled, means the machine itself.
func isLocalIP(ip net.IP) bool {
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// usagef returns the failure of a load command that was typed wrongly.
func usagef(format string, args ...any) *display.Failure {
	return display.Failf("UsageError", "%%load: "+format, args...)
}
