package spec

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// bar is one bar of the logo, in 32nds of its size, and its colour.
type bar struct {
	x0, y0, x1, y1 int
	color          color.NRGBA
}

// flame is a small flame graph: what the kernel is for.
func flame() []bar {
	return []bar{
		{4, 22, 28, 27, color.NRGBA{0xff, 0xd1, 0x66, 0xff}},
		{4, 16, 21, 21, color.NRGBA{0xff, 0xa9, 0x4d, 0xff}},
		{22, 16, 28, 21, color.NRGBA{0xff, 0xd1, 0x66, 0xff}},
		{7, 10, 17, 15, color.NRGBA{0xff, 0x7b, 0x3a, 0xff}},
		{10, 4, 14, 9, color.NRGBA{0xf0, 0x4e, 0x3e, 0xff}},
	}
}

// logo draws the kernel's logo as a PNG of size × size pixels: a flame graph on a
// tile of the blue that Go is known by.
func logo(size int) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	tile := color.NRGBA{0x00, 0x7d, 0x9c, 0xff}
	for y := range size {
		for x := range size {
			if inTile(x, y, size) {
				img.SetNRGBA(x, y, tile)
			}
		}
	}
	for _, b := range flame() {
		for y := b.y0 * size / 32; y < b.y1*size/32; y++ {
			for x := b.x0 * size / 32; x < b.x1*size/32; x++ {
				img.SetNRGBA(x, y, b.color)
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("spec: logo: %w", err)
	}
	return buf.Bytes(), nil
}

// inTile tells whether a pixel is inside the square with round corners.
func inTile(x, y, size int) bool {
	r := size / 6
	dx, dy := max(r-x, x-(size-1-r), 0), max(r-y, y-(size-1-r), 0)
	return dx*dx+dy*dy <= r*r
}
