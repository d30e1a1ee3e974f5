// Drawing: a window of a tree, as wide as the graph. Frames with a label are groups of their own,
// because they are few; the others of a row are one path for each look. Which frame is under the
// pointer is found by its place.

function isUp(g, f) {
  while (f.parent) { f = f.parent; }
  return f === g.up;
}
function isAll(g, f) { return f === g.root && g.o.mode !== 'sandwich'; }
function windowOf(g, f) { return g.up && isUp(g, f) ? g.winUp : g.win; }
// lookOf is how a frame is filled: its classes, and in colours of their own a style.
function lookOf(g, f, above) {
  var all = isAll(g, f), style = '', c = all ? 'f all' : g.colour === 'change' ? 'f ' + deltaClass(f) : 'f ' + f.kind;
  if (!all && (g.colour === 'package' || g.colour === 'function')) { style = ' style="fill:hsl(' + hue(g.colour === 'package' ? packageOf(f.name) : f.name) + ',45%,74%)"'; }
  return '"' + c + (f.inlined && !all ? ' inl' : '') + (above ? ' above' : '') + (g.matcher && f.parent && !matches(g, f) ? ' no' : '') + '"' + style;
}
function labelOf(g, f, w) {
  var m = g.model;
  if (isAll(g, f)) { return 'all, ' + (m.x ? fromTo(m, f.from, f.to) : amount(m, f.total)) + ' of ' + m.y; }
  return fit(w, f, (m.x ? deltaMark(f) : '') + (f.inlined ? '⤵' : ''));
}

function draw(g) {
  g.width = g.paper ? PAPER : Math.max(g.scroll.clientWidth || g.box.clientWidth || 1200, 280);
  var below = depthOf(g, g.root, g.win), above = g.up ? depthOf(g, g.up, g.winUp) : 0;
  if (!g.up) { g.tallest = below = Math.max(g.tallest, below); }
  g.rows = below + (g.up ? above - 1 : 0);
  g.middle = g.up ? above - 1 : 0;
  // Of a very deep graph only what is near the visible part is drawn; scrolling draws the rest.
  g.first = g.rows > MANY && !g.printing ? g.scroll.scrollTop - 6 * ROW : 0;
  g.last = g.rows > MANY && !g.printing ? g.scroll.scrollTop + g.scroll.clientHeight + 6 * ROW : g.rows * ROW;
  var out = { html: [], frames: [], batches: new Map() };
  g.drawn = new Map();
  g.thin = 0;
  half(g, out, g.root, g.win, false);
  if (g.up) { half(g, out, g.up, g.winUp, true); }
  g.shapes = out.html;
  out.batches.forEach(function (d, look) { g.shapes.push('<path class=' + look + ' d="' + d.join('') + '"/>'); });
  g.svg.setAttribute('viewBox', '0 0 ' + g.width + ' ' + g.rows * ROW);
  g.frames.innerHTML = g.shapes.join('');
  for (var e = g.frames.firstChild, i = 0; i < out.frames.length; e = e.nextSibling, i++) { e.gomriFrame = out.frames[i]; }
  mark(g, null);
  locate(g);
  controls(g);
}
// rowOf is the y of a frame: counted from the top, callers of a sandwich above its middle, and all
// turned round in a flame.
function rowOf(g, f, upper) {
  var row = upper ? g.middle - f.depth : g.middle + f.depth;
  return (g.flip ? g.rows - 1 - row : row) * ROW;
}
function half(g, out, root, win, upper) {
  var scale = g.width / (win.hi - win.lo);
  (function walk(f) {
    var x = (f.start - win.lo) * scale, end = x + f.total * scale, above = x < -0.5 || end > g.width + 0.5;
    if (end <= 0 || x >= g.width) { return; }
    if (end - x < THIN && f !== g.chosen) { g.thin += f.size; return; }
    if (!(upper && !f.parent)) { put(g, out, f, Math.max(x, 0), Math.min(end, g.width) - Math.max(x, 0), rowOf(g, f, upper), above); }
    var from = f.start;
    f.kids.forEach(function (k) { walk(k); from = k.start + k.total; });
    // What the data leaves out below this frame, because it is too narrow.
    var left = f.start + f.total - f.self, hx = Math.max((from - win.lo) * scale, 0), hw = Math.min((left - win.lo) * scale, g.width) - hx;
    if (hw >= 2) { hatch(g, out, f, hx, hw, rowOf(g, { depth: f.depth + 1 }, upper)); }
  })(root);
}
function put(g, out, f, x, w, y, above) {
  if (y < g.first || y > g.last) { return; }
  var look = lookOf(g, f, above), label = w > 30 ? labelOf(g, f, w) : '', width = Math.max(w - 0.6, 0.7).toFixed(2);
  inRow(g, y, { f: f, x: x, w: w, y: y });
  if (label) {
    out.html.push('<g class=' + look + '><rect x="' + x.toFixed(2) + '" y="' + y + '" width="' + width + '" height="' + (ROW - 1) + '"/><text x="' +
      (x + 3).toFixed(1) + '" y="' + (y + 13) + '">' + escape(label) + '</text></g>');
    out.frames.push(f);
    return;
  }
  var d = out.batches.get(look);
  if (!d) { out.batches.set(look, d = []); }
  d.push('M' + x.toFixed(2) + ' ' + y + 'h' + width + 'v' + (ROW - 1) + 'h-' + width + 'z');
}
function hatch(g, out, f, x, w, y) {
  if (y < g.first || y > g.last) { return; }
  var look = '"rest"', d = out.batches.get(look);
  if (!d) { out.batches.set(look, d = []); }
  for (var at = 0; at + 3 <= w; at += 6) { d.push('M' + (x + at).toFixed(1) + ' ' + (y + ROW - 1) + 'l5 -' + (ROW - 1)); }
  inRow(g, y, { f: null, above: f, x: x, w: w, y: y });
}
function inRow(g, y, place) {
  var row = g.drawn.get(y);
  if (row) { row.push(place); } else { g.drawn.set(y, [place]); }
}
function depthOf(g, root, win) {
  var least = (win.hi - win.lo) * THIN / g.width, deepest = 0;
  (function walk(f) {
    if (f.start + f.total <= win.lo || f.start >= win.hi || f.total < least && f !== g.chosen) { return; }
    if (f.depth > deepest) { deepest = f.depth; }
    if (rest(f) >= least * 3 && f.depth + 1 > deepest) { deepest = f.depth + 1; }
    f.kids.forEach(walk);
  })(root);
  return deepest + 1;
}
// hit is what is drawn at a point of the window.
function hit(g, e) {
  var r = g.svg.getBoundingClientRect(), x = (e.clientX - r.left) * g.width / r.width, row = g.drawn.get(Math.floor((e.clientY - r.top) / r.height * g.rows) * ROW);
  return row && row.find(function (p) { return p.x <= x && x < p.x + Math.max(p.w, 1); }) || null;
}
// placeOf is where a frame is drawn, or null.
function placeOf(g, f) {
  var row = f && g.rows ? g.drawn.get(rowOf(g, f, g.up && f !== g.root && isUp(g, f))) : null;
  return row && row.find(function (p) { return p.f === f; }) || null;
}
// mark puts a border round the chosen frame and lights up what the pointer is over, and the other
// frames of the same function.
function mark(g, over) {
  var html = '', focused = document.activeElement === g.svg, like = over || (focused ? g.chosen : null);
  function box(p, name) { return '<rect class="' + name + '" x="' + (p.x + 0.5).toFixed(1) + '" y="' + (p.y + 0.5) + '" width="' + Math.max(p.w - 1.6, 0.7).toFixed(1) + '" height="' + (ROW - 2) + '"/>'; }
  if (like && !isAll(g, like)) {
    g.drawn.forEach(function (row) { row.forEach(function (p) { if (p.f && p.f !== like && p.f.name === like.name && p.w > 3) { html += box(p, 'same'); } }); });
  }
  var place = placeOf(g, over);
  if (place) { html += box(place, 'over'); }
  place = focused ? placeOf(g, g.chosen) : null;
  if (place) { html += box(place, 'on'); }
  g.marks.innerHTML = html;
  if (place) { g.marks.lastChild.gomriFrame = g.chosen; }
}

function describe(g, f) {
  var m = g.model, details = g.details;
  details.textContent = '';
  if (!f) { return; }
  var head = make('div', '', details), all = isAll(g, f);
  make('b', '', head, all ? 'all' : f.name);
  if (f.inlined && !all) { make('span', 'dim', head, ' (inlined)'); }
  if (f.file) { make('span', 'dim', head, '  ' + f.file + (f.line ? ':' + f.line : '')); }
  var text = m.x ? fromTo(m, f.from, f.to) : amount(m, f.total) + ', ' + share(m, f.total) + ' of all';
  if (f.parent && f.parent !== g.root && !m.x) { text += ', ' + percent(f.total, f.parent.total) + (g.o.mode === 'calls' ? ' of its caller' : ' of the frame before'); }
  if (g.o.mode === 'calls') { text += ' · in itself ' + (m.x ? fromTo(m, f.selfFrom, f.selfTo) : amount(m, f.self) + ', ' + share(m, f.self)); }
  if (g.o.mode === 'calls' && !all && !m.x && f.fn.cum > f.total && !g.o.filters.length) { text += ' · everywhere ' + amount(m, f.fn.cum) + ', ' + share(m, f.fn.cum); }
  if (f.hidden) { text += ' · ' + count(f.hidden.length, 'runtime frame') + ' folded in'; }
  make('div', '', details, text);
}
// describeRest says what a hatched part stands for.
function describeRest(g, f) {
  var what = g.o.mode === 'callers' || g.up && isUp(g, f) ? 'callers' : 'frames';
  g.details.textContent = '';
  make('b', '', g.details, what + ' too narrow to be in this page');
  make('div', '', g.details, amount(g.model, rest(f)) + ', ' + share(g.model, rest(f)) + ' of all, ' + (isAll(g, f) ? 'at the root' : 'next to ' + f.name) + '; to see them: ' + command(g, ' -focus=' + quoted(isAll(g, f) ? '.' : exactly(f.name))));
}
function legend(g) {
  var m = g.model, rows = g.colour === 'change' ? [['l', '− less than before', ''], ['e', 'about equal', ''], ['g', '+ more than before', ''], ['', 'as wide as the larger side', '']] :
    g.colour === 'package' || g.colour === 'function' ? [['', 'one colour for each ' + g.colour, '']] : m.s;
  g.key.textContent = '';
  rows.forEach(function (k) {
    var e = make('span', '', g.key);
    if (k[0]) { make('i', k[0], e); }
    e.appendChild(document.createTextNode(k[1] + ' ' + k[2]));
  });
}
// account says how much of the profile is drawn, and how much is not.
function account(g) {
  var drawn = 0, missing = lost(g.root), callers = g.up ? lost(g.up) : 0, parts;
  g.drawn.forEach(function (row) { row.forEach(function (p) { if (p.f) { drawn++; } }); });
  parts = [count(drawn - (g.o.mode === 'sandwich' ? 0 : 1), 'frame') + ' drawn'];
  if (g.thin) { parts.push(count(g.thin, 'frame') + ' narrower than a pixel: zoom in'); }
  if (missing > 0 || callers > 0) {
    var shares = g.up ? share(g.model, callers) + ' of all in callers and ' + share(g.model, missing) + ' in callees' : share(g.model, missing) + ' of all in ' + (g.o.mode === 'callers' ? 'callers' : 'frames');
    parts.push('hatched: ' + shares + ' too narrow to be in this page' + (g.o.filters.length ? ', which the filters cannot see: ' + command(g, flags(g)) : ''));
  } else if (g.model.p && !g.o.filters.length) { parts.push(count(g.model.p, 'frame') + ' not in this page'); }
  g.note.textContent = parts.join(' · ');
}
