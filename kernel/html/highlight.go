package html

import (
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// maxHighlight is the longest text, in bytes, that is coloured; lexers are slow.
const maxHighlight = 256 << 10

// highlightCell colours the source of a cell. Lines of commands (%bench, !ls) are
// set apart, and a cell that consists of go command lines is no Go.
func highlightCell(source, language string) string {
	source = strings.TrimRight(source, "\n")
	if strings.HasPrefix(strings.TrimSpace(source), "go ") {
		return span("hl-m", source)
	}
	var b strings.Builder
	var code strings.Builder
	flush := func() {
		b.WriteString(highlight(code.String(), language))
		code.Reset()
	}
	for line := range strings.Lines(source) {
		word := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(word, "%") || strings.HasPrefix(word, "!") {
			flush()
			b.WriteString(span("hl-m", line))
			continue
		}
		code.WriteString(line)
	}
	flush()
	return b.String()
}

// highlight colours source text by its language. Text in an unknown language stays plain.
func highlight(source, language string) string {
	lexer := lexers.Get(language)
	if lexer == nil || len(source) > maxHighlight {
		return escape(source)
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root"}, source)
	if err != nil {
		return escape(source)
	}
	var b, run strings.Builder
	class := ""
	for _, token := range tokens.Tokens() {
		if c := tokenClass(token.Type); c != class && strings.TrimSpace(token.Value) != "" {
			b.WriteString(span(class, run.String()))
			run.Reset()
			class = c
		}
		run.WriteString(token.Value)
	}
	b.WriteString(span(class, run.String()))
	return b.String()
}

// span sets text in a class; text without a class stays bare.
func span(class, text string) string {
	if class == "" || text == "" {
		return escape(text)
	}
	return `<span class="` + class + `">` + escape(text) + `</span>`
}

// tokenClass folds the many token types of lexers into the few colours of a page.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t == chroma.KeywordType, t == chroma.NameBuiltin, t == chroma.NameBuiltinPseudo, t == chroma.KeywordConstant:
		return "hl-t"
	case t.InCategory(chroma.Keyword):
		return "hl-k"
	case t == chroma.NameFunction:
		return "hl-f"
	case t.InSubCategory(chroma.LiteralString):
		return "hl-s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "hl-n"
	case t.InCategory(chroma.Comment):
		return "hl-c"
	}
	return ""
}
