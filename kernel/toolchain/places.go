package toolchain

import (
	"slices"
)

// places are the folders below the root that hold cells or files of the user, the
// latest written last. The zero value is empty.
type places struct{ list []place }

// place is one folder.
type place struct {
	dir         string // with slashes, "." for the root
	tests, code bool   // what kinds of Go files were written there
}

// wrote records that a Go file was written into dir.
func (p *places) wrote(dir string, test bool) {
	at := place{dir: dir}
	if i := slices.IndexFunc(p.list, func(q place) bool { return q.dir == dir }); i >= 0 {
		at = p.list[i]
		p.list = slices.Delete(p.list, i, i+1)
	}
	if test {
		at.tests = true
	} else {
		at.code = true
	}
	p.list = append(p.list, at)
}

// holds corrects what kinds of files dir has.
func (p *places) holds(dir string, tests, code bool) {
	for i := range p.list {
		if p.list[i].dir == dir {
			p.list[i].tests, p.list[i].code = tests, code
		}
	}
}

// latest returns the folders, the latest written first.
func (p *places) latest() []string {
	var dirs []string
	for _, at := range slices.Backward(p.list) {
		dirs = append(dirs, at.dir)
	}
	return dirs
}

// fits returns the latest written folder that has tests, or code, or else the
// session's own.
func (p *places) fits(tests bool) string {
	for _, at := range slices.Backward(p.list) {
		if tests && at.tests || !tests && at.code {
			return at.dir
		}
	}
	return sessionDir
}
