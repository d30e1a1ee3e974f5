package run

import (
	"go/ast"
	"go/parser"
	"go/token"
)

// serves tells whether a program is a server: its main function ends in a call
// that serves requests and does not return, such as http.ListenAndServe, also
// inside log.Fatal or an if statement's head.
func serves(text string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || f.Name.Name != "main" || f.Body == nil || len(f.Body.List) == 0 {
			continue
		}
		// What follows the call in main only runs when the server has failed.
		for _, stmt := range f.Body.List {
			if callsServe(stmt) {
				return true
			}
		}
	}
	return false
}

// callsServe tells whether a statement itself, not a function in it and not a
// goroutine that it starts, calls a method or function that serves.
func callsServe(stmt ast.Stmt) bool {
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt:
			return false
		case *ast.SelectorExpr:
			switch n.Sel.Name {
			case "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS":
				found = true
			}
		}
		return !found
	})
	return found
}
