// What is shown: the options o (mode, filters, …) make the trees, the window is the part of them that
// has the whole width. Both are replaced, never changed, so that the history can keep them.

function whole(root) { return { lo: 0, hi: Math.max(root.total, 1) }; }
// slide is a window of width w that begins at lo, or as near as the tree allows.
function slide(root, lo, w) {
  var total = Math.max(root.total, 1);
  w = Math.min(Math.max(w, Math.min(total, Math.max(total * 1e-6, 0.5))), total);
  lo = Math.min(Math.max(lo, 0), total - w);
  return { lo: lo, hi: lo + w };
}
function isWhole(root, win) { return win.hi - win.lo >= root.total; }
function having(o, changes) { return Object.assign({}, o, changes); }

// build makes the trees of the options.
function build(g) {
  var o = g.o, tree = g.base, exact = null;
  o.filters.forEach(function (f) { tree = filters[f.kind](tree, f.match); });
  g.kept = tree;
  var folded = fold(tree);
  g.folded = folded.count;
  if (!o.all) { tree = folded.root; }
  if (o.flat) { tree = unrecurse(tree); }
  // Of the whole profile the page knows what each function takes, also in stacks too narrow to keep.
  if (!o.filters.length && !o.flat && !g.model.x) {
    exact = o.mode === 'callers' ? function (fn) { return o.all ? fn.self : fn.foldedSelf; } : function (fn) { return o.all ? fn.cum : fn.foldedCum; };
  }
  g.shown = tree;
  g.up = null;
  var both = o.mode === 'sandwich' ? sandwich(tree, o.fn, exact) : null;
  if (both) {
    g.root = place(both.down, false);
    g.up = place(both.up, true);
  } else {
    if (o.mode === 'sandwich') { g.o = o = having(o, { mode: 'calls', fn: '' }); }
    g.root = o.mode === 'callers' ? place(invert(tree, exact), true) : place(tree, o.order === 'weight');
  }
  g.win = whole(g.root);
  g.winUp = g.up ? whole(g.up) : null;
  g.chosen = g.root;
}
// setState shows the trees of some options.
function setState(g, o) {
  g.o = o;
  build(g);
  g.tallest = 0;
  g.scroll.scrollTop = 0;
  search(g);
  draw(g);
  sketch(g);
  // The middle of a sandwich, or the root of a flame, comes into sight.
  var y = rowOf(g, g.root, false);
  if (g.up) { g.scroll.scrollTop = y - g.scroll.clientHeight / 2; } else if (g.flip) { g.scroll.scrollTop = y; }
  if (g.rows > MANY) { draw(g); }
  chips(g);
  account(g);
  locate(g);
  describe(g, g.root);
  if (g.table) { functionTable(g); }
}
function keep(g, why) {
  var now = Date.now();
  // Turns of a wheel, or of a key held down, are one step back.
  if (why && why === g.why && now - g.when < 700) { g.when = now; return; }
  g.why = why;
  g.when = now;
  g.history.push({ o: g.o, kept: g.kept, shown: g.shown, folded: g.folded, root: g.root, up: g.up, win: g.win, winUp: g.winUp });
  if (g.history.length > 200) { g.history.shift(); }
}
function goBack(g) {
  var h = g.history.pop(), rebuilt = h && h.root !== g.root;
  if (!h) { return; }
  g.why = '';
  Object.assign(g, h);
  if (rebuilt) { g.tallest = 0; g.chosen = g.root; }
  search(g);
  draw(g);
  if (rebuilt) { sketch(g); }
  chips(g);
  account(g);
  locate(g);
  choose(g, g.chosen);
  if (g.table) { functionTable(g); }
}
function change(g, changes) { keep(g, ''); setState(g, having(g.o, changes)); }

// look shows another part of the tree.
function look(g, upper, win, why) {
  var now = upper ? g.winUp : g.win;
  if (now.lo === win.lo && now.hi === win.hi) { return; }
  keep(g, why);
  if (upper) { g.winUp = win; } else { g.win = win; }
  draw(g);
  account(g);
}
function zoom(g, f) {
  if (!f) { return; }
  g.chosen = f;
  look(g, g.up && isUp(g, f), { lo: f.start, hi: f.start + Math.max(f.total, 1) }, '');
  describe(g, f);
}
// scale zooms by a factor about a point, which is a part of the width.
function scale(g, upper, factor, at) {
  var win = upper ? g.winUp : g.win, w = win.hi - win.lo, point = win.lo + w * at;
  look(g, upper, slide(upper ? g.up : g.root, point - w * factor * at, w * factor), 'scale');
}
function pan(g, upper, part) {
  var win = upper ? g.winUp : g.win, w = win.hi - win.lo;
  look(g, upper, slide(upper ? g.up : g.root, win.lo + w * part, w), 'pan');
}
function showAll(g) {
  if (g.o.mode !== 'calls') { change(g, { mode: 'calls', fn: '' }); return; }
  zoom(g, g.root);
  g.chosen = g.root;
}
function flipOver(g) {
  g.flip = !g.flip;
  draw(g);
  sketch(g);
  g.scroll.scrollTop = g.flip ? g.scroll.scrollHeight : 0;
  if (g.rows > MANY) { draw(g); }
  locate(g);
}
function toggleInvert(g) { change(g, { mode: g.o.mode === 'callers' ? 'calls' : 'callers', fn: '' }); }
function toggleSandwich(g) {
  if (g.o.mode === 'sandwich' && (!g.chosen || g.chosen.name === g.o.fn)) { change(g, { mode: 'calls', fn: '' }); } else if (g.chosen && g.chosen !== g.root) { change(g, { mode: 'sandwich', fn: g.chosen.name }); }
}
function toggleRuntime(g) { if (g.folded) { change(g, { all: !g.o.all }); } }
function toggleRecursion(g) { change(g, { flat: !g.o.flat }); }

// addFilter narrows what is shown, by the function of a frame or by a regular expression.
function addFilter(g, kind, name, expr) {
  var source = expr ? expr.source : exactly(name);
  if (g.o.filters.some(function (f) { return f.kind === kind && f.source === source; })) { return; }
  change(g, { mode: g.o.mode === 'sandwich' ? 'calls' : g.o.mode, filters: g.o.filters.concat({
    kind: kind, source: source, label: kind.replace('_', ' ') + ' ' + (expr ? '/' + expr.source + '/' : name),
    flag: expr && expr.flags.indexOf('i') >= 0 ? '(?i)' + source : source,
    match: function (f) { return expr ? expr.test(f.name) : f.name === name; }
  }) });
}
function dropFilter(g, f) { change(g, { filters: g.o.filters.filter(function (x) { return x !== f; }) }); }
// flags are the filters as flags of pprof, which has one expression of each kind.
function flags(g) {
  var text = '';
  ['focus', 'ignore', 'hide', 'show', 'show_from'].forEach(function (kind) {
    var list = g.o.filters.filter(function (f) { return f.kind === kind; });
    if (list.length) { text += ' -' + kind + '=' + quoted(list.map(function (f) { return f.flag; }).join('|')); }
  });
  return text;
}
function command(g, more) { return '%flame' + more + ' ' + (data.a || 'SOURCE'); }
// chips lists the filters: each can be taken away.
function chips(g) {
  var bar = g.chips;
  bar.textContent = '';
  bar.style.display = g.o.filters.length ? '' : 'none';
  if (!g.o.filters.length) { return; }
  make('span', 'dim', bar, 'Filters:');
  g.o.filters.forEach(function (f) {
    var b = button(bar, 'chip', f.label + '  ×', 'remove this filter', function () { dropFilter(g, f); g.svg.focus({ preventScroll: true }); });
    b.setAttribute('aria-label', 'remove the filter ' + f.label);
  });
  button(bar, 'clear', 'Remove all', 'without filters', function () { change(g, { filters: [] }); });
  make('span', 'left', bar, share(g.model, g.kept.total) + ' of all is left').setAttribute('role', 'status');
  make('span', 'flags dim', bar, command(g, flags(g))).title = 'the same over the whole profile';
}

// choose makes a frame the one that keys act on, and brings it into sight.
function choose(g, f) {
  if (!f) { return; }
  g.chosen = f;
  var y = rowOf(g, f, g.up && f !== g.root && isUp(g, f));
  if (y < g.scroll.scrollTop) { g.scroll.scrollTop = y; }
  if (y + ROW > g.scroll.scrollTop + g.scroll.clientHeight) { g.scroll.scrollTop = y + ROW - g.scroll.clientHeight; }
  if (!placeOf(g, f)) { reach(g, f); draw(g); }
  mark(g, null);
  controls(g);
  describe(g, f);
}
// reach moves the window if a frame is outside of it.
function reach(g, f) {
  var upper = g.up && f !== g.root && isUp(g, f), win = upper ? g.winUp : g.win;
  if (f.start >= win.lo && f.start + f.total <= win.hi) { return; }
  win = slide(upper ? g.up : g.root, f.start + f.total / 2 - (win.hi - win.lo) / 2, Math.max(win.hi - win.lo, f.total));
  keep(g, 'reach');
  if (upper) { g.winUp = win; } else { g.win = win; }
}
function heaviest(f) { return f.kids.slice().sort(function (a, b) { return b.total - a.total; })[0]; }
function sibling(g, step) {
  var f = g.chosen;
  return f.parent && f.parent.kids[f.parent.kids.indexOf(f) + step];
}
// vertical moves on the screen; which way the tree grows there depends on the half and on flip.
function vertical(g, down) {
  var f = g.chosen;
  if (g.flip) { down = !down; }
  if (g.up && f === g.root) { choose(g, heaviest(down ? g.root : g.up)); return; }
  if (g.up && isUp(g, f)) { down = !down; }
  choose(g, down ? heaviest(f) : f.parent === g.up && g.up ? g.root : f.parent);
}
