package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// uidOf names an output by its content, so that the same input always gives the
// same bytes. Two copies on one page share the name, and each is made live once.
func uidOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:6])
}

// script wraps a function expression in a script element that calls it with the
// given JavaScript expressions. It is a classic script without a module loader's
// wrapping, because nbconvert's pages load one that would swallow it.
func script(function string, args ...string) string {
	return `<script>(` + minify(function) + `)(` + strings.Join(args, ",") + `)</script>`
}

// minify drops indentation and whole-line comments.
func minify(js string) string {
	var b strings.Builder
	for line := range strings.Lines(js) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(strings.TrimSpace(b.String()), ";")
}

// jsString is s as a JavaScript string that may stand in a script element.
func jsString(s string) string { return jsValue(s) }

// jsValue is v as a JavaScript expression; package json escapes "<" and the line
// separators that JavaScript knows.
func jsValue(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // not reached: only strings and numbers are passed
	}
	return string(text)
}
