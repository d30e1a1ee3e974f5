package ledger

import (
	"slices"
	"strings"
	"testing"
)

// decl returns a declaration with a new key.
func decl(l *Ledger, name string, kind Kind, uses ...*Decl) *Decl {
	return &Decl{Name: name, Kind: kind, Key: l.NewKey(name), Uses: uses, Cell: "cell-1"}
}

// names lists declarations by key.
func names(ds []*Decl) string {
	var list []string
	for _, d := range ds {
		list = append(list, d.Key)
	}
	return strings.Join(list, " ")
}

func TestCommitReplacesByName(t *testing.T) {
	l := New()
	a, b := decl(l, "a", Var), decl(l, "b", Func)
	l.Commit([]*Decl{a, b})
	l.Commit([]*Decl{decl(l, "a", Const), decl(l, "_", Var)})
	if got := names(l.Decls()); got != "b_v1 a_v2" {
		t.Error(got)
	}
	if l.Lookup("a").Kind != Const || l.Lookup("c") != nil {
		t.Error("lookup")
	}
	l.Reset()
	if len(l.Decls()) != 0 || l.NewKey("a") != "a_v3" {
		t.Error("a key was given out again")
	}
}

func TestMethodsGoWithTheirType(t *testing.T) {
	l := New()
	typ := decl(l, "T", Type)
	l.Commit([]*Decl{typ, decl(l, "T.A", Method), decl(l, "T.B", Method), decl(l, "U.A", Method)})
	l.Commit([]*Decl{typ}) // the same type again
	if got := names(l.Methods("T")); got != "T.A_v1 T.B_v1" {
		t.Error(got)
	}
	l.Commit([]*Decl{decl(l, "T", Type), decl(l, "T.B", Method)})
	if got := names(l.Methods("T")); got != "T.B_v2" {
		t.Error(got)
	}
	l.Commit([]*Decl{decl(l, "T", Var)})
	if len(l.Methods("T")) != 0 || len(l.Methods("U")) != 1 {
		t.Error("methods of what is no type any more")
	}
}

func TestDependantsAreTransitiveAndInOrder(t *testing.T) {
	l := New()
	a := decl(l, "a", Const)
	b := decl(l, "b", Func, a)
	c := decl(l, "c", Func, b)
	d := decl(l, "d", Func)
	l.Commit([]*Decl{c, d, b, a})
	if got := names(l.Dependants(a)); got != "c_v1 b_v1" {
		t.Error(got)
	}
	if len(l.Dependants()) != 0 {
		t.Error("dependants of nothing")
	}
}

func TestTheLatestOfImportAndDeclarationCounts(t *testing.T) {
	l := New()
	l.CommitImports([]Import{{Path: "sort"}, {Name: "_", Path: "embed"}, {Name: ".", Path: "math"}}, []string{"sort", "_", "."})
	if imp, ok := l.Imported("sort"); !ok || imp.Path != "sort" {
		t.Error(imp, ok)
	}
	l.Commit([]*Decl{decl(l, "sort", Var)})
	if _, ok := l.Imported("sort"); ok {
		t.Error("the import hides the variable")
	}
	l.CommitImports([]Import{{Path: "sort"}}, []string{"sort"})
	if _, ok := l.Imported("sort"); !ok {
		t.Error("the variable hides the import")
	}
	if got := l.FileImports(); len(got) != 2 || got[0].Path != "math" || got[1].Path != "embed" {
		t.Error(got)
	}
	if got := l.ImportNames(); !slices.Equal(got, []string{"sort"}) {
		t.Error(got)
	}
}

func TestSetHomeAndRows(t *testing.T) {
	l := New()
	x := decl(l, "x", Var)
	x.TypeText, x.NameLine = "int", 3
	l.Commit([]*Decl{x, decl(l, "f", Func)})
	if !l.SetHome("x_v1", Lost) || l.SetHome("f", Lost) || l.SetHome("nosuch", Lost) {
		t.Error("SetHome")
	}
	rows := l.Rows()
	if len(rows) != 2 || rows[0] != (Row{"x", Var, "int", "cell-1", 3, Lost, ""}) || rows[1].Kind.String() != "func" {
		t.Error(rows)
	}
}
