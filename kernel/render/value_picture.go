package render

import (
	"fmt"

	"gomri/kernel/value"
)

// The sizes of shown pictures, in pixels.
const (
	tinyPicture  = 64  // up to this size a picture is magnified
	drawnPicture = 192 // to at most this size
)

// pictureHTML draws an image with a line that says what it is.
func pictureHTML(n *value.Node) string {
	p := n.Picture
	said := fmt.Sprintf("%s, %d × %d pixels", CutMiddle(n.Type, 80), p.Width, p.Height)
	if p.PNG == "" {
		if p.Fault != "" {
			said += "; it is not shown, because " + p.Fault
		}
		return muted(said)
	}
	alt, width, look := said, p.ShownWidth, ""
	if side := max(p.ShownWidth, p.ShownHeight); side <= tinyPicture {
		times := max(1, drawnPicture/side)
		width, look = width*times, ";image-rendering:pixelated"
		if times > 1 {
			said += fmt.Sprintf(", drawn %d times as large", times)
		}
	}
	if p.ShownWidth != p.Width || p.ShownHeight != p.Height {
		said += fmt.Sprintf(", of which every few are taken: %d × %d", p.ShownWidth, p.ShownHeight)
	}
	return fmt.Sprintf(`<img alt="%s" src="data:image/png;base64,%s" style="width:%dpx;max-width:100%%;height:auto;background-color:%s%s">`,
		Escape(alt), p.PNG, width, Paper, look) + muted(said)
}
