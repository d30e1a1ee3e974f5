package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Ledger is the list of what is declared in a session now. It belongs to the
// one goroutine that runs cells (kernel/run's Session) and is not safe for more.
type Ledger struct {
	live     map[string]*Decl
	versions map[string]int
	imports  map[string]imported // by local name; blank and dot imports by name and path
	seq      int
}

// imported is an import that later cells may use too.
type imported struct {
	Import
	seq int
}

// New returns an empty ledger.
func New() *Ledger {
	l := &Ledger{versions: map[string]int{}}
	l.clear()
	return l
}

func (l *Ledger) clear() {
	l.live, l.imports = map[string]*Decl{}, map[string]imported{}
}

// Reset forgets every declaration and import. Keys are not given out again.
func (l *Ledger) Reset() { l.clear() }

// NewKey returns a Key for a new declaration of name, another one at each call.
func (l *Ledger) NewKey(name string) string {
	l.versions[name]++
	return fmt.Sprintf("%s_v%d", name, l.versions[name])
}

// Commit makes declarations the live ones of their names. What had the same name
// is forgotten, and so are the methods of a type that is replaced: a type of
// another Key, or something that is no type. (A type that a cell declares
// again word for word keeps its Key, and its methods.) A Decl that is live
// already may be committed again. Blank names are not recorded.
func (l *Ledger) Commit(decls []*Decl) {
	for _, d := range decls {
		if old := l.live[d.Name]; old != nil && old.Kind == Type && old.Key != d.Key {
			l.dropMethods(d, decls)
		}
	}
	for _, d := range decls {
		if d.Name == "_" {
			continue
		}
		l.seq++
		d.seq = l.seq
		l.live[d.Name] = d
	}
}

// dropMethods forgets the methods of the type that d replaces, unless they are
// committed together with it.
func (l *Ledger) dropMethods(d *Decl, with []*Decl) {
	for name := range l.live {
		if Receiver(name) == d.Name && !slices.ContainsFunc(with, func(w *Decl) bool { return w.Name == name }) {
			delete(l.live, name)
		}
	}
}

// Receiver returns the "T" of a method's name "T.M", "" for other names.
func Receiver(name string) string {
	t, _, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	return t
}

// CommitImports makes imports known to the cells that follow. An import hides an
// older declaration of its name, a declaration an older import.
func (l *Ledger) CommitImports(imports []Import, names []string) {
	for i, imp := range imports {
		key := names[i]
		if imp.Name == "_" || imp.Name == "." {
			key = imp.Name + imp.Path
		}
		l.seq++
		l.imports[key] = imported{imp, l.seq}
	}
}

// Imported returns the import that a name stands for in the next cell; ok is
// false if there is none, or if the name was declared after it.
func (l *Ledger) Imported(name string) (imp Import, ok bool) {
	i, ok := l.imports[name]
	if !ok {
		return Import{}, false
	}
	if d := l.live[name]; d != nil && d.seq > i.seq {
		return Import{}, false
	}
	return i.Import, true
}

// FileImports returns the blank and the dot imports of the session, sorted.
func (l *Ledger) FileImports() []Import {
	var list []Import
	for _, key := range slices.Sorted(maps.Keys(l.imports)) {
		if imp := l.imports[key].Import; imp.Name == "_" || imp.Name == "." {
			list = append(list, imp)
		}
	}
	return list
}

// ImportNames returns the local names of the session's imports, sorted.
func (l *Ledger) ImportNames() []string {
	var names []string
	for key, imp := range l.imports {
		if imp.Name != "_" && imp.Name != "." {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

// Lookup returns the live declaration of a name ("T.M" for a method), or nil.
func (l *Ledger) Lookup(name string) *Decl { return l.live[name] }

// Decls returns the live declarations in the order in which they were committed.
func (l *Ledger) Decls() []*Decl {
	return slices.SortedFunc(maps.Values(l.live), func(a, b *Decl) int { return a.seq - b.seq })
}

// Methods returns the live methods of a type, sorted by name.
func (l *Ledger) Methods(typ string) []*Decl {
	var list []*Decl
	for name, d := range l.live {
		if Receiver(name) == typ {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *Decl) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// SetHome records where the value of a live variable lives. It reports whether
// there is one of that name or Key.
func (l *Ledger) SetHome(nameOrKey string, h Home) bool {
	for _, d := range l.live {
		if d.Kind == Var && (d.Name == nameOrKey || d.Key == nameOrKey) {
			d.Home = h
			return true
		}
	}
	return false
}

// Dependants returns the live declarations that use one of the given ones,
// directly or through others, the given ones left out, in order.
func (l *Ledger) Dependants(of ...*Decl) []*Decl {
	reached := map[*Decl]bool{}
	for _, d := range of {
		reached[d] = true
	}
	all := l.Decls()
	for grown := true; grown; {
		grown = false
		for _, d := range all {
			if !reached[d] && slices.ContainsFunc(d.Uses, func(u *Decl) bool { return reached[u] }) {
				reached[d], grown = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(d *Decl) bool { return !reached[d] || slices.Contains(of, d) })
}

// Row is one line of the table that %who shows.
type Row struct {
	Name string
	Kind Kind
	// Type is a variable's type, "" for what is no variable or has a type that
	// cannot be written.
	Type string
	Cell string
	Line int
	Home Home
	// Fault is why the declaration cannot be used, "" if it can.
	Fault string
}

// Rows returns the session as a table, in the order of declaration.
func (l *Ledger) Rows() []Row {
	var rows []Row
	for _, d := range l.Decls() {
		rows = append(rows, Row{d.Name, d.Kind, d.TypeText, d.Cell, d.NameLine, d.Home, d.Fault})
	}
	return rows
}
