package interp

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/ledger"
)

// live lists the session's variables; those named are wanted.
func (s *session) variables(wanted ...string) []codec.Named {
	var vars []codec.Named
	for _, d := range s.ledger.Decls() {
		if d.Kind == ledger.Var {
			vars = append(vars, codec.Named{Key: d.Key, Name: d.Name, Wanted: slices.Contains(wanted, d.Name)})
		}
	}
	return vars
}

func TestValuesLeaveTheInterpreterAndComeBackInPlace(t *testing.T) {
	s := newSession(t)
	s.run(t, t.Context(), "xs := []int{1, 2, 3}\nys := xs[1:]\nother := 5\ntype P struct { A int; b string }\npt := &P{1, \"one\"}\nname := &pt.b", &recorder{})
	file := filepath.Join(t.TempDir(), "given")
	if err := s.client.Give(t.Context(), s.variables("ys", "name"), file); err != nil {
		t.Fatal(err)
	}
	report, err := codec.ReadReport(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Outcomes) != 2 || len(report.Outcomes[0].Keys) != 2 || len(report.Outcomes[1].Keys) != 2 {
		t.Fatalf("%+v", report)
	}
	// What a compiled cell does.
	type P struct {
		A int
		b string
	}
	var (
		xs, ys []int
		pt     *P
		name   *string
		vars   = map[string]reflect.Value{}
		list   []codec.Var
		from   codec.Origins
		parts  []codec.Part
	)
	for i, p := range []any{&xs, &ys, &pt, &name} {
		n := []string{"xs", "ys", "pt", "name"}[i]
		key := s.ledger.Lookup(n).Key
		vars[key] = reflect.ValueOf(p)
		list = append(list, codec.Var{Key: key, Name: n, Ptr: vars[key], Wanted: true})
	}
	r := codec.NewRegistry()
	for _, o := range report.Outcomes {
		part := codec.Part{Path: file, Offset: o.Offset, Length: o.Length, Live: true}
		got, err := r.DecodePart(part, vars, nil)
		if err != nil {
			t.Fatal(err)
		}
		from.Append(got)
	}
	if xs[1] != 2 || &xs[1] != &ys[0] || *name != "one" || &pt.b != name {
		t.Fatalf("%v %v %v %v", xs, ys, pt, *name)
	}
	ys[0], pt.b = 20, "two"
	ys = append(ys, 4)
	back := filepath.Join(t.TempDir(), "taken")
	if _, err := r.Take(list).WriteFile(back, &from, nil, 0); err != nil {
		t.Fatal(err)
	}
	if report, err = codec.ReadReport(back); err != nil {
		t.Fatal(err)
	}
	parts = nil
	for _, o := range report.Outcomes {
		parts = append(parts, codec.Part{Path: back, Offset: o.Offset, Length: o.Length})
	}
	lists := filepath.Join(t.TempDir(), "list")
	if err := codec.WriteParts(lists, parts); err != nil {
		t.Fatal(err)
	}
	if n, err := s.client.Take(t.Context(), nil, s.variables(), lists); err != nil || n != len(parts) {
		t.Fatal(n, err)
	}
	for cell, want := range map[string]string{
		"xs": "[]int{1, 20, 3}", "ys": "[]int{20, 3, 4}", "pt.b": `"two"`, "*name": `"two"`, "other": "5",
	} {
		if res := s.run(t, t.Context(), cell, &recorder{}); res.Value != want {
			t.Errorf("%s is %s, want %s", cell, res.Value, want)
		}
	}
}
