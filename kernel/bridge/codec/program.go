package codec

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
)

// Program is the part of a compiled cell that reads the session's variables before the
// cell's statements run, and writes them afterwards.
type Program struct {
	*Registry
	in, out string
	vars    []Var
	origins Origins
	old     []Old
}

// NewProgram returns a Program that reads the list of segments in one file, if that
// is not "", and writes its report with the segments to another.
func NewProgram(in, out string) *Program { return &Program{Registry: NewRegistry(), in: in, out: out} }

// TypeOf is reflect.TypeFor under a name that no cell can have hidden.
func TypeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// Var makes a variable known; p is a pointer to it. Without a key it is read and not
// written: it is no variable of the session any more when the cell has run.
func (p *Program) Var(key, name string, v any, keep bool) {
	p.vars = append(p.vars, Var{Key: key, Name: name, Ptr: reflect.ValueOf(v), Wanted: keep})
}

// Begin reads the variables.
func (p *Program) Begin() error {
	if p.in == "" {
		return nil
	}
	parts, err := ReadParts(p.in)
	if err != nil {
		return err
	}
	vars := map[string]reflect.Value{}
	for i := range p.vars {
		vars[p.vars[i].Key] = p.vars[i].Ptr
	}
	for _, part := range parts {
		if err := p.read(part, vars); err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) read(part Part, vars map[string]reflect.Value) error {
	t, err := part.Tables()
	if err != nil {
		return err
	}
	o, err := p.DecodePart(part, vars, nil)
	if err != nil {
		return err
	}
	if part.Live {
		p.origins.Append(o)
	}
	p.old = append(p.old, Old{part, t.Keys})
	return nil
}

// End writes the variables as they are now. It is deferred and does not recover, so
// that a panic of the cell goes on as if it were not there. What goes wrong is left
// beside the report, for the kernel to find.
func (p *Program) End() {
	err := p.end()
	if err != nil {
		_ = os.WriteFile(p.out+".err", []byte(err.Error()), 0o600)
	}
}

func (p *Program) end() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("write the values: %v", r)
		}
	}()
	vars := make([]Var, len(p.vars))
	copy(vars, p.vars)
	for i := range vars {
		if !vars[i].Wanted {
			vars[i].Key = ""
		}
	}
	_, err = p.Take(vars).WriteFile(p.out, &p.origins, p.old, running())
	var refused *Refusal
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// running counts the goroutines besides this one that run the session's own code.
func running() int {
	if runtime.NumGoroutine() == 1 {
		return 0
	}
	buf := make([]byte, 1<<20)
	stacks := bytes.Split(buf[:runtime.Stack(buf, true)], []byte("\n\n"))
	n := 0
	for _, s := range stacks[1:] {
		if bytes.Contains(s, []byte("\nmain.")) {
			n++
		}
	}
	return n
}
