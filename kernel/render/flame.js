function (uid, data) {
  // Makes the flame graph live. It builds its own drawing from the data, in the place of the static
  // picture, so that a zoom shows frames that were too narrow there. It changes nothing outside
  // its own element, needs no network, and leaves the picture alone when anything goes wrong.
  var NS = 'http://www.w3.org/2000/svg', ROW = 18, CHAR = 7.3;
  // How JupyterLab, VS Code and Colab say that their ground is dark.
  var DARK = ['[data-jp-theme-light=false] ', '.vscode-dark ', 'html[theme=dark] '];

  // frames: parallel to data.d, five numbers a frame; a child comes after its parent.
  var frames = [], stack = [];
  for (var i = 0; i < data.d.length; i += 5) {
    var depth = data.d[i], line = data.d[i + 4];
    var f = {
      name: data.n[data.d[i + 1]], kind: data.k.charAt(data.d[i + 1]), file: data.f[data.h[data.d[i + 1]]],
      depth: depth, total: data.d[i + 2], self: data.d[i + 3], inlined: line < 0, line: line < 0 ? -line - 1 : line,
      kids: [], parent: depth > 0 ? stack[depth - 1] : null, start: 0
    };
    if (f.parent) {
      var last = f.parent.kids[f.parent.kids.length - 1];
      f.start = last ? last.start + last.total : f.parent.start;
      f.parent.kids.push(f);
    }
    stack[depth] = f;
    frames.push(f);
  }
  var root = frames[0];

  function amount(v) {
    v *= data.g;
    var name = '', factor = 1;
    data.u.forEach(function (u, i) { if (i === 0 || v >= u[1]) { name = ' ' + u[0]; factor = u[1]; } });
    v /= factor;
    return (v >= 1000 ? v.toFixed(0) : String(parseFloat(v.toPrecision(3)))) + name;
  }
  function percent(part, whole) {
    var p = whole ? part / whole * 100 : 0;
    if (p === 0) { return '0 %'; }
    return (p < 0.1 ? '< 0.1' : p < 9.95 ? p.toFixed(1) : p.toFixed(0)) + ' %';
  }
  function args(s) {
    var a = s.indexOf('['), b = s.lastIndexOf(']');
    return a < 0 || b < a ? s : s.slice(0, a) + '[…]' + s.slice(b + 1);
  }
  function shortName(s) {
    s = args(s);
    var cut = s.search(/[[(]/), head = cut < 0 ? s : s.slice(0, cut);
    return s.slice(head.lastIndexOf('/') + 1);
  }
  function bareName(s) {
    s = shortName(s);
    var dot = s.indexOf('.');
    return dot > 0 && s.charAt(0) !== '[' ? s.slice(dot + 1) : s;
  }
  function fit(width, f) {
    var room = Math.floor((width - 5) / CHAR), mark = f.inlined ? '⤵' : '', s = bareName(f.name);
    if (mark.length + shortName(f.name).length <= room) { return mark + shortName(f.name); }
    if (mark.length + s.length <= room) { return mark + s; }
    if (s.length <= room) { return s; }
    if (room < 6) { return ''; }
    var head = Math.floor((room - 1) * 2 / 5);
    return s.slice(0, head) + '…' + s.slice(s.length - (room - 1 - head));
  }

  function hydrate(box) {
    var image = box.querySelector('img');
    box.setAttribute('data-ready', '1');
    var view = root, chosen = root, history = [], matcher = null, shapes = new Map(), width = 0, tallest = 0;

    function make(tag, className, parent, text) {
      var e = document.createElement(tag);
      e.className = className;
      if (text) { e.textContent = text; }
      parent.appendChild(e);
      return e;
    }
    var live = make('div', 'gomri-flame', box);
    live.setAttribute('data-lm-suppress-shortcuts', 'true');
    var style = make('style', '', live);
    style.textContent =
      '.gomri-flame{--gf-fg:var(--jp-content-font-color1,var(--vscode-editor-foreground,#1b1b1b));--gf-line:var(--jp-border-color1,var(--vscode-panel-border,#bdbdbd));' +
      '--gf-all:var(--jp-layout-color2,var(--vscode-editorWidget-background,#ececec));color:var(--gf-fg);font:13px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}' +
      '.gomri-flame .bar{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 4px}' +
      '.gomri-flame input{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:2px 6px;width:22em;max-width:60%;margin:0}' +
      '.gomri-flame button{font:inherit;font-size:12px;color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:1px 8px;cursor:pointer;margin:0}' +
      '.gomri-flame button[disabled]{opacity:.45;cursor:default}' +
      '.gomri-flame .details{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;min-height:3em;overflow-wrap:anywhere;margin:0 0 4px}' +
      '.gomri-flame .dim{opacity:.75}' +
      '.gomri-flame .scroll{overflow-y:auto;overflow-x:hidden;max-height:720px}' +
      '.gomri-flame svg{display:block;outline-offset:2px}' +
      '.gomri-flame text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1b1b1b;pointer-events:none}' +
      '.gomri-flame .all text{fill:var(--gf-fg)}.gomri-flame .all rect{fill:var(--gf-all)}' +
      '.gomri-flame g.f{cursor:pointer}.gomri-flame g.inl rect{opacity:.72}' + dark('g.inl rect{opacity:1;filter:brightness(1.2)}') + dark('.scroll{color-scheme:dark}') +
      '.gomri-flame g.above{opacity:.6}' +
      '.gomri-flame g.f:hover rect{filter:brightness(1.08)}.gomri-flame g.no{opacity:.28}' +
      '.gomri-flame .rest{stroke:var(--gf-line);fill:none}' +
      '.gomri-flame g.on rect{stroke:var(--gf-fg);stroke-width:2}' +
      '.gomri-flame .key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:4px 0 0}.gomri-flame .key i{display:inline-block;width:11px;height:11px;margin-right:5px}' +
      kindStyle('', 0) + DARK.map(function (d) { return kindStyle(d, 1); }).join('') +
      '@media print{.gomri-flame .scroll{max-height:none;overflow:visible}.gomri-flame .bar,.gomri-flame .details{display:none}}';
    function dark(rule) { return DARK.map(function (d) { return d + '.gomri-flame ' + rule; }).join(''); }
    function kindStyle(where, i) {
      return Object.keys(data.c).map(function (k) { return where + '.gomri-flame .' + k + ' rect,' + where + '.gomri-flame i.' + k + '{fill:' + data.c[k][i] + ';background:' + data.c[k][i] + '}'; }).join('');
    }

    var bar = make('div', 'bar', live);
    var search = make('input', '', bar);
    search.type = 'search';
    search.placeholder = 'Search: regular expression ( / )';
    search.setAttribute('aria-label', 'Search frames by regular expression');
    var matched = make('span', 'matched', bar);
    matched.setAttribute('role', 'status');
    var back = make('button', 'back', bar, 'Back'), reset = make('button', 'reset', bar, 'Show all');
    back.type = reset.type = 'button';
    var details = make('div', 'details', live);
    details.setAttribute('aria-live', 'polite');
    var scroll = make('div', 'scroll', live);
    var svg = document.createElementNS(NS, 'svg');
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('role', 'application');
    svg.setAttribute('aria-label', (image ? image.alt : 'Flame graph') + '. Arrow keys move, Enter zooms, Escape goes back, slash searches.');
    scroll.appendChild(svg);
    var key = make('div', 'key', live);
    data.s.forEach(function (k) {
      var e = make('span', '', key);
      make('i', k[0], e);
      e.appendChild(document.createTextNode(k[1] + ' ' + k[2]));
    });

    function describe(f) {
      details.textContent = '';
      if (!f) { return; }
      var head = make('div', '', details);
      make('b', '', head, f === root ? 'all' : f.name);
      if (f.inlined) { make('span', 'dim', head, ' (inlined)'); }
      if (f.file) { make('span', 'dim', head, '  ' + f.file + (f.line ? ':' + f.line : '')); }
      var text = amount(f.total) + ', ' + percent(f.total * data.g, data.t) + ' of all';
      if (f.parent && f.parent !== root) { text += ', ' + percent(f.total, f.parent.total) + ' of its caller'; }
      text += ' · in itself ' + amount(f.self) + ', ' + percent(f.self * data.g, data.t);
      make('div', '', details, text);
    }

    function frame(f, x, w, above) {
      var g = document.createElementNS(NS, 'g'), r = document.createElementNS(NS, 'rect'), y = f.depth * ROW;
      g.setAttribute('class', (f === root ? 'f all' : 'f ' + f.kind) + (f.inlined ? ' inl' : '') + (above ? ' above' : '') +
        (matcher && f !== root && !matcher(f.name) ? ' no' : '') + (f === chosen && document.activeElement === svg ? ' on' : ''));
      r.setAttribute('x', x.toFixed(2));
      r.setAttribute('y', y);
      r.setAttribute('width', Math.max(w - 0.6, 0.7).toFixed(2));
      r.setAttribute('height', ROW - 1);
      g.appendChild(r);
      var label = f === root ? 'all, ' + amount(f.total) + ' of ' + data.y : fit(w, f);
      if (label && w > 30) {
        var t = document.createElementNS(NS, 'text');
        t.setAttribute('x', (x + 3).toFixed(1));
        t.setAttribute('y', y + 13);
        t.textContent = label;
        g.appendChild(t);
      }
      g.gomriFrame = f;
      shapes.set(f, g);
      return g;
    }
    function hatch(x, y, w) {
      var p = document.createElementNS(NS, 'path'), d = '';
      for (var at = 0; at + 3 <= w; at += 6) { d += 'M' + (x + at).toFixed(1) + ' ' + (y + ROW - 1) + 'l5 -' + (ROW - 1); }
      p.setAttribute('d', d);
      p.setAttribute('class', 'rest');
      var t = document.createElementNS(NS, 'title');
      t.textContent = 'frames too narrow to keep';
      p.appendChild(t);
      return p;
    }
    function draw() {
      width = Math.max(scroll.clientWidth || box.clientWidth || 1200, 280);
      var layer = document.createElementNS(NS, 'g'), scale = width / view.total, deepest = 0;
      shapes.clear();
      for (var p = view.parent; p; p = p.parent) { layer.appendChild(frame(p, 0, width, true)); }
      (function walk(f) {
        var w = f.total * scale;
        if (w < 0.8 && f !== chosen) { return; }
        deepest = Math.max(deepest, f.depth);
        layer.appendChild(frame(f, (f.start - view.start) * scale, w, false));
        f.kids.forEach(walk);
        // What the data leaves out below this frame, because it is too narrow.
        var last = f.kids[f.kids.length - 1], from = last ? last.start + last.total : f.start;
        var rest = (f.start + f.total - f.self - from) * scale;
        if (rest >= 2) { layer.appendChild(hatch((from - view.start) * scale, (f.depth + 1) * ROW, rest)); }
      })(view);
      tallest = Math.max(tallest, (deepest + 1) * ROW);
      svg.setAttribute('viewBox', '0 0 ' + width + ' ' + tallest);
      svg.setAttribute('width', '100%');
      while (svg.firstChild) { svg.removeChild(svg.firstChild); }
      svg.appendChild(layer);
      back.disabled = history.length === 0;
      reset.disabled = view === root;
    }
    function zoom(f) {
      if (f === view) { return; }
      history.push(view);
      view = f;
      chosen = f;
      draw();
      describe(f);
    }
    function goBack() {
      if (history.length) { view = history.pop(); chosen = view; draw(); describe(view); }
    }
    function choose(f) {
      if (!f) { return; }
      var old = shapes.get(chosen);
      if (old) { old.classList.remove('on'); }
      chosen = f;
      if (!shapes.get(f)) { draw(); }
      var g = shapes.get(f);
      if (g) {
        g.classList.add('on');
        var y = f.depth * ROW;
        if (y < scroll.scrollTop) { scroll.scrollTop = y; }
        if (y + ROW > scroll.scrollTop + scroll.clientHeight) { scroll.scrollTop = y + ROW - scroll.clientHeight; }
      }
      describe(f);
    }
    function find() {
      var text = search.value;
      matcher = null;
      matched.textContent = '';
      if (text) {
        var expr;
        try { expr = new RegExp(text, /[A-Z]/.test(text) ? '' : 'i'); } catch (e) {
          matched.textContent = 'not a regular expression: ' + e.message;
        }
        if (expr) {
          matcher = function (name) { return expr.test(name); };
          // The union: a match below another match is part of it already.
          var sum = 0, count = 0;
          (function walk(f, inside) {
            var hit = f !== root && matcher(f.name);
            if (hit) { count++; if (!inside) { sum += f.total; } }
            f.kids.forEach(function (k) { walk(k, inside || hit); });
          })(root, false);
          matched.textContent = count ? 'matched ' + percent(sum * data.g, data.t) + ' (' + amount(sum) + ') in ' + count + (count === 1 ? ' frame' : ' frames') : 'no frame matches';
        }
      }
      draw();
    }
    function at(e) {
      for (var n = e.target; n && n !== svg; n = n.parentNode) { if (n.gomriFrame) { return n.gomriFrame; } }
      return null;
    }
    svg.addEventListener('mousemove', function (e) { var f = at(e); if (f) { describe(f); } });
    svg.addEventListener('mouseleave', function () { describe(chosen); });
    svg.addEventListener('click', function (e) { var f = at(e); svg.focus({ preventScroll: true }); if (f) { zoom(f); choose(f); } });
    svg.addEventListener('focus', function () { choose(chosen); });
    svg.addEventListener('blur', function () { var g = shapes.get(chosen); if (g) { g.classList.remove('on'); } });
    function sibling(step) {
      if (!chosen.parent) { return null; }
      var kids = chosen.parent.kids;
      return kids[kids.indexOf(chosen) + step];
    }
    svg.addEventListener('keydown', function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey) { return; }
      switch (e.key) {
        case 'ArrowDown': choose(chosen.kids.slice().sort(function (a, b) { return b.total - a.total; })[0]); break;
        case 'ArrowUp': choose(chosen.parent); break;
        case 'ArrowLeft': choose(sibling(-1)); break;
        case 'ArrowRight': choose(sibling(1)); break;
        case 'Enter': case ' ': var f = chosen; zoom(f); choose(f); break;
        case 'Escape': case 'Backspace': goBack(); choose(chosen); break;
        case 'Home': zoom(root); choose(root); break;
        case '/': search.focus(); search.select(); break;
        default: return;
      }
      e.preventDefault();
      e.stopPropagation();
    });
    search.addEventListener('keydown', function (e) {
      e.stopPropagation();
      if (e.key === 'Escape') { search.value = ''; find(); svg.focus(); }
      if (e.key === 'Enter') { e.preventDefault(); find(); svg.focus(); }
    });
    search.addEventListener('input', find);
    back.addEventListener('click', goBack);
    reset.addEventListener('click', function () { zoom(root); });
    draw();
    describe(root);
    if (image) { image.style.display = 'none'; }
    if (window.ResizeObserver) {
      new ResizeObserver(function () { if (scroll.clientWidth && scroll.clientWidth !== width) { draw(); } }).observe(scroll);
    }
  }
  function all() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-gomri-flame="' + uid + '"]:not([data-ready])'), hydrate);
  }
  all();
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', all); }
}
