package codec

//lint:file-ignore U1000 the fields are there to be carried, by reflection

import (
	"bytes"
	"math"
	"reflect"
	"runtime/debug"
	"slices"
	"testing"
)

// variable is one variable of a test.
func variable(name string, p any) Var {
	return Var{Key: name + "_v1", Name: name, Ptr: reflect.ValueOf(p), Wanted: true}
}

// segments writes the variables.
func segments(t testing.TB, r *Registry, vars ...Var) (list [][]byte, origins Origins) {
	t.Helper()
	s := r.Take(vars)
	for i := range s.Len() {
		var b bytes.Buffer
		if err := s.Write(&b, i, nil); err != nil {
			t.Fatal(err)
		}
		list = append(list, b.Bytes())
		origins.Append(s.Origins(i))
	}
	return list, origins
}

// into reads segments into variables.
func into(t testing.TB, r *Registry, list [][]byte, vars ...Var) Origins {
	t.Helper()
	to := map[string]reflect.Value{}
	for _, v := range vars {
		to[v.Key] = v.Ptr
	}
	var all Origins
	for _, b := range list {
		o, err := r.Decode(bytes.NewReader(b), int64(len(b)), to, nil)
		if err != nil {
			t.Fatal(err)
		}
		all.Append(o)
	}
	return all
}

type point struct {
	X, y int
	name string
}

type item struct {
	v    int
	next *item
	kids map[string]*item
	any  any
}

func TestValuesComeBack(t *testing.T) {
	type named []string
	type all struct {
		b    bool
		i8   int8
		u16  uint16
		f    float32
		c    complex128
		s    string
		arr  [3]point
		bs   [5]bool
		list []point
		m    map[string][]int
		p    *point
		e    any
		err  error
		n    named
		z    struct{}
		fn   func()
		ch   chan int
		none map[int]int
		nils []int
		emp  []int
		fs   map[float64]int
		pp   **int
	}
	seven := 7
	p7 := &seven
	x := all{
		b: true, i8: -3, u16: 65535, f: float32(math.Inf(-1)), c: complex(1, math.Copysign(0, -1)), s: "gopher",
		arr: [3]point{{1, 2, "a"}, {}, {3, 4, "a long name that is not written where it stands, because it is long"}},
		bs:  [5]bool{true, false, true}, list: make([]point, 2, 5), m: map[string][]int{"a": {1, 2}, "": nil},
		p: &point{9, 9, "nine"}, e: 3.5, n: named{"x", "y"}, emp: []int{}, fs: map[float64]int{math.Inf(1): 1, 0: 2}, pp: &p7,
	}
	var y all
	r := NewRegistry()
	list, _ := segments(t, r, variable("x", &x))
	into(t, r, list, variable("x", &y))
	if !reflect.DeepEqual(x, y) {
		t.Errorf("got  %+v\nwant %+v", y, x)
	}
	if cap(y.list) != 5 || y.nils != nil || y.emp == nil {
		t.Errorf("slices: cap %d, nil %v, empty %v", cap(y.list), y.nils, y.emp)
	}
	if &y.p == &x.p || y.p == x.p {
		t.Error("memory is shared with the copy")
	}
}

func TestAliasesSurvive(t *testing.T) {
	type vars struct {
		whole, left, right, over []int
		st                       *item
		field                    *int
		self                     *item
		elem                     *int
		m1, m2                   map[string]int
		arr                      *[2]int
	}
	build := func() *vars {
		v := &vars{}
		v.whole = []int{0, 1, 2, 3, 4, 5, 6, 7}
		v.left, v.right = v.whole[:3], v.whole[2:5:6]
		v.over = v.whole[4:]
		v.elem = &v.whole[3]
		v.arr = (*[2]int)(v.whole[6:])
		v.st = &item{v: 5, kids: map[string]*item{}}
		v.field = &v.st.v
		v.self = &item{}
		v.self.next = v.self
		v.st.next = v.self
		v.st.kids["me"] = v.st
		v.m1 = map[string]int{"a": 1}
		v.m2 = v.m1
		return v
	}
	x, y := build(), &vars{}
	r := NewRegistry()
	list := func() [][]byte {
		var vs []Var
		rv := reflect.ValueOf(x).Elem()
		for i := range rv.NumField() {
			vs = append(vs, Var{
				Key: rv.Type().Field(i).Name, Name: rv.Type().Field(i).Name, Wanted: true,
				Ptr: reflect.NewAt(rv.Field(i).Type(), rv.Field(i).Addr().UnsafePointer()),
			})
		}
		list, _ := segments(t, r, vs...)
		return list
	}()
	to := map[string]reflect.Value{}
	ry := reflect.ValueOf(y).Elem()
	for i := range ry.NumField() {
		to[ry.Type().Field(i).Name] = reflect.NewAt(ry.Field(i).Type(), ry.Field(i).Addr().UnsafePointer())
	}
	for _, b := range list {
		if _, err := r.Decode(bytes.NewReader(b), int64(len(b)), to, nil); err != nil {
			t.Fatal(err)
		}
	}
	y.whole[2], y.whole[4], y.whole[6] = 20, 40, 60
	*y.elem = 30
	if y.left[2] != 20 || y.right[0] != 20 || y.over[0] != 40 || y.whole[3] != 30 || y.arr[0] != 60 || cap(y.right) != 4 || cap(y.left) != 8 {
		t.Errorf("slices of one array: %v %v %v %v %v", y.whole, y.left, y.right, y.over, y.arr)
	}
	*y.field = 9
	if y.st.v != 9 || y.self.next != y.self || y.st.next != y.self || y.st.kids["me"] != y.st {
		t.Error("pointers of a cycle")
	}
	y.m1["b"] = 2
	if y.m2["b"] != 2 {
		t.Error("two names of one map")
	}
}

// A graph is walked without recursion, however long its chains are, and pieces that are
// met in another order than they lie in memory, or come back in, are found all the same.
func TestLongChainsComeBack(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20))
	type node struct {
		id         int
		next, prev *node
		up         any
	}
	const n = 100_000
	ring := func() (all []*node) {
		for i := range n {
			all = append(all, &node{id: i})
		}
		for i, e := range all {
			e.next, e.prev, e.up = all[(i+1)%n], all[(i+n-1)%n], all[i/2]
		}
		return all
	}
	whole := func(first *node, all []*node) bool {
		for i, e := range all {
			if e != first || e.id != i || e.next.prev != e || e.up != any(all[i/2]) {
				return false
			}
			first = first.next
		}
		return len(all) == n && first == all[0]
	}
	all := ring()
	first := all[0]
	r := NewRegistry()
	r.Type("node", reflect.TypeFor[node]())
	list, origins := segments(t, r, variable("first", &first), variable("all", &all))
	if len(list) != 1 {
		t.Fatalf("%d segments", len(list))
	}
	var first2 *node
	var all2 []*node
	to := []Var{variable("first", &first2), variable("all", &all2)}
	there := into(t, r, list, to...)
	if !whole(first2, all2) || first2 == first {
		t.Fatal("the ring has not come over")
	}
	slices.Reverse(to)
	var b bytes.Buffer
	if err := r.Take(to).Write(&b, 0, &there); err != nil {
		t.Fatal(err)
	}
	home := map[string]reflect.Value{"first_v1": reflect.ValueOf(&first), "all_v1": reflect.ValueOf(&all)}
	was := first
	if _, err := r.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()), home, &origins); err != nil {
		t.Fatal(err)
	}
	if !whole(first, all) || first != was {
		t.Error("the ring has not come back to its place")
	}
}
