package value

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// counted counts how often it is asked.
type counted struct{ asked *int }

func (c counted) String() string { *c.asked++; return fmt.Sprint("asked ", *c.asked) }

// nested asks a copy of itself, down to 0.
type nested int

func (n nested) String() string {
	if n == 0 {
		return "0"
	}
	return "(" + fmt.Sprint(n-1) + ")"
}

type huge struct{}

func (huge) Error() string { return strings.Repeat("é", 50<<20) }

type odd struct{ text string }

func (o odd) String() string { return o.text }

type panics struct{ with any }

func (p panics) Error() string { panic(p.with) }

type wild struct{ fmt.Stringer }

func TestHostileStringersAreShownWithinBounds(t *testing.T) {
	n := 0
	Of([]any{counted{&n}, map[string]counted{"a": {&n}}}).Text()
	if n != 2 {
		t.Errorf("two Stringers were asked %d times", n)
	}
	tests := []struct {
		v    any
		want string
	}{
		{nested(5), "(((((0)))))"},
		{panics{"no"}, "(its Error method panics: no)"},
		{panics{panics{1}}, "(its Error method panics: "},
		{panics{nil}, "(its Error method panics: panic called with nil argument"},
		{[]error{panics{errors.New("x")}}, "[]error{(its Error method panics: x)}"},
		{wild{}, "(its String method panics: runtime error: invalid memory address"},
		{&wild{}, "(its String method panics: runtime error: invalid memory address"},
		{odd{"\x00\xff\u2028</script>\""}, "\x00\xff\u2028</script>\""},
		{reflect.ValueOf(5), "<int Value>"},
		{map[any]int{math.NaN(): 1, "a": 2, nil: 3, 2: 4, 1: 5}, `map[any]int{nil: 3, NaN: 1, 1: 5, 2: 4, "a": 2}`},
	}
	for _, tt := range tests {
		if got := Of(tt.v).Text(); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%T: %s, want %s", tt.v, got, tt.want)
		}
	}
	for _, v := range []any{huge{}, []any{huge{}, huge{}}} {
		if m := Of(v); len(m.Text()) > 2*maxText || len(m.Encode()) > MaxEncoded || m.Values[0].Whole() {
			t.Errorf("%T is not bounded", v)
		}
	}
}

func TestMapsAreInTheSameOrderEveryTime(t *testing.T) {
	type key struct {
		P *int
		A [2]string
		B bool
		C complex128
	}
	build := func() (m map[key]int, p map[*int]string) {
		m, p = map[key]int{}, map[*int]string{}
		for _, i := range rand.Perm(500) {
			k := i / 8
			m[key{&k, [2]string{fmt.Sprint(i % 3), "x"}, i%2 == 0, complex(float64(i%5), float64(-i))}] = i
			p[&i] = fmt.Sprint(i)
		}
		return m, p
	}
	m, p := build()
	want, wantP := Of(m).Text(), Of(p).Text()
	for range 5 {
		if m, p = build(); Of(m).Text() != want || Of(p).Text() != wantP {
			t.Error("a map was shown in another order")
		}
	}
	large := map[int]int{}
	for _, i := range rand.Perm(100_000) {
		large[i] = -i
	}
	n := Of(large).Values[0]
	if n.Len != len(large) || len(n.Items) != maxItems {
		t.Fatalf("%d of %d", len(n.Items), n.Len)
	}
	for i, item := range n.Items {
		if item.Key.Text != fmt.Sprint(i) {
			t.Fatalf("key %d is %s", i, item.Key.Text)
		}
	}
}

func TestModelSurvivesItsEncoding(t *testing.T) {
	loop := &node{V: 1}
	loop.Next = loop
	for _, vs := range [][]any{
		{},
		{nil},
		{1, "a\x00\xff\"\\\u2028<", nil, errors.New("\x1b[31mred")},
		{loop},
		{[]any{loop, secret{}, point{}}},
		{map[point][]byte{{1, 2}: []byte("text"), {}: {0}}},
		{make([]string, 1000)},
		{picture(30, 20)},
		{time.Now(), func() {}},
	} {
		m := Of(vs...)
		back, err := Decode(m.Encode())
		if err != nil {
			t.Errorf("%v: %v", vs, err)
		}
		if got, want := back.Text(), strings.ToValidUTF8(m.Text(), "\uFFFD"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if slow, err := json.Marshal(back); err != nil || !json.Valid(m.Encode()) {
			t.Errorf("%s, %v", slow, err)
		}
	}
}

func TestEncodedModelIsBounded(t *testing.T) {
	type wide struct{ AAAAAAAAAAAAAAAAAAAA, B, C, D, E, F, G, H string }
	control := strings.Repeat("\x01<", 10<<10)
	rows := make([]wide, 500)
	tree := map[string]any{}
	for i := range rows {
		rows[i] = wide{control, control, control, control, control, control, control, control}
		tree[fmt.Sprint(control, i)] = []any{rows[:1], map[string]any{control: odd{control}}}
	}
	var results []any
	for range 60 {
		results = append(results, odd{control})
	}
	for i, vs := range [][]any{{rows}, {tree}, results, {odd{control}, tree, rows}} {
		m := Of(vs...)
		data := m.Encode()
		if len(data) > 256<<10 {
			t.Errorf("model %d is %d bytes", i, len(data))
		}
		if _, err := Decode(data); err != nil {
			t.Errorf("model %d: %v", i, err)
		}
	}
}

func TestDecodeRefusesWhatTheBuilderDoesNotMake(t *testing.T) {
	img := base64.StdEncoding.EncodeToString([]byte("<svg onload=alert(1)>"))
	for _, bad := range []string{
		``, `[]`, `{"values":[null]}`, `{"values":[{"k":"list","i":[{"v":{"k":"nil"}}]}]}`, `{"values":[{"k":"list","n":1,"i":[{}]}]}`,
		`{"values":[{"k":"map","n":1,"i":[{"v":{"k":"nil"}}]}]}`, `{"values":[{"k":"pointer"}]}`,
		`{"values":[{"k":"number","n":1,"i":[{"v":{"k":"nil"}}]}]}`,
		`{"values":[{"k":"string","p":{}}]}`, `{"values":[{"k":"image","p":{"w":1,"h":1,"sw":1,"sh":1,"png":"` + img + `"}}]}`,
		`{"values":[` + strings.Repeat(`{"k":"pointer","n":1,"i":[{"v":`, 5000) + `{}` + strings.Repeat(`}]}`, 5000) + `]}`,
		`{"values":["` + strings.Repeat("x", MaxEncoded) + `"]}`,
	} {
		if m, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%.100s is taken for %+v", bad, m)
		}
	}
}

func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(-5, 3, w-5, h+3))
	for y := range h {
		for x := range w {
			img.Set(x-5, y+3, color.RGBA{uint8(x), uint8(y), 9, 255})
		}
	}
	return img
}

// lazyImage is an image of the user's own.
type lazyImage struct {
	w, h int
	at   func(x, y int) color.Color
}

func (l lazyImage) ColorModel() color.Model { return nil }
func (l lazyImage) Bounds() image.Rectangle { return image.Rect(0, 0, l.w, l.h) }
func (l lazyImage) At(x, y int) color.Color { return l.at(x, y) }
func grey(x, y int) color.Color             { return color.Gray{uint8(x)} }
func noise(int, int) color.Color {
	return color.NRGBA64{uint16(rand.Int()), uint16(rand.Int()), uint16(rand.Int()), 1 << 15}
}

func decoded(t *testing.T, n *Node) image.Image {
	t.Helper()
	if n.Kind != Image || n.Picture == nil || n.Picture.Fault != "" {
		t.Fatalf("no picture: %s %+v", n.Kind, n.Picture)
	}
	data, err := base64.StdEncoding.DecodeString(n.Picture.PNG)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestImagesBecomePictures(t *testing.T) {
	src := picture(40, 30)
	n := Of(src).Values[0]
	img := decoded(t, n)
	if img.Bounds() != image.Rect(0, 0, 40, 30) || img.At(7, 8) != src.At(2, 11) || n.Text != "*image.RGBA(40×30 pixels)" {
		t.Errorf("%s: %v %v", n.Text, img.Bounds(), img.At(7, 8))
	}
	if img = decoded(t, Of(lazyImage{20, 10, grey}).Values[0]); img.Bounds().Dx() != 20 {
		t.Errorf("an image of the user's own: %v", img.Bounds())
	}
	n = Of(lazyImage{2500, 2000, grey}).Values[0]
	if p := n.Picture; p.Width != 2500 || p.ShownWidth*p.ShownHeight > maxPixels || p.ShownWidth*p.ShownHeight < maxPixels/2 {
		t.Errorf("%+v", p)
	}
	m := Of(lazyImage{900, 700, noise}, picture(50, 50), lazyImage{900, 700, noise})
	if data := m.Encode(); len(data) > MaxEncoded {
		t.Errorf("%d bytes", len(data))
	}
	if back, err := Decode(m.Encode()); err != nil || back.Values[0].Picture.PNG != m.Values[0].Picture.PNG {
		t.Error(err)
	}
	for i := range 2 {
		decoded(t, m.Values[i])
	}
	if inside := Of([]image.Image{src}).Text(); inside != "[]image.Image{*image.RGBA(40×30 pixels)}" {
		t.Error(inside)
	}
}

func TestWhatCannotBeDrawnIsShownOtherwise(t *testing.T) {
	bad := lazyImage{10, 10, func(x, y int) color.Color { panic("no light") }}
	if n := Of(bad).Values[0]; n.Kind != Image || n.Picture.PNG != "" || !strings.Contains(n.Picture.Fault, "no light") {
		t.Errorf("%+v %+v", n, n.Picture)
	}
	none := lazyImage{10, 10, func(x, y int) color.Color { return nil }}
	if n := Of(none).Values[0]; n.Picture.PNG != "" || n.Picture.Fault == "" {
		t.Errorf("%+v", n.Picture)
	}
	for want, v := range map[string]any{
		"(0,0)-(2,2)":              image.Rect(0, 0, 2, 2),
		"&image.Uniform{C: ":       image.NewUniform(color.Black),
		"(*image.RGBA)(nil)":       (*image.RGBA)(nil),
		"&image.RGBA{Pix: []byte(": &image.RGBA{},
		"struct{ image.Image }{":   struct{ image.Image }{},
	} {
		if got := Of(v).Text(); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestLargeValuesCostLittle(t *testing.T) {
	large := make([]point, 10_000_000)
	text := make([]byte, 10_000_000)
	for i := range text {
		text[i] = 'a'
	}
	for _, v := range []any{large, &large, [][]point{large, large}, text, string(text), struct{ a []point }{large}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		Of(v).Encode()
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if took > time.Second || after.TotalAlloc-before.TotalAlloc > 8<<20 {
			t.Errorf("%T: %v, %d bytes", v, took, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range []any{1, []point{{1, 2}}, map[string]any{"a": &point{}, "b": nil}, picture(3, 3), errors.New("x")} {
		f.Add(Of(v).Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		text := m.Text()
		again, err := Decode(m.Encode())
		if err == nil && again.Text() != text {
			t.Errorf("%q becomes %q", text, again.Text())
		}
		for _, n := range m.Values {
			n.Whole()
			n.Terse(50)
		}
	})
}

func BenchmarkOfTenMillionElements(b *testing.B) {
	large := make([]int, 10_000_000)
	for b.Loop() {
		Of(large).Encode()
	}
}

func BenchmarkOfAMillionKeys(b *testing.B) {
	large := make(map[int]int, 1_000_000)
	for i := range 1_000_000 {
		large[i] = i
	}
	for b.Loop() {
		Of(large).Encode()
	}
}

func BenchmarkOfRows(b *testing.B) {
	rows := make([]secret, 1000)
	for b.Loop() {
		Of(rows).Encode()
	}
}
