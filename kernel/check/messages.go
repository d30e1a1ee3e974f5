package check

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"gomri/kernel/ledger"
)

// ignored reports whether a message of go/types is about something that is no
// fault in a cell: an import that is not used, a name that is an import in one
// chunk and a declaration in another, a body that has been left out.
func (p *plan) ignored(e typeError) bool {
	switch {
	case strings.HasSuffix(e.msg, "imported and not used"), strings.HasPrefix(e.msg, `"`) && strings.HasSuffix(e.msg, " and not used"):
		return true
	case strings.Contains(e.msg, "already declared through import of"), strings.Contains(e.msg, "already declared through dot-import of"):
		return true
	case e.msg == "generic function is missing function body":
		return true
	}
	return p.unusedLast(e) || p.misused(e)
}

// unusedLast reports whether e is the complaint that the last expression is not used.
func (p *plan) unusedLast(e typeError) bool {
	list := p.ch.body.Body.List
	if len(list) == 0 || !strings.HasSuffix(e.msg, " is not used") {
		return false
	}
	s, ok := list[len(list)-1].(*ast.ExprStmt)
	if !ok || e.pos < s.Pos() || e.pos >= s.End() {
		return false
	}
	return !strings.HasPrefix(e.msg, "nil (untyped nil") && !strings.HasPrefix(e.msg, "nil is")
}

// chunkErrors returns the messages of the final check about the chunk. Where the
// first check had errors they would come again, so only bodies of functions count.
func (p *plan) chunkErrors(u *universe, r *rewriter) (es Errors) {
	for _, e := range u.errs.list {
		if p.ignored(e) || !p.ch.contains(e.pos) {
			continue
		}
		if r.failed && !p.inFunc(e.pos) && !strings.Contains(e.msg, "redeclared in this block") {
			continue
		}
		es = append(es, p.message(e))
	}
	return es
}

// inFunc reports whether pos is in the body of a function of the chunk.
func (p *plan) inFunc(pos token.Pos) bool {
	for _, f := range p.ch.funcs {
		if f.Body != nil && f.Body.Pos() <= pos && pos < f.Body.End() {
			return true
		}
	}
	return false
}

// message completes a message of go/types.
func (p *plan) message(e typeError) Error {
	e = p.asCompiler(e)
	pos := p.k.fset.Position(e.pos)
	if p.ch.contains(e.pos) {
		pos = p.ch.src.clamp(pos)
	}
	out := Error{Msg: plain(e.msg), Position: pos}
	if name, ok := strings.CutPrefix(e.msg, "undefined: "); ok {
		for d, why := range p.stale {
			if d.Name == name {
				out.Msg = why
			}
		}
	}
	out.Hint = p.hint(e.msg)
	return out
}

// plain takes the names that check has made out of a message.
func plain(msg string) string {
	for _, made := range []string{newPrefix, oldPrefix} {
		msg = strings.ReplaceAll(msg, made, "")
	}
	return special1.ReplaceAllString(msg, "$1")
}

// special1 matches the names that callSpecial gives.
var special1 = regexp.MustCompile(`\b(init|main)_cell_\d+_\d+\b`)

// noMethod matches the complaint about a method or field that a type has not.
var noMethod = regexp.MustCompile(`\(type \*?(\w+)(?:\[.*\])? has no field or method (\w+)`)

// hint returns advice on a message, "" for none.
func (p *plan) hint(msg string) string {
	if m := noMethod.FindStringSubmatch(msg); m != nil {
		if d := p.led.Lookup(m[1] + "." + m[2]); d != nil && p.replaced[d] {
			return m[1] + " is declared anew here, and its methods of " + d.Cell + " went with the old one; run " + d.Cell + " again"
		}
	}
	return ""
}

// breakage says that a declaration of an earlier cell does not compile any more, and
// with what: with the chunk's declarations, unless it did not compile before them.
func (b *builder) breakage(d *ledger.Decl) string {
	with := "what " + b.plan.ch.cell.Name + " declares"
	switch {
	case d.Fault != "":
		with = "what later cells declare"
	case !b.plan.affected[d]:
		with = "its packages as they are now"
	}
	return d.Kind.String() + " " + d.Name + ", declared in " + d.Cell + ", line " + itoa(d.NameLine) +
		", no longer compiles with " + with + "; correct " + d.Cell + " and run it again"
}

// findBroken says of each declaration that does not compile any more why, in the final
// check: because of a message in it, or because it uses another such. One that the chunk
// does not affect may have been broken by a change of a package that it imports.
func (b *builder) findBroken() {
	b.broken = map[*ledger.Decl]*Error{}
	for _, e := range b.u.errs.list {
		if b.plan.ignored(e) || b.plan.ch.contains(e.pos) {
			continue
		}
		for _, d := range b.plan.decls {
			if d.Kind == ledger.Var || !b.plan.affected[d] && !b.plan.reached[d] {
				continue
			}
			node := d.Node
			if d.Kind == ledger.Const {
				node = d.Gen
			}
			if b.broken[d] == nil && node.Pos() <= e.pos && e.pos <= node.End() {
				m := b.plan.message(e)
				if lines := strings.Split(d.Source, "\n"); m.Position.Line >= d.Line && m.Position.Line-d.Line < len(lines) && d.Kind != ledger.Const {
					m.Line = lines[m.Position.Line-d.Line]
				}
				m.Hint = b.breakage(d)
				b.broken[d] = &m
			}
		}
	}
	for grown := true; grown; {
		grown = false
		for d := range b.plan.affected {
			for _, u := range d.Uses {
				if live := b.plan.led.Lookup(u.Name); b.broken[d] == nil && live != nil && b.broken[live] != nil && !b.plan.replaced[live] {
					b.broken[d], grown = b.broken[live], true
				}
			}
		}
	}
}
