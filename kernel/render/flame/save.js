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
// standalone is the view as a picture with styles of its own. Over the picture lie its frames, one by
// one and unseen: their titles are for everybody, their numbers for the picture's own script.
function standalone(g) {
  g.printing = true;
  draw(g);
  var w = g.width, h = g.rows * ROW + 8, frames = [], css = 'text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1b}.e{fill:#e6e6e6}.all,.a{fill:#ececec}.inl{opacity:.72}.above{opacity:.6}.no{opacity:.28}.rest{stroke:#9a9a9a;fill:none}';
  Object.keys(fills).forEach(function (k) { css += '.' + k + '{fill:' + fills[k][0] + '}'; });
  for (var n = 1; n <= 4; n++) { ['l', 'g'].forEach(function (k) { css += '.' + k + n + '{fill:' + mix(fills[k][0], n / 4) + '}'; }); }
  g.drawn.forEach(function (row) { row.forEach(function (p) { frames.push(savedFrame(g, p)); }); });
  var svg = '<svg xmlns="' + NS + '" width="' + w + '" height="' + h + '" viewBox="0 0 ' + w + ' ' + h + '" role="img"><title>' + escape(g.image ? g.image.alt : 'Flame graph') +
    '</title><style>' + css + '</style><path d="M0 0h' + w + 'v' + h + 'H0z" fill="#fff"/><g id="picture">' + g.shapes.join('') + '</g><g id="frames" fill-opacity="0">' + frames.join('') + '</g>' + savedScript(g) + '</svg>';
  g.printing = false;
  draw(g);
  return svg;
}
// savedFrame is a frame of the picture, or what was too narrow to keep below one: where it begins and
// how much it is in the numbers of the profile, how long the name in its title is, its half of a sandwich.
function savedFrame(g, p) {
  var f = p.f || p.above, all = p.f && isAll(g, f), last = f.kids[f.kids.length - 1], name = p.f ? f.name : 'frames too narrow to be here';
  function data(key, v) { return v ? ' data-' + key + '="' + escape(String(v)) + '"' : ''; }
  return '<rect x="' + p.x.toFixed(1) + '" y="' + p.y + '" width="' + p.w.toFixed(1) + '" height="' + (ROW - 1) + '"' + (p.f ? ' class=' + lookOf(g, f, false) : data('rest', 1)) +
    data('start', p.f ? f.start : last ? last.start + last.total : f.start) + data('total', p.f ? f.total : rest(f)) + data('name', name.length) + data('upper', g.up && isUp(g, f) ? 1 : 0) +
    data('mark', p.f ? (g.model.x ? deltaMark(f) : '') + (f.inlined ? '⤵' : '') : '') + data('all', all ? labelOf(g, f, 0) : '') +
    '><title>' + escape(name + ' ' + (p.f ? value(g.model, f) : amount(g.model, rest(f)) + ', ' + share(g.model, rest(f)))) + '</title></rect>';
}
// savedScript makes the saved picture answer mouse and keyboard. It is written as this page is: its
// functions are their own source.
function savedScript(g) {
  var say = JSON.stringify({ total: g.model.t / g.model.g, lower: g.win, upper: g.winUp || g.win, thin: g.thin }).replace(/</g, '\\u003c');
  return '<scr' + 'ipt><![CDATA[(function () {\nvar ROW = ' + ROW + ', CHAR = ' + CHAR + ', THIN = ' + THIN + ', names = new Map();\n' +
    [percent, count, args, shortName, namesOf, cutMiddle, fit, savedPage].join('\n') + '\nsavedPage(' + say + ');\n})();]]></scr' + 'ipt>';
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
