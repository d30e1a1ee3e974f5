// Package process reads and sets what a process has besides the values of variables.
//
// A session is one program, and its cells run in several processes: the interpreter's worker
// and one for each compiled cell. What they change of their process is carried from one
// to the next: the environment, the working directory, time.Local, flags, prefix and
// output of package log, and the limits of the runtime. Like package codec it needs only
// the standard library, because its files are built into compiled cells.
package process

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// State is what a process has besides the values of variables.
type State struct {
	Env []string // the whole environment, "KEY=value" each
	Dir string   // the working directory
	// Zone is time.Local if a cell has set it: a name, and behind a blank the seconds
	// east of UTC of a zone that only has these.
	Zone string
	// LogFlags, LogPrefix and LogOutput are those of package log's own logger. The output is
	// one of Stdout, Stderr, Discard, or Own for any other writer; "" is what it was before.
	LogFlags             int
	LogPrefix, LogOutput string
	// Limits are those of the runtime that a compiled cell has set.
	Limits map[string]int64
}

// The outputs of package log that every process has, and any other.
const (
	Stdout  = "os.Stdout"
	Stderr  = "os.Stderr"
	Discard = "io.Discard"
	Own     = "a writer of its own"
)

// The limits of the runtime, by the name of what sets them.
const (
	Procs  = "runtime.GOMAXPROCS"
	GC     = "debug.SetGCPercent"
	Memory = "debug.SetMemoryLimit"
)

// First is the state of a program that is started in a folder by a shell.
func First(dir string) State {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "PWD=") })
	if runtime.GOOS != "windows" {
		env = append(env, "PWD="+dir)
	}
	return State{Env: env, Dir: dir, LogFlags: log.LstdFlags, LogOutput: Stderr}
}

// local is time.Local before any cell has run.
var local = time.Local

// Now is the state of this process; limits are those that it has to tell.
func Now(limits ...string) State {
	s := State{Env: os.Environ(), LogFlags: log.Flags(), LogPrefix: log.Prefix(), LogOutput: output(), Zone: zone()}
	if dir, err := os.Getwd(); err == nil {
		s.Dir = dir // else it has been removed, and stays the one that it was
	}
	for _, name := range limits {
		if s.Limits == nil {
			s.Limits = map[string]int64{}
		}
		s.Limits[name] = limit(name)
	}
	return s
}

// output names the writer of package log.
func output() string {
	switch log.Writer() {
	case io.Writer(os.Stderr):
		return Stderr
	case io.Writer(os.Stdout):
		return Stdout
	case io.Discard:
		return Discard
	}
	return Own
}

// zone is the text for time.Local.
func zone() string {
	if time.Local == local {
		return ""
	}
	name := time.Local.String()
	if named, err := time.LoadLocation(name); err == nil && same(named, time.Local) {
		return name
	}
	_, offset := time.Now().Zone()
	return name + " " + strconv.Itoa(offset)
}

// same is true for locations with the same times in winter and in summer.
func same(a, b *time.Location) bool {
	for _, month := range []time.Month{time.January, time.July} {
		for _, year := range []int{1960, 1990, 2026} {
			t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
			if t.In(a).Format(time.RFC822Z) != t.In(b).Format(time.RFC822Z) {
				return false
			}
		}
	}
	return true
}

// limit reads a limit of the runtime.
func limit(name string) int64 {
	switch name {
	case Procs:
		return int64(runtime.GOMAXPROCS(0))
	case GC:
		percent := debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return int64(percent)
	}
	return debug.SetMemoryLimit(-1)
}

// Enter makes this process have the state. What package log writes to stays as it is
// where the state names no writer that every process has.
func (s State) Enter() error {
	s.enterEnv()
	s.EnterLog()
	for name, value := range s.Limits {
		switch name {
		case Procs:
			runtime.GOMAXPROCS(int(value))
		case GC:
			debug.SetGCPercent(int(value))
		case Memory:
			debug.SetMemoryLimit(value)
		}
	}
	if dir, err := os.Getwd(); err == nil && dir == s.Dir || s.Dir == "" {
		return nil
	}
	if err := os.Chdir(s.Dir); err != nil {
		return fmt.Errorf("the working directory of the cells: %w", err)
	}
	return nil
}

// enterEnv changes what is different of the environment.
func (s State) enterEnv() {
	if s.Env == nil {
		return
	}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.ContainsFunc(s.Env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") }) {
			_ = os.Unsetenv(name) // a name that stands there is none that it refuses
		}
	}
	for _, kv := range s.Env {
		name, value, _ := strings.Cut(kv, "=")
		if now, set := os.LookupEnv(name); name != "" && (!set || now != value) {
			_ = os.Setenv(name, value)
		}
	}
}

// EnterLog sets package log and time.Local.
func (s State) EnterLog() {
	log.SetFlags(s.LogFlags)
	log.SetPrefix(s.LogPrefix)
	switch s.LogOutput {
	case Stdout:
		log.SetOutput(os.Stdout)
	case Stderr:
		log.SetOutput(os.Stderr)
	case Discard:
		log.SetOutput(io.Discard)
	}
	if s.Zone == zone() {
		return
	}
	if s.Zone == "" {
		time.Local = local
		return
	}
	if name, offset, fixed := strings.Cut(s.Zone, " "); fixed {
		seconds, _ := strconv.Atoi(offset) // 0 is what a broken one would be
		time.Local = time.FixedZone(name, seconds)
	} else if loc, err := time.LoadLocation(name); err == nil {
		time.Local = loc
	}
}

// Equal reports whether two states are the same.
func (s State) Equal(t State) bool { return s.Text() == t.Text() }

// Text is the state as text, a line for each thing.
func (s State) Text() string {
	var b strings.Builder
	line := func(key, value string) {
		b.WriteString(key + " " + strconv.Quote(value) + "\n")
	}
	if s.Env != nil {
		line("environment", strconv.Itoa(len(s.Env))) // it may be empty, and is then not nil
	}
	for _, kv := range s.Env {
		line("env", kv)
	}
	line("dir", s.Dir)
	line("zone", s.Zone)
	line("flags", strconv.Itoa(s.LogFlags))
	line("prefix", s.LogPrefix)
	line("output", s.LogOutput)
	for _, name := range []string{Procs, GC, Memory} {
		if value, set := s.Limits[name]; set {
			line(name, strconv.FormatInt(value, 10))
		}
	}
	return b.String()
}

// Parse reads what Text has written.
func Parse(text string) (State, error) {
	var s State
	for line := range strings.Lines(text) {
		key, quoted, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		value, err := strconv.Unquote(quoted)
		if err == nil {
			err = s.set(key, value)
		}
		if err != nil {
			return State{}, fmt.Errorf("the state of a process: %q: %w", line, err)
		}
	}
	return s, nil
}

func (s *State) set(key, value string) error {
	switch key {
	case "environment":
		s.Env = []string{}
	case "env":
		s.Env = append(s.Env, value)
	case "dir":
		s.Dir = value
	case "zone":
		s.Zone = value
	case "prefix":
		s.LogPrefix = value
	case "output":
		s.LogOutput = value
	case "flags":
		n, err := strconv.Atoi(value)
		s.LogFlags = n
		return err
	case Procs, GC, Memory:
		n, err := strconv.ParseInt(value, 10, 64)
		if s.Limits == nil {
			s.Limits = map[string]int64{}
		}
		s.Limits[key] = n
		return err
	default:
		return errors.New("unknown")
	}
	return nil
}
