// The minimap: the whole graph in little, with the part that is shown. The pointer moves that part.

// sketch draws the minimap of the tree that is shown, if that is large enough to need one.
function sketch(g) {
  var rows = 0, size = g.root.size;
  (function walk(f) { rows = Math.max(rows, f.depth + 1); f.kids.forEach(walk); })(g.root);
  g.mapRows = rows;
  g.map.style.display = g.up || size < 150 && rows < 40 ? 'none' : '';
  if (g.map.style.display) { return; }
  var canvas = g.map.firstChild, w = canvas.width = Math.max(g.scroll.clientWidth || 1200, 280), each = Math.min(3, Math.max(64 / rows, 0.25)), h = Math.max(Math.ceil(rows * each), 12);
  canvas.height = h;
  canvas.style.height = h + 'px';
  // A canvas has no style sheet: it is dark if the text is light.
  var rgb = getComputedStyle(g.live).color.match(/\d+/g) || [0, 0, 0], ground = +rgb[0] + +rgb[1] + +rgb[2] > 384 ? 1 : 0;
  var c = canvas.getContext('2d'), scale = w / g.root.total;
  (function walk(f) {
    if (f.total * scale < 0.5) { return; }
    var k = g.colour === 'change' ? deltaClass(f).charAt(0) : f.kind;
    c.fillStyle = !f.parent ? 'rgba(128,128,128,.3)' : g.colour === 'package' || g.colour === 'function' ? 'hsl(' + hue(g.colour === 'package' ? packageOf(f.name) : f.name) + ',45%,74%)' : fills[k] ? fills[k][ground] : '#b4b4b4';
    c.fillRect(f.start * scale, (g.flip ? rows - 1 - f.depth : f.depth) * each, Math.max(f.total * scale - 0.3, 0.4), Math.max(each, 0.5));
    f.kids.forEach(walk);
  })(g.root);
}
// locate shows on the minimap what part is shown.
function locate(g) {
  if (g.map.style.display) { return; }
  var part = g.map.lastChild.style, height = g.map.firstChild.height, least = height / g.mapRows, top = g.scroll.scrollTop / ROW;
  // In a flame the rows are counted from the bottom, where the root is.
  if (g.flip) { top += g.mapRows - g.rows; }
  part.left = g.win.lo / g.root.total * 100 + '%';
  part.width = (g.win.hi - g.win.lo) / g.root.total * 100 + '%';
  part.top = Math.max(top * least, 0) + 'px';
  part.height = Math.min((g.scroll.clientHeight / ROW) * least, height) + 'px';
}
// goTo moves the part that is shown to a point of the minimap.
function goTo(g, e) {
  var r = g.map.getBoundingClientRect(), middle = (e.clientX - r.left) / r.width * g.root.total, w = g.win.hi - g.win.lo;
  g.win = slide(g.root, middle - w / 2, w);
  draw(g);
  var row = (e.clientY - r.top) / r.height * g.mapRows - (g.flip ? g.mapRows - g.rows : 0);
  g.scroll.scrollTop = row * ROW - g.scroll.clientHeight / 2;
}
