package run_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cachedModule is a module that gomri itself needs, so that it is on every machine
// that builds these tests.
const cachedModule = "golang.org/x/sync"

// withoutNetwork keeps the go command from the network, and skips the test where the
// module is not on the machine.
func withoutNetwork(t *testing.T) {
	t.Helper()
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", cachedModule)
	if dir, err := cmd.Output(); err != nil || strings.TrimSpace(string(dir)) == "" {
		t.Skipf("%s is not in the module cache", cachedModule)
	}
}

func TestImportOfAModuleGetsIt(t *testing.T) {
	withoutNetwork(t)
	n := open(t)
	out := n.run("import \"golang.org/x/sync/errgroup\"\n\nvar g errgroup.Group\ng.Go(func() error { return errors.New(\"told\") })\nfmt.Println(g.Wait())")
	if !strings.Contains(out.text(), "told\n") || !strings.Contains(out.text(), "go: added golang.org/x/sync v") {
		t.Errorf("shown:\n%s", out.text())
	}
	n.gives("%%go\nimport \"golang.org/x/sync/semaphore\"\nfmt.Println(semaphore.NewWeighted(2).TryAcquire(3))", "false")
	n.run("package main\n\nimport \"golang.org/x/sync/errgroup\"\n\nfunc main() { _ = new(errgroup.Group) }\n")
}

func TestMissingModuleIsAClearFailure(t *testing.T) {
	withoutNetwork(t)
	n := open(t)
	n.failsWith("import \"example.com/no/such\"\nsuch.X()", "ModuleError", "The module proxy cannot be reached")
	n.failsWith("import \"example.com/no/such\"\nsuch.X()", "ModuleError", "%get example.com/no/such@VERSION")
	n.failsWith("%get -u", "UsageError", "-u")
	n.gives("1 + 1", "2")
}

func TestUsersOwnModuleIsImportedAsItIs(t *testing.T) {
	withoutNetwork(t)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/shop\n\ngo 1.25\n")
	write("price/price.go", "package price\n\nfunc Of(n int) int { return 2 * n }\n")
	n := open(t)
	if got := n.run("%mod " + dir).text(); !strings.Contains(got, "example.org/shop") {
		t.Errorf("%%mod says %q", got)
	}
	n.gives("import \"example.org/shop/price\"\n\nprice.Of(4)", "8")
	out := n.run("import \"example.org/shop/price\"\n\nfunc BenchmarkOf(b *testing.B) {\n\tfor b.Loop() {\n\t\tprice.Of(3)\n\t}\n}\n")
	if !strings.Contains(out.text(), "Of") {
		t.Errorf("benchmark: %s", out.text())
	}
	write("price/price.go", "package price\n\nfunc Of(n int) int { return 3 * n }\n\nfunc Half(n int) int { return n / 2 }\n")
	n.gives("import \"example.org/shop/price\"\n\nprice.Of(4) + price.Half(2)", "13")
	n.failsWith("%mod "+t.TempDir(), "UsageError", "holds no go.mod")
}

func TestEnvironmentOfTheSession(t *testing.T) {
	n := open(t)
	n.gives("%env", "the environment is the kernel's own; %env NAME=VALUE sets a variable")
	n.run("%env 'GREETING=good day' OTHER=x")
	n.gives("%env", "GREETING=good day\nOTHER=x")
	n.gives("os.Getenv(\"GREETING\")", "\"good day\"")
	n.gives("%%go\nos.Getenv(\"GREETING\")", "\"good day\"")
	n.gives("!echo $GREETING", "good day")
	n.run("%env -u GREETING")
	n.gives("%env GREETING", "GREETING is not set")
	n.gives("_, ok := os.LookupEnv(\"GREETING\"); ok", "false")
	n.gives("%%go\nos.Getenv(\"OTHER\") + os.Getenv(\"GREETING\")", "\"x\"")
	n.failsWith("%env =x", "UsageError", "no name")
}

func TestInterpretersEnvironmentSurvivesItsDeath(t *testing.T) {
	n := open(t)
	n.run("%env GREETING=hi")
	n.gives("os.Getenv(\"GREETING\")", "\"hi\"")
	if _, err := n.try("%%interp\nos.Exit(3)"); err == nil {
		t.Skip("the interpreter did not die")
	}
	n.gives("os.Getenv(\"GREETING\")", "\"hi\"")
}

func TestFlagsOfACompiledCell(t *testing.T) {
	n := open(t)
	n.gives("%%go -ldflags '-X main.version=7'\nvar version string\nversion", "\"7\"")
	n.failsWith("%%go -o x\n1", "UsageError", "-o")
	n.failsWith("%%go -tags\n1", "UsageError", "-tags")
}

// TestBuildTagsAndChangesOfAModuleAreSeenByTheChecker uses a file behind a build tag, and a
// function of an earlier cell when what it uses is not there any more.
func TestBuildTagsAndChangesOfAModuleAreSeenByTheChecker(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/shop\n\ngo 1.25\n",
		"a.go":   "package shop\n\nfunc A() int { return 1 }\n",
		"x.go":   "//go:build x\n\npackage shop\n\nfunc X() int { return 2 }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := open(t)
	n.run("%mod " + dir) // nobody is asked for a module of this path
	n.gives("import \"example.com/shop\"\nshop.A()", "1")
	n.failsWith("shop.X()", "CompileError", "undefined: shop.X")
	n.gives("%%go -tags=x\nshop.X()", "2")
	n.gives("%%go -tags x\nshop.X()", "2")
	n.failsWith("shop.X()", "CompileError", "undefined: shop.X")
	n.run("%env GOFLAGS=-tags=x")
	n.gives("func f() int { return shop.X() }\nf()", "2")
	n.run("%env -u GOFLAGS")
	n.failsWith("f()", "CompileError", "no longer compiles with its packages as they are now")
	n.failsWith("f()", "CompileError", "undefined: shop.X")
	n.gives("shop.A()", "1")
	n.run("%env GOFLAGS=-tags=x")
	n.gives("f()", "2")
}
