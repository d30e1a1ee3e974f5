package render

import (
	"fmt"
	"time"

	"gomri/kernel/display"
)

// Collecting is the line shown while a profile is collected: from where, and how
// much of the time has passed. A total of 0 means that it is not known.
func Collecting(source string, done, total time.Duration) display.Bundle {
	text := fmt.Sprintf("collecting %s: %.1f s", source, done.Seconds())
	if total > 0 {
		text = fmt.Sprintf("collecting %s: %.1f of %.0f s", source, done.Seconds(), total.Seconds())
	}
	bar := ""
	if total > 0 {
		share := min(1, done.Seconds()/total.Seconds())
		bar = fmt.Sprintf(`<progress value="%.3f" max="1" style="width:160px"></progress> `, share)
	}
	return Frame{Body: []string{`<div>` + bar + Escape(text) + `</div>`}}.Bundle(text)
}
