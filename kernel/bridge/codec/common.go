package codec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"syscall"
	"time"
)

// basicTypes are the predeclared types.
var basicTypes = [...]reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](),
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](),
	reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[error](),
}

// common makes known what every program may hold.
func (r *Registry) common() {
	for name, v := range map[string]error{
		"io.EOF": io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "io.ErrClosedPipe": io.ErrClosedPipe,
		"io.ErrNoProgress": io.ErrNoProgress, "io.ErrShortBuffer": io.ErrShortBuffer, "io.ErrShortWrite": io.ErrShortWrite,
		"io/fs.ErrInvalid": fs.ErrInvalid, "io/fs.ErrPermission": fs.ErrPermission, "io/fs.ErrExist": fs.ErrExist,
		"io/fs.ErrNotExist": fs.ErrNotExist, "io/fs.ErrClosed": fs.ErrClosed, "io/fs.SkipDir": fs.SkipDir, "io/fs.SkipAll": fs.SkipAll,
		"os.ErrProcessDone": os.ErrProcessDone, "os.ErrNoDeadline": os.ErrNoDeadline, "os.ErrDeadlineExceeded": os.ErrDeadlineExceeded,
		"errors.ErrUnsupported": errors.ErrUnsupported, "strconv.ErrRange": strconv.ErrRange, "strconv.ErrSyntax": strconv.ErrSyntax,
	} {
		r.Value(name, v)
	}
	r.Value("os.Stdin", os.Stdin)
	r.Value("os.Stdout", os.Stdout)
	r.Value("os.Stderr", os.Stderr)
	r.Value("io.Discard", io.Discard)
	r.Value("time.UTC", time.UTC)
	r.Value("time.Local", time.Local)
	plain := errors.New("")
	for _, v := range []any{
		errors.Join(plain), fmt.Errorf("%d", 1), fmt.Errorf("%w", plain), fmt.Errorf("%w%w", plain, plain),
		&strconv.NumError{}, &fs.PathError{}, &os.SyscallError{}, &os.LinkError{}, &time.ParseError{}, time.Duration(0),
		time.Time{},
		time.Location{},
		time.Month(0), time.Weekday(0), fs.FileMode(0), syscall.Errno(0), syscall.Signal(0),
	} {
		r.Type("", reflect.TypeOf(v))
	}
	for _, v := range runtimeErrors() {
		r.Type("", reflect.TypeOf(v))
	}
}

// runtimeErrors provokes the panics of the runtime whose values have types of their own.
func runtimeErrors() []any {
	var (
		none *int
		list []int
		zero = len(list)
		made []any
	)
	for _, f := range []func(){
		func() { list[zero]++ },
		func() { list = list[1:] },
		func() { zero = 1 / zero },
		func() { *none = 1 },
		func() { list = make([]int, zero-1) },
	} {
		func() {
			defer func() {
				if v := recover(); v != nil {
					made = append(made, v)
				}
			}()
			f()
		}()
	}
	return made
}
