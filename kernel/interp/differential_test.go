package interp

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/printer"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
	"gomri/kernel/value"
)

var only = flag.String("only", "", "take only the programs of the corpus whose names contain this")

// program is one entry of the corpus: a session of some cells.
type program struct {
	name  string
	cells []string
}

// corpus reads testdata/*.txt: "== name" begins a program, "---" separates its cells.
func corpus(t testing.TB) []program {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	var programs []program
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(text), "\n== ")[1:] {
			name, body, _ := strings.Cut(part, "\n")
			programs = append(programs, program{
				name:  strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + name,
				cells: strings.Split(body, "\n---\n"),
			})
		}
	}
	return programs
}

// outcome is all that a person sees of a cell. Value is the text of the last
// expression, Panic that of a panic.
type outcome struct{ Out, Err, Value, Panic string }

// score counts how the corpus went.
type score struct {
	cells, interpreted, refused, different int
	reasons                                map[string]int
}

// TestInterpretedCellsGiveWhatCompiledOnesGive runs the corpus through gate, lower and the
// interpreter, and as compiled programs. What the gate lets through must not differ.
func TestInterpretedCellsGiveWhatCompiledOnesGive(t *testing.T) {
	s := newSession(t)
	programs := append(corpus(t), generated(60)...)
	if *only != "" {
		programs = slices.DeleteFunc(programs, func(p program) bool { return !strings.Contains(p.name, *only) })
	}
	o := newOracle(t)
	checked := make([][]*check.Program, len(programs))
	for i, p := range programs {
		s.ledger.Reset()
		for _, text := range p.cells {
			c, err := s.check(text)
			if err != nil {
				t.Errorf("%s: %v\n%s", p.name, err, text)
				break
			}
			checked[i] = append(checked[i], c)
		}
		programs[i].cells = p.cells[:len(checked[i])]
		o.add(i, checked[i])
	}
	binary := o.build()
	sc := score{reasons: map[string]int{}}
	for i := range programs {
		s.compare(t, programs[i], checked[i], o.run(binary, i), &sc)
	}
	t.Logf("%d programs, %d cells, %d interpreted (%.0f %%), %d refused by the interpreter itself, %d silently different",
		len(programs), sc.cells, sc.interpreted, 100*float64(sc.interpreted)/float64(sc.cells), sc.refused, sc.different)
	for why, n := range sc.reasons {
		t.Logf("compiled %3d × %s", n, why)
	}
}

// compare interprets the cells of one program until one has to be compiled.
func (s *session) compare(t *testing.T, p program, cells []*check.Program, want []outcome, sc *score) {
	stopped := false
	for i, c := range cells {
		sc.cells++
		code, why := judge(c)
		if why != "" || stopped {
			if why == "" {
				why = "after a compiled cell"
			}
			sc.reasons[regexp.MustCompile(`\(?cell-\d+:[\d:]+\)?`).ReplaceAllString(why, "")]++
			stopped = true
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		out := &recorder{}
		res, err := s.client.Run(ctx, code, out)
		cancel()
		if err != nil {
			t.Fatalf("%s, cell %d: %v", p.name, i+1, err)
		}
		if res.Refused != "" {
			sc.refused++
			sc.reasons["yaegi: "+res.Refused]++
			stopped = true
			continue
		}
		sc.interpreted++
		got := outcome{Out: out.out.String(), Err: out.err.String(), Value: res.Value}
		if res.Failure != nil {
			got.Panic = res.Failure.Value
			if res.Failure.Kind != Panic {
				got.Panic = res.Failure.Error()
			}
		}
		if i < len(want) && got != want[i] || i >= len(want) {
			sc.different++
			t.Errorf("%s, cell %d:\ngot  %+v\nwant %+v\n%s\n%s", p.name, i+1, got, want[min(i, len(want)-1)], p.cells[i], source0(code))
		}
	}
}

// oracle is one compiled program that holds the whole corpus.
type oracle struct {
	t    *testing.T
	dir  string
	main strings.Builder
}

func newOracle(t *testing.T) *oracle {
	o := &oracle{t: t, dir: t.TempDir()}
	o.write("go.mod", "module oracle\n\ngo 1.26\n")
	for name, text := range value.Source(false) {
		o.write("value/"+name, text)
	}
	o.write("rt/rt.go", oracleRuntime)
	return o
}

func (o *oracle) write(name, text string) {
	o.t.Helper()
	name = filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		o.t.Fatal(err)
	}
}

// oracleRuntime separates the cells on both streams and tells values and panics.
const oracleRuntime = `package rt

import (
	"fmt"
	"os"

	"oracle/value"
)

var shown string // the value of the cell

func Cell(f func()) {
	shown = ""
	defer func() {
		fmt.Print(shown)
		if r := recover(); r != nil {
			fmt.Print("\x03", text(r))
		}
		fmt.Print("\x01")
		fmt.Fprint(os.Stderr, "\x01")
	}()
	f()
}

func Value(vs ...any) { shown = "\x02" + value.Of(vs...).Text() }

func text(v any) string {
	switch x := v.(type) {
	case error:
		return x.Error()
	case fmt.Stringer:
		return x.String()
	}
	return fmt.Sprint(v)
}
`

// add writes a program as a package: declarations and variables as they are, a function
// for each cell.
func (o *oracle) add(n int, cells []*check.Program) {
	var b strings.Builder
	imports := map[string]bool{`"oracle/rt"`: true}
	written := map[string]bool{}
	for i, c := range cells {
		for _, imp := range c.Imports {
			imports[strings.TrimSpace(imp.Name+` "`+imp.Path+`"`)] = true
		}
		for _, d := range c.Decls {
			if d.Kind == ledger.Method || !written[d.Name] {
				b.WriteString(d.Source + "\n")
			}
			written[d.Name] = true
		}
		o.function(&b, i, c)
	}
	var head strings.Builder
	fmt.Fprintf(&head, "package p%d\n\nimport (\n", n)
	for imp := range imports {
		head.WriteString(imp + "\n")
	}
	head.WriteString(")\n\nfunc Run() {\n")
	for i := range cells {
		fmt.Fprintf(&head, "rt.Cell(gomriCell%d)\n", i)
	}
	head.WriteString("}\n")
	o.write(fmt.Sprintf("p%d/p.go", n), strings.ReplaceAll(head.String()+b.String(), "package main", ""))
	fmt.Fprintf(&o.main, "case \"%d\": p%d.Run()\n", n, n)
}

// function writes the statements of a cell.
func (o *oracle) function(b *strings.Builder, i int, c *check.Program) {
	fmt.Fprintf(b, "func gomriCell%d() {\n", i)
	list := c.Body.List
	if c.Last != nil {
		list = list[:len(list)-1]
	}
	for _, s := range list {
		o.print(b, c, s)
		b.WriteString("\n")
	}
	if c.Last != nil {
		b.WriteString("rt.Value(")
		o.print(b, c, c.Last)
		b.WriteString(")\n")
	}
	b.WriteString("}\n")
}

func (o *oracle) print(b *strings.Builder, c *check.Program, n ast.Node) {
	if err := printer.Fprint(b, c.Fset, n); err != nil {
		o.t.Fatal(err)
	}
}

// build compiles the corpus.
func (o *oracle) build() string {
	n := strings.Count(o.main.String(), "case ")
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\"os\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\"oracle/p%d\"\n", i)
	}
	b.WriteString(")\n\nfunc main() {\nswitch os.Args[1] {\n" + o.main.String() + "}\n}\n")
	o.write("main.go", b.String())
	binary := filepath.Join(o.dir, "oracle.exe")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".")
	cmd.Dir = o.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("build the corpus: %v\n%s", err, out)
	}
	return binary
}

// run runs one program and takes its output apart by cells.
func (o *oracle) run(binary string, n int) []outcome {
	var out, errOut bytes.Buffer
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, fmt.Sprint(n))
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run() // a program may end in a way of its own
	outs := strings.Split(out.String(), "\x01")
	errs := strings.Split(errOut.String(), "\x01")
	list := make([]outcome, len(outs)-1)
	for i := range list {
		text, panicked, _ := strings.Cut(outs[i], "\x03")
		text, shown, _ := strings.Cut(text, "\x02")
		list[i] = outcome{Out: text, Value: strings.ReplaceAll(shown, fmt.Sprintf("p%d.", n), ""), Panic: panicked}
		if i < len(errs) {
			list[i].Err = errs[i]
		}
	}
	return list
}
