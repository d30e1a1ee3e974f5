package render

import (
	"fmt"
	"regexp"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// maxTagKeys and maxTagValues bound what of the labels is drawn, and maxTagsText the
	// text, in bytes.
	maxTagKeys   = 12
	maxTagValues = 12
	maxTagsText  = 64 << 10
)

// Tags draws what each label of a profile accounts for, and how to see only it. Its
// text is that of "go tool pprof -tags". The source is what the profile was named as.
func Tags(t prof.Tags, source string, o ProfileOptions) display.Bundle {
	f := Frame{Headline: tagsHeadline(t), Command: o.Command, Doubts: doubts(prof.Top{Samples: t.Samples, Warnings: t.Warnings}, o)}
	if len(t.Keys) == 0 {
		return f.Bundle(plainRich(f.Headline) + plainDoubts(f.Doubts))
	}
	table := Table{Columns: []Column{
		{Title: "label", Code: true},
		{Title: t.Type.Type, Number: true},
		{Title: "share", Number: true, Hint: "of the whole profile"},
	}}
	if t.Counted != "" {
		table.Columns = append(table.Columns, Column{Title: t.Counted, Number: true})
	}
	table.Columns = append(table.Columns, Column{Title: "to see only it", Code: true, Hint: "a flag of %flame, %pprof and go tool pprof"})
	for _, k := range t.Keys[:min(len(t.Keys), maxTagKeys)] {
		table.Groups = append(table.Groups, tagRows(t, k))
	}
	if rest := len(t.Keys) - len(table.Groups); rest > 0 {
		table.Totals = append(table.Totals, Cells(fmt.Sprintf("%d more labels, in the text of this output", rest)))
	}
	f.Body = []string{table.HTML(), `<div style="opacity:` + mutedOpacity + `;margin:4px 0 0 8px">` +
		Rich(fmt.Sprintf("Split a flame graph by a label: `%%flame -tagroot=%s %s`", t.Keys[0].Key, source)) + `</div>`}
	f.Body = append(f.Body, o.After...)
	f.Footer = o.Footer
	return f.Bundle(cutText(t.Text(), maxTagsText))
}

// tagsHeadline says which value of the label that says most accounts for the most.
func tagsHeadline(t prof.Tags) string {
	if len(t.Keys) == 0 {
		return "The profile carries no labels; a program sets them with `pprof.Do`"
	}
	best := t.Keys[0]
	for _, k := range t.Keys {
		if k.Total > best.Total && !k.Values[0].Number {
			best = k
		}
	}
	v := best.Values[0]
	return fmt.Sprintf("`%s` is `%s` in %s of %s", best.Key, CutMiddle(v.Name, 60), Percent(shareOf(v.Value, t.Total)), nounOf(t.Type))
}

// tagRows are a label's rows: itself, its values, and what does not carry it.
func tagRows(t prof.Tags, k prof.TagKey) []Row {
	row := func(name Cell, value int64, text, count, flag string) Row {
		cells := []Cell{name, Text(text), Text(Percent(shareOf(value, t.Total)))}
		if t.Counted != "" {
			cells = append(cells, Text(count))
		}
		return Row{Cells: append(cells, Text(flag))}
	}
	head := Name(k.Key, 48)
	head.HTML = "<b>" + CutName(k.Key, 48) + "</b>"
	rows := []Row{row(head, k.Total, k.TotalText, "", "")}
	for _, v := range k.Values[:min(len(k.Values), maxTagValues)] {
		r := row(Name(v.Name, 48), v.Value, v.Text, fmt.Sprint(v.Count), tagFlag(k.Key, v))
		r.Cells[2].Share = shareOf(v.Value, t.Total)
		rows = append(rows, r)
	}
	if rest := len(k.Values) - maxTagValues; rest > 0 {
		r := row(Text(fmt.Sprintf("%d more values, in the text of this output", rest)), 0, "", "", "")
		r.Muted, r.Cells[2] = true, Cell{}
		rows = append(rows, r)
	}
	if v, text := t.Rest(k); v > 0 {
		r := row(Text("(without)"), v, text, "", "")
		r.Muted = true
		rows = append(rows, r)
	}
	return rows
}

// tagFlag is the flag that leaves one value of a label, "" where none is exact: commas
// and equal signs mean something to it, and numbers are ranges.
func tagFlag(key string, v prof.Tag) string {
	if v.Number || strings.ContainsAny(key+v.Name, ",='\"` \t\n:") || len(v.Name) > 80 || strings.ContainsAny(v.Name, "0123456789") && rangeLike.MatchString(v.Name) {
		return ""
	}
	return "-tagfocus=" + key + "=^" + regexp.QuoteMeta(v.Name) + "$"
}

// rangeLike is what pprof takes for a range of numbers.
var rangeLike = regexp.MustCompile(`^[+-]?[0-9]+[A-Za-z]*$`)

// cutText shortens a text at the end of a line.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	head := text[:strings.LastIndexByte(text[:limit], '\n')+1]
	return head + fmt.Sprintf("(%d more lines)\n", strings.Count(text[len(head):], "\n"))
}
