package codec

//lint:file-ignore SA2001 a mutex that was locked and unlocked is what is carried

import (
	"bytes"
	"container/list"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math"
	"math/big"
	"math/rand"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// carry writes the value of *from and reads it into *to, by two registries.
func carry[T any](t *testing.T, from *T, to *T, types ...reflect.Type) {
	t.Helper()
	r, r2 := NewRegistry(), NewRegistry()
	for _, typ := range types {
		r.Type("", typ)
		r2.Type("", typ)
	}
	list, _ := segments(t, r, variable("x", from))
	into(t, r2, list, variable("x", to))
}

func copyOf[T any](t *testing.T, v T, types ...reflect.Type) T {
	t.Helper()
	var to T
	carry(t, &v, &to, types...)
	return to
}

func TestErrorsComeBack(t *testing.T) {
	_, numErr := strconv.Atoi("x")
	_, openErr := os.Open("/does/not/exist")
	wrapped := fmt.Errorf("load: %w", io.EOF)
	joined := errors.Join(io.EOF, errors.New("other"))
	var index error
	func() {
		defer func() { index = recover().(error) }()
		_ = []int{}[len(os.Args)]
	}()
	for _, err := range []error{nil, io.EOF, errors.New("a"), fmt.Errorf("b %d", 1), wrapped, joined, numErr, openErr, fs.ErrNotExist, index} {
		got := copyOf(t, err)
		if fmt.Sprint(got) != fmt.Sprint(err) || reflect.TypeOf(got) != reflect.TypeOf(err) {
			t.Errorf("%v became %v", err, got)
		}
		for _, sentinel := range []error{io.EOF, fs.ErrNotExist, strconv.ErrSyntax} {
			if errors.Is(err, sentinel) != errors.Is(got, sentinel) {
				t.Errorf("%v: errors.Is(%v) is %v", err, sentinel, errors.Is(got, sentinel))
			}
		}
	}
	if copyOf(t, io.EOF) != io.EOF {
		t.Error("io.EOF is another variable now")
	}
	if copyOf(t, os.Stdout) != os.Stdout {
		t.Error("os.Stdout is another file now")
	}
}

func TestTimesComeBack(t *testing.T) {
	now := time.Now()
	zone := time.FixedZone("here", 3600)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		berlin = zone
	}
	for _, want := range []time.Time{now, now.UTC(), now.Round(0), {}, now.In(zone), now.In(berlin), time.Unix(0, 0)} {
		got := copyOf(t, want)
		if got.Location() != want.Location() && (want.Location() == time.Local || want.Location() == time.UTC) {
			t.Errorf("%v: location %v", want, got.Location())
		}
		if got.String() != want.String() || !got.Equal(want) {
			t.Errorf("%v became %v", want, got)
		}
	}
	if got := copyOf(t, now); got != now {
		t.Errorf("%#v became %#v", now, got)
	}
}

func TestTypesOfPackagesComeBack(t *testing.T) {
	n, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	if got := copyOf(t, n); got.Cmp(n) != 0 {
		t.Error(got)
	}
	q := big.NewRat(22, 7)
	if got := copyOf(t, q); got.Cmp(q) != 0 {
		t.Error(got)
	}
	f := new(big.Float).SetPrec(200).Quo(big.NewFloat(1), big.NewFloat(3))
	if got := copyOf(t, f); got.Cmp(f) != 0 || got.Prec() != 200 {
		t.Error(got)
	}
	u, _ := url.Parse("https://me:pw@example.org/a?b=c#d")
	if got := copyOf(t, u); got.String() != u.String() {
		t.Error(got)
	}
	for _, expr := range []string{"a(b|c)*", ".*", "^x$", "(?i)straße"} {
		re := regexp.MustCompile(expr)
		if got := copyOf(t, re); got.String() != expr || !reflect.DeepEqual(got.FindStringSubmatch("abcbx"), re.FindStringSubmatch("abcbx")) {
			t.Error(got)
		}
	}
	posix := regexp.MustCompilePOSIX("a+|a+b")
	if got := copyOf(t, posix); got.FindString("aab") != "aab" {
		t.Error("the longest match is lost")
	}
	for _, a := range []netip.Addr{{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0")} {
		if got := copyOf(t, a); got != a {
			t.Errorf("%v became %v", a, got)
		}
	}
	l := list.New()
	l.PushBack(1)
	l.PushBack("two")
	if got := copyOf(t, l); got.Len() != 2 || got.Back().Value != "two" || got.Front().Next() != got.Back() {
		t.Error("container/list")
	}
	src := rand.New(rand.NewSource(42))
	src.Int()
	got := copyOf(t, src, reflect.TypeOf(rand.NewSource(1)))
	if got.Int() != src.Int() {
		t.Error("a source of random numbers goes on with another one")
	}
}

func TestBuffersAndLocksComeBack(t *testing.T) {
	var b, b2 bytes.Buffer
	b.WriteString("hello world")
	b.Next(6)
	carry(t, &b, &b2)
	b2.WriteString("!")
	if b2.String() != "world!" {
		t.Error(b2.String())
	}
	var sb, sb2 strings.Builder
	sb.WriteString("abc")
	carry(t, &sb, &sb2)
	sb2.WriteString("d") // panics if it thinks it was copied
	if sb2.String() != "abcd" {
		t.Error(sb2.String())
	}
	type locked struct {
		mu   sync.Mutex
		rw   sync.RWMutex
		once sync.Once
		wg   sync.WaitGroup
		n    atomic.Int64
		flag atomic.Bool
		p    atomic.Pointer[point]
		v    atomic.Value
		m    sync.Map
	}
	x, y := &locked{}, &locked{}
	x.mu.Lock()
	x.mu.Unlock()
	x.rw.RLock()
	x.rw.RUnlock()
	x.once.Do(func() {})
	x.wg.Go(func() {})
	x.wg.Wait()
	x.n.Store(7)
	x.flag.Store(true)
	x.p.Store(&point{X: 1})
	x.v.Store("value")
	x.m.Store("k", 1)
	x.m.Store(2, []string{"v"})
	carry(t, x, y)
	y.once.Do(func() { t.Error("once more") })
	y.mu.Lock()
	y.rw.Lock()
	list, ok := y.m.Load(2)
	if y.n.Load() != 7 || !y.flag.Load() || y.p.Load().X != 1 || y.v.Load() != "value" || !ok || list.([]string)[0] != "v" {
		t.Error("atomic values or the map")
	}
	logger := log.New(os.Stderr, "x: ", log.Lshortfile)
	if got := copyOf(t, logger); got.Prefix() != "x: " || got.Flags() != log.Lshortfile || got.Writer() != os.Stderr {
		t.Error("a logger")
	}
}

func TestWhatSitsInInterfacesKeepsItsType(t *testing.T) {
	type celsius float64
	r := NewRegistry()
	r.Type("celsius_v2", reflect.TypeFor[celsius]())
	r.Type("point_v1", reflect.TypeFor[point]())
	pt := &point{X: 1, y: 2}
	x := []any{
		nil, 1, int8(2), "s", 2.5, celsius(36.6), *pt, pt, pt,
		[]celsius{1},
		map[string]any{"a": []any{true}},
		time.Second,
		struct{ A, b int }{1, 2},
		error(nil),
		[2]celsius{},
		(*point)(nil), []int(nil), math.NaN(),
	}
	var y []any
	list, _ := segments(t, r, variable("x", &x))
	tables, err := ReadTables(bytes.NewReader(list[0]), int64(len(list[0])))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"celsius_v2", "point_v1", "time.Duration"} {
		if !bytes.Contains([]byte(strings.Join(tables.Types, " ")), []byte(want)) {
			t.Errorf("types %v lack %s", tables.Types, want)
		}
	}
	into(t, r, list, variable("x", &y))
	for i := range x {
		if a, b := fmt.Sprintf("%T %#v", x[i], x[i]), fmt.Sprintf("%T %#v", y[i], y[i]); a != b && i != 7 && i != 8 {
			t.Errorf("%s became %s", a, b)
		}
	}
	if y[7] != y[8] || *y[7].(*point) != *pt {
		t.Error("a pointer in two interfaces")
	}
	var z []any
	if _, err := NewRegistry().Decode(bytes.NewReader(list[0]), int64(len(list[0])), map[string]reflect.Value{"x_v1": reflect.ValueOf(&z)}, nil); err == nil || z != nil {
		t.Errorf("a type that is not known was read: %v", err)
	}
}
