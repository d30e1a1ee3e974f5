package render

import (
	"slices"
	"strconv"

	"gomri/kernel/value"
)

// table makes the table of a list or map of structs of one type, or of pointers to
// such: a row for each, a column for each field, and says what it is in words. There is
// none if ok is false.
func (d *valueDrawing) table(n *value.Node) (t Table, words string, ok bool) {
	list := pointee(n)
	if list.Kind != value.List && list.Kind != value.Map || !rowsAreAlike(list) {
		return t, "", false
	}
	fields := list.Items[slices.IndexFunc(list.Items, isRow)].Value
	fields = pointee(fields)
	shown := min(len(fields.Items), valueCols)
	t.Columns = append(t.Columns, Column{Title: "#", Hint: "index", Number: true})
	if list.Kind == value.Map {
		t.Columns[0] = Column{Title: "key", Code: true}
	}
	for i, f := range fields.Items[:shown] {
		hint, number := columnType(list, i)
		t.Columns = append(t.Columns, Column{Title: CutMiddle(f.Field, 40), Hint: hint, Number: number, Code: !number})
	}
	d.room -= 160 * len(t.Columns)
	for i, item := range list.Items {
		row := pointee(item.Value)
		if row.Kind == value.Struct && len(row.Items) < len(fields.Items) || d.room <= 0 {
			break // there was no room for the rest
		}
		t.Rows = append(t.Rows, d.tableRow(i, item, shown))
	}
	d.left = d.left || len(t.Rows) < list.Len || shown < fields.Len
	words = caption(n, "", len(t.Rows))
	if shown < fields.Len {
		words += ", " + strconv.Itoa(fields.Len-shown) + " more columns left out"
	}
	return t, words, len(t.Rows) > 0
}

// isRow is true for an item that is a struct whose fields are known.
func isRow(item value.Item) bool {
	n := pointee(item.Value)
	return n.Kind == value.Struct && len(n.Items) > 0
}

// rowsAreAlike is true if a list holds structs of one type and nothing else but nils.
func rowsAreAlike(list *value.Node) bool {
	name, rows := "", 0
	for _, item := range list.Items {
		n := pointee(item.Value)
		switch {
		case n.Kind == value.Nil:
			continue
		case n.Kind != value.Struct || n.Len == 0:
			return false
		}
		if isRow(item) {
			rows++
		}
		if name == "" {
			name = n.Type
		}
		if n.Type != name {
			return false
		}
	}
	return rows > 0
}

// columnType is the type of a column, and whether all its values are numbers.
func columnType(list *value.Node, column int) (name string, number bool) {
	number = true
	for _, item := range list.Items {
		row := pointee(item.Value)
		if row.Kind != value.Struct || column >= len(row.Items) {
			continue
		}
		cell := row.Items[column].Value
		if name == "" {
			name = cell.Type
		}
		number = number && cell.Kind == value.Number
	}
	return name, number
}

// tableRow makes one row.
func (d *valueDrawing) tableRow(i int, item value.Item, shown int) Row {
	var r Row
	if item.Key != nil {
		r.Cells = append(r.Cells, valueText(item.Key))
	} else {
		r.Cells = append(r.Cells, Cell{HTML: `<span style="opacity:` + mutedOpacity + `">` + strconv.Itoa(i) + `</span>`})
	}
	row := pointee(item.Value)
	if row.Kind != value.Struct {
		r.Cells = append(r.Cells, Text("nil"))
	}
	for _, f := range row.Items[:min(shown, len(row.Items))] {
		d.left = d.left || len(f.Value.Text) > valueTitle
		r.Cells = append(r.Cells, valueText(f.Value))
	}
	for _, c := range r.Cells {
		d.room -= 200 + len(Escape(c.Text)) + len(Escape(c.Title)) + len(c.HTML)
	}
	return r
}

// valueText is a cell for a value: a string without quotes where they say nothing, what
// holds others without its type, which the column's head tells.
func valueText(n *value.Node) Cell {
	text := n.Terse(4 * valueCell)
	if n.Kind == value.String {
		text = plainString(n)
	}
	return Name(CutMiddle(text, valueTitle), valueCell)
}
