package render

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// switchScript adds buttons that show one of several results.
//
//go:embed switch.js
var switchScript string

// maxSwitchRows bounds the rows of tables that are not the first.
const maxSwitchRows = 40

// TopView is the table of one sample type.
type TopView struct {
	Name string // "alloc_space"
	Top  prof.Top
	// Options says what stands around it.
	Options ProfileOptions
}

// TopSwitch draws the first table, which is seen without scripts, and where scripts
// run a row of buttons for the others.
func TopSwitch(views []TopView) display.Bundle {
	first := Top(views[0].Top, views[0].Options)
	if len(views) == 1 {
		return first
	}
	type other struct {
		Name string `json:"n"`
		HTML string `json:"h"`
	}
	var others []other
	for i, v := range views {
		html := ""
		if i > 0 {
			v.Top.Rows = v.Top.Rows[:min(len(v.Top.Rows), maxSwitchRows)]
			html = Top(v.Top, v.Options).Data[display.MIMEHTML]
		}
		others = append(others, other{strings.ReplaceAll(v.Name, "_", " "), html})
	}
	data := jsValue(others)
	html := first.Data[display.MIMEHTML]
	uid := uidOf(html + data)
	return display.HTML(`<div data-gomri-switch="`+uid+`"><div>`+html+`</div></div>`+script(switchScript, jsString(uid), data), first.Data[display.MIMEText])
}

// Graph draws a call graph that Graphviz has laid out: an SVG element, as a picture
// that scrolls inside itself.
func Graph(svg []byte, top prof.Top, text string, o ProfileOptions) display.Bundle {
	f := Frame{Headline: headline(top), Doubts: doubts(top, o), Command: o.Command, Footer: footer(top, o)}
	alt := fmt.Sprintf("call graph of %s; the text of this output is the same as a table", spoken(top.Total, top.Type.Unit))
	f.Body = []string{`<div style="overflow:auto;max-width:100%;max-height:900px;background-color:` + Paper + `"><img alt="` + Escape(alt) +
		`" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(svg) + `" style="max-width:100%;height:auto;display:block"></div>`}
	return f.Bundle(text)
}
