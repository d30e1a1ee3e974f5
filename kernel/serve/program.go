package serve

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"gomri/kernel/child"
)

// program is one background program, from before its start until after its end.
type program struct {
	spec   Spec
	grace  time.Duration
	log    *ring
	ctx    context.Context // the program's life
	cancel context.CancelFunc
	done   chan struct{} // closed when it has ended, or could not be started

	mu       sync.Mutex
	proc     *child.Process // nil before the start
	began    time.Time
	over     time.Time
	known    []netip.AddrPort // found by dialling, where the system does not tell
	occupied []string         // addresses of spec.Expect that somebody else had before
	untold   bool             // it was started well, and its end has not been told yet

	exit     child.Exit // valid after done
	startErr error      // valid after done
	exitErr  error      // valid after done
}

func newProgram(spec Spec, opts Options) *program {
	ctx, cancel := context.WithCancel(context.Background())
	return &program{
		spec: spec, grace: opts.Grace, log: newRing(opts.LogBytes),
		ctx: ctx, cancel: cancel, done: make(chan struct{}),
	}
}

// start starts the process and returns; p.done says when it is over. A program
// that was stopped before its start is over at once.
func (p *program) start() {
	occupied := slices.DeleteFunc(slices.Clone(p.spec.Expect), func(addr string) bool { return !answers(p.ctx, addr) })
	proc, err := child.Start(p.ctx, child.Command{
		Path: p.spec.Path, Args: p.spec.Args, Dir: p.spec.Dir, Env: p.spec.Env,
		Stdout: p.log, Stderr: p.log, Grace: p.grace,
	})
	p.mu.Lock()
	p.proc, p.began, p.occupied = proc, time.Now(), occupied
	p.mu.Unlock()
	if err != nil {
		p.finish(child.Exit{Code: -1, Stopped: p.ctx.Err() != nil}, err, nil)
		return
	}
	go func() { // p.done is what waits for it
		exit, err := proc.Wait()
		p.finish(exit, nil, err)
	}()
}

// finish publishes how the program ended.
func (p *program) finish(exit child.Exit, startErr, exitErr error) {
	p.mu.Lock()
	p.over = time.Now()
	p.mu.Unlock()
	p.exit, p.startErr, p.exitErr = exit, startErr, exitErr
	p.cancel()
	close(p.done)
}

// stop ends the program and waits until it is over.
func (p *program) stop() {
	p.cancel()
	<-p.done
}

// tell reports, once, that a program that was started well has ended by itself.
func (p *program) tell() bool {
	if !p.ended() || p.exit.Stopped {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	told := p.untold
	p.untold = false
	return told
}

// ended reports whether the program is over.
func (p *program) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// find returns the addresses at which the program listens now.
func (p *program) find() []netip.AddrPort {
	p.mu.Lock()
	proc := p.proc
	p.mu.Unlock()
	if proc == nil || p.ended() {
		return nil
	}
	if addrs, ok := groupListeners(proc.Pid()); ok {
		return addrs
	}
	return p.dial()
}

// dial finds the addresses by connecting to those that the source or the log
// name, on systems that do not tell what a process listens at. An address that
// was answered before the program started is somebody else's.
func (p *program) dial() []netip.AddrPort {
	p.mu.Lock()
	known, occupied := slices.Clone(p.known), p.occupied
	p.mu.Unlock()
	for _, addr := range append(slices.Clone(p.spec.Expect), Addresses(p.log.text())...) {
		ap, ok := parseAddr(addr)
		if !ok || slices.Contains(known, ap) || slices.Contains(occupied, addr) || len(known) >= maxAddresses || !answers(p.ctx, addr) {
			continue
		}
		known = append(known, ap)
	}
	p.mu.Lock()
	p.known = known
	p.mu.Unlock()
	return known
}

// answers reports whether somebody accepts connections at addr.
func answers(ctx context.Context, addr string) bool {
	d := net.Dialer{Timeout: 200 * time.Millisecond}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// inUse finds the address in the message of a listen that failed because the
// port is taken, on Unix and on Windows.
var inUse = regexp.MustCompile(`listen tcp[46]? (\S+): bind: (?:address already in use|Only one usage)`)

// taken returns the address that the program could not have because it was
// taken, "" if that was not the trouble.
func (p *program) taken(log string) string {
	if m := inUse.FindStringSubmatch(log); m != nil {
		return m[1]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.occupied) > 0 {
		return p.occupied[0]
	}
	return ""
}

// maxAddresses bounds how many addresses are looked for in a text.
const maxAddresses = 16

// address finds "host:port" with a host that is this machine, or no host.
var address = regexp.MustCompile(`(?:^|[\s"'` + "`" + `/=(])((?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:[0-9]{2,5})(?:$|[^0-9:])`)

// Addresses returns the addresses to listen at that a source or a log names, such
// as "localhost:8080" and ":6060", in the order of their first appearance.
func Addresses(text string) []string {
	var out []string
	for _, m := range address.FindAllStringSubmatch(text, -1) {
		if _, ok := parseAddr(m[1]); ok && !slices.Contains(out, m[1]) && len(out) < maxAddresses {
			out = append(out, m[1])
		}
	}
	return out
}

// parseAddr reads "host:port" where host is this machine; no host is all of its
// addresses.
func parseAddr(addr string) (netip.AddrPort, bool) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return netip.AddrPort{}, false
	}
	ip := netip.IPv6Unspecified()
	switch host {
	case "":
	case "localhost":
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		if ip, err = netip.ParseAddr(host); err != nil {
			return netip.AddrPort{}, false
		}
	}
	return netip.AddrPortFrom(ip, uint16(n)), true
}

// portOf returns the port of "host:port", 0 if there is none.
func portOf(addr string) uint16 {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}
