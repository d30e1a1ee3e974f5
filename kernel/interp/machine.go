package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	yaegi "github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"gomri/kernel/bridge/process"
	"gomri/kernel/lower"
	"gomri/kernel/value"
)

// machine is the interpreter of one worker. It belongs to the goroutine that calls
// run; only interrupt may be called from another.
//
// Statements are never evaluated at the interpreter's top level: a panic or a
// cancelled loop in a function literal that is called there leaves yaegi broken.
type machine struct {
	yaegi    *yaegi.Interpreter
	imported map[string]bool
	stop     *bool    // the variable that every interpreted loop and function looks at
	line     *int     // the line marker
	exit     chan int // a status for each call of os.Exit
	results  []any    // what the cell handed to Result
	shown    bool     // it did
	tasks    *tasks
	values   values
	state    string // of the process, as the kernel knows it
}

// interrupted is the value of the panic by which a cell ends that saw the flag.
type interrupted struct{}

func newMachine() (*machine, error) {
	m := &machine{imported: map[string]bool{lower.Runtime: true}, exit: make(chan int, 1), tasks: &tasks{stopped: make(chan struct{})}}
	// What yaegi itself writes to its error stream is a trace of its own nodes.
	m.yaegi = yaegi.New(yaegi.Options{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: io.Discard})
	if err := m.yaegi.Use(stdlib.Symbols); err != nil {
		return nil, fmt.Errorf("load the symbols of the standard library: %w", err)
	}
	if err := m.yaegi.Use(m.natives()); err != nil {
		return nil, fmt.Errorf("load the native helpers: %w", err)
	}
	prologue := "import " + lower.Alias(lower.Runtime) + ` "` + lower.Runtime + `"
var ` + lower.StopVar + " bool\nvar " + lower.LineVar + " int\nfunc " + probe + "() {}\n"
	if _, err := m.yaegi.Eval(prologue); err != nil {
		return nil, fmt.Errorf("prepare the interpreter: %w", err)
	}
	var err1, err2 error
	m.stop, err1 = address[bool](m.yaegi, lower.StopVar)
	m.line, err2 = address[int](m.yaegi, lower.LineVar)
	return m, errors.Join(err1, err2)
}

// probe is an interpreted function that does nothing.
const probe = "gomri_probe"

// address finds where an interpreted variable is kept, so that it can be written
// and read without the interpreter.
func address[T any](in *yaegi.Interpreter, name string) (*T, error) {
	v, err := in.Eval("&" + name)
	if err != nil {
		return nil, fmt.Errorf("find the interpreter's %s: %w", name, err)
	}
	p, ok := v.Interface().(*T)
	if !ok {
		return nil, fmt.Errorf("find the interpreter's %s: it is a %s", name, v.Type())
	}
	return p, nil
}

// answer does what a request asks for.
func (m *machine) answer(ctx context.Context, req request) response {
	switch req.Op {
	case opExport:
		return m.give(req)
	case opImport:
		return m.take(req)
	}
	return m.run(ctx, req)
}

// run answers a run request. When ctx ends the cell is abandoned: what it was doing
// goes on at most until it next looks at the interpreter.
func (m *machine) run(ctx context.Context, req request) response {
	res := response{Seq: req.Seq}
	if err := m.load(req); err != nil {
		res.Refused = err.Error()
		return res
	}
	if err := m.enter(req.State); err != nil {
		res.Refused = err.Error()
		return res
	}
	m.results, m.shown = nil, false
	store(m.line, 0)
	end := m.tasks.begin()
	m.call(ctx, req, &res)
	end()
	if m.tasks.alone() {
		res.Line = load(m.line)
	}
	if now := process.Now().Text(); now != m.state {
		m.state, res.State = now, now
	}
	return res
}

// enter makes the process have the state that the session's other processes have left.
func (m *machine) enter(text string) error {
	if text != "" {
		s, err := process.Parse(text)
		if err == nil {
			err = s.Enter()
		}
		if err != nil {
			return err
		}
	}
	m.state = process.Now().Text()
	return nil
}

// load evaluates declarations and the imports that they are the first to need.
func (m *machine) load(req request) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	for _, path := range req.Imports {
		if m.imported[path] {
			continue
		}
		if _, err := m.yaegi.Eval("import " + lower.Alias(path) + ` "` + path + `"`); err != nil {
			return err
		}
		m.imported[path] = true
	}
	_, err = m.yaegi.EvalWithContext(context.Background(), req.Source) // recovers yaegi's own panics
	return err
}

// call runs the cell's function and fills in how it ended.
func (m *machine) call(ctx context.Context, req request, res *response) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error)
	go func() {
		_, err := m.yaegi.EvalWithContext(ctx, req.Call+"()")
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case code := <-m.exit:
		res.Exit = &code
		m.interrupt() // all goroutines end with the program
		cancel()      // the goroutine that called os.Exit is parked for good
		<-done
		res.Broken = !m.healthy()
		store(m.stop, true) // for those that have not seen it yet, until the next cell
		return
	}
	switch {
	case err == nil:
		if m.shown {
			res.Value = m.value(req.Shapes).Encode()
		}
	case ctx.Err() != nil:
		res.Interrupted = true
		res.Broken = !m.healthy()
	default:
		m.failed(err, res)
	}
}

// failed tells what a panic was.
func (m *machine) failed(err error, res *response) {
	var p yaegi.Panic
	if !errors.As(err, &p) {
		res.Refused = err.Error()
		return
	}
	if _, ok := p.Value.(interrupted); ok {
		res.Interrupted, res.Deadlock = true, m.tasks.deadlocked()
		return
	}
	text := strings.Join(panicTexts(p.Value), "\n\tpanic: ")
	res.Panic = &text
}

// value reads what the cell handed to Result.
func (m *machine) value(shapes []*value.Shape) value.Model {
	values := make([]reflect.Value, len(m.results))
	for i, v := range m.results {
		values[i] = reflect.ValueOf(v)
	}
	for _, s := range shapes {
		s.Tie()
	}
	return value.Shaped(values, shapes)
}

// ready forgets an interrupt or an exit that came after the last cell had ended.
func (m *machine) ready() {
	store(m.stop, false)
	m.tasks.ready()
	select {
	case <-m.exit:
	default:
	}
}

// interrupt raises the flag.
func (m *machine) interrupt() {
	store(m.stop, true)
	m.tasks.stop()
}

// healthy is false if the interpreter no longer answers: a loop that was abandoned
// inside a deferred call keeps a lock of yaegi's for ever.
func (m *machine) healthy() bool {
	store(m.stop, false)
	done := make(chan error, 1) // the worker ends if nobody receives
	go func() {
		_, err := m.yaegi.Eval(probe + "()")
		done <- err
	}()
	select {
	case err := <-done:
		return err == nil
	case <-time.After(500 * time.Millisecond):
		return false
	}
}

// store and load touch a variable that interpreted code reads or writes at the same
// time. A flag that is seen one turn later does no harm, and an interpreted
// variable cannot be an atomic one.
//
//go:norace
func store[T any](p *T, v T) { *p = v }

//go:norace
func load[T any](p *T) T { return *p }
