package value

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"reflect"
)

// The bounds of pictures.
const (
	maxPixels = 4 << 20 // pixels of one picture; a larger image is sampled
	maxSide   = 1 << 16 // pixels; what is wider or higher is no picture: an image.Uniform has no bounds
	smallSide = 16      // pixels of the smallest picture that may be left
)

// pictureOf returns the size of v if it is an image that can be shown, and nil if it is
// not. With room, in bytes, it draws the image too, and takes no more.
func pictureOf(v reflect.Value, room int) (p *Picture) {
	defer func() {
		if recover() != nil {
			p = nil // an image that has no bounds is shown as what it is otherwise
		}
	}()
	for v.IsValid() && v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || !v.CanInterface() {
		return nil
	}
	img, ok := v.Interface().(image.Image)
	if _, rectangle := img.(image.Rectangle); !ok || rectangle {
		return nil
	}
	size := img.Bounds()
	if size.Empty() || size.Dx() <= 0 || size.Dx() > maxSide || size.Dy() <= 0 || size.Dy() > maxSide {
		return nil
	}
	p = &Picture{Width: size.Dx(), Height: size.Dy()}
	if room > 0 {
		p.draw(img, room)
	}
	return p
}

// draw makes the PNG, as large as the bounds allow.
func (p *Picture) draw(img image.Image, room int) {
	defer func() {
		if r := recover(); r != nil {
			text, _ := said(fmt.Sprint(r), maxSpeak)
			p.PNG, p.Fault = "", "it panics when its pixels are read: "+text
		}
	}()
	scale := min(1, math.Sqrt(maxPixels/float64(p.Width)/float64(p.Height)))
	for {
		w, h := max(1, int(float64(p.Width)*scale)), max(1, int(float64(p.Height)*scale))
		data, err := encode(sample(img, w, h))
		switch {
		case err != nil:
			p.Fault = err.Error()
			return
		case len(data) <= room:
			p.PNG = base64.StdEncoding.EncodeToString(data)
			p.ShownWidth, p.ShownHeight = w, h
			return
		case max(w, h) <= smallSide:
			p.Fault = "the pictures before it have taken all the room"
			return
		}
		scale *= max(0.05, min(0.9, 0.95*math.Sqrt(float64(room)/float64(len(data)))))
	}
}

// sample is the image in the given size, each pixel one of the image's own. An image of
// the standard library that has that size is taken as it is.
func sample(img image.Image, w, h int) image.Image {
	from := img.Bounds()
	if w == from.Dx() && h == from.Dy() {
		switch img.(type) {
		case *image.RGBA, *image.NRGBA, *image.Gray, *image.Paletted, *image.YCbCr:
			return img
		}
	}
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := img.At(from.Min.X+(2*x+1)*from.Dx()/(2*w), from.Min.Y+(2*y+1)*from.Dy()/(2*h))
			to.SetNRGBA(x, y, color.NRGBAModel.Convert(c).(color.NRGBA))
		}
	}
	return to
}

// encode writes a PNG: a large one fast, a small one well.
func encode(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	enc := png.Encoder{}
	if size := img.Bounds(); size.Dx()*size.Dy() > 1<<20 {
		enc.CompressionLevel = png.BestSpeed
	}
	if err := enc.Encode(&out, img); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
