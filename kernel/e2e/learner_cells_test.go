package e2e

// attempt is what a learner types into a cell, and what stands under it then.
type attempt struct {
	types string
	sees  []string // parts of what the cell shows, in this order, # for its number; none: it shows nothing
	fails bool     // the cell ends with an error
	stops bool     // it runs until the learner interrupts it
}

// learned is one cell of a learner's session: mistakes, and at last what works.
type learned struct {
	attempts []attempt
	picture  string // the screenshot's name after each attempt, if one is taken
}

func good(types string, sees ...string) learned {
	return learned{attempts: []attempt{{types: types, sees: sees}}}
}

func wrong(types string, sees ...string) attempt {
	return attempt{types: types, sees: sees, fails: true}
}

func mended(mistake attempt, types string, sees ...string) learned {
	return learned{attempts: []attempt{mistake, {types: types, sees: sees}}}
}

func (l learned) in(picture string) learned {
	l.picture = picture
	return l
}

// learnerSession is thirty cells as somebody types them in the first hours of Go. The
// lines have no indentation: the editor makes it.
var learnerSession = []learned{
	good("name := \"Ada\"\nfmt.Println(\"hello,\", name)", "hello, Ada"),
	mended(wrong(`age = 36`, "cell-#:1:1: undefined: age", "age = 36", "^"),
		"age := 36\nage + 1", "37"),
	mended(wrong(`sum := age + "1"`, `cell-#:1:8: invalid operation: age + "1" (mismatched types int and untyped string)`),
		`sum := age + 1`),
	mended(wrong(`fmt.Printn(name)`, "cell-#:1:5: undefined: fmt.Printn"),
		`fmt.Println(name, sum)`, "Ada 37"),
	mended(wrong("func average(xs []float64) float64 {\nsum := 0.0\ncount := 0\nfor _, x := range xs {\nsum += x\n}\nreturn sum / float64(len(xs))\n}",
		"cell-#:3:5: declared and not used: count", "count := 0", "^"),
		"func average(xs []float64) float64 {\nsum := 0.0\nfor _, x := range xs {\nsum += x\n}\nreturn sum / float64(len(xs))\n}").in("compile-error"),
	mended(wrong(`average(1, 2)`, "too many arguments in call to average", "have (number, number)", "want ([]float64)"),
		`average([]float64{1, 2, 4})`, "2.333"),
	mended(wrong("for i := 0; i < 3; i++\nfmt.Println(i)", "syntax error: unexpected newline, expected { after for clause"),
		"for i := 0; i < 3; i++ {\nfmt.Println(i)\n}", "0\n1\n2"),
	good("xs := []int{3, 1, 2}\nslices.Sort(xs)\nxs", "[]int{1, 2, 3}"),
	mended(wrong("func at(xs []int, i int) int {\nreturn xs[i]\n}\nat(xs, 5)", "panic: runtime error: index out of range [5] with length 3", "at cell-#, line 2"),
		"func at(xs []int, i int) int {\nreturn xs[i%len(xs)]\n}\nat(xs, 5)", "3").in("panic"),
	mended(wrong("var ages map[string]int\nages[\"Ada\"] = age", "panic: assignment to entry in nil map", "at cell-#, line 2"),
		"ages := map[string]int{}\nages[\"Ada\"] = age\nages", `map[string]int{"Ada": 36}`),
	good("type Book struct {\nTitle string\nYear int\nPrice float64\n}"),
	good("books := []Book{{\"Dune\", 1965, 9.5}, {\"Emma\", 1815, 7.25}, {\"Ulysses\", 1922, 12}}\nbooks", "Title", "Year", "Price", "Dune", "1965", "9.5", "Ulysses").in("table"),
	mended(wrong("total := 0\nfor _, b := range books {\ntotal += b.Price\n}", "invalid operation: total += b.Price (mismatched types int and float64)"),
		"total := 0.0\nfor _, b := range books {\ntotal += b.Price\n}\ntotal", "28.75"),
	good("big := make([]int, 1000)\nfor i := range big {\nbig[i] = i * i\n}\nbig", "[]int{0, 1, 4, 9", "625, 676", "800 more", "big[200:400]").in("big-value"),
	good("shelf := map[string]any{\"books\": books, \"years\": []int{1965, 1815}, \"note\": strings.Repeat(\"read it again. \", 20)}\nshelf", "books", "note", "years").in("tree"),
	{attempts: []attempt{
		{types: "n := 0\nfor n >= 0 {\nn = (n + 1) % 1000\n}", sees: []string{"interrupted"}, fails: true, stops: true},
		{types: "n := 0\nfor n < 1000 {\nn++\n}\nn", sees: []string{"1000"}},
	}, picture: "interrupt"},
	good(`name`, `"Ada"`), // the variables are there after the interrupt
	mended(wrong("var first *Book\nfirst.Title", "panic: runtime error: invalid memory address or nil pointer dereference", "line 2"),
		"first := &books[0]\nfirst.Title", `"Dune"`),
	mended(wrong("year, err := strconv.Atoi(first.Year)", "cannot use first.Year (variable of type int) as string value in argument to strconv.Atoi"),
		"year, err := strconv.Atoi(\"19x\")\nerr", `strconv.Atoi: parsing "19x": invalid syntax`),
	mended(wrong(`import "math/rnd"`, "package math/rnd is not in std"),
		"import \"math/rand\"\nrand.Intn(1)", "0"),
	good("func fib(n int) int {\nif n < 2 {\nreturn n\n}\nreturn fib(n-1) + fib(n-2)\n}\nfib(32)", "2178309"),
	good(`%why`, "compiled", "for the interpreter").in("why"),
	good("func (b Book) String() string {\nreturn fmt.Sprintf(\"%s (%d)\", b.Title, b.Year)\n}\nbooks[1]", "Emma (1815)"),
	mended(wrong("var s fmt.Stringer = books", "cannot use books (variable of type []Book) as fmt.Stringer value", "missing method String"),
		"var s fmt.Stringer = books[2]\ns", "Ulysses (1922)"),
	mended(wrong(`%whoo`, "Did you mean %who?"),
		`%who`, "name", "string", "Book", "type", "books", "[]Book", "fib", "func", "Book.String", "method").in("who"),
	mended(wrong("done := make(chan bool)\n<-done", "fatal error: all goroutines are asleep - deadlock!", "line 2"),
		"done := make(chan bool, 1)\ndone <- true\n<-done", "true").in("deadlock"),
	good("type Point struct {\nX, Y int\n}\npoint := Point{1, 2}\npoint", "Point{X: 1, Y: 2}"),
	// A type of an earlier cell, declared again with other fields.
	good("type Point struct {\nX, Y, Z int\n}", "point", "changes that type; declare point again with a value of the new type").in("redefined"),
	mended(wrong(`point.Z`, "point holds a value of the type Point as cell-", "declare point again"),
		"point := Point{1, 2, 3}\npoint.Z", "3").in("old-value"),
	good(`%help`, "%bench", "%who", "lists"),
}
