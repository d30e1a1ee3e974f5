package escape

import "strings"

// classify finds the kind of a message and what it is about.
func classify(text string) (kind Kind, subject string) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(text, p.text); ok {
			return p.kind, firstOf(rest, p.until)
		}
	}
	if i := strings.Index(text, " escapes to heap"); i >= 0 {
		return Escapes, text[:i]
	}
	if s, ok := strings.CutSuffix(text, " does not escape"); ok {
		return DoesNotEscape, s
	}
	return Other, ""
}

// prefix is how the messages of one kind begin, and what ends their subject.
type prefix struct {
	text  string
	kind  Kind
	until string
}

// prefixes are the messages that begin with their kind; a longer one comes before a
// shorter one that it begins with.
var prefixes = [...]prefix{
	{"moved to heap: ", MovedToHeap, ""},
	{"leaking param content: ", LeakingParam, ""},
	{"leaking param: ", LeakingParam, " to result "},
	{"parameter ", LeakingParam, " leaks to "},
	{"can inline ", CanInline, " with cost "},
	{"inlining call to ", InlinedCall, ""},
	{"cannot inline ", CannotInline, ": "},
	{"devirtualizing ", Devirtualized, " to "},
	{"PGO devirtualizing ", Devirtualized, " to "},
	{"partially devirtualizing ", Devirtualized, " to "},
}

// firstOf returns s up to the first occurrence of until.
func firstOf(s, until string) string {
	if until == "" {
		return s
	}
	head, _, _ := strings.Cut(s, until)
	return head
}
