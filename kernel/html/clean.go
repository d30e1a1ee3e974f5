package html

import (
	stdhtml "html"
	"slices"
	"strings"
)

// clean returns HTML from which all is gone that could run a script, load
// something, or reach out of its place on the page. The result is written anew
// from what was understood, every text and value escaped, every tag closed: input
// that a browser would read differently ends up as text, not as markup.
func clean(s string) string {
	var c cleaner
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			i = len(s)
		}
		c.text(s[:i])
		s = s[i:]
		if s == "" {
			break
		}
		n := c.markup(s)
		if n == 0 {
			c.text("<")
			n = 1
		}
		s = s[n:]
	}
	c.closeAbove(0)
	return c.b.String()
}

// cleaner is the state of one cleaning: the output and the elements open in it.
type cleaner struct {
	b    strings.Builder
	open []string
}

// allowedTag reports whether an element is kept. Others lose their tags and keep
// their content.
func allowedTag(name string) bool {
	switch name {
	case "a", "abbr", "article", "aside", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite",
		"code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption",
		"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "input", "ins",
		"kbd", "li", "mark", "meter", "ol", "p", "pre", "progress", "q", "s", "samp", "section", "small",
		"span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
		"time", "tr", "tt", "u", "ul", "var", "wbr":
		return true
	}
	return false
}

// voidTag reports whether an element has no end tag.
func voidTag(name string) bool {
	return name == "br" || name == "col" || name == "hr" || name == "img" || name == "input" || name == "wbr"
}

// hiddenTag reports whether an element goes with all that it contains.
func hiddenTag(name string) bool {
	switch name {
	case "script", "style", "iframe", "object", "template", "textarea", "title", "xmp", "noembed", "noframes",
		"svg", "math", "select", "head", "audio", "video", "canvas":
		return true
	}
	return false
}

// text writes text, whose character references are read first.
func (c *cleaner) text(s string) {
	c.b.WriteString(escape(stdhtml.UnescapeString(s)))
}

// markup reads the tag or comment at the start of s, which begins with "<", and
// returns its length, or 0 if it is none.
func (c *cleaner) markup(s string) int {
	switch {
	case strings.HasPrefix(s, "<!--"):
		return lengthTo(s, "-->")
	case strings.HasPrefix(s, "<!"), strings.HasPrefix(s, "<?"):
		return lengthTo(s, ">")
	case strings.HasPrefix(s, "</"):
		name := tagName(s[2:])
		if name == "" {
			return 0
		}
		c.end(name)
		return lengthTo(s, ">")
	}
	name := tagName(s[1:])
	if name == "" {
		return 0
	}
	attributes, n := readAttributes(s[1+len(name):])
	n += 1 + len(name)
	if hiddenTag(name) {
		return n + hiddenLength(s[n:], name)
	}
	c.start(name, attributes)
	return n
}

// lengthTo returns the length of s up to and with mark; all of s if there is no mark.
func lengthTo(s, mark string) int {
	if i := strings.Index(s, mark); i >= 0 {
		return i + len(mark)
	}
	return len(s)
}

// hiddenLength returns how long the content and the end tag of a hidden element are.
func hiddenLength(s, name string) int {
	for i := 0; ; {
		j := strings.Index(s[i:], "</")
		if j < 0 {
			return len(s)
		}
		i += j + 2
		if tagName(s[i:]) == name {
			return i + lengthTo(s[i:], ">")
		}
	}
}

// tagName returns the element name at the start of s in lower case, or "".
func tagName(s string) string {
	n := 0
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || n > 0 && (s[n] >= '0' && s[n] <= '9' || s[n] == '-')) {
		n++
	}
	return strings.ToLower(s[:n])
}

// start writes a start tag with the attributes that may stay.
func (c *cleaner) start(name string, attributes []attribute) {
	if !allowedTag(name) {
		return
	}
	if name == "input" {
		if !slices.Contains(attributes, attribute{"type", "checkbox"}) {
			return
		}
		attributes = append(attributes, attribute{"disabled", ""})
	}
	c.b.WriteString("<" + name)
	seen := map[string]bool{}
	for _, a := range attributes {
		value, ok := cleanAttribute(name, a)
		if ok && !seen[a.name] {
			seen[a.name] = true
			c.b.WriteString(" " + a.name + `="` + escape(value) + `"`)
		}
	}
	c.b.WriteString(">")
	if !voidTag(name) {
		c.open = append(c.open, name)
	}
}

// end closes the innermost open element of that name and all inside it. An end
// tag without a start is dropped: it would close what is around the output.
func (c *cleaner) end(name string) {
	for i := len(c.open) - 1; i >= 0; i-- {
		if c.open[i] == name {
			c.closeAbove(i)
			return
		}
	}
}

// closeAbove closes open elements until n are left.
func (c *cleaner) closeAbove(n int) {
	for len(c.open) > n {
		c.b.WriteString("</" + c.open[len(c.open)-1] + ">")
		c.open = c.open[:len(c.open)-1]
	}
}

// attribute is an attribute of a tag, its name in lower case, its value decoded.
type attribute struct{ name, value string }

// readAttributes reads attributes up to the end of a tag and returns how long they
// and the closing ">" are.
func readAttributes(s string) (attributes []attribute, n int) {
	const space = " \t\n\r\f/"
	for {
		for n < len(s) && strings.IndexByte(space, s[n]) >= 0 {
			n++
		}
		if n >= len(s) {
			return attributes, n
		}
		if s[n] == '>' {
			return attributes, n + 1
		}
		start := n
		for n++; n < len(s) && strings.IndexByte(space+"=>", s[n]) < 0; n++ {
		}
		a := attribute{name: strings.ToLower(s[start:n])}
		rest := strings.TrimLeft(s[n:], " \t\n\r\f")
		if strings.HasPrefix(rest, "=") {
			rest = strings.TrimLeft(rest[1:], " \t\n\r\f")
			raw, used := attributeValue(rest)
			a.value = stdhtml.UnescapeString(raw)
			n = len(s) - len(rest) + used
		}
		attributes = append(attributes, a)
	}
}

// attributeValue reads a quoted or bare value and returns its length with quotes.
func attributeValue(s string) (value string, n int) {
	if s == "" {
		return "", 0
	}
	if quote := s[0]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(s[1:], quote)
		if end < 0 {
			return s[1:], len(s)
		}
		return s[1 : 1+end], end + 2
	}
	end := strings.IndexAny(s, " \t\n\r\f>")
	if end < 0 {
		end = len(s)
	}
	return s[:end], end
}

// cleanAttribute returns the value that an attribute may have, and whether it may stay.
func cleanAttribute(tag string, a attribute) (string, bool) {
	switch a.name {
	case "title", "lang", "dir", "align", "valign", "width", "height", "colspan", "rowspan", "scope", "start",
		"reversed", "open", "alt", "value", "min", "max", "low", "high", "optimum", "datetime", "span":
		return a.value, true
	case "class":
		words := slices.DeleteFunc(strings.Fields(a.value), func(w string) bool {
			return !strings.HasPrefix(w, "gomri") && !strings.HasPrefix(w, "hl-")
		})
		return strings.Join(words, " "), len(words) > 0
	case "id":
		return a.value, strings.HasPrefix(a.value, "h-")
	case "style":
		value := cleanStyle(a.value)
		return value, value != ""
	case "href":
		return a.value, tag == "a" && safeLink(a.value)
	case "src":
		return a.value, tag == "img" && strings.HasPrefix(strings.ToLower(a.value), "data:image/")
	case "type", "checked", "disabled":
		return a.value, tag == "input"
	}
	return "", false
}

// safeLink reports whether a link goes to a page, an address or a place on this page.
func safeLink(target string) bool {
	target = strings.ToLower(target)
	if strings.ContainsFunc(target, func(r rune) bool { return r < ' ' }) {
		return false
	}
	scheme, _, ok := strings.Cut(target, ":")
	if !ok || strings.ContainsAny(scheme, "/?#") {
		return true // relative
	}
	return scheme == "http" || scheme == "https" || scheme == "mailto"
}

// cleanStyle keeps the declarations that only change how the element itself looks.
func cleanStyle(style string) string {
	var kept []string
	for declaration := range strings.SplitSeq(style, ";") {
		property, value, ok := strings.Cut(declaration, ":")
		property = strings.ToLower(strings.TrimSpace(property))
		value = strings.TrimSpace(value)
		if !ok || value == "" || !safeProperty(property) || !safeValue(value) {
			continue
		}
		if strings.HasPrefix(property, "margin") && strings.Contains(value, "-") {
			continue // a negative margin draws over the neighbours
		}
		kept = append(kept, property+":"+value)
	}
	return strings.Join(kept, ";")
}

// safeProperty reports whether a CSS property may be set. Those that could lift
// an element out of its place, such as position and transform, may not.
func safeProperty(name string) bool {
	for _, prefix := range []string{"font", "text-", "border", "padding", "background", "overflow", "list-style", "flex", "grid", "justify-", "align-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "color", "margin", "margin-left", "margin-right", "margin-top", "margin-bottom", "width", "height",
		"min-width", "max-width", "min-height", "max-height", "display", "opacity", "white-space", "word-break",
		"line-height", "letter-spacing", "vertical-align", "table-layout", "box-sizing", "gap", "float", "clear",
		"page-break-inside", "break-inside", "tab-size":
		return true
	}
	return false
}

// safeValue reports whether a CSS value is made of harmless characters and loads nothing.
func safeValue(value string) bool {
	lower := strings.ToLower(value)
	for _, bad := range []string{"url", "expression", "image(", "image-set", "var(", "attr(", "\\", "/*", "@", "<", "{", "}"} {
		if strings.Contains(lower, bad) {
			return false
		}
	}
	return true
}
