package interp

import (
	"context"
	"errors"
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/stdlib"

	"gomri/kernel/bridge/codec"
)

// values is the part of a machine that gives and takes values.
type values struct {
	registry *codec.Registry
	places   map[string]reflect.Value // pointers to variables, by key
	lent     codec.Origins            // what was given last, in the order of its segments
}

// place returns a pointer to a variable.
func (m *machine) place(key string) (v reflect.Value, err error) {
	if v, ok := m.values.places[key]; ok {
		return v, nil
	}
	v, err = m.yaegi.EvalWithContext(context.Background(), "&"+key)
	if err == nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		err = errors.New("it is not a variable")
	}
	if err != nil {
		return v, fmt.Errorf("find the variable %s in the interpreter: %w", key, err)
	}
	if m.values.places == nil {
		m.values.places = map[string]reflect.Value{}
	}
	m.values.places[key] = v
	return v, nil
}

// registry knows the types and variables of all packages that cells can import here.
func (m *machine) registry() *codec.Registry {
	if m.values.registry != nil {
		return m.values.registry
	}
	r := codec.NewRegistry()
	r.Nameless, r.Field = true, fieldName
	for pkg, names := range stdlib.Symbols {
		importPath := path.Dir(pkg)
		for name, v := range names {
			switch {
			case v.CanAddr() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface):
				r.Value(importPath+"."+name, v.Interface())
			case !v.CanAddr() && v.Kind() == reflect.Pointer && v.IsNil() && !strings.HasPrefix(name, "_"):
				r.Type("", v.Type())
			}
		}
	}
	m.values.registry = r
	return r
}

// fieldName is the name of a struct's field as the user wrote it: lowered code writes
// F2_name for a field that is not exported.
func fieldName(name string) string {
	if rest, ok := strings.CutPrefix(name, "F"); ok {
		if number, user, ok := strings.Cut(rest, "_"); ok && strings.Trim(number, "0123456789") == "" && number != "" {
			return user
		}
	}
	return name
}

// give writes the values of variables to a file.
func (m *machine) give(req request) (res response) {
	res.Seq = req.Seq
	defer m.guard(&res)
	if res.Busy = m.tasks.restless(restTime); res.Busy > 0 {
		return res
	}
	var vars []codec.Var
	for _, v := range req.Vars {
		p, err := m.place(v.Key)
		if err != nil {
			res.Failed = err.Error()
			return res
		}
		vars = append(vars, codec.Var{Key: v.Key, Name: v.Name, Ptr: p, Wanted: v.Wanted})
	}
	s := m.registry().Take(vars)
	if _, err := s.WriteFile(req.File, nil, nil, 0); err != nil {
		res.Failed = err.Error()
		return res
	}
	m.values.lent = codec.Origins{}
	for i := range s.Len() {
		if s.Refused(i) == nil {
			m.values.lent.Append(s.Origins(i))
		}
	}
	return res
}

// guard turns a panic into an answer.
func (m *machine) guard(res *response) {
	if r := recover(); r != nil {
		res.Failed = fmt.Sprint(r)
	}
}

// take reads the values of variables, which are declared first if they are not yet,
// from the segments that a file lists. What came from here goes back to its place.
func (m *machine) take(req request) (res response) {
	res.Seq = req.Seq
	defer m.guard(&res)
	if req.Source != "" {
		if err := m.load(req); err != nil {
			res.Failed = err.Error()
			return res
		}
	}
	res.Loaded = true
	to := map[string]reflect.Value{}
	for _, v := range req.Vars {
		p, err := m.place(v.Key)
		if err != nil {
			res.Failed = err.Error()
			return res
		}
		to[v.Key] = p
	}
	parts, err := codec.ReadParts(req.File)
	if err != nil {
		res.Failed = err.Error()
		return res
	}
	for _, part := range parts {
		if _, err := m.registry().DecodePart(part, to, &m.values.lent); err != nil {
			res.Failed = err.Error()
			return res
		}
		res.Taken++
	}
	return res
}
