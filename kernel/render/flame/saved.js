// What a saved picture does where scripts run: it has no page around it, so all it says is text in the
// picture. It is given the whole (total), the window of each half as it was saved, and how many frames
// were too thin to save.
function savedPage(whole) {
  // Inside another page it stays a picture.
  if (document.documentElement.localName !== 'svg') { return; }
  var svg = document.documentElement, NS = svg.namespaceURI, layer = document.getElementById('frames'), width = +svg.getAttribute('width'), height = +svg.getAttribute('height'), BAR = 26;
  var win = { lower: whole.lower, upper: whole.upper }, text = '', focused = null, chosen = null;
  function make(tag, attributes, parent, words) {
    var e = document.createElementNS(NS, tag);
    Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); });
    if (words) { e.textContent = words; }
    parent.appendChild(e);
    return e;
  }
  var frames = Array.prototype.map.call(layer.querySelectorAll('rect'), function (e) {
    var d = e.dataset, title = e.textContent, name = title.slice(0, +d.name);
    var f = { rect: e, label: null, name: name, title: name + ': ' + title.slice(name.length + 1), start: +d.start || 0, total: +d.total || 0, half: d.upper ? 'upper' : 'lower', y: +e.getAttribute('y'), rest: !!d.rest, all: d.all || '', inlined: false, mark: d.mark || '' };
    e.setAttribute('tabindex', '-1');
    e.addEventListener('mouseenter', function () { describe(f); });
    e.addEventListener('mouseleave', function () { describe(focused); });
    e.addEventListener('focus', function () { tabTo(f); focused = f; describe(f); });
    e.addEventListener('blur', function () { focused = null; describe(null); });
    e.addEventListener('click', function () { zoom(f); });
    return f;
  });
  var halves = frames.some(function (f) { return f.half === 'upper'; }), labels = make('g', { 'pointer-events': 'none' }, svg), bar = make('g', {}, svg);
  make('style', {}, svg, '#frames rect{cursor:pointer;outline:0}#frames rect:hover{stroke:#1b1b1b;stroke-opacity:.6}#frames .hit{fill:#e6a3ff!important;stroke:#6a0dad;stroke-width:1.5}#frames rect:focus{stroke:#000;stroke-width:2.5}#frames [data-rest]{fill:url(#narrow);cursor:default}' +
    '.button{cursor:pointer;text-decoration:underline}.button:focus{outline:2px solid #1b1b1b}');
  var pattern = make('pattern', { id: 'narrow', width: 6, height: ROW, patternUnits: 'userSpaceOnUse' }, make('defs', {}, svg));
  make('path', { d: 'M0 ' + ROW + 'l5 -' + ROW, stroke: '#9a9a9a' }, pattern);
  make('path', { d: 'M0 0h' + width + 'v' + BAR + 'H0z', fill: '#fff' }, bar);
  var reset = button(6, 'Reset zoom', function () { zoom(null); }), details = make('text', { x: 96, y: 17, id: 'details', 'aria-live': 'polite' }, bar);
  var matched = make('text', { x: width - 68, y: 17, 'text-anchor': 'end', id: 'matched', 'aria-live': 'polite' }, bar);
  button(width - 56, 'Search', search);
  function button(x, words, act) {
    var e = make('text', { x: x, y: 17, 'class': 'button', role: 'button', tabindex: 0 }, bar, words);
    e.addEventListener('click', act);
    e.addEventListener('keydown', function (k) { if (k.key === 'Enter' || k.key === ' ') { k.preventDefault(); act(); } });
    return e;
  }
  function describe(f) {
    var room = Math.floor((matched.textContent ? width - 184 - matched.textContent.length * CHAR : width - 170) / CHAR);
    var said = f ? f.title : chosen ? 'zoomed to ' + chosen.title : whole.thin ? count(whole.thin, 'frame') + ' narrower than a pixel not in this file' : '';
    details.textContent = cutMiddle(said, Math.max(room, 20));
  }
  function tabTo(f) {
    frames.forEach(function (o) { o.rect.setAttribute('tabindex', o === f ? '0' : '-1'); });
  }
  function draw() {
    frames.forEach(function (f) {
      var w = win[f.half], scale = width / (w.hi - w.lo), lo = (f.start - w.lo) * scale, hi = lo + f.total * scale, above = lo < -0.5 || hi > width + 0.5;
      f.x = Math.max(lo, 0);
      f.w = Math.min(hi, width) - f.x;
      f.shown = f.w >= 0.5;
      f.rect.style.display = f.shown ? '' : 'none';
      f.rect.setAttribute('x', f.x.toFixed(2));
      f.rect.setAttribute('width', Math.max(f.w - 0.6, 0.7).toFixed(2));
      f.rect.classList.toggle('above', above);
      var words = !f.shown || f.rest || f.w <= 30 ? '' : f.all || fit(f.w, f, f.mark);
      if (words && !f.label) { f.label = make('text', { y: f.y + 13 }, labels); }
      if (!f.label) { return; }
      f.label.textContent = words;
      f.label.setAttribute('x', (f.x + 3).toFixed(1));
      f.label.setAttribute('class', f.rect.classList.contains('no') ? 'no' : above ? 'above' : '');
    });
    reset.style.display = win.lower === whole.lower && win.upper === whole.upper ? 'none' : '';
    if (focused && !focused.shown) { focused.rect.blur(); }
    describe(focused);
  }
  // zoom gives a frame the whole width of its half; null goes back to the picture as saved.
  function zoom(f) {
    if (f && f.rest) { return; }
    var saved = f && whole[f.half], lo = f && Math.max(f.start, saved.lo), hi = f && Math.min(f.start + f.total, saved.hi);
    chosen = f && (lo > saved.lo || hi < saved.hi) ? f : null;
    win = { lower: f ? win.lower : whole.lower, upper: f ? win.upper : whole.upper };
    if (f) { win[f.half] = chosen ? { lo: lo, hi: hi } : saved; }
    draw();
  }
  function search() {
    var asked = window.prompt('Search frames by a regular expression; nothing ends the search.', text);
    if (asked === null) { return; }
    text = asked;
    var expr = null, error = '';
    try { expr = text ? new RegExp(text, /[A-Z]/.test(text) ? '' : 'i') : null; } catch (e) { error = 'not a regular expression: ' + text; }
    var hits = frames.filter(function (f) {
      var named = !f.all && !f.rest, hit = !!expr && named && expr.test(f.name);
      f.rect.classList.toggle('hit', hit);
      f.rect.classList.toggle('no', !!expr && named && !hit);
      return hit;
    });
    var callees = union(hits, 'lower'), callers = halves ? ' in callees, ' + union(hits, 'upper') + ' in callers' : '';
    matched.textContent = cutMiddle(error || !expr ? error : hits.length ? 'matched ' + callees + callers + ' in ' + count(hits.length, 'drawn frame') : 'no frame matches', 80);
    draw();
  }
  // union adds up what the matches take; one below another is part of it already.
  function union(hits, half) {
    var sum = 0, end = -Infinity;
    hits.filter(function (f) { return f.half === half; }).sort(function (a, b) { return a.start - b.start || b.total - a.total; }).forEach(function (f) {
      sum += Math.max(f.start + f.total - Math.max(f.start, end), 0);
      end = Math.max(end, f.start + f.total);
    });
    return percent(sum, whole.total);
  }
  // beside is the frame that an arrow key leads to: the next of the row, or the widest that touches in
  // the row above or below.
  function beside(f, key) {
    var row = key === 'ArrowUp' ? f.y - ROW : key === 'ArrowDown' ? f.y + ROW : f.y, best = null;
    frames.forEach(function (o) {
      if (!o.shown || o.y !== row || o === f) { return; }
      if (key === 'ArrowLeft') { if (o.x < f.x && (!best || o.x > best.x)) { best = o; } return; }
      if (key === 'ArrowRight') { if (o.x > f.x && (!best || o.x < best.x)) { best = o; } return; }
      if (o.x < f.x + f.w && o.x + o.w > f.x && (!best || o.w > best.w)) { best = o; }
    });
    return best;
  }
  document.addEventListener('keydown', function (e) {
    var to = null;
    if (e.key === '/' || (e.ctrlKey || e.metaKey) && e.key === 'f') { search(); } else if (e.ctrlKey || e.metaKey || e.altKey) { return; } else if (e.key === 'Escape') { zoom(null); } else if (focused && (e.key === 'Enter' || e.key === ' ')) { zoom(focused); } else if (focused && /^Arrow/.test(e.key)) {
      to = beside(focused, e.key);
      if (to) { to.rect.focus(); }
    } else { return; }
    e.preventDefault();
  });
  // The bar stays in sight when a deep graph is scrolled.
  window.addEventListener('scroll', function () { bar.setAttribute('transform', 'translate(0 ' + (window.scrollY - BAR) + ')'); });
  bar.setAttribute('transform', 'translate(0 -' + BAR + ')');
  svg.setAttribute('height', height + BAR);
  svg.setAttribute('viewBox', '0 -' + BAR + ' ' + width + ' ' + (height + BAR));
  svg.setAttribute('role', 'application');
  document.getElementById('picture').style.display = 'none';
  layer.removeAttribute('fill-opacity');
  tabTo(frames[0]);
  draw();
}
