package driver_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// benchmark is a benchmark whose profile names the function sum, and hash inlined there.
const benchmark = `package demo

import "testing"

func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

//go:noinline
func sum(xs []string) (t uint32) {
	for _, x := range xs {
		t += hash(x)
	}
	return t
}

func BenchmarkSum(b *testing.B) {
	xs := make([]string, 1000)
	for i := range xs {
		xs[i] = "a word of some length"
	}
	for b.Loop() {
		sum(xs)
	}
}
`

// benchmarked is the folder of a benchmark that was run, with its program demo.test
// and its profile cpu.out.
var benchmarked = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gomri-disasm-")
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{"go.mod": "module demo\n\ngo 1.26\n", "demo_test.go": benchmark} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return dir, err
		}
	}
	cmd := exec.Command("go", "test", "-bench=.", "-benchtime=500ms", "-cpuprofile=cpu.out", "-o=demo.test")
	cmd.Dir = dir
	return dir, cmd.Run()
})

// demo returns the program and the profile of a benchmark.
func demo(t *testing.T) (program, profile string) {
	t.Helper()
	dir, err := benchmarked()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "demo.test"), filepath.Join(dir, "cpu.out")
}

// alone runs the driver with nothing on PATH.
func alone(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	t.Setenv("PATH", t.TempDir())
	return run(t, "", args...)
}

func TestDisasmEqualsPprofsWithoutAnyProgram(t *testing.T) {
	pprof, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	program, profile := demo(t)
	for _, flags := range []string{
		"-disasm=demo.sum", "-disasm=demo.sum -unit=ms", "-disasm=demo.sum|demo.hash -sample_index=samples", "-disasm=demo.sum -ignore=nothing",
		"-weblist=demo.sum",
	} {
		t.Run(flags, func(t *testing.T) {
			args := append(strings.Fields(flags), program, profile)
			want, err := written(t, pprof, args...)
			if err != nil {
				t.Fatal(err)
			}
			got, messages, err := alone(t, args...)
			if err != nil {
				t.Fatal(err, messages)
			}
			// The pprof that Go brings leaves out an instruction of one byte at a function's end.
			missing := slices.DeleteFunc(strings.Split(got, "\n"), func(line string) bool {
				return slices.Contains(strings.Split(want, "\n"), line) || regexp.MustCompile(`[0-9a-f]: (RET|INT \$0x3)\s*$`).MatchString(line)
			})
			if len(missing) > 0 || len(got) < len(want) || !strings.Contains(got, "IMULL") {
				t.Errorf("pprof does not say\n%s\nbut\n%s", strings.Join(missing, "\n"), want)
			}
		})
	}
}

// address is the address at the start of an instruction.
var address = regexp.MustCompile(`(?m)^\s+([0-9a-f]+):`)

func TestAddressesAreObjdumps(t *testing.T) {
	objdump, err := exec.LookPath("objdump")
	if err != nil {
		t.Skip("objdump is not installed")
	}
	program, profile := demo(t)
	out, err := exec.Command(objdump, "--disassemble=demo.sum", program).Output()
	if err != nil {
		t.Skip("objdump does not read this program: ", err)
	}
	var want []string
	for _, m := range address.FindAllStringSubmatch(string(out), -1) {
		want = append(want, m[1])
	}
	got, messages, err := alone(t, "-disasm=^demo.sum$", "-intel_syntax", program, profile)
	if err != nil {
		t.Fatal(err, messages)
	}
	for _, a := range want {
		if !strings.Contains(got, " "+a+": ") {
			t.Errorf("objdump has an instruction at %s", a)
		}
	}
	if n := strings.Count(got, ": "); len(want) == 0 || n-1 > len(want) || !strings.Contains(got, "imul ") {
		t.Errorf("%d instructions, objdump has %d:\n%s", n-1, len(want), got)
	}
}

func TestDisasmSaysWhichProgramItNeeds(t *testing.T) {
	program, profile := demo(t)
	text := filepath.Join(t.TempDir(), "program.txt")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"-disasm=demo.sum " + profile, "demo.test, is not there any more; name the program before the profile: pprof -disasm=REGEXP PROGRAM PROFILE"},
		{"-disasm=demo.sum " + os.Args[0] + " " + profile, "is not the program that was profiled"},
		{"-weblist=demo.sum " + os.Args[0] + " " + profile, "is not the program that was profiled"},
		{"-disasm=nothing_at_all " + program + " " + profile, "no matches found for regexp nothing_at_all"},
	} {
		out, messages, err := run(t, "", strings.Fields(c.args)...)
		if err == nil || !strings.Contains(messages, c.want) {
			t.Errorf("%s: error %v, messages %q, want %q, out %q", c.args, err, messages, c.want, out)
		}
	}
}
