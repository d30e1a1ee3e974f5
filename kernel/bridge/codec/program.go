package codec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

// TypeOfValue is the type of the value that an interface holds.
func TypeOfValue(v any) reflect.Type { return reflect.TypeOf(v) }

// Var makes a variable known; v is a pointer to it.
func (p *Program) Var(key, name string, v any) {
	p.vars = append(p.vars, Var{Key: key, Name: name, Ptr: reflect.ValueOf(v), Wanted: true})
}

// OldVar makes a variable known that is read and not written: it is no variable of the
// session any more when the cell has run.
func (p *Program) OldVar(key, name string, v any) {
	p.vars = append(p.vars, Var{Key: key, Name: name, Ptr: reflect.ValueOf(v)})
}

// leave puts an error beside the report, for the kernel to find.
func (p *Program) leave(err error) { _ = os.WriteFile(p.out+errSuffix, []byte(err.Error()), 0o600) }

// errSuffix is what the name of the file ends in that holds an error.
const errSuffix = ".err"

// maxError bounds the text of an error, in bytes.
const maxError = 64 << 10

// TakeError reads and removes what a program has left beside its report.
func TakeError(out string) error {
	f, err := os.Open(out + errSuffix)
	if err != nil {
		return nil // there is none
	}
	text, err := io.ReadAll(io.LimitReader(f, maxError))
	if err = errors.Join(err, f.Close(), os.Remove(out+errSuffix)); err != nil {
		return fmt.Errorf("read what went wrong with the values: %w", err)
	}
	return errors.New(string(text))
}

// Begin reads the variables, and is false if it cannot; why is left beside the report. A
// cell may have given nil and error other meanings, so its file mentions neither.
func (p *Program) Begin() bool {
	err := p.begin()
	if err != nil {
		p.leave(err)
	}
	return err == nil
}

func (p *Program) begin() error {
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
	if err := p.end(); err != nil {
		p.leave(err)
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
