// What leaves the page: text to the clipboard, files.

function stackOf(g, f) {
  var list = [];
  for (; f && f.parent; f = f.parent) { list.push(f); }
  if (g.up && f) { list.push(f); }
  if (g.o.mode === 'callers' || g.up && isUp(g, list[0])) { list.reverse(); }
  return list;
}
function copyStack(g) {
  if (!g.chosen || isAll(g, g.chosen)) { return; }
  copy(g, stackOf(g, g.chosen).map(function (f) { return f.name + (f.inlined ? ' (inlined)' : '') + (f.file ? '\n\t' + f.file + (f.line ? ':' + f.line : '') : ''); }).join('\n') + '\n', g.copying, 'Copy stack');
}
// copy puts text into the clipboard and says so on a button.
function copy(g, text, b, label) {
  function told(ok) {
    if (!b) { return; }
    b.textContent = ok ? 'Copied' : 'Not copied';
    setTimeout(function () { b.textContent = label; }, 1500);
  }
  function old() {
    var area = make('textarea', '', g.live, text), ok = false;
    area.select();
    try { ok = document.execCommand('copy'); } catch (e) { ok = false; }
    g.live.removeChild(area);
    g.svg.focus({ preventScroll: true });
    told(ok);
  }
  if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(function () { told(true); }, old); } else { old(); }
}
function foldedStacks(g) {
  var m = g.model, lines = [], path = [];
  (function walk(f) {
    if (f.parent) { path.push(f.name.replace(/;/g, ':')); }
    var own = m.x ? f.selfTo : f.self, left = m.x ? 0 : Math.max(rest(f), 0);
    if (own + left > 0) { lines.push((path.join(';') || '(too narrow to keep)') + ' ' + (own + left) * m.g); }
    f.kids.forEach(walk);
    if (f.parent) { path.pop(); }
  })(g.kept);
  return lines.join('\n') + '\n';
}
// standalone is the view as a picture with styles of its own.
function standalone(g) {
  g.printing = true;
  draw(g);
  var w = g.width, h = g.rows * ROW + 8, titles = [], css = 'text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1b}.e{fill:#e6e6e6}.all,.a{fill:#ececec}.inl{opacity:.72}.above{opacity:.6}.no{opacity:.28}.rest{stroke:#9a9a9a;fill:none}';
  Object.keys(fills).forEach(function (k) { css += '.' + k + '{fill:' + fills[k][0] + '}'; });
  for (var n = 1; n <= 4; n++) { ['l', 'g'].forEach(function (k) { css += '.' + k + n + '{fill:' + mix(fills[k][0], n / 4) + '}'; }); }
  g.drawn.forEach(function (row) {
    row.forEach(function (p) {
      if (p.f) { titles.push('<rect x="' + p.x.toFixed(1) + '" y="' + p.y + '" width="' + p.w.toFixed(1) + '" height="' + (ROW - 1) + '"><title>' + escape(p.f.name + ' ' + value(g.model, p.f)) + '</title></rect>'); }
    });
  });
  var svg = '<svg xmlns="' + NS + '" width="' + w + '" height="' + h + '" viewBox="0 0 ' + w + ' ' + h + '" role="img"><title>' + escape(g.image ? g.image.alt : 'Flame graph') +
    '</title><style>' + css + '</style><path d="M0 0h' + w + 'v' + h + 'H0z" fill="#fff"/>' + g.shapes.join('') + '<g fill-opacity="0">' + titles.join('') + '</g></svg>';
  g.printing = false;
  draw(g);
  return svg;
}
function save(g, extension, type, content) {
  var url = URL.createObjectURL(new Blob([content], { type: type })), a = make('a', '', g.live);
  a.href = url;
  a.download = 'flame-' + data.y.replace(/\W+/g, '-') + '.' + extension;
  a.click();
  g.live.removeChild(a);
  setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
}
function unpack(text) { return Uint8Array.from(atob(text), function (c) { return c.charCodeAt(0); }); }
