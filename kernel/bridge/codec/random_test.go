package codec

//lint:file-ignore U1000 the fields are there to be carried, by reflection

import (
	"bytes"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"
)

type tree struct {
	left, right *tree
	up          **tree
	list        []tree
	by          map[string]*tree
	tag         string
	val         any
	mark        *string
}

type celsius float64

type speaker interface{ Speak() string }

func (c celsius) Speak() string { return "C" }

// maker makes random types and values.
type maker struct {
	*rand.Rand
	made  map[reflect.Type][]reflect.Value // pointers, slices and maps that later values may share
	depth int
}

var leaves = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint16](), reflect.TypeFor[float32](),
	reflect.TypeFor[float64](), reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[celsius](), reflect.TypeFor[time.Time](),
	reflect.TypeFor[any](), reflect.TypeFor[speaker](), reflect.TypeFor[tree](), reflect.TypeFor[*tree](), reflect.TypeFor[struct{}](),
	reflect.TypeFor[point](), reflect.TypeFor[chan int](), reflect.TypeFor[[0]int](), reflect.TypeFor[error](),
}

var keyTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[float64](), reflect.TypeFor[[2]int8](), reflect.TypeFor[celsius](), reflect.TypeFor[struct{}](),
}

// typ makes a random type.
func (m *maker) typ(depth int) reflect.Type {
	if depth <= 0 {
		return leaves[m.Intn(len(leaves))]
	}
	switch m.Intn(7) {
	case 0:
		return reflect.PointerTo(m.typ(depth - 1))
	case 1:
		return reflect.SliceOf(m.typ(depth - 1))
	case 2:
		return reflect.ArrayOf(m.Intn(4), m.typ(depth-1))
	case 3:
		return reflect.MapOf(keyTypes[m.Intn(len(keyTypes))], m.typ(depth-1))
	case 4, 5:
		var fields []reflect.StructField
		for i := range m.Intn(5) {
			f := reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: m.typ(depth - 1)}
			if m.Intn(2) == 0 {
				f.Name, f.PkgPath = fmt.Sprintf("f%d", i), "main"
			}
			fields = append(fields, f)
		}
		return reflect.StructOf(fields)
	}
	return leaves[m.Intn(len(leaves))]
}

// fill gives memory a random value.
func (m *maker) fill(v reflect.Value) {
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem() // fields that are not exported too
	if m.depth++; m.depth > 8 {
		m.depth--
		return
	}
	defer func() { m.depth-- }()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m.Intn(2) == 0)
	case reflect.String:
		v.SetString(m.text())
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf([]time.Time{{}, time.Now(), time.Unix(m.Int63n(1e9), 0), time.Now().UTC()}[m.Intn(4)]))
			return
		}
		for i := range v.NumField() {
			m.fill(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			m.fill(v.Index(i))
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		m.reference(v)
	case reflect.Interface:
		m.box(v)
	case reflect.Chan:
	default:
		m.number(v)
	}
}

func (m *maker) text() string {
	long := "a long text that many strings are parts of, so that it has to be written only once"
	n := m.Intn(len(long))
	switch m.Intn(4) {
	case 0:
		return ""
	case 1:
		return long[n:]
	case 2:
		return strings.Repeat("x", m.Intn(200))
	}
	return long[:min(n, 5)]
}

func (m *maker) number(v reflect.Value) {
	switch {
	case v.CanInt():
		v.SetInt(m.Int63() >> m.Intn(64))
	case v.CanUint():
		v.SetUint(m.Uint64() >> m.Intn(64))
	case v.CanFloat():
		v.SetFloat([]float64{0, math.Copysign(0, -1), math.Inf(1), 1.5, m.NormFloat64(), math.MaxFloat32}[m.Intn(6)])
	case v.CanComplex():
		v.SetComplex(complex(m.NormFloat64(), 2))
	}
}

// reference makes a new piece of memory or shares one.
func (m *maker) reference(v reflect.Value) {
	t := v.Type()
	if old := m.made[t]; len(old) > 0 && m.Intn(3) == 0 {
		v.Set(old[m.Intn(len(old))])
		if v.Kind() == reflect.Slice && v.Cap() > 0 { // a part of the same array
			from := m.Intn(v.Cap())
			to := from + m.Intn(v.Cap()-from+1)
			v.Set(v.Slice3(from, to, to+m.Intn(v.Cap()-to+1)))
		}
		return
	}
	switch {
	case m.Intn(6) == 0:
		return // nil
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		m.made[t] = append(m.made[t], v)
		m.fill(v.Elem())
		m.interior(v.Elem())
	case t.Kind() == reflect.Slice:
		c := m.Intn(6)
		v.Set(reflect.MakeSlice(t, c, c))
		m.made[t] = append(m.made[t], v)
		for i := range c {
			m.fill(v.Index(i))
			m.interior(v.Index(i))
		}
		v.SetLen(m.Intn(c + 1))
	default:
		v.Set(reflect.MakeMap(t))
		m.made[t] = append(m.made[t], v)
		for range m.Intn(5) {
			key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			m.fill(key)
			m.fill(elem)
			v.SetMapIndex(key, elem)
		}
		if t.Key().Kind() == reflect.Float64 {
			nan := reflect.New(t.Key()).Elem()
			nan.SetFloat(math.NaN())
			v.SetMapIndex(nan, reflect.Zero(t.Elem()))
		}
	}
}

// interior lets later pointers point into a struct or an array.
func (m *maker) interior(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			return
		}
		for i := range v.NumField() {
			f := reflect.NewAt(v.Field(i).Type(), v.Field(i).Addr().UnsafePointer())
			m.made[f.Type()] = append(m.made[f.Type()], f)
			m.interior(f.Elem())
		}
	case reflect.Array:
		for i := range v.Len() {
			m.made[v.Index(i).Addr().Type()] = append(m.made[v.Index(i).Addr().Type()], v.Index(i).Addr())
		}
		if s := v.Slice(0, v.Len()); v.Len() > 0 {
			m.made[s.Type()] = append(m.made[s.Type()], s)
		}
	}
}

func (m *maker) box(v reflect.Value) {
	if v.NumMethod() > 0 {
		if v.Type() == reflect.TypeFor[speaker]() && m.Intn(2) == 0 {
			v.Set(reflect.ValueOf(celsius(m.Intn(9))))
		}
		return
	}
	t := leaves[m.Intn(10)]
	switch m.Intn(4) {
	case 0:
		return
	case 1:
		t = reflect.TypeFor[*tree]()
	case 2:
		t = reflect.TypeFor[[]any]()
	}
	box := reflect.New(t).Elem()
	m.fill(box)
	v.Set(box)
}

// twin compares two graphs: same values, and same memory where the other has the same.
type twin struct {
	there, back map[unsafe.Pointer]unsafe.Pointer
	seen        map[[2]any]bool
}

func (w *twin) same(a, b reflect.Value, path string) error {
	a, b = reflect.NewAt(a.Type(), a.Addr().UnsafePointer()).Elem(), reflect.NewAt(b.Type(), b.Addr().UnsafePointer()).Elem()
	if a.Type().Size() > 0 && a.Kind() != reflect.Struct && a.Kind() != reflect.Array {
		p, q := a.Addr().UnsafePointer(), b.Addr().UnsafePointer()
		if x, ok := w.there[p]; ok && x != q {
			return fmt.Errorf("%s: memory was shared", path)
		}
		if x, ok := w.back[q]; ok && x != p {
			return fmt.Errorf("%s: memory is shared now", path)
		}
		w.there[p], w.back[q] = q, p
	}
	differ := func() error { return fmt.Errorf("%s: %v became %v", path, a, b) }
	switch a.Kind() {
	case reflect.Struct:
		if a.Type() == timeType {
			if a.Interface() != b.Interface() {
				return differ()
			}
			return nil
		}
		for i := range a.NumField() {
			if err := w.same(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name); err != nil {
				return err
			}
		}
	case reflect.Array:
		return w.elements(a, b, path)
	case reflect.Pointer:
		if a.IsNil() != b.IsNil() {
			return differ()
		}
		if a.IsNil() || !w.first(a, b) {
			return nil
		}
		return w.same(a.Elem(), b.Elem(), "*"+path)
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() || a.Cap() != b.Cap() {
			return differ()
		}
		if a.Cap() == 0 || !w.first(a, b) {
			return nil
		}
		return w.elements(a.Slice(0, a.Cap()), b.Slice(0, b.Cap()), path)
	case reflect.Map:
		return w.maps(a, b, path, differ)
	case reflect.Interface:
		if a.IsNil() != b.IsNil() || !a.IsNil() && a.Elem().Type() != b.Elem().Type() {
			return differ()
		}
		if a.IsNil() {
			return nil
		}
		x, y := reflect.New(a.Elem().Type()).Elem(), reflect.New(a.Elem().Type()).Elem()
		x.Set(a.Elem())
		y.Set(b.Elem())
		return w.same(x, y, path)
	default:
		if !a.Equal(b) && !(a.CanFloat() && math.IsNaN(a.Float()) && math.IsNaN(b.Float())) {
			return differ()
		}
	}
	return nil
}

// first is false for a pair that has been compared.
func (w *twin) first(a, b reflect.Value) bool {
	n := 1
	if a.Kind() == reflect.Slice {
		n = a.Cap()
	}
	key := [2]any{[2]any{a.UnsafePointer(), a.Type()}, n}
	if there := w.there[a.UnsafePointer()]; w.seen[key] && (there == nil || there == b.UnsafePointer()) {
		return false
	}
	w.seen[key] = true
	return true
}

func (w *twin) elements(a, b reflect.Value, path string) error {
	for i := range a.Len() {
		if err := w.same(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *twin) maps(a, b reflect.Value, path string, differ func() error) error {
	if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
		return differ()
	}
	if a.IsNil() || !w.first(a, b) {
		return nil
	}
	if x, ok := w.there[a.UnsafePointer()]; ok && x != b.UnsafePointer() {
		return fmt.Errorf("%s: a map was shared", path)
	}
	w.there[a.UnsafePointer()], w.back[b.UnsafePointer()] = b.UnsafePointer(), a.UnsafePointer()
	for it := a.MapRange(); it.Next(); {
		if it.Key().CanFloat() && math.IsNaN(it.Key().Float()) {
			continue
		}
		other := b.MapIndex(it.Key())
		if !other.IsValid() {
			return differ()
		}
		x, y := reflect.New(a.Type().Elem()).Elem(), reflect.New(a.Type().Elem()).Elem()
		x.Set(it.Value())
		y.Set(other)
		if err := w.same(x, y, path+"[…]"); err != nil {
			return err
		}
	}
	return nil
}

func testRegistry() *Registry {
	r := NewRegistry()
	for name, t := range map[string]reflect.Type{
		"tree_v1": reflect.TypeFor[tree](), "celsius_v1": reflect.TypeFor[celsius](), "point_v1": reflect.TypeFor[point](),
	} {
		r.Type(name, t)
	}
	return r
}

// TestAnyValueOfAnyTypeComesBack makes random types and graphs of values with shared
// and overlapping memory, and carries them there and back again into their own place.
func TestAnyValueOfAnyTypeComesBack(t *testing.T) {
	n := 600
	if testing.Short() {
		n = 100
	}
	for seed := range n {
		m := &maker{Rand: rand.New(rand.NewSource(int64(seed))), made: map[reflect.Type][]reflect.Value{}}
		var from, to []Var
		for i := range 1 + m.Intn(5) {
			typ := m.typ(1 + m.Intn(4))
			x, y := reflect.New(typ), reflect.New(typ)
			name := fmt.Sprintf("x%d", i)
			from = append(from, Var{Key: name, Name: name, Ptr: x, Wanted: true})
			to = append(to, Var{Key: name, Name: name, Ptr: y, Wanted: true})
			m.made[x.Type()] = append(m.made[x.Type()], x)
			m.interior(x.Elem())
		}
		for i := range from {
			m.fill(from[i].Ptr.Elem())
		}
		r := testRegistry()
		list, origins := segments(t, r, from...)
		there := into(t, testRegistry(), list, to...)
		if err := sameVars(from, to); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		// The copy is changed, and the change goes back in place.
		var changed []Var
		for i := range to {
			m.made = map[reflect.Type][]reflect.Value{}
			if m.Intn(2) == 0 {
				m.fill(to[i].Ptr.Elem())
			}
			changed = append(changed, to[i])
		}
		s := testRegistry().Take(changed)
		vars := map[string]reflect.Value{}
		for _, v := range from {
			vars[v.Key] = v.Ptr
		}
		for i := range s.Len() {
			var b bytes.Buffer
			if err := s.Write(&b, i, &there); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if _, err := r.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()), vars, &origins); err != nil {
				t.Fatalf("seed %d: back: %v", seed, err)
			}
		}
		if err := sameVars(to, from); err != nil {
			t.Fatalf("seed %d: back: %v", seed, err)
		}
	}
}

func sameVars(a, b []Var) error {
	w := &twin{map[unsafe.Pointer]unsafe.Pointer{}, map[unsafe.Pointer]unsafe.Pointer{}, map[[2]any]bool{}}
	for i := range a {
		if err := w.same(a[i].Ptr.Elem(), b[i].Ptr.Elem(), a[i].Name); err != nil {
			return err
		}
	}
	return nil
}

// FuzzDecode feeds the reader with damaged segments: they are errors, never panics.
func FuzzDecode(f *testing.F) {
	for seed := range 8 {
		m := &maker{Rand: rand.New(rand.NewSource(int64(seed))), made: map[reflect.Type][]reflect.Value{}}
		var x tree
		m.fill(reflect.ValueOf(&x).Elem())
		list, _ := segments(f, testRegistry(), variable("x", &x))
		f.Add(list[0], uint16(3), byte(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16, with byte) {
		if len(b) > 0 {
			b = append([]byte(nil), b...)
			b[int(at)%len(b)] ^= with
		}
		var x tree
		_, err := testRegistry().Decode(bytes.NewReader(b), int64(len(b)), map[string]reflect.Value{"x_v1": reflect.ValueOf(&x)}, nil)
		if err == nil {
			_ = fmt.Sprintf("%.100v", testRegistry().Take([]Var{variable("x", &x)}).Len())
		}
	})
}
