// The menu of a frame, and the panels below the graph: the source of a function and the table.

function closeMenu(g, focus) {
  var menu = g.menu;
  if (!menu) { return; }
  // Taking it away takes the focus from it, which would close it once more.
  g.menu = null;
  g.live.removeChild(menu);
  if (focus) { g.svg.focus({ preventScroll: true }); }
}
// popup opens a menu at a point of the window. An item has a class, a text, its key, a title and what it does.
function popup(g, x, y, title, items) {
  var r = g.live.getBoundingClientRect(), menu, buttons;
  closeMenu(g, false);
  menu = g.menu = make('div', 'menu', g.live);
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', title);
  make('b', '', menu, cutMiddle(title, 70)).title = title;
  items.forEach(function (i) {
    var b = button(menu, i[0], i[1], i[3], function () { closeMenu(g, true); i[4](); });
    b.setAttribute('role', 'menuitem');
    if (i[2]) { make('span', 'dim', b, i[2]); }
  });
  menu.style.left = Math.max(0, Math.min(x - r.left, r.width - menu.offsetWidth)) + 'px';
  menu.style.top = y - r.top + 'px';
  buttons = menu.querySelectorAll('button');
  menu.addEventListener('keydown', function (e) {
    var i = Array.prototype.indexOf.call(buttons, document.activeElement), to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: -1 }[e.key];
    e.stopPropagation();
    if (to !== undefined) { buttons[(to + buttons.length) % buttons.length].focus(); } else if (e.key === 'Escape' || e.key === 'Tab') { closeMenu(g, true); } else { return; }
    e.preventDefault();
  });
  menu.addEventListener('focusout', function (e) { if (g.menu === menu && !menu.contains(e.relatedTarget)) { closeMenu(g, false); } });
  buttons[0].focus({ preventScroll: true });
  if (menu.scrollIntoView) { menu.scrollIntoView({ block: 'nearest' }); }
}
// openMenu opens the menu of the chosen frame.
function openMenu(g, x, y) {
  var f = g.chosen;
  if (!f || isAll(g, f)) { return; }
  popup(g, x, y, f.name, [
    ['zoom', 'Zoom', 'Enter', 'give this frame the whole width', function () { zoom(g, f); choose(g, f); }],
    ['sandwich', 'Sandwich', 's', 'all callers and callees of this function', function () { change(g, { mode: 'sandwich', fn: f.name }); }],
    ['focus', 'Focus', '', 'only the stacks that go through this function', function () { addFilter(g, 'focus', f.name); }],
    ['ignore', 'Ignore', '', 'without the stacks that go through this function', function () { addFilter(g, 'ignore', f.name); }],
    ['hide', 'Hide', '', 'leave out this function; what it takes is its caller\'s', function () { addFilter(g, 'hide', f.name); }],
    ['show_from', 'Show from here', '', 'leave out the callers of this function, and stacks without it', function () { addFilter(g, 'show_from', f.name); }],
    ['source', 'Source', 'l', 'its lines and what each takes', function () { showSource(g, f); }],
    ['copy-name', 'Copy name', '', 'the full name of the function', function () { copy(g, f.name, null, ''); }],
    ['copy-stack', 'Copy stack', 'c', 'this frame and its callers, as text', function () { g.chosen = f; copyStack(g); }]
  ]);
}
// openRefine opens the menu that filters by the search.
function openRefine(g) {
  var expr = g.expr, r = g.refine.getBoundingClientRect();
  function by(kind) {
    return function () {
      g.input.value = '';
      addFilter(g, kind, '', expr);
    };
  }
  popup(g, r.left, r.bottom, '/' + expr.source + '/', [
    ['focus', 'Focus', '', 'only the stacks with a match', by('focus')],
    ['ignore', 'Ignore', '', 'without the stacks with a match', by('ignore')],
    ['hide', 'Hide', '', 'leave out the frames that match', by('hide')],
    ['show', 'Show only', '', 'leave out all other frames', by('show')],
    ['show_from', 'Show from', '', 'leave out the callers of the first match', by('show_from')]
  ]);
}
// menuAtChosen opens the menu by the keyboard.
function menuAtChosen(g) {
  var p = placeOf(g, g.chosen), r = g.svg.getBoundingClientRect();
  if (p) { openMenu(g, r.left + (p.x + Math.min(p.w, 40)) * r.width / g.width, r.top + p.y + ROW); }
}

function panel(g, name, title, close) {
  var p = make('div', 'panel ' + name, g.panels), bar = make('div', 'bar', p);
  p.setAttribute('role', 'region');
  p.setAttribute('aria-label', title);
  make('b', '', bar, title);
  button(bar, 'close', 'Close', 'Escape', close);
  p.addEventListener('keydown', function (e) {
    e.stopPropagation();
    if (e.key === 'Escape') { close(); g.svg.focus({ preventScroll: true }); }
  });
  return p;
}
function cells(row, tag, texts) { return texts.map(function (t) { return make(tag, '', row, t); }); }

// showSource shows the lines of a function; of those of the user and of the heaviest the page has them.
function showSource(g, f) {
  closeSource(g);
  var s = (data.l || []).find(function (s) { return s.n === f.name; }), m = data, p, body;
  p = g.source = panel(g, 'source', f.name + (f.file ? '  ' + f.file + (f.line ? ':' + f.line : '') : ''), function () { closeSource(g); });
  if (!s) {
    make('div', 'note', p, 'The lines of this function are not in the page. To see them: %pprof -list=' + quoted(exactly(f.name)) + ' ' + (data.a || 'SOURCE')).style.padding = '3px 6px';
    return;
  }
  if (m.v && g.model !== m) { make('div', 'note', p, 'What each line takes is ' + m.v.replace(/_/g, ' ') + '.').style.padding = '0 6px'; }
  var t = make('table', '', p), most = s.l.reduce(function (n, l) { return Math.max(n, Math.abs(l[2])); }, 1);
  cells(make('tr', '', make('thead', '', t)), 'th', ['flat', 'cum', 'line', ' ' + s.f]);
  body = make('tbody', '', t);
  s.l.forEach(function (l, i) {
    if (i && l[0] !== s.l[i - 1][0] + 1) { cells(make('tr', 'dim', body), 'td', ['', '', '⋮', '']); }
    var row = make('tr', l[0] === f.line ? 'here' : '', body), heat = Math.abs(l[2]) / most;
    cells(row, 'td', [l[1] ? amount(m, l[1]) : '.', l[2] ? amount(m, l[2]) : '.', (l[0] === f.line ? '▸ ' : '') + l[0], l[3].replace(/\t/g, '    ')]);
    if (heat) { row.style.background = 'rgba(240,145,100,' + (0.1 + 0.5 * heat).toFixed(2) + ')'; }
    if (l[0] === f.line) { row.style.boxShadow = 'inset 3px 0 currentColor'; }
  });
  p.querySelector('.close').focus({ preventScroll: true });
  var here = body.querySelector('.here');
  if (here) { p.scrollTop = here.offsetTop - 120; }
}
function closeSource(g) {
  if (g.source) { g.panels.removeChild(g.source); }
  g.source = null;
}

// functionTable lists what is shown by function; a row leads to its sandwich.
function functionTable(g) {
  var m = g.model, sums = new Map(), open = new Set(), by = g.sort || 'self', rows, body;
  (function walk(f) {
    f.kids.forEach(function (k) {
      var s = sums.get(k.name), outermost = !open.has(k.name);
      if (!s) { sums.set(k.name, s = { name: k.name, fn: k.fn, self: 0, total: 0 }); }
      s.self += m.x ? k.selfTo - k.selfFrom : k.self;
      if (outermost) { s.total += m.x ? k.to - k.from : k.total; open.add(k.name); }
      walk(k);
      if (outermost) { open.delete(k.name); }
    });
  })(g.shown);
  rows = Array.from(sums.values());
  if (!g.o.filters.length && !g.o.flat && !m.x) {
    rows.forEach(function (s) { s.self = Math.max(s.self, g.o.all ? s.fn.self : s.fn.foldedSelf); s.total = Math.max(s.total, g.o.all ? s.fn.cum : s.fn.foldedCum); });
  }
  if (g.matcher) { rows = rows.filter(function (s) { return g.matcher(s.name); }); }
  rows.sort(by === 'name' ? function (a, b) { return a.name < b.name ? -1 : 1; } : function (a, b) { return Math.abs(b[by]) - Math.abs(a[by]) || (a.name < b.name ? -1 : 1); });
  closeTable(g);
  g.table = panel(g, 'functions', count(rows.length, 'function') + (g.matcher ? ' that match' : ''), function () { closeTable(g); });
  var t = make('table', '', g.table), head = make('tr', '', make('thead', '', t));
  [['self', m.x ? 'self, change' : 'self'], ['', 'self %'], ['total', m.x ? 'total, change' : 'total'], ['', 'total %'], ['name', 'function']].forEach(function (h) {
    var th = make('th', '', head, h[0] ? '' : h[1]);
    if (!h[0]) { return; }
    th.setAttribute('aria-sort', by === h[0] ? (by === 'name' ? 'ascending' : 'descending') : 'none');
    button(th, 'sort-' + h[0], h[1] + (by === h[0] ? ' ▾' : ''), 'sort by this', function () { g.sort = h[0]; functionTable(g); g.table.querySelector('.sort-' + h[0]).focus(); });
  });
  body = make('tbody', '', t);
  rows.slice(0, 500).forEach(function (s) {
    var row = make('tr', 'pick', body);
    cells(row, 'td', [amount(m, s.self), share(m, s.self), amount(m, s.total), share(m, s.total), s.name]);
    row.tabIndex = 0;
    row.title = 'callers and callees of this function';
    row.addEventListener('click', function () { change(g, { mode: 'sandwich', fn: s.name }); });
    row.addEventListener('keydown', function (e) { if (e.key === 'Enter') { e.preventDefault(); change(g, { mode: 'sandwich', fn: s.name }); g.svg.focus(); } });
  });
  if (rows.length > 500) { make('div', 'note', g.table, (rows.length - 500) + ' more: search for them').style.padding = '3px 6px'; }
}
function closeTable(g) {
  if (g.table) { g.panels.removeChild(g.table); }
  g.table = null;
}
function toggleTable(g) { if (g.table) { closeTable(g); } else { functionTable(g); } controls(g); }
