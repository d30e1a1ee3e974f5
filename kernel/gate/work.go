package gate

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"time"

	"gomri/kernel/check"
)

// SlowAfter is the interpreted work from which on compiling costs less than it saves.
const SlowAfter = 300 * time.Millisecond

// Work estimates for how long the interpreter would run a cell: it multiplies the turns
// of loops whose bounds are constants, or variables that hold one, with the cost
// of their bodies, and follows calls and recursion with such arguments. What it does
// not know it takes to be small, so a cell is at least as much work as it says.
func Work(p *check.Program) time.Duration {
	w := &worker{info: p.Info, funcs: map[types.Object]*ast.FuncDecl{}, active: map[*ast.FuncDecl]bool{}}
	for _, d := range p.Reach {
		if fn, ok := d.Node.(*ast.FuncDecl); ok {
			w.funcs[p.Info.Defs[fn.Name]] = fn
		}
	}
	for _, fn := range p.Funcs {
		w.funcs[p.Info.Defs[fn.Name]] = fn
	}
	sum := w.node(p.Body, w.constants(p.Body, values{}))
	return time.Duration(min(sum, float64(math.MaxInt64)/2))
}

// What the parts of a program cost in the interpreter, in nanoseconds, and how often a
// loop of which nothing is known is taken to turn.
const (
	costStatement = 50
	costOperation = 40
	costIndex     = 250
	costForeign   = 350
	costCall      = 1000
	unknownTurns  = 30
	maxDepth      = 12
)

// values are the variables of which a number is known: that they hold, or hold at most.
type values map[types.Object]float64

// worker adds up.
type worker struct {
	info   *types.Info
	funcs  map[types.Object]*ast.FuncDecl
	active map[*ast.FuncDecl]bool // those being followed
	depth  int
}

// constants finds the variables in a body that are assigned once, a known number or a
// slice of known length.
func (w *worker) constants(body ast.Node, known values) values {
	vals, writes := values{}, map[types.Object]int{}
	for obj, v := range known {
		vals[obj] = v
	}
	set := func(lhs, rhs ast.Expr) {
		id, ok := lhs.(*ast.Ident)
		if !ok {
			return
		}
		obj := w.info.ObjectOf(id)
		writes[obj]++
		if v, ok := w.size(rhs, vals); ok {
			vals[obj] = v
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if len(n.Rhs) == len(n.Lhs) && (n.Tok == token.DEFINE || n.Tok == token.ASSIGN) {
					set(lhs, n.Rhs[i])
				} else if id, ok := lhs.(*ast.Ident); ok {
					writes[w.info.ObjectOf(id)] += 2
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if len(n.Values) == len(n.Names) {
					set(name, n.Values[i])
				}
			}
		case *ast.IncDecStmt:
			if id, ok := n.X.(*ast.Ident); ok {
				writes[w.info.ObjectOf(id)] += 2
			}
		}
		return true
	})
	for obj, n := range writes {
		if n > 1 {
			delete(vals, obj)
		}
	}
	return vals
}

// size is the number that an expression gives, or the length of what it makes.
func (w *worker) size(x ast.Expr, known values) (float64, bool) {
	if x == nil {
		return 0, false
	}
	if tv := w.info.Types[x]; tv.Value != nil {
		if tv.Value.Kind() == constant.String {
			return float64(len(constant.StringVal(tv.Value))), true
		}
		v, _ := constant.Float64Val(constant.ToFloat(tv.Value))
		return v, tv.Value.Kind() == constant.Int || tv.Value.Kind() == constant.Float
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, ok := known[w.info.ObjectOf(x)]
		return v, ok
	case *ast.CompositeLit:
		return float64(len(x.Elts)), true
	case *ast.CallExpr:
		tv := w.info.Types[x.Fun]
		if id, ok := x.Fun.(*ast.Ident); ok && tv.IsBuiltin() && id.Name == "make" && len(x.Args) > 1 {
			return w.size(x.Args[1], known)
		} else if (ok && tv.IsBuiltin() && id.Name == "len" || tv.IsType()) && len(x.Args) == 1 {
			return w.size(x.Args[0], known)
		}
	case *ast.BinaryExpr:
		a, ok := w.size(x.X, known)
		b, ok2 := w.size(x.Y, known)
		if ok && ok2 {
			return calculate(x.Op, a, b)
		}
	}
	return 0, false
}

func calculate(op token.Token, a, b float64) (float64, bool) {
	switch op {
	case token.ADD:
		return a + b, true
	case token.SUB:
		return a - b, true
	case token.MUL:
		return a * b, true
	case token.QUO:
		return a / b, b != 0
	case token.SHL:
		return a * math.Exp2(min(b, 64)), true
	}
	return 0, false
}

// node is the cost of a statement or expression with all that it contains.
func (w *worker) node(n ast.Node, known values) float64 {
	sum := 0.0
	ast.Inspect(n, func(c ast.Node) bool {
		switch c := c.(type) {
		case *ast.FuncLit:
			return false // counted where it is called, if that is known
		case *ast.ForStmt:
			sum += w.loop(c, known)
			return false
		case *ast.RangeStmt:
			sum += w.rangeLoop(c, known)
			return false
		case *ast.CallExpr:
			sum += w.call(c, known)
		case *ast.IndexExpr:
			sum += costIndex
		case *ast.BinaryExpr, *ast.SelectorExpr, *ast.StarExpr, *ast.UnaryExpr:
			sum += costOperation
		case ast.Stmt:
			sum += costStatement
		}
		return true
	})
	return sum
}

// loop is the cost of a loop with three clauses.
func (w *worker) loop(s *ast.ForStmt, known values) float64 {
	turns, obj, top := w.turns(s, known)
	inner := values{}
	for o, v := range known {
		inner[o] = v
	}
	if obj != nil {
		inner[obj] = top
	}
	turn := float64(costStatement)
	for _, part := range []ast.Node{s.Cond, s.Post} {
		if !absent(part) {
			turn += w.node(part, inner)
		}
	}
	return turns * (turn + w.node(s.Body, inner))
}

func absent(n ast.Node) bool {
	switch n := n.(type) {
	case ast.Expr:
		return n == nil
	case ast.Stmt:
		return n == nil
	}
	return n == nil
}

// turns tells how often a loop turns and the mean of its variable.
func (w *worker) turns(s *ast.ForStmt, known values) (turns float64, obj types.Object, mean float64) {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok {
		return unknownTurns, nil, 0
	}
	limit, ok := w.size(cond.Y, known)
	if !ok {
		return unknownTurns, nil, 0
	}
	x := cond.X
	if square, ok := x.(*ast.BinaryExpr); ok && square.Op == token.MUL { // i*i <= n
		x, limit = square.X, math.Sqrt(max(limit, 0))
	}
	id, ok := x.(*ast.Ident)
	if !ok {
		return unknownTurns, nil, 0
	}
	obj = w.info.ObjectOf(id)
	start := known[obj]
	if init, ok := s.Init.(*ast.AssignStmt); ok && len(init.Lhs) == len(init.Rhs) {
		for i, lhs := range init.Lhs {
			id, ok := lhs.(*ast.Ident) // it may be an element: for a[i] = 0; …
			if v, known := w.size(init.Rhs[i], known); ok && known && w.info.ObjectOf(id) == obj {
				start = v
			}
		}
	}
	span, step := math.Abs(limit-start), 1.0
	switch post := s.Post.(type) {
	case *ast.IncDecStmt:
	case *ast.AssignStmt:
		by, known := w.size(post.Rhs[0], known)
		switch {
		case !known || by <= 0 || len(post.Lhs) > 1:
		case post.Tok == token.ADD_ASSIGN, post.Tok == token.SUB_ASSIGN:
			step = by
		case post.Tok == token.MUL_ASSIGN, post.Tok == token.QUO_ASSIGN, post.Tok == token.SHL_ASSIGN:
			return math.Log2(span + 2), obj, limit
		}
	default: // it is stepped in the body, or not at all
		return min(span, unknownTurns), obj, limit
	}
	return span / step, obj, (start + limit) / 2
}

func (w *worker) rangeLoop(s *ast.RangeStmt, known values) float64 {
	turns, ok := w.size(s.X, known)
	if !ok {
		turns = unknownTurns
	}
	inner := values{}
	for o, v := range known {
		inner[o] = v
	}
	if id, isIdent := s.Key.(*ast.Ident); isIdent && ok {
		inner[w.info.ObjectOf(id)] = turns / 2
	}
	return w.node(s.X, known) + turns*(costStatement+w.node(s.Body, inner))
}

// call is the cost of a call without its arguments.
func (w *worker) call(x *ast.CallExpr, known values) float64 {
	fun := ast.Unparen(x.Fun)
	if lit, ok := fun.(*ast.FuncLit); ok {
		return costCall + w.node(lit.Body, w.constants(lit.Body, known))
	}
	if tv := w.info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
		return costOperation
	}
	var obj types.Object
	switch fun := fun.(type) {
	case *ast.Ident:
		obj = w.info.Uses[fun]
	case *ast.SelectorExpr:
		obj = w.info.Uses[fun.Sel]
	}
	fn := w.funcs[obj]
	if fn == nil || fn.Body == nil {
		return costForeign
	}
	if w.active[fn] || w.depth > maxDepth {
		return 0 // counted by recursion
	}
	args := values{}
	i := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if i < len(x.Args) {
				if v, ok := w.size(x.Args[i], known); ok {
					args[w.info.Defs[name]] = v
				}
			}
			i++
		}
	}
	w.active[fn] = true
	w.depth++
	body := costCall + w.node(fn.Body, w.constants(fn.Body, args))
	w.depth--
	delete(w.active, fn)
	return body * w.recursion(fn, obj, args)
}
