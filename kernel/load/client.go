package load

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// client is the HTTP client of one load. It counts the bytes of the answers as
// they pass, so that no answer is ever held in memory.
type client struct {
	*http.Client
	bytesIn atomic.Uint64
}

// newClient returns a client whose requests end with ctx.
func newClient(ctx context.Context, o Options) *client {
	dialer := &net.Dialer{Timeout: o.Timeout, KeepAlive: 30 * time.Second}
	tr := &http.Transport{
		MaxIdleConnsPerHost: o.Workers,
		MaxIdleConns:        o.Workers,
		IdleConnTimeout:     30 * time.Second,
		DisableCompression:  true,
	}
	if o.Remote {
		tr.Proxy = http.ProxyFromEnvironment
	} else {
		dialer.Control = onlyLocal
	}
	tr.DialContext = dialer.DialContext
	c := &client{}
	c.Client = &http.Client{
		Transport:     &transport{ctx: ctx, timeout: o.Timeout, base: tr, bytesIn: &c.bytesIn},
		CheckRedirect: sameHost,
	}
	return c
}

// onlyLocal refuses to connect anywhere but to this machine, whatever a name
// was resolved to. It is a net.Dialer.Control function.
func onlyLocal(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); !isLocalIP(ip) {
		return fmt.Errorf("%s is not this machine; add -remote if you may test it", address)
	}
	return nil
}

// sameHost follows a few redirects within one host and no other, where the
// load was not asked to go.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 || req.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// transport gives every request a deadline and ends it with the load. A
// client's own Timeout would do the first and not the second: vegeta makes its
// requests without a context.
type transport struct {
	ctx     context.Context
	timeout time.Duration
	base    *http.Transport
	bytesIn *atomic.Uint64
}

// RoundTrip sends one request.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(t.ctx, t.timeout)
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &countedBody{ReadCloser: resp.Body, n: t.bytesIn, done: cancel}
	return resp, nil
}

// CloseIdleConnections closes what is kept for later requests.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// countedBody counts what is read of an answer and releases the request's
// context when it is closed.
type countedBody struct {
	io.ReadCloser
	n    *atomic.Uint64
	done context.CancelFunc
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(uint64(n))
	return n, err
}

func (b *countedBody) Close() error {
	err := b.ReadCloser.Close()
	b.done()
	return err
}
