package render

import (
	"fmt"
	"testing"

	"gomri/kernel/prof"
)

// grid is a profile of columns × depth frames.
func grid(columns, depth int) *prof.Tree {
	root := &prof.Node{Name: "all", Total: int64(10 * columns)}
	for i := range columns {
		at := root
		for j := range depth {
			n := &prof.Node{Name: fmt.Sprintf("example.com/pkg%d.Function%d", i, j), Total: 10}
			at.Children = append(at.Children, n)
			at = n
		}
		at.Self = 10
	}
	return &prof.Tree{Root: root, Total: root.Total, Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}}
}

// TestZoomsAreDrawn reports how long a zoom takes, layout included, in a page of 2,000
// and one of 10,000 frames. One frame of a screen is 16 ms; a busy machine takes more,
// so that only what is drawn is checked.
func TestZoomsAreDrawn(t *testing.T) {
	for _, c := range []struct{ columns, depth int }{{20, 100}, {40, 50}, {100, 100}} {
		tree := grid(c.columns, c.depth)
		ctx := browser(t, Flame(tree, prof.Top{Type: prof.ValueType{Type: "cpu"}, Total: 1}, ProfileOptions{}).Data["text/html"])
		took := eval(t, ctx, `(() => {
			const graph = `+graphJS+`, times = [];
			graph.svg.scrollIntoView();
			for (let i = 0; i < 60; i++) {
				const to = [].concat(...graph.drawn.values()).find(p => p.f.name === (i % 2 ? 'all' : 'example.com/pkg7.Function0')), r = graph.svg.getBoundingClientRect();
				const at = {bubbles: true, clientX: r.left + to.x + to.w / 2, clientY: r.top + to.y + 5}, start = performance.now();
				graph.svg.dispatchEvent(new MouseEvent('click', at));
				graph.svg.getBoundingClientRect();
				times.push(performance.now() - start);
				if (graph.win.hi - graph.win.lo !== to.f.total) { return 'zoom ' + i + ' is not shown'; }
			}
			times.sort((a, b) => a - b);
			return 'best ' + times[0].toFixed(1) + ' ms, median ' + times[30].toFixed(1) + ' ms, p95 ' + times[56].toFixed(1) + ' ms';
		})()`)
		t.Logf("a zoom among %d frames: %s", c.columns*c.depth, took)
		if took[0] != 'b' {
			t.Error(took)
		}
	}
}
