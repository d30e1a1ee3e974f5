package serve

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// State is what a program is doing.
type State string

// The states of a program.
const (
	Starting State = "starting" // its process is not there yet
	Running  State = "running"
	Stopped  State = "stopped" // by the user or by the session
	Ended    State = "ended"   // by itself, or by a crash
)

// Status is a program at one moment.
type Status struct {
	Name  string
	Cell  string // the cell it was built from; may be empty
	State State
	Pid   int // 0 before the start
	// Addrs are the addresses at which it listens, lowest port first.
	Addrs []netip.AddrPort
	Began time.Time
	// Uptime is how long it has run, or ran.
	Uptime time.Duration
	// Exit says how it ended ("exit status 1", "signal: killed"); "" while it runs.
	Exit string
	// Occupied are the addresses it wanted that somebody else already had.
	Occupied []string
	// Moves are the ports that it has others for, because they were taken.
	Moves []Move
}

// status returns the program's state now.
func (p *program) status() Status {
	addrs := p.find()
	over := p.ended()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{
		Name: p.spec.Name, Cell: p.spec.Cell, State: Starting, Addrs: addrs,
		Began: p.began, Occupied: slices.Clone(p.occupied), Moves: p.spec.Moves,
	}
	if p.proc != nil {
		s.Pid, s.State, s.Uptime = p.proc.Pid(), Running, time.Since(p.began)
	}
	if over {
		s.Uptime = p.over.Sub(p.began)
		s.State, s.Exit = Ended, exitOf(p.exit)
		if p.exit.Stopped {
			s.State = Stopped
		}
	}
	slices.SortFunc(s.Addrs, func(a, b netip.AddrPort) int {
		if a.Port() != b.Port() {
			return int(a.Port()) - int(b.Port())
		}
		return a.Compare(b)
	})
	return s
}

// URLs returns an http address for each port, as one would type it in a browser.
func (s Status) URLs() []string {
	var out []string
	for _, a := range s.Addrs {
		host := "localhost"
		if ip := a.Addr(); !ip.IsLoopback() && !ip.IsUnspecified() {
			host = ip.String()
			if ip.Is6() {
				host = "[" + host + "]"
			}
		}
		u := "http://" + host + ":" + strconv.Itoa(int(a.Port()))
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// Exposed returns the addresses at which other machines can reach the program.
func (s Status) Exposed() []netip.AddrPort {
	return slices.DeleteFunc(slices.Clone(s.Addrs), func(a netip.AddrPort) bool { return a.Addr().IsLoopback() })
}

// MoveNotes says where a program is whose port was taken, a sentence a port,
// beginning with what to do.
func (s Status) MoveNotes() []string {
	var out []string
	for _, m := range s.Moves {
		note := fmt.Sprintf("Write `%s/…` in commands (`%%load %s/`): port %d is taken by %s, so the program was compiled with %d in its place.",
			s.Name, s.Name, m.From, m.Holder, m.To)
		if !m.Ours {
			note += fmt.Sprintf(" `localhost:%d` in this notebook's commands means it too; Go code and browsers need %d.", m.From, m.To)
		}
		out = append(out, note)
	}
	return out
}

// Warnings returns what the user should know about a running program, a sentence
// each, beginning with what to do.
func (s Status) Warnings() []string {
	if s.State != Running {
		return nil
	}
	var out []string
	for _, a := range s.Exposed() {
		at := a.String()
		if a.Addr().IsUnspecified() {
			at = fmt.Sprintf("port %d of every network address", a.Port())
		}
		out = append(out, fmt.Sprintf("Write `\"localhost:%d\"` in the program to keep it on this machine: it listens at %s, so others on the network can reach it.", a.Port(), at))
	}
	if len(s.Addrs) > 0 {
		return out
	}
	if len(s.Occupied) > 0 {
		return append(out, fmt.Sprintf("Give %s another port: %s was already taken when it started, and it listens nowhere.", s.Name, s.Occupied[0]))
	}
	return append(out, fmt.Sprintf("Look at `%%logs %s`: it runs but does not listen on any TCP port yet.", s.Name))
}
