package render

import (
	_ "embed"
	"encoding/base64"

	"gomri/kernel/exectrace"
)

// traceScript makes the picture of a trace answer to pointer and keys.
//
//go:embed trace.js
var traceScript string

// tracePictureOf is the picture of a trace as a fragment: an image, to which scripts
// add the time under the pointer and the command that shows a part closer. The name is
// what that command calls the trace.
func tracePictureOf(t *exectrace.Trace, name string) string {
	svg := traceSVG(t)
	uid := uidOf(svg)
	return `<div data-gomri-trace="` + uid + `"><img alt="` + Escape(traceAlt(t)) + `" src="data:image/svg+xml;base64,` +
		base64.StdEncoding.EncodeToString([]byte(svg)) + `" style="max-width:100%;height:auto;display:block"></div>` +
		script(traceScript, jsString(uid), jsValue(struct {
			From int64   `json:"from"`
			To   int64   `json:"to"`
			Left float64 `json:"left"`
			Plot float64 `json:"plot"`
			Name string  `json:"name"`
		}{int64(t.Strip.From), int64(t.Strip.To), float64(traceLeft) / traceWidth, float64(tracePlot) / traceWidth, name}))
}

// sortable makes the heads of a fragment's table sort it, where scripts run.
func sortable(table string) string {
	uid := uidOf(table)
	return `<div data-gomri-top="` + uid + `">` + table + `</div>` + script(topScript, jsString(uid))
}
