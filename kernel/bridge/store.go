package bridge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/bridge/process"
	"gomri/kernel/check"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
)

// Worker is the interpreter, as far as it gives values away and takes them back.
type Worker interface {
	// Give writes the values of variables, and of those that share memory with
	// them, to a file.
	Give(ctx context.Context, vars []codec.Named, file string) error
	// Take declares variables that are not known there, and reads the values of
	// variables from the segments that a file lists.
	Take(ctx context.Context, declare []lower.Unit, vars []codec.Named, file string) (taken int, err error)
	// Holds reports whether a variable is known there.
	Holds(key string) bool
}

// Store keeps the values of a session that are not in the interpreter. Its owner is the
// session, which runs one cell at a time; it is not safe for more.
type Store struct {
	dir      string // "" until a cell has needed it
	facts    map[string]*fact
	types    map[string]*ledger.Decl // types of the session, by key
	methods  map[string][]*ledger.Decl
	made     map[string]instance // instances of generic types, by the name of their type
	segments map[string]*segment // by the keys of their variables
	pinned   map[string]bool     // variables that functions in the interpreter may reach
	count    int                 // of files
	first    process.State       // of the kernel's process, in which programs would start
	state    process.State
	gone     map[string]ended // what of a process has ended with a cell, and that cell
}

// segment is the values of some variables in a file.
type segment struct {
	codec.Part
	keys  []string
	types []string
}

// New returns an empty Store for a session whose processes begin with a state.
func New(first process.State) *Store {
	s := &Store{first: first}
	s.Reset()
	return s
}

// Reset forgets all values.
func (s *Store) Reset() {
	s.facts, s.types, s.made = map[string]*fact{}, map[string]*ledger.Decl{}, map[string]instance{}
	s.methods = map[string][]*ledger.Decl{}
	s.segments, s.pinned = map[string]*segment{}, map[string]bool{}
	s.state, s.gone = s.first, map[string]ended{}
	s.sweep()
}

// Interpreted notes that the interpreter has run a program, whose variables it holds.
func (s *Store) Interpreted(p *check.Program) {
	s.learn(p)
	if s.gone[logOutput].cell != "" && sharedBy(p).sets(logOutput) {
		delete(s.gone, logOutput)
	}
	hidden := startsGoroutine(p)
	for _, d := range p.Reach {
		if f := s.facts[d.Key]; d.Kind == ledger.Var && f != nil {
			hidden = hidden || f.hidden || s.pinned[d.Key]
		}
	}
	if !hidden {
		return
	}
	for _, d := range p.Reach {
		if d.Kind == ledger.Var {
			s.pinned[d.Key] = true
		}
	}
}

// file is the path of one of the store's files.
func (s *Store) file(name string) string { return filepath.Join(s.dir, name) }

// newFile is the path of a file that does not exist yet.
func (s *Store) newFile() string {
	s.count++
	return s.file("values-" + strconv.Itoa(s.count))
}

// sweep removes the files that hold no values any more.
func (s *Store) sweep() {
	used := map[string]bool{}
	for _, seg := range s.segments {
		used[filepath.Base(seg.Path)] = true
	}
	if s.dir == "" {
		return
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return // there is nothing to remove
	}
	for _, e := range entries {
		if !used[e.Name()] && !e.IsDir() {
			_ = os.Remove(filepath.Join(s.dir, e.Name())) // the folder goes at the end anyway
		}
	}
}

// prune forgets variables that are gone.
func (s *Store) prune(led *ledger.Ledger) {
	live := map[string]bool{}
	for _, d := range led.Decls() {
		live[d.Key] = true
	}
	for key := range s.facts {
		if !live[key] {
			delete(s.facts, key)
			delete(s.pinned, key)
			delete(s.segments, key)
		}
	}
	held := map[string]bool{}
	for _, seg := range s.segments {
		for _, name := range seg.types {
			held[name] = true
		}
	}
	for key := range s.types {
		if !live[key] && !held[key] {
			delete(s.types, key)
			delete(s.methods, key)
		}
	}
}

// read reads what a report says of its segments.
func read(path string, live bool) ([]*segment, codec.Report, error) {
	report, err := codec.ReadReport(path)
	if err != nil {
		return nil, report, err
	}
	list := make([]*segment, len(report.Outcomes))
	for i, o := range report.Outcomes {
		seg := &segment{Part: codec.Part{Path: path, Offset: o.Offset, Length: o.Length, Live: live}, keys: o.Keys}
		if o.Refused == nil && !o.Same {
			tables, err := seg.Tables()
			if err != nil {
				return nil, report, err
			}
			seg.types = tables.Types
		}
		list[i] = seg
	}
	return list, report, nil
}

// names lists the variables with the given keys for a message.
func (s *Store) names(keys []string) string {
	var names []string
	for _, key := range keys {
		if f := s.facts[key]; f != nil {
			names = append(names, fmt.Sprintf("%s (%s, line %d)", f.decl.Name, f.decl.Cell, f.decl.NameLine))
		}
	}
	return strings.Join(names, ", ")
}
