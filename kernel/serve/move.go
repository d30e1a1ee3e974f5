package serve

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// maxMove is how many ports above a taken one are tried.
const maxMove = 200

// Move is a port that a program was to listen at and did not get, because it was
// taken, and the one that it was compiled with instead.
type Move struct {
	From, To uint16
	Holder   string // who has From, as well as could be found out
	Ours     bool   // it is a program of the same session, which From goes on to mean
}

// MakeRoom reads the source of a program that is to run under a name, and where it
// listens at ports that are taken, gives it the next free ones: in every string that
// names such an address of this machine. A port that the program of the same name
// holds is free, because that one ends first. Without need the source comes back
// as it is; lines keep their length where the ports have as many digits.
func (m *Manager) MakeRoom(name, source string) (string, []Move) {
	var moves []Move
	wanted := listensAt(source)
	for _, addr := range wanted {
		from := portOf(addr)
		if m.holds(name, from) || !taken(addr) || slices.ContainsFunc(moves, func(v Move) bool { return v.From == from }) {
			continue
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			continue
		}
		for to := from + 1; to > from && to <= from+maxMove; to++ {
			next := net.JoinHostPort(host, strconv.Itoa(int(to)))
			if slices.ContainsFunc(wanted, func(w string) bool { return portOf(w) == to }) || taken(next) && !m.holds(name, to) {
				continue
			}
			ours := slices.ContainsFunc(m.List(), func(s Status) bool { return s.listens(from) })
			moves = append(moves, Move{From: from, To: to, Holder: m.holder(addr), Ours: ours})
			wanted = append(wanted, next) // so that no other one gets it
			break
		}
	}
	return rewritePorts(source, moves), moves
}

// holds tells whether the program of a name listens at a port.
func (m *Manager) holds(name string, port uint16) bool {
	return slices.ContainsFunc(m.List(), func(s Status) bool { return s.Name == name && s.listens(port) })
}

// listens tells whether the program listens at a port.
func (s Status) listens(port uint16) bool {
	for _, a := range s.Addrs {
		if a.Port() == port {
			return true
		}
	}
	return false
}

// taken reports whether a program that listened at addr would be told that the
// address is in use.
func taken(addr string) bool {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		_ = l.Close()
		return false
	}
	return errors.Is(err, syscall.EADDRINUSE) || strings.Contains(err.Error(), "Only one usage") // the second is Windows
}

// listensAt returns the addresses in a source that it listens at: arguments of
// ListenAndServe and net.Listen and the Addr of a Server, written there or as a
// constant or variable that is given its value in the same file.
func listensAt(source string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	values := stringValues(file)
	var out []string
	add := func(e ast.Expr) {
		text := literal(e)
		if id, ok := e.(*ast.Ident); ok {
			text = values[id.Name]
		}
		if _, ok := parseAddr(text); ok && !slices.Contains(out, text) && len(out) < maxAddresses {
			out = append(out, text)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if arg := listenArg(n); arg != nil {
				add(arg)
			}
		case *ast.CompositeLit:
			if name := typeName(n.Type); name != "Server" {
				break
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && typeName(kv.Key) == "Addr" {
					add(kv.Value)
				}
			}
		}
		return true
	})
	return out
}

// listenArg returns the argument of a call that is the address to listen at, or nil.
func listenArg(call *ast.CallExpr) ast.Expr {
	at := -1
	switch typeName(call.Fun) {
	case "ListenAndServe", "ListenAndServeTLS":
		at = 0
	case "Listen":
		at = len(call.Args) - 1 // net.Listen("tcp", addr), ListenConfig.Listen(ctx, "tcp", addr)
	}
	if at < 0 || at >= len(call.Args) {
		return nil
	}
	return call.Args[at]
}

// typeName is the last name of an expression: "Server" of http.Server.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal is the value of a string literal, or "".
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			return text
		}
	}
	return ""
}

// stringValues maps the names that a file gives a string to that string.
func stringValues(file *ast.File) map[string]string {
	values := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if i < len(n.Values) {
					values[id.Name] = literal(n.Values[i])
				}
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					values[id.Name] = literal(n.Rhs[i])
				}
			}
		}
		return true
	})
	return values
}

// rewritePorts changes the ports of this machine's addresses in the strings of a
// source. It is the program's own port, so a URL with it means the program itself.
func rewritePorts(source string, moves []Move) string {
	if len(moves) == 0 {
		return source
	}
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, 0)
	var b strings.Builder
	end := 0
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return b.String() + source[end:]
		}
		// The scanner leaves carriage returns out of raw strings; those stay as they are.
		at := file.Offset(pos)
		if tok == token.STRING && strings.HasPrefix(source[at:], text) {
			b.WriteString(source[end:at] + movePorts(text, moves))
			end = at + len(text)
		}
	}
}

// movePorts changes the ports of the addresses in one string.
func movePorts(text string, moves []Move) string {
	var b strings.Builder
	end := 0
	for _, at := range address.FindAllStringSubmatchIndex(text, -1) {
		addr := text[at[2]:at[3]]
		for _, m := range moves {
			if portOf(addr) == m.From {
				b.WriteString(text[end:at[2]] + strings.TrimSuffix(addr, fmt.Sprint(m.From)) + fmt.Sprint(m.To))
				end = at[3]
				break
			}
		}
	}
	return b.String() + text[end:]
}
