package bridge

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
)

// Request is a checked cell that is to be compiled. Its declarations are not yet part
// of the ledger.
type Request struct {
	Program *check.Program
	Ledger  *ledger.Ledger
	Worker  Worker
	// Dir is a folder of the session's own, which need not exist yet: values are kept
	// in it until its owner removes it. It is the same for all cells.
	Dir string
	// Linked lists the packages that are in a program which imports the given ones.
	Linked func(ctx context.Context, imports []string) ([]string, error)
	// Tests is true if the program's tests are run and not its statements alone.
	Tests bool
}

// Cell is a compiled cell with the values that it gets and gives back.
type Cell struct {
	// Program is what is to be compiled: the cell with all that its values need.
	Program *check.Program
	// File is the text of a further file of its package, and Head the lines of
	// statements that run before its own; both are "" if it neither needs nor leaves a value.
	File, Head string

	store   *Store
	ledger  *ledger.Ledger
	worker  Worker
	roots   []root
	parts   []*segment
	missing []*ledger.Decl // variables that the values turned out to need
	writes  bool
	out     string
	used    shared
	state   string // the file for the state that the program leaves, "" if it leaves none
}

// root is one variable of the compiled program.
type root struct {
	decl  *ledger.Decl
	name  string // in the program
	extra bool   // the program has it only because others share memory with it
	keep  bool   // it is a variable of the session afterwards
}

// Prepare brings together what a compiled cell needs. Values that cannot be carried are
// a *display.Failure, and nothing has changed then.
func (s *Store) Prepare(ctx context.Context, r Request) (*Cell, error) {
	s.dir = r.Dir
	s.learn(r.Program)
	p := *r.Program
	c := &Cell{Program: &p, store: s, ledger: r.Ledger, worker: r.Worker, out: s.newFile()}
	needed := c.needed()
	c.writes = !r.Tests || len(p.Body.List) > 0 || slices.ContainsFunc(p.Decls, isVar)
	c.used = sharedBy(&p)
	if f := s.workersLog(c.used); f != nil {
		return nil, f
	}
	g := newGlue(c)
	decls, head := g.entering(r.Tests)
	if len(c.roots) == 0 && decls == "" {
		return c, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep the values of variables: %w", err)
	}
	if len(c.roots) > 0 {
		joining, begin, err := c.join(ctx, r, needed, g)
		if err != nil {
			return nil, err
		}
		decls, head = joining+decls, begin+head
	}
	c.File, c.Head = g.source(decls), head
	return c, nil
}

// join joins the program's variables to their values.
func (c *Cell) join(ctx context.Context, r Request, needed []*ledger.Decl, g *glue) (decls, head string, err error) {
	g.instances()
	for more := needed; ; needed = append(needed, more...) {
		if err := c.collect(ctx, needed, g); err != nil {
			return "", "", err
		}
		if more, c.missing = c.missing, nil; len(more) == 0 {
			break
		}
	}
	if err := g.packages(ctx, r.Linked); err != nil {
		return "", "", err
	}
	var parts []codec.Part
	for _, seg := range c.parts {
		parts = append(parts, seg.Part)
	}
	in := c.store.file("in")
	if err := codec.WriteParts(in, parts); err != nil {
		return "", "", err
	}
	head = "gomri_begin()\n"
	if c.writes {
		head += "defer gomri_values.End()\n"
	}
	return g.joining(in, c.out), head, nil
}

// collect gets the values of the needed variables, and adds to the program what they
// need. A method of a value may use further variables, which are then missing.
func (c *Cell) collect(ctx context.Context, needed []*ledger.Decl, g *glue) error {
	c.parts = nil
	if i := slices.IndexFunc(needed, func(d *ledger.Decl) bool { return d.Home == ledger.Lost }); i >= 0 {
		d := needed[i]
		return display.Failf("LostVariable", "the value of %s (%s, line %d) is gone", d.Name, d.Cell, d.NameLine)
	}
	if err := c.give(ctx, needed); err != nil {
		return err
	}
	if err := c.kept(needed); err != nil {
		return err
	}
	return c.extend(g)
}

func isVar(d *ledger.Decl) bool { return d.Kind == ledger.Var }

// needed makes the variables of the program roots, and returns those of earlier cells.
func (c *Cell) needed() (needed []*ledger.Decl) {
	p := c.Program
	names := renamed(p)
	seen := map[*ledger.Decl]bool{}
	for _, d := range p.Reach {
		if d.Kind != ledger.Var || d.Name == "_" || seen[d] || varName(d) == "" || varName(d) == "_" {
			continue
		}
		seen[d] = true
		if !isFresh(p, d) {
			needed = append(needed, d)
		}
		name := names[d]
		if name == "" {
			name = varName(d)
		}
		c.roots = append(c.roots, root{decl: d, name: name, keep: isFresh(p, d) || c.stays(d)})
	}
	p.Reach = rename(p.Reach, names)
	return needed
}

// stays is true for a variable that is still one of the session after the cell.
func (c *Cell) stays(d *ledger.Decl) bool {
	return c.ledger.Lookup(d.Name) == d &&
		!slices.ContainsFunc(c.Program.Decls, func(n *ledger.Decl) bool { return n.Name == d.Name && n != d })
}

// give has the worker write what it holds of the needed variables, and of those that
// share memory with them.
func (c *Cell) give(ctx context.Context, needed []*ledger.Decl) error {
	var vars []codec.Named
	wanted := false
	add := func(d *ledger.Decl, want bool) {
		vars = append(vars, codec.Named{Key: d.Key, Name: d.Name, Wanted: want})
		wanted = wanted || want
	}
	for _, d := range needed {
		if d.Home == ledger.InWorker {
			add(d, true)
		}
	}
	if !wanted {
		return nil
	}
	for _, d := range c.ledger.Decls() {
		if d.Kind == ledger.Var && d.Home == ledger.InWorker && c.worker.Holds(d.Key) {
			if d.Fault == "" && c.stays(d) && !slices.Contains(needed, d) {
				add(d, false)
			}
		}
	}
	file := c.store.file("given")
	if err := c.worker.Give(ctx, vars, file); err != nil {
		if f := display.Interrupted(ctx); f != nil {
			return f
		}
		return fmt.Errorf("get the values of the interpreter: %w", err)
	}
	list, report, err := read(file, true)
	if err != nil {
		return err
	}
	for i, o := range report.Outcomes {
		if o.Refused != nil {
			return c.refused(o.Refused)
		}
		c.parts = append(c.parts, list[i])
	}
	return nil
}

// kept adds the segments that hold the needed variables.
func (c *Cell) kept(needed []*ledger.Decl) error {
	for _, d := range needed {
		if d.Home != ledger.InSnapshot {
			continue
		}
		seg := c.store.segments[d.Key]
		if seg == nil {
			return fmt.Errorf("the value of %s is not where it should be", d.Name)
		}
		if !slices.Contains(c.parts, seg) {
			c.parts = append(c.parts, seg)
		}
	}
	return nil
}

// refused is the failure of a cell that needs a value which cannot be carried.
func (c *Cell) refused(r *codec.Refusal) *display.Failure {
	f := display.Failf("SessionValue", "the compiled cell needs %s, which cannot be carried to it: %s", r.Name, r.Error())
	if fact := c.store.facts[r.Key]; fact != nil {
		f.Traceback = append(f.Traceback, fmt.Sprintf("%s is a variable of %s, line %d.", r.Name, fact.decl.Cell, fact.decl.NameLine))
	}
	f.Traceback = append(f.Traceback,
		"A compiled cell is a process of its own: it gets the values of variables, and a channel, a function, a lock that is held or an open file has none.",
		fmt.Sprintf("Make %s in the cell that uses it, declare a function with func, or keep what needs it in cells that are interpreted (%%why tells what sent this one to the compiler).", r.Path))
	return f
}

// extend adds to the program what its values need besides the cell itself: variables
// that share memory with its own, and the types of what sits in interfaces.
func (c *Cell) extend(g *glue) error {
	have := map[string]bool{}
	for _, r := range c.roots {
		have[r.decl.Key] = true
	}
	for _, seg := range c.parts {
		for _, key := range seg.keys {
			if have[key] {
				continue
			}
			have[key] = true
			if err := c.extra(key, seg); err != nil {
				return err
			}
		}
		for _, name := range seg.types {
			if err := g.dynamic(name, seg); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(c.roots, func(a, b root) int {
		if a.decl.Key < b.decl.Key {
			return -1
		}
		return 1
	})
	for _, r := range c.roots {
		if err := c.reach(r.decl.Uses); err != nil {
			return err
		}
	}
	return nil
}

// extra adds a variable that shares memory with the program's own.
func (c *Cell) extra(key string, seg *segment) error {
	f := c.store.facts[key]
	switch {
	case f == nil:
		return fmt.Errorf("the values of %s: a variable %s is not known", c.store.names(seg.keys), key)
	case f.decl.Fault != "" || f.decl.TypeText == "":
		return shares(c.store.names(seg.keys), f.decl, "whose type cannot be written any more")
	}
	c.roots = append(c.roots, root{decl: f.decl, name: "gomri_v_" + key, extra: true, keep: c.stays(f.decl)})
	return nil
}

// shares is the failure of a cell that would need a variable only because of the memory
// that it shares.
func shares(names string, d *ledger.Decl, why string) *display.Failure {
	f := display.Failf("SessionValue", "the compiled cell cannot get the values it needs: %s (%s, line %d) shares memory with them, %s",
		d.Name, d.Cell, d.NameLine, why)
	f.Traceback = append(f.Traceback, "These variables share memory: "+names+".",
		"Set "+d.Name+" again, or give it a copy.")
	return f
}

// reach adds declarations to the program, with all that they use and the methods of types.
func (c *Cell) reach(decls []*ledger.Decl) error {
	byName := map[string]*ledger.Decl{}
	for _, d := range c.Program.Reach {
		byName[d.Name] = d
	}
	for _, d := range c.Program.Decls {
		byName[d.Name] = d
	}
	added := map[string]*ledger.Decl{}
	var add func(d *ledger.Decl) error
	add = func(d *ledger.Decl) error {
		if added[d.Name] == d || byName[d.Name] == d {
			return nil
		}
		if byName[d.Name] != nil || added[d.Name] != nil {
			return display.Failf("SessionValue", "the compiled cell cannot get the values it needs: they are of %s as it was declared in %s, and %s is declared anew",
				d.Name, d.Cell, d.Name)
		}
		added[d.Name] = d
		if d.Kind == ledger.Var && d.Name != "_" {
			c.missing = append(c.missing, d)
			c.roots = append(c.roots, root{decl: d, name: varName(d), keep: c.stays(d)})
		}
		uses := slices.Clone(d.Uses)
		switch {
		case d.Kind == ledger.Type && c.ledger.Lookup(d.Name) == d:
			uses = append(uses, c.ledger.Methods(d.Name)...)
		case d.Kind == ledger.Type: // declared anew meanwhile
			uses = append(uses, c.store.methods[d.Key]...)
		}
		for _, u := range uses {
			if err := add(u); err != nil {
				return err
			}
		}
		return nil
	}
	for _, d := range decls {
		if err := add(d); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(added)) {
		c.Program.Reach = append(slices.Clip(c.Program.Reach), added[name])
	}
	return nil
}
