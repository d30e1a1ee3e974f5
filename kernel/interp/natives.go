package interp

import (
	"cmp"
	"fmt"
	"log"
	"os"
	"reflect"
	"unicode/utf8"

	yaegi "github.com/traefik/yaegi/interp"

	"gomri/kernel/lower"
)

// natives are the compiled functions that lowered code calls, and those of the standard
// library that yaegi has replaced by variants of its own.
func (m *machine) natives() yaegi.Exports {
	rt := symbols{
		"Result":    reflect.ValueOf(m.result),
		"Interrupt": reflect.ValueOf(func() { panic(interrupted{}) }),
		"Runes":     reflect.ValueOf(runes),
		"Clear":     reflect.ValueOf(func(v any) { reflect.ValueOf(v).Clear() }),
		"Print":     reflect.ValueOf(func(args ...any) { builtinPrint(false, args) }),
		"Println":   reflect.ValueOf(func(args ...any) { builtinPrint(true, args) }),
	}
	bounds(rt)
	scopes(rt)
	lists(rt)
	m.tasks.natives(rt)
	shifting[int](rt)
	shifting[int8](rt)
	shifting[int16](rt)
	shifting[int32](rt)
	shifting[int64](rt)
	ordered[int](rt)
	ordered[int8](rt)
	ordered[int16](rt)
	ordered[int32](rt)
	ordered[int64](rt)
	ordered[uint](rt)
	ordered[uint8](rt)
	ordered[uint16](rt)
	ordered[uint32](rt)
	ordered[uint64](rt)
	ordered[float32](rt)
	ordered[float64](rt)
	ordered[string](rt)
	return yaegi.Exports{
		lower.Runtime + "/rt": rt,
		"log/log":             m.logging(),
		"os/os":               m.system(),
	}
}

type symbols = map[string]reflect.Value

// result receives the values of the cell's last expression.
func (m *machine) result(vs ...any) { m.results, m.shown = vs, true }

// runes takes a string apart as a range clause does: the offset and the value of
// each character, U+FFFD for each byte that is no part of one.
func runes(s string) (offsets []int, values []rune) {
	offsets, values = make([]int, 0, utf8.RuneCountInString(s)), make([]rune, 0, utf8.RuneCountInString(s))
	for i, r := range s {
		offsets, values = append(offsets, i), append(values, r)
	}
	return offsets, values
}

// ordered adds the builtin min and max for one type.
func ordered[T cmp.Ordered](rt symbols) {
	name := reflect.TypeFor[T]().String()
	rt["Min_"+name] = reflect.ValueOf(func(first T, rest ...T) T {
		for _, v := range rest {
			first = min(first, v)
		}
		return first
	})
	rt["Max_"+name] = reflect.ValueOf(func(first T, rest ...T) T {
		for _, v := range rest {
			first = max(first, v)
		}
		return first
	})
}

// shifting adds the check of a shift count, which panics as the shift itself would.
func shifting[T int | int8 | int16 | int32 | int64](rt symbols) {
	rt["Shift_"+reflect.TypeFor[T]().String()] = reflect.ValueOf(func(n T) uint64 {
		if n < 0 {
			return uint64(1) << n
		}
		return uint64(n)
	})
}

// builtinPrint is print and println: to standard error, in the runtime's own format.
func builtinPrint(line bool, args []any) {
	for i, arg := range args {
		if line && i > 0 {
			print(" ")
		}
		switch v := reflect.ValueOf(arg); {
		case !v.IsValid():
			print("nil") // println accepts no untyped nil; the compiler has refused it
		case v.Kind() == reflect.Bool:
			print(v.Bool())
		case v.CanInt():
			print(v.Int())
		case v.CanUint():
			print(v.Uint())
		case v.CanFloat():
			print(v.Float())
		case v.CanComplex():
			print(v.Complex())
		default:
			print(v.String())
		}
	}
	if line {
		println()
	}
}

// halt ends the cell as os.Exit ends a program: nothing deferred runs. The
// goroutine that called it never goes on, but the session does. The first call counts.
func (m *machine) halt(code int) {
	m.tasks.park()
	select {
	case m.exit <- code:
	default:
	}
	select {}
}

// logging is package log as it is; yaegi's copy panics in Fatal and ignores the
// flags of the standard logger.
func (m *machine) logging() symbols {
	return symbols{
		"Fatal":     reflect.ValueOf(func(v ...any) { log.Print(v...); m.halt(1) }),
		"Fatalf":    reflect.ValueOf(func(f string, v ...any) { log.Printf(f, v...); m.halt(1) }),
		"Fatalln":   reflect.ValueOf(func(v ...any) { log.Println(v...); m.halt(1) }),
		"Flags":     reflect.ValueOf(log.Flags),
		"Panic":     reflect.ValueOf(func(v ...any) { s := fmt.Sprint(v...); log.Print(s); panic(s) }),
		"Panicf":    reflect.ValueOf(func(f string, v ...any) { s := fmt.Sprintf(f, v...); log.Print(s); panic(s) }),
		"Panicln":   reflect.ValueOf(func(v ...any) { s := fmt.Sprintln(v...); log.Print(s); panic(s) }),
		"Prefix":    reflect.ValueOf(log.Prefix),
		"New":       reflect.ValueOf(log.New),
		"Logger":    reflect.ValueOf((*log.Logger)(nil)),
		"Default":   reflect.ValueOf(log.Default),
		"SetOutput": reflect.ValueOf(log.SetOutput),
		"Print":     reflect.ValueOf(log.Print),
		"Printf":    reflect.ValueOf(log.Printf),
		"Println":   reflect.ValueOf(log.Println),
		"SetFlags":  reflect.ValueOf(log.SetFlags),
		"SetPrefix": reflect.ValueOf(log.SetPrefix),
		"Writer":    reflect.ValueOf(log.Writer),
	}
}

// system is what yaegi's package os does not do on the real process.
func (m *machine) system() symbols {
	return symbols{
		"Exit":      reflect.ValueOf(m.halt),
		"Clearenv":  reflect.ValueOf(os.Clearenv),
		"ExpandEnv": reflect.ValueOf(os.ExpandEnv),
		"Getenv":    reflect.ValueOf(os.Getenv),
		"LookupEnv": reflect.ValueOf(os.LookupEnv),
		"Setenv":    reflect.ValueOf(os.Setenv),
		"Unsetenv":  reflect.ValueOf(os.Unsetenv),
		"Environ":   reflect.ValueOf(os.Environ),
	}
}
