package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/child"
)

// recipe is how the go command builds the closed package: the compiler's and the
// linker's command lines. It is asked for with go build -n, once, and then followed
// for each cell, because the go command itself takes as long as both tools together.
type recipe struct {
	compiler string
	compile  []string // flags, without files; objectsMark stands for the folder of objects
	linker   string
	link     []string
	modinfo  string // the line of the linker's configuration that holds the build information
	stamp    string // the state of the module for which all this is true
}

// objectsMark is how the go command writes the folder of the first package's objects.
const objectsMark = "$WORK/b001"

// errNoRecipe says that the go command's way is not one that can be followed.
var errNoRecipe = errors.New("the output of go build -n is not understood")

// releaseFlags are the flags with which cells are built: no symbol table and no
// debugger's data, which nobody reads and which take a third of the linker's time.
var releaseFlags = []string{"-ldflags=-s -w"}

// ask has the go command say how it would build the package in the hidden module.
// The package must not have been built as it is, or there is nothing to say.
func (w *Workspace) ask(ctx context.Context) (*recipe, error) {
	out := newCapped(maxOutput)
	args := slices.Concat([]string{"build", "-n", "-o", filepath.Join(w.bin, "probe")}, releaseFlags, []string{"./" + sessionDir})
	exit, err := child.Run(ctx, child.Command{Path: w.goPath, Args: args, Dir: w.hidden, Env: w.environ(), Stdout: out, Stderr: out})
	if err != nil {
		return nil, fmt.Errorf("go build -n: %w", err)
	}
	if !exit.Success() {
		return nil, fmt.Errorf("go build -n: %s: %s", exit, strings.TrimSpace(out.String()))
	}
	r, err := readRecipe(out.String())
	if err != nil {
		return nil, err
	}
	r.stamp = w.moduleStamp()
	return r, nil
}

// readRecipe finds both command lines in what go build -n prints.
func readRecipe(text string) (*recipe, error) {
	r := &recipe{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "modinfo ") {
			r.modinfo = line
			continue
		}
		words, bad, msg := cell.Words(line)
		if msg != "" || bad != 0 || len(words) == 0 {
			continue
		}
		for len(words) > 1 && strings.HasPrefix(words[0], "GOROOT=") {
			words = words[1:]
		}
		switch tool := strings.TrimSuffix(filepath.Base(words[0]), ".exe"); {
		case tool == "compile" && flagPair(words, "-p", "main"):
			r.compiler, r.compile = words[0], flagsOf(words[1:])
		case tool == "link":
			r.linker, r.link = words[0], flagsOf(words[1:])
		}
	}
	if !r.understood() {
		return nil, errNoRecipe
	}
	return r, nil
}

// understood is true if both command lines have what is put in its place for each
// cell, and nothing else that is of one package.
func (r *recipe) understood() bool {
	for _, tool := range []string{r.compiler, r.linker} {
		if info, err := os.Stat(tool); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return flagPair(r.compile, "-o", objectsMark+"/_pkg_.a") && flagPair(r.compile, "-importcfg", objectsMark+"/importcfg") &&
		r.compile[len(r.compile)-1] == "-pack" && !slices.Contains(r.compile, "-symabis") && !slices.Contains(r.compile, "-embedcfg") &&
		flagPair(r.link, "-o", objectsMark+"/exe/a.out") && flagPair(r.link, "-importcfg", objectsMark+"/importcfg.link") &&
		r.modinfo != ""
}

// flagsOf are words without the files at their end.
func flagsOf(words []string) []string {
	n := len(words)
	for n > 0 && (strings.HasSuffix(words[n-1], ".go") || strings.HasSuffix(words[n-1], "_pkg_.a")) && !strings.HasPrefix(words[n-1], "-") {
		if n > 1 && words[n-2] == "-o" {
			break
		}
		n--
	}
	return words[:n]
}

// flagPair is true if flag stands among words with the given value behind it.
func flagPair(words []string, flag, value string) bool {
	i := slices.Index(words, flag)
	return i >= 0 && i+1 < len(words) && filepath.ToSlash(words[i+1]) == value
}

// with returns a command line with the values of some flags changed, and the folder
// of objects put in.
func with(words []string, objects string, values map[string]string) []string {
	out := make([]string, 0, len(words))
	for i := 0; i < len(words); i++ {
		out = append(out, strings.ReplaceAll(words[i], objectsMark, objects))
		if v, ok := values[words[i]]; ok && i+1 < len(words) {
			i++
			out = append(out, v)
		}
	}
	return out
}
