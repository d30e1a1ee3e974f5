package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	maxRedirects = 5
	// progressEvery is how often Options.Progress is called.
	progressEvery = 250 * time.Millisecond
	// maxMessage bounds what is read of an answer that is an error.
	maxMessage = 4 << 10
)

// errRedirects ends a chain of redirects.
var errRedirects = fmt.Errorf("more than %d redirects", maxRedirects)

// fromServer gets something over HTTP.
func fromServer(ctx context.Context, u *url.URL, o Options, w what) ([]byte, Info, error) {
	info := Info{Source: u.Redacted(), Remote: true}
	total, err := span(u, o)
	if err != nil {
		return nil, info, err
	}
	info.Source = u.Redacted()
	limit := o.Timeout
	if limit <= 0 {
		limit = total + margin
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := progress(o.Progress, total)
	data, err := request(ctx, u, w)
	stop()
	if err != nil {
		return nil, info, explain(ctx, err, info.Source, u, limit)
	}
	return data, info, nil
}

// goroutines asks for the text that says why goroutines wait. It is an addition: a
// server that does not give it has no such table.
func goroutines(ctx context.Context, u *url.URL) []prof.Goroutines {
	target := *u
	query := target.Query()
	query.Set("debug", "2")
	query.Del("seconds")
	target.RawQuery = query.Encode()
	text, err := request(ctx, &target, aProfile())
	if err != nil {
		return nil
	}
	return prof.ParseGoroutines(string(text))
}

// progress calls f until the function that it returns is called, which returns
// when the last call is over.
func progress(f func(done, total time.Duration), total time.Duration) (stop func()) {
	if f == nil {
		return func() {}
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	start := time.Now()
	wg.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			f(time.Since(start), total)
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// statusError is an answer other than 200.
type statusError struct {
	code    int
	status  string
	message string // the server's own words, if they are pprof's
	pprof   bool   // a Go program's profile handler made it
}

func (e *statusError) Error() string { return strings.TrimSpace(e.status + " " + e.message) }

// request makes one request and reads its answer.
func request(ctx context.Context, u *url.URL, w what) ([]byte, error) {
	client, target := clientFor(u)
	defer client.CloseIdleConnections()
	return ask(ctx, client, target, w)
}

// clientFor makes what asks a server, and the address in its terms. The caller closes
// its connections.
func clientFor(u *url.URL) (*http.Client, *url.URL) {
	target := *u
	transport := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	}
	if target.Scheme == "https+insecure" {
		target.Scheme = "https"
		// The scheme is pprof's way to ask for exactly this.
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			return nil
		},
	}, &target
}

// ask makes one request of a client and reads its answer.
func ask(ctx context.Context, client *http.Client, target *url.URL, w what) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		e := &statusError{code: resp.StatusCode, status: resp.Status, pprof: resp.Header.Get("X-Go-Pprof") != ""}
		if text, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage)); err == nil && e.pprof {
			e.message = strings.TrimSpace(string(text))
		}
		return nil, e
	}
	return readBounded(resp.Body, w)
}

// explain turns an error of a request into one that says which step failed and
// what to do about it.
func explain(ctx context.Context, err error, source string, u *url.URL, limit time.Duration) error {
	var status *statusError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var inner *url.Error
	cause := err
	if errors.As(err, &inner) {
		cause = inner.Err // without the URL, which may hold a password
	}
	switch {
	case errors.Is(context.Cause(ctx), context.Canceled):
		return display.Interrupted(ctx)
	case errors.As(err, &status):
		return explainStatus(status, source)
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(err.Error(), "actively refused"): // the second is Windows
		return failf("connecting to %s: connection refused: nothing listens there. Start the server (%%%%serve NAME) or correct the port (%%ps lists what runs)", u.Host)
	case errors.As(err, &dns):
		return failf("looking up %s: there is no such host; correct the name, or the file name if a file was meant", dns.Name)
	case errors.Is(err, context.DeadlineExceeded):
		return failf("reading %s: the server did not finish within %v; ask for fewer seconds, or see what it is busy with (%%logs NAME)", source, limit)
	case errors.Is(err, errRedirects):
		return failf("reading %s: %v; name the final address", source, errRedirects)
	case errors.As(err, &cert), errors.As(err, &unknown):
		return failf("connecting to %s: the certificate is not trusted (%v); type https+insecure:// instead of https:// if you trust the server", u.Host, cause)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return failf("connecting to %s: the server does not speak HTTPS; type http:// instead of https://", u.Host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return failf("reading %s: the server closed the connection before its answer was complete; see whether it still runs (%%ps, %%logs NAME)", source)
	}
	return failf("reading %s: %v", source, cause)
}

// explainStatus is explain for an answer that is not a profile.
func explainStatus(e *statusError, source string) error {
	switch {
	case strings.Contains(e.message, "cpu profiling already in use"):
		return failf("the server answered %s: cpu profiling already in use: another CPU profile of this server is running. Wait until it ends, or stop whoever takes it", e.status)
	case e.code == http.StatusNotFound && e.pprof:
		return failf("the server answered %s: it has no such profile (%s); it has profile, heap, allocs, goroutine, block, mutex, threadcreate%s", e.status, e.message, leakHint(e.message))
	case e.code == http.StatusNotFound:
		return failf("the server answered %s for %s: import _ \"net/http/pprof\" in the program, and serve http.DefaultServeMux, or correct the path", e.status, source)
	case e.code == http.StatusUnauthorized, e.code == http.StatusForbidden:
		return failf("the server answered %s for %s: it wants a login; name it in the URL, as http://NAME:PASSWORD@HOST", e.status, source)
	case e.message != "":
		return failf("the server answered %s: %s", e.status, e.message)
	}
	return failf("the server answered %s for %s", e.status, source)
}

// leakHint says how a program gets the profile of leaked goroutines.
func leakHint(message string) string {
	if !strings.Contains(message, "goroutineleak") && !strings.Contains(message, "Unknown profile") {
		return ""
	}
	return "; goroutineleak needs a program built with GOEXPERIMENT=goroutineleakprofile before Go 1.27"
}
