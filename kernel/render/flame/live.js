// Making a picture live: its own drawing is built from the data in the place of the static picture, so
// that a zoom shows frames that were too narrow there. Nothing outside its own element is changed, no
// network is asked, and the picture stays when anything goes wrong.

function make(tag, className, parent, text) {
  var e = document.createElement(tag);
  e.className = className;
  if (text) { e.textContent = text; }
  parent.appendChild(e);
  return e;
}
function button(parent, className, text, title, act) {
  var b = make('button', className, parent, text);
  b.type = 'button';
  b.title = title;
  b.addEventListener('click', act);
  return b;
}
function choice(parent, className, label, options, act) {
  var s = make('select', className, parent);
  s.setAttribute('aria-label', label);
  s.title = label;
  options.forEach(function (o) {
    var e = make('option', '', s, o[1]);
    e.value = o[0];
    e.disabled = o[2] || false;
  });
  s.addEventListener('change', function () { act(s.value); });
  return s;
}

var KEYS = [['↑ ↓ ← →', 'move'], ['Enter', 'zoom'], ['Escape', 'back'], ['Home', 'show all'], ['/', 'search'], ['n N', 'next, previous match'], ['m', 'menu of the frame: focus, ignore, hide, show from here, source'],
  ['s', 'sandwich: callers and callees'], ['i', 'callers first'], ['f', 'flame or icicle'], ['r', 'runtime frames'], ['u', 'recursion'], ['l', 'source'], ['t', 'table of functions'], ['c', 'copy stack'],
  ['+ −', 'zoom in, out'], ['Shift ← →', 'move the window'], ['0', 'the whole width'], ['Ctrl + wheel', 'zoom at the pointer'], ['Shift + wheel', 'move the window'], ['drag', 'move the window'], ['right click', 'menu of the frame']];

function hydrate(box) {
  var g = { box: box, image: box.querySelector('img'), model: data, history: [], found: [], at: -1, tallest: 0, flip: false, colour: data.x ? 'change' : 'kind', drawn: new Map(),
    o: { mode: 'calls', fn: '', all: false, flat: false, order: 'name', filters: [] } };
  box.setAttribute('data-ready', '1');
  g.base = read(data);
  g.live = make('div', 'gomri-flame', box);
  g.live.setAttribute('data-lm-suppress-shortcuts', 'true');
  make('style', '', g.live).textContent = styles();
  finder(g);
  toolbar(g);
  g.chips = make('div', 'bar chips', g.live);
  g.details = make('div', 'details', g.live);
  g.details.setAttribute('aria-live', 'polite');
  g.map = make('div', 'map', g.live);
  g.map.setAttribute('aria-hidden', 'true');
  g.map.title = 'the whole graph: press to move the part that is shown';
  make('canvas', '', g.map);
  make('i', '', g.map);
  canvas(g);
  g.key = make('div', 'key', g.live);
  g.note = make('div', 'note', g.live);
  g.panels = make('div', '', g.live);
  var keys = make('details', 'keys', g.live), list;
  make('summary', '', keys, 'Keys and mouse ( ? )');
  list = make('div', '', keys);
  KEYS.forEach(function (k) { var p = make('p', '', list); make('kbd', '', p, k[0]); p.appendChild(document.createTextNode(' ' + k[1])); });
  g.keys = keys;
  listen(g);
  setState(g, g.o);
  legend(g);
}
function finder(g) {
  var bar = make('div', 'bar find', g.live);
  g.input = make('input', '', bar);
  g.input.type = 'search';
  g.input.placeholder = 'Search: regular expression ( / )';
  g.input.setAttribute('aria-label', 'Search frames by regular expression');
  g.previous = button(bar, 'previous', '‹', 'the match before (N)', function () { step(g, -1); });
  g.next = button(bar, 'next', '›', 'the next match (n)', function () { step(g, 1); });
  g.refine = button(bar, 'refine', 'Filter ▾', 'focus, ignore, hide, show by the search', function () { openRefine(g); });
  g.matched = make('span', 'matched', bar);
  g.matched.setAttribute('role', 'status');
  g.back = button(bar, 'back', 'Back', 'the view before (Escape)', function () { goBack(g); });
  g.reset = button(bar, 'reset', 'Show all', 'the whole profile (Home)', function () { showAll(g); });
}
function toolbar(g) {
  var tools = make('div', 'bar tools', g.live);
  if (data.o) {
    choice(tools, 'measure', 'What is measured', [data].concat(data.o).map(function (m, i) { return [String(i), m.v.replace(/_/g, ' ')]; }), function (i) {
      g.model = +i ? data.o[i - 1] : data;
      g.base = read(g.model);
      g.history = [];
      setState(g, having(g.o, { mode: 'calls', fn: '' }));
      legend(g);
    });
  }
  g.flipped = button(tools, 'flip', 'Flame', 'the first caller at the bottom (f)', function () { flipOver(g); });
  g.inverted = button(tools, 'invert', 'Callers first', 'begin with what takes the time and show who calls it (i)', function () { toggleInvert(g); });
  g.between = button(tools, 'sandwich', 'Sandwich', 'all callers and callees of the chosen function (s)', function () { toggleSandwich(g); });
  g.runtime = button(tools, 'runtime', 'Runtime', '', function () { toggleRuntime(g); });
  g.recursion = button(tools, 'recursion', 'Fold recursion', 'leave out calls of a function that runs already (u)', function () { toggleRecursion(g); });
  g.colours = choice(tools, 'colours', 'Colour', [['kind', 'colour by origin'], ['package', 'colour by package'], ['function', 'colour by function']].concat(data.x ? [['change', 'colour by change']] : []), function (c) {
    g.colour = c;
    draw(g);
    sketch(g);
    locate(g);
    legend(g);
  });
  g.colours.value = g.colour;
  choice(tools, 'order', 'Order of the frames of a caller', [['name', 'order by name'], ['weight', 'heaviest first'], ['time', 'in time: this profile has none, its samples are sums', true]], function (order) { change(g, { order: order }); });
  g.menuing = button(tools, 'actions', 'Frame ▾', 'focus, ignore, hide, source … of the chosen frame (m)', function () {
    var r = g.menuing.getBoundingClientRect();
    openMenu(g, r.left, r.bottom);
  });
  g.tabled = button(tools, 'table', 'Table', 'all functions with what they take (t)', function () { toggleTable(g); });
  g.copying = button(tools, 'copy', 'Copy stack', 'the chosen frame and its callers, as text (c)', function () { copyStack(g); });
  make('span', 'dim', tools, 'Save:');
  button(tools, 'save-svg', 'SVG', 'this view as a picture that zooms and searches in a browser', function () { save(g, 'svg', 'image/svg+xml', standalone(g)); });
  button(tools, 'save-folded', 'folded', 'the stacks as lines, as flamegraph.pl and speedscope read them', function () { save(g, 'folded', 'text/plain', foldedStacks(g)); });
  button(tools, 'save-pprof', 'pprof', data.z ? 'the profile itself, for go tool pprof' : 'the profile is too large to be in the page; type %pprof -proto -output=FILE ' + (data.a || 'SOURCE'), function () {
    save(g, 'pb.gz', 'application/octet-stream', unpack(data.z));
  }).disabled = !data.z;
}
function canvas(g) {
  g.scroll = make('div', 'scroll', g.live);
  g.svg = document.createElementNS(NS, 'svg');
  g.svg.setAttribute('tabindex', '0');
  g.svg.setAttribute('width', '100%');
  g.svg.setAttribute('role', 'application');
  g.svg.setAttribute('aria-label', (g.image ? g.image.alt : 'Flame graph') + '. Arrow keys move, Enter zooms, Escape goes back, slash searches, M opens the menu of a frame, the question mark lists all keys.');
  g.frames = g.svg.appendChild(document.createElementNS(NS, 'g'));
  g.marks = g.svg.appendChild(document.createElementNS(NS, 'g'));
  g.marks.setAttribute('class', 'marks');
  g.svg.gomriGraph = g;
  g.scroll.appendChild(g.svg);
}
// controls shows on the buttons what is on, and what can be done.
function controls(g) {
  var some = g.chosen && !isAll(g, g.chosen), touched = g.history.length > 0 || g.flip || !!g.matcher;
  g.back.disabled = g.history.length === 0;
  g.reset.disabled = g.o.mode === 'calls' && isWhole(g.root, g.win);
  [[g.flipped, g.flip], [g.inverted, g.o.mode === 'callers'], [g.between, g.o.mode === 'sandwich'], [g.runtime, g.o.all], [g.recursion, g.o.flat], [g.tabled, !!g.table]].forEach(function (b) { b[0].setAttribute('aria-pressed', String(b[1])); });
  g.runtime.textContent = g.o.all ? 'Fold runtime' : 'Show runtime (' + g.folded + ')';
  g.runtime.title = (g.o.all ? 'fold' : 'show') + ' frames of package testing and what the runtime calls within itself (r)';
  g.runtime.disabled = g.folded === 0;
  g.between.disabled = g.o.mode !== 'sandwich' && !some;
  g.copying.disabled = g.menuing.disabled = !some;
  g.live.classList.toggle('deep', !touched && g.rows > PAGE);
  if (!touched && g.rows > PAGE) { g.box.setAttribute('data-deep', '1'); } else { g.box.removeAttribute('data-deep'); }
}

function listen(g) {
  var svg = g.svg;
  svg.addEventListener('mousemove', function (e) {
    var p = hit(g, e);
    if (g.drag || g.menu || !p) { return; }
    if (p.f) { describe(g, p.f); } else { describeRest(g, p.above); }
    svg.style.cursor = p.f ? 'pointer' : 'default';
    mark(g, p.f);
  });
  svg.addEventListener('mouseleave', function () { mark(g, null); describe(g, g.chosen); });
  svg.addEventListener('click', function (e) {
    var p = hit(g, e), dragged = g.dragged;
    g.dragged = false;
    svg.focus({ preventScroll: true });
    if (p && p.f && !dragged) { zoom(g, p.f); choose(g, p.f); }
  });
  svg.addEventListener('contextmenu', function (e) {
    var p = hit(g, e);
    if (!p || !p.f || isAll(g, p.f)) { return; }
    e.preventDefault();
    e.stopPropagation();
    svg.focus({ preventScroll: true });
    choose(g, p.f);
    openMenu(g, e.clientX, e.clientY);
  });
  svg.addEventListener('focus', function () { mark(g, null); describe(g, g.chosen); });
  svg.addEventListener('blur', function () { mark(g, null); });
  svg.addEventListener('keydown', function (e) { pressed(g, e); });
  g.input.addEventListener('keydown', function (e) {
    e.stopPropagation();
    if (e.key === 'Escape') { g.input.value = ''; find(g); svg.focus(); }
    if (e.key === 'Enter') { e.preventDefault(); step(g, e.shiftKey ? -1 : 1); }
  });
  g.input.addEventListener('input', function () { find(g); });
  g.scroll.addEventListener('scroll', function () {
    var top = g.scroll.scrollTop;
    if (g.rows > MANY && (top < g.first && g.first > 0 || top + g.scroll.clientHeight > g.last && g.last < g.rows * ROW)) { draw(g); }
    locate(g);
  });
  drags(g);
  svg.addEventListener('wheel', function (e) { turned(g, e); }, { passive: false });
  window.addEventListener('beforeprint', function () { g.printing = g.paper = true; draw(g); });
  window.addEventListener('afterprint', function () { g.printing = g.paper = false; draw(g); });
  if (window.ResizeObserver) {
    new ResizeObserver(function () {
      if (g.scroll.clientWidth && g.scroll.clientWidth !== g.width) { draw(g); sketch(g); locate(g); }
    }).observe(g.scroll);
  }
}
function find(g) {
  search(g);
  draw(g);
  if (g.table) { functionTable(g); }
}
// upperAt says whether an event is in the upper tree of a sandwich.
function upperAt(g, e) {
  var r = g.svg.getBoundingClientRect(), row = Math.floor((e.clientY - r.top) / r.height * g.rows);
  return !!g.up && (g.flip ? g.rows - 1 - row : row) < g.middle;
}
// turned zooms at the pointer with Ctrl (which is what a pinch sends), and moves the window sideways. A
// plain wheel scrolls the page as everywhere.
function turned(g, e) {
  var r = g.svg.getBoundingClientRect(), upper = upperAt(g, e), unit = e.deltaMode === 1 ? 30 : 1, sideways = e.shiftKey && Math.abs(e.deltaY) > Math.abs(e.deltaX) ? e.deltaY : e.deltaX;
  if (e.ctrlKey || e.metaKey) {
    scale(g, upper, Math.exp(Math.max(-300, Math.min(300, e.deltaY * unit)) * 0.003), (e.clientX - r.left) / r.width);
  } else if (Math.abs(sideways) > Math.abs(e.deltaY) || e.shiftKey) { pan(g, upper, sideways * unit / r.width); } else { return; }
  e.preventDefault();
  e.stopPropagation();
}
// drags lets the pointer move the window in the graph, and in the minimap the part that is shown.
function drags(g) {
  g.svg.addEventListener('pointerdown', function (e) {
    if (e.button !== 0 || e.pointerType === 'touch') { return; }
    g.dragged = false;
    g.drag = { x: e.clientX, y: e.clientY, top: g.scroll.scrollTop, upper: upperAt(g, e), moved: false };
  });
  g.svg.addEventListener('pointermove', function (e) {
    var d = g.drag;
    if (!d || !e.buttons) { g.drag = null; return; }
    if (!d.moved && Math.abs(e.clientX - d.x) + Math.abs(e.clientY - d.y) < 5) { return; }
    if (!d.moved) { g.svg.setPointerCapture(e.pointerId); d.moved = g.dragged = true; }
    pan(g, d.upper, (d.x - e.clientX) / g.svg.getBoundingClientRect().width);
    d.x = e.clientX;
    g.scroll.scrollTop = d.top + d.y - e.clientY;
  });
  g.svg.addEventListener('pointerup', function () { g.drag = null; });
  g.map.addEventListener('pointerdown', function (e) {
    g.map.setPointerCapture(e.pointerId);
    keep(g, '');
    goTo(g, e);
    account(g);
  });
  g.map.addEventListener('pointermove', function (e) { if (e.buttons) { goTo(g, e); } });
}
function pressed(g, e) {
  var f = g.chosen, upper = g.up && f !== g.root && isUp(g, f), win = upper ? g.winUp : g.win;
  if (e.ctrlKey || e.metaKey || e.altKey) { return; }
  switch (e.key) {
    case 'ArrowDown': vertical(g, true); break;
    case 'ArrowUp': vertical(g, false); break;
    case 'ArrowLeft': if (e.shiftKey) { pan(g, upper, -0.2); } else { choose(g, sibling(g, -1)); } break;
    case 'ArrowRight': if (e.shiftKey) { pan(g, upper, 0.2); } else { choose(g, sibling(g, 1)); } break;
    case 'Enter': case ' ': zoom(g, f); choose(g, f); break;
    case 'Escape': case 'Backspace': goBack(g); break;
    case 'Home': showAll(g); choose(g, g.root); break;
    case '+': case '=': case '-':
      // The chosen frame stays where it is.
      scale(g, upper, e.key === '-' ? 1.5 : 1 / 1.5, Math.min(1, Math.max(0, (f.start + f.total / 2 - win.lo) / (win.hi - win.lo))));
      break;
    case '0': look(g, upper, whole(upper ? g.up : g.root), ''); break;
    case '/': g.input.focus(); g.input.select(); break;
    case 'n': step(g, 1); break;
    case 'N': step(g, -1); break;
    case 'm': case 'ContextMenu': menuAtChosen(g); break;
    case 'F10': if (!e.shiftKey) { return; } menuAtChosen(g); break;
    case 'l': if (!isAll(g, f)) { showSource(g, f); } break;
    case 't': toggleTable(g); break;
    case 'f': flipOver(g); break;
    case 'i': toggleInvert(g); break;
    case 's': toggleSandwich(g); break;
    case 'r': toggleRuntime(g); break;
    case 'u': toggleRecursion(g); break;
    case 'c': copyStack(g); break;
    case '?': g.keys.open = !g.keys.open; break;
    default: return;
  }
  e.preventDefault();
  e.stopPropagation();
}

function all() {
  Array.prototype.forEach.call(document.querySelectorAll('[data-gomri-flame="' + uid + '"]:not([data-ready])'), hydrate);
}
function start(unpacked) {
  data = unpacked;
  fills = data.c;
  all();
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', all); }
}
// A large model is packed. A browser that cannot unpack it keeps the picture.
if (typeof data !== 'string') { start(data); } else if (window.DecompressionStream) {
  new Response(new Blob([unpack(data)]).stream().pipeThrough(new DecompressionStream('gzip'))).json().then(start);
}
