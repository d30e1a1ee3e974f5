package session

import (
	"path"
	"slices"
	"strings"
	"sync"

	"gomri/kernel/msg"
)

// historyLines and historyBytes bound what the history keeps; the oldest cells
// are forgotten first.
const (
	historyLines = 10_000
	historyBytes = 16 << 20
)

// history is the cells of this session. It is written by the goroutine that runs
// cells and read by those that answer.
type history struct {
	mu    sync.Mutex
	lines []historyLine
	bytes int
}

// historyLine is one cell that was run.
type historyLine struct {
	count  int
	input  string
	output string
}

func (l historyLine) size() int { return len(l.input) + len(l.output) }

// add keeps a cell.
func (h *history) add(count int, input string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, historyLine{count: count, input: input})
	h.bytes += len(input)
	h.trim()
}

// result keeps the value of the last cell.
func (h *history) result(count int, output string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.lines); n > 0 && h.lines[n-1].count == count {
		h.lines[n-1].output = output
		h.bytes += len(output)
		h.trim()
	}
}

// trim forgets the oldest cells until the bounds hold.
func (h *history) trim() {
	drop := 0
	for len(h.lines)-drop > historyLines || h.bytes > historyBytes && drop < len(h.lines) {
		h.bytes -= h.lines[drop].size()
		drop++
	}
	h.lines = slices.Delete(h.lines, 0, drop)
}

// thisSession is the number of the only session that the history knows. A client
// may also call it 0.
const thisSession = 1

// find returns the cells that a request asks for, the oldest first.
func (h *history) find(r msg.HistoryRequest) []msg.HistoryItem {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lines []historyLine
	switch r.Access {
	case msg.HistoryRange:
		lines = h.between(r)
	case msg.HistorySearch:
		lines = last(h.search(r.Pattern, r.Unique), r.N)
	default:
		lines = last(h.lines, r.N)
	}
	items := make([]msg.HistoryItem, len(lines))
	for i, l := range lines {
		items[i] = msg.HistoryItem{Session: thisSession, Line: l.count, Input: l.input, WithOutput: r.Output}
		if l.output != "" {
			items[i].Output = &l.output
		}
	}
	return items
}

// between returns a range of cells, [Start, Stop). Other sessions are not kept.
func (h *history) between(r msg.HistoryRequest) []historyLine {
	if r.Session != 0 && r.Session != thisSession {
		return nil
	}
	var found []historyLine
	for _, l := range h.lines {
		if l.count >= r.Start && (r.Stop <= 0 || l.count < r.Stop) {
			found = append(found, l)
		}
	}
	return found
}

// search returns the cells that a glob matches as a whole; with unique, only the
// last of those that are equal.
func (h *history) search(pattern string, unique bool) []historyLine {
	seen := map[string]bool{}
	var found []historyLine
	for _, l := range slices.Backward(h.lines) {
		if unique && seen[l.input] || !globMatch(pattern, l.input) {
			continue
		}
		seen[l.input] = true
		found = append(found, l)
	}
	slices.Reverse(found)
	return found
}

// globMatch matches a glob of * and ?, in which a star also stands for a slash
// and a newline, as it does in IPython. A pattern that is no glob is compared.
func globMatch(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	hide := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(hide.Replace(pattern), hide.Replace(text))
	return ok || err != nil && pattern == text
}

// last returns the last n lines, all if n is 0 or less.
func last(lines []historyLine, n int) []historyLine {
	if n > 0 && n < len(lines) {
		return lines[len(lines)-n:]
	}
	return lines
}
