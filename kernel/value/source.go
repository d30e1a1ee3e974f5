package value

import _ "embed"

//go:embed value.go
var source string

// Source returns the text of the file that holds all of this package but Source
// itself: a file of a package "value" that needs only the standard library. A
// compiled cell that shows a value has it beside it as a package of its own.
func Source() string { return source }
