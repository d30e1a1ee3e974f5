package render

import (
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/value"
)

var updateValue = flag.Bool("update-value", false, "write the golden files of values anew")

type person struct {
	Name   string
	Age    int
	Since  time.Duration
	Pets   []string
	secret *address
}

type address struct {
	Street string
	Where  struct{ Lat, Long float64 }
}

type server struct {
	Host    string
	Port    int
	Routes  map[string]route
	Limits  *limits
	Parent  *server
	Started time.Time
	Err     error
	Log     []string
}

type route struct {
	Method, Path string
	Handler      func()
}

type limits struct {
	Burst, Rate int
	Allowed     []int
}

type listNode struct {
	V    int
	Next *listNode
}

func people(n int) []person {
	list := make([]person, n)
	for i := range list {
		list[i] = person{fmt.Sprintf("Ann <%d>", i), 20 + i%50, time.Duration(i) * time.Minute, []string{"cat", "dog"}[:i%3], &address{Street: "Main"}}
	}
	return list
}

func aServer() *server {
	s := &server{
		Host: "localhost", Port: 8080, Limits: &limits{5, 10, make([]int, 60)},
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Err: errors.New("dial tcp: connection refused <again>"),
		Routes: map[string]route{}, Log: []string{"started", strings.Repeat("a long line & ", 20)},
	}
	s.Parent = s
	for i := range 3 {
		s.Routes[fmt.Sprintf("r%d", i)] = route{"GET", fmt.Sprintf("/path/%d", i), nil}
	}
	return s
}

// square is an image with a coloured pattern.
func square(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 128, 255})
		}
	}
	return img
}

// shownValues are values of every form, by the name of their golden file.
func shownValues() map[string][]any {
	var list *listNode
	for i := range 40 {
		list = &listNode{i, list}
	}
	return map[string][]any{
		"people":  {people(28)},
		"pointer": {[]*address{{Street: "Main"}, nil, {Street: strings.Repeat("long ", 40)}}},
		"map":     {map[string]address{"b": {Street: "B"}, "a": {Street: "A"}}},
		"tree":    {aServer()},
		"list":    {list},
		"wide":    {map[string][]int{"a": make([]int, 500), "b": {1}, "c": nil}},
		"results": {people(3), errors.New("no more"), (*person)(nil), 5},
		"image":   {square(20, 10)},
	}
}

func TestValuesAreDrawnAsTheGoldenFilesSay(t *testing.T) {
	for name, vs := range shownValues() {
		b := Value(value.Of(vs...), "v")
		got := strings.ReplaceAll(b.Data[display.MIMEHTML], ">", ">\n") + "\n----\n" + b.Data[display.MIMEText] + "\n"
		file := filepath.Join("testdata", "value_"+name+".html")
		if *updateValue {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; if that is meant, run go test ./kernel/render -update-value\ngot:\n%.3000s", file, got)
		}
	}
}

func TestSmallValuesAreTextOnly(t *testing.T) {
	for _, v := range []any{
		5, "a", nil, true,
		[]int{1, 2},
		make([]int, 1000),
		person{Name: "A"},
		[]address{{}},
		errors.New("it broke\nbadly"), time.Second,
		map[string]int{"a": 1},
		(*person)(nil), "a <b>",
		struct{}{},
		[]person{},
	} {
		b := Value(value.Of(v), "")
		if _, ok := b.Data[display.MIMEHTML]; ok || len(b.Data) != 1 {
			t.Errorf("%T has HTML: %s", v, b.Data[display.MIMEHTML])
		}
		if want := value.Text(v); !strings.HasPrefix(b.Data[display.MIMEText], want) {
			t.Errorf("got %q, want %q", b.Data[display.MIMEText], want)
		}
	}
}

func TestWhatIsLeftOutCanBeSeen(t *testing.T) {
	deep := any(1)
	for range 100 {
		deep = []any{deep, "and more"}
	}
	tests := []struct {
		v          any
		name, want string
	}{
		{make([]int, 1000), "xs", "xs[200:400] shows some of them, fmt.Printf(\"%+v\\n\", xs) prints all."},
		{make([]int, 250), "p.xs", "p.xs[200:250] shows some of them"},
		{strings.Repeat("a", 20000), "s", "fmt.Println(s) prints all of it."},
		{[]byte(strings.Repeat("a", 20000)), "s", "fmt.Printf(\"%s\\n\", s) prints all of it."},
		{errors.New(strings.Repeat("a", 20000)), "", "With the value in a variable x, fmt.Println(x) prints all of it."},
		{people(1000), "people", "people[200:400] shows some of them."},
		{deep, "d", "d[0] shows some of them, fmt.Printf(\"%+v\\n\", d) prints all."},
		{map[string][]int{"a": nil, "b": make([]int, 300)}, "m", `m["b"] shows some of them`},
		{&map[string][]int{"b": make([]int, 300)}, "m", `fmt.Printf("%+v\n", m) prints all.`},
		{&limits{Allowed: make([]int, 300)}, "", "With the value in a variable x, x.Allowed shows some of them"},
	}
	for _, tt := range tests {
		b := Value(value.Of(tt.v), tt.name)
		if !strings.Contains(b.Data[display.MIMEText], tt.want) {
			t.Errorf("%T: the text does not say %q: …%s", tt.v, tt.want, b.Data[display.MIMEText][max(0, len(b.Data[display.MIMEText])-300):])
		}
	}
	if b := Value(value.Of(people(1000)), "people"); !strings.Contains(b.Data[display.MIMEHTML], "people[") {
		t.Error("the table does not say how to see the rest")
	}
	if b := Value(value.Of(people(40)), "people"); strings.Contains(b.Data[display.MIMEText], "left out") {
		t.Error("a whole value is said to be cut")
	}
}

func TestDrawnValuesAreBoundedAndEscaped(t *testing.T) {
	type wide struct{ A, B, C, D, E, F, G, H, I, J, K, L, M string }
	nasty := `<script>alert("1")</script>` + strings.Repeat("&<>\"'", 300)
	rows := make([]wide, 500)
	for i := range rows {
		rows[i] = wide{A: nasty, B: "x", M: nasty[:20]}
	}
	tree := map[string]any{}
	for i := range 1000 {
		tree[fmt.Sprintf("%s%d", nasty, i)] = map[string]any{nasty: []any{nasty, map[string]any{"x": nasty}}}
	}
	deep := map[string]any{}
	for at, i := deep, 0; i < 200; i++ {
		next := map[string]any{}
		at["<b>"], at["long"] = next, strings.Repeat("<i>", 100)
		at = next
	}
	odd := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[string](), Tag: `x:"<script>"`}})).Interface()
	for i, v := range []any{rows, tree, deep, odd, [][]wide{rows[:5], rows}} {
		html := Value(value.Of(v), "v").Data[display.MIMEHTML]
		if len(html) > 256<<10 {
			t.Errorf("value %d is %d bytes of HTML", i, len(html))
		}
		if strings.Contains(html, "<script") || strings.Contains(html, "<i>") || strings.Contains(html, "<b>") {
			t.Errorf("value %d is not escaped: %.300s", i, html)
		}
		balanced(t, html)
	}
}

// balanced checks that every element is closed in its turn.
func balanced(t *testing.T, html string) {
	t.Helper()
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z]+)[^>]*>`).FindAllStringSubmatch(html, -1) {
		switch {
		case tag[2] == "img":
		case tag[1] == "":
			open = append(open, tag[2])
		case len(open) == 0 || open[len(open)-1] != tag[2]:
			t.Errorf("%s closes what is not open: %v", tag[0], open)
			return
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

func TestDrawnValueIsReadableWhereOnlyInlineStylesAreKept(t *testing.T) {
	for name, vs := range shownValues() {
		page := Value(value.Of(vs...), "v").Data[display.MIMEHTML]
		bare := regexp.MustCompile(`<style>.*?</style>`).ReplaceAllString(page, "")
		for _, bad := range []string{"var(", "hsl", "position:", " id=", "url(", "<script", "<svg"} {
			if strings.Contains(bare, bad) {
				t.Errorf("%s: %q is in %s", name, bad, bare)
			}
		}
		balanced(t, page)
	}
}

func TestImageIsShownAsPictureWithItsWords(t *testing.T) {
	b := Value(value.Of(square(300, 200)), "img")
	data, err := base64.StdEncoding.DecodeString(b.Data[display.MIMEPNG])
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(strings.NewReader(string(data)))
	if err != nil || img.Bounds() != image.Rect(0, 0, 300, 200) || img.At(299, 0) != square(300, 200).At(299, 0) {
		t.Errorf("another picture: %v, %v", img.Bounds(), err)
	}
	if html := b.Data[display.MIMEHTML]; !strings.Contains(html, `alt="*image.RGBA, 300 × 200 pixels" src="data:image/png;base64,iVBOR`) {
		t.Errorf("got %.400s", html)
	}
	if b.Data[display.MIMEText] != "*image.RGBA(300×200 pixels)" {
		t.Errorf("got %s", b.Data[display.MIMEText])
	}
	noise := image.NewNRGBA(image.Rect(0, 0, 3000, 2000))
	rand.New(rand.NewSource(1)).Read(noise.Pix)
	b = Value(value.Of(noise, square(20, 20)), "")
	if html := b.Data[display.MIMEHTML]; !strings.Contains(html, "3000 × 2000 pixels, of which every few are taken") || strings.Count(html, "<img") != 2 || len(html) > 3<<20 {
		t.Errorf("%d bytes, %.400s", len(html), regexp.MustCompile(`base64,[^"]*`).ReplaceAllString(html, ""))
	}
	if b.Data[display.MIMEPNG] != "" {
		t.Error("two pictures are given as one")
	}
}

func FuzzDecodedModelsAreDrawn(f *testing.F) {
	for _, vs := range shownValues() {
		f.Add(value.Of(vs...).Encode())
	}
	f.Add([]byte(`{"values":[{"k":"list","n":3,"i":[{"v":{"k":"struct","n":1,"i":[{"f":"A","v":{"k":"pointer","n":1}}]}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := value.Decode(data)
		if err != nil {
			return
		}
		b := Value(m, "x")
		if html := b.Data[display.MIMEHTML]; html != "" {
			balanced(t, html)
		}
		if again, err := value.Decode(m.Encode()); err == nil && again.Text() != m.Text() {
			t.Errorf("%q becomes %q", m.Text(), again.Text())
		}
	})
}
