package render

import (
	"fmt"
	"math"
	"strings"
)

// FoldRows is how many rows a table shows before the rest folds.
const FoldRows = 25

// Table is rows under column heads. Bars inside cells show shares at a glance.
type Table struct {
	// Caption names the table, muted above it; it may be empty.
	Caption string
	Columns []Column
	Rows    []Row
	// Groups are rows that belong together, in place of Rows: sorting moves them as
	// one, and a hairline sets them apart. They never fold.
	Groups [][]Row
	// Totals come last, muted, and never fold: sums and "everything else".
	Totals []Row
	// Fold is how many rows are shown before the rest folds; 0 means FoldRows,
	// a negative number never folds.
	Fold int
}

// Column is the head of a column and how its cells are set.
type Column struct {
	Title string
	Hint  string // what the column means, shown on hover; may be empty
	// Number sets the cells flush right in the code font.
	Number bool
	// Code sets the cells in the code font, flush left.
	Code bool
	// Fill is the colour of the bars in this column; empty means FillYours.
	Fill string
}

// Row is one line of a table.
type Row struct {
	Cells []Cell
	Muted bool
}

// Cell is one field.
type Cell struct {
	Text string
	// HTML is drawn in place of Text, already escaped; Text is then its plain form.
	HTML string
	// Title is shown on hover: the whole of a name that was cut. May be empty.
	Title string
	// Share, between 0 and 1, draws a bar that long behind the text. Less than
	// or equal to 0 draws none.
	Share float64
	Fill  string // the bar's colour; empty means the column's
}

// Text returns a cell of plain text.
func Text(s string) Cell { return Cell{Text: s} }

// Name returns a cell of a name cut in its middle to n runes, whole in its title.
func Name(s string, n int) Cell {
	c := Cell{Text: CutMiddle(s, n)}
	if c.Text != s {
		c.Title = s
	}
	return c
}

// Bar returns a cell of text over a bar of the given share.
func Bar(s string, share float64) Cell { return Cell{Text: s, Share: share} }

// Cells returns a row of plain text cells.
func Cells(texts ...string) Row {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return Row{Cells: cells}
}

// HTML returns the table as a fragment that scrolls inside itself when it is wide.
func (t Table) HTML() string {
	fold := t.Fold
	if fold == 0 {
		fold = FoldRows
	}
	if fold < 0 || len(t.Groups) > 0 || len(t.Rows) <= fold {
		return t.grid(t.Rows, t.Totals)
	}
	rest := t.Rows[fold:]
	summary := fmt.Sprintf("%d more rows", len(rest))
	if len(rest) == 1 {
		summary = "1 more row"
	}
	return t.grid(t.Rows[:fold], t.Totals) + Fold(summary, t.grid(rest, nil))
}

// grid draws the given rows with the table's head.
func (t Table) grid(rows, totals []Row) string {
	var b strings.Builder
	b.WriteString(`<div style="overflow-x:auto;max-width:100%"><table style="border-collapse:collapse;table-layout:auto;` +
		`width:auto;margin:0;border:none;font-size:` + FontSize + `">`)
	if t.Caption != "" {
		b.WriteString(`<caption style="text-align:left;opacity:` + mutedOpacity + `;padding:0 8px;caption-side:top">` + Escape(t.Caption) + `</caption>`)
	}
	b.WriteString(`<thead><tr>`)
	for _, c := range t.Columns {
		b.WriteString(`<th scope="col" style="` + c.style() + `;font-weight:600;border:none;border-bottom:` + Hairline + `"`)
		writeTitle(&b, c.Hint)
		b.WriteString(`>` + Escape(c.Title) + `</th>`)
	}
	b.WriteString(`</tr></thead>`)
	if len(t.Groups) == 0 {
		t.body(&b, rows, "")
	}
	for _, g := range t.Groups {
		t.body(&b, g, ` style="border-bottom:`+Hairline+`"`)
	}
	if len(totals) > 0 {
		b.WriteString(`<tfoot>`)
		for _, r := range totals {
			t.row(&b, r, true)
		}
		b.WriteString(`</tfoot>`)
	}
	b.WriteString(`</table></div>`)
	return b.String()
}

// body draws rows that sort together.
func (t Table) body(b *strings.Builder, rows []Row, attributes string) {
	b.WriteString(`<tbody` + attributes + `>`)
	for _, r := range rows {
		t.row(b, r, r.Muted)
	}
	b.WriteString(`</tbody>`)
}

// row draws one row; missing cells are empty, surplus ones are left out.
func (t Table) row(b *strings.Builder, r Row, muted bool) {
	b.WriteString(`<tr>`)
	for i, col := range t.Columns {
		var c Cell
		if i < len(r.Cells) {
			c = r.Cells[i]
		}
		b.WriteString(`<td style="` + col.cellStyle(c, muted) + `"`)
		writeTitle(b, c.Title)
		b.WriteString(`>`)
		if c.HTML != "" {
			b.WriteString(c.HTML)
		} else {
			b.WriteString(Escape(c.Text))
		}
		b.WriteString(`</td>`)
	}
	b.WriteString(`</tr>`)
}

// writeTitle writes a title attribute if there is something to say.
func writeTitle(b *strings.Builder, title string) {
	if title != "" {
		b.WriteString(` title="` + Escape(title) + `"`)
	}
}

// style is what the head and the cells of a column have in common. The notebook's
// own style sheet aligns every cell right and gives all columns one width, so
// alignment is always said.
func (c Column) style() string {
	if c.Number {
		return "text-align:right;padding:2px 8px;white-space:nowrap"
	}
	return "text-align:left;padding:2px 8px;white-space:nowrap"
}

// cellStyle is the inline style of one cell of the column.
func (c Column) cellStyle(cell Cell, muted bool) string {
	style := c.style() + ";border:none;vertical-align:top"
	if c.Number || c.Code {
		style += ";font-family:" + FontCode + ";font-size:12px"
	}
	if muted {
		style += ";opacity:" + mutedOpacity
	}
	if cell.Share > 0 {
		fill := cell.Fill
		if fill == "" {
			fill = c.Fill
		}
		if fill == "" {
			fill = FillYours
		}
		style += ";" + BarStyle(cell.Share, fill)
	}
	return style
}

// barAlpha lets the page's ground shine through a bar, so that both dark text on
// white and light text on black read on it with a contrast above 4.5:1.
const barAlpha = 0.45

// BarStyle is the inline style that draws a bar of the given share (0 to 1), at
// least two pixels wide, behind the content of an element. The minimum width of
// the element is set too, so that bars can be told apart.
func BarStyle(share float64, fill string) string {
	if math.IsNaN(share) {
		share = 0
	}
	share = max(0, min(1, share))
	colour := Translucent(fill, barAlpha)
	end := fmt.Sprintf("%.1f%%", share*100)
	if share > 0 && share < 0.015 {
		end = "2px"
	}
	// The far side is the same colour, clear: "transparent" is black to a printer.
	return fmt.Sprintf("min-width:90px;background-image:linear-gradient(to right,%s %s,%s %s)", colour, end, Translucent(fill, 0), end)
}

// Translucent returns a "#rrggbb" colour as rgba(). An alpha between 0 and 1 is
// the heat of a cell or line; a colour in another form is returned as it is.
func Translucent(hex string, alpha float64) string {
	var r, g, b uint8
	if n, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); n != 3 || err != nil {
		return hex
	}
	return fmt.Sprintf("rgba(%d,%d,%d,%.2f)", r, g, b, max(0, min(1, alpha)))
}
