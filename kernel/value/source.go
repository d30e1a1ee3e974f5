package value

import "embed"

//go:embed value.go model.go build.go text.go names.go order.go picture.go
var sources embed.FS

// withoutPictures stands for picture.go in a program that cannot have an image.
const withoutPictures = `package value

import "reflect"

func pictureOf(reflect.Value, int) *Picture { return nil }
`

// Source returns the files of this package that a compiled cell which shows a value
// has beside it as a package of its own, by name. They need only the standard library.
// Package image and what draws pictures is among it only if asked for.
func Source(pictures bool) map[string]string {
	entries, err := sources.ReadDir(".")
	if err != nil {
		panic(err) // the files are in the program itself
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := sources.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		files[e.Name()] = string(text)
	}
	if !pictures {
		files["picture.go"] = withoutPictures
	}
	return files
}
