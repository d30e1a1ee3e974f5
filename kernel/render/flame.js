function (uid, data) {
  // Makes the flame graph live. It builds its own drawing from the data, in the place of the static
  // picture, so that a zoom shows frames that were too narrow there. It changes nothing outside
  // its own element, needs no network, and leaves the picture alone when anything goes wrong.
  var NS = 'http://www.w3.org/2000/svg', ROW = 18, CHAR = 7.3;
  // How JupyterLab, VS Code and Colab say that their ground is dark.
  var DARK = ['[data-jp-theme-light=false] ', '.vscode-dark ', 'html[theme=dark] '];
  var fills;

  // A node is a frame of what is drawn; name, kind and file are its function's.
  function node(like, parent) {
    return { name: like.name, cum: like.cum, kind: like.kind, file: like.file, line: like.line, inlined: like.inlined, parent: parent,
      depth: parent ? parent.depth + 1 : 0, total: 0, self: 0, from: 0, to: 0, selfFrom: 0, selfTo: 0, kids: [], index: null, start: 0, hidden: null };
  }
  function child(parent, like) {
    if (!parent.index) { parent.index = new Map(); }
    var k = parent.index.get(like.name);
    if (!k) {
      k = node(like, parent);
      parent.index.set(like.name, k);
      parent.kids.push(k);
    } else if (!like.inlined) { k.inlined = false; }
    return k;
  }
  // read makes the tree of a model: five columns of numbers, a child after its parent.
  function read(m) {
    var stack = [], root = null, count = m.d.length / 5;
    for (var i = 0; i < count; i++) {
      var depth = m.d[i], name = m.d[count + i], line = m.d[4 * count + i], parent = depth > 0 ? stack[depth - 1] : null;
      var f = node({ name: m.n[name], cum: m.w[name], kind: m.k.charAt(name), file: m.f[m.h[name]], line: line < 0 ? -line - 1 : line, inlined: line < 0 }, parent);
      f.total = m.d[2 * count + i];
      f.self = m.d[3 * count + i];
      if (m.x) {
        f.from = m.x[i]; f.to = m.x[count + i]; f.selfFrom = m.x[2 * count + i]; f.selfTo = m.x[3 * count + i];
      }
      if (parent) { parent.kids.push(f); } else { root = f; }
      stack[depth] = f;
    }
    return root;
  }
  // rest is what a node has lost below it, because it was too narrow to keep.
  function rest(f) {
    return f.kids.reduce(function (left, k) { return left - k.total; }, f.total - f.self);
  }
  function addSelf(to, f) { to.self += f.self; to.selfFrom += f.selfFrom; to.selfTo += f.selfTo; }
  function add(to, f) { to.total += f.total; to.from += f.from; to.to += f.to; addSelf(to, f); }
  function scaffold(name) { return name === 'runtime.goexit' || name === 'runtime.main' || name === 'runtime.mstart' || name.indexOf('testing.') === 0; }
  // fold leaves out what starts goroutines and tests, and what the runtime calls within itself.
  function fold(base) {
    var count = 0, top = node(base, null);
    add(top, base);
    (function walk(f, to, bare) {
      f.kids.forEach(function (k) {
        var start = bare && scaffold(k.name);
        if (start || k.kind === 'r' && to.kind === 'r' && !bare) {
          count++;
          addSelf(to, k);
          if (!start) { (to.hidden = to.hidden || []).push(k.name); }
          walk(k, to, start);
          return;
        }
        var c = child(to, k);
        add(c, k);
        walk(k, c, false);
      });
    })(base, top, true);
    return { root: top, count: count };
  }
  // climb adds the callers of f to a tree of callers, with f's own value or all of it.
  function climb(into, f, total, from, to) {
    for (var p = f; p && p.parent; p = p.parent) {
      into = child(into, p);
      into.total += total; into.from += from; into.to += to;
    }
    into.self += total; into.selfFrom += from; into.selfTo += to;
  }
  function invert(base) {
    var top = node(base, null), narrow = { name: '(too narrow to keep)', kind: 'a', file: '', line: 0 };
    top.total = base.total; top.from = base.from; top.to = base.to;
    (function walk(f) {
      var left = rest(f);
      if (f.self) { climb(top, f, f.self, f.selfFrom, f.selfTo); }
      if (left > 0) { var n = child(top, narrow); n.total += left; n.self += left; }
      f.kids.forEach(walk);
    })(base);
    return top;
  }
  // sandwich merges all calls of one function: what it calls, and what calls it.
  function sandwich(base, name) {
    var like = null, callees, callers;
    (function walk(f) {
      if (f.name !== name) { f.kids.forEach(walk); return; }
      if (!like) { like = f; callees = node(f, null); callers = node(f, null); }
      add(callees, f);
      (function down(f, to) {
        f.kids.forEach(function (k) { var c = child(to, k); add(c, k); down(k, c); });
      })(f, callees);
      callers.total += f.total; callers.from += f.from; callers.to += f.to;
      if (f.parent && f.parent.parent) { climb(callers, f.parent, f.total, f.from, f.to); } else { callers.self += f.total; }
    })(base);
    return { down: callees, up: callers };
  }
  // place says where each node begins.
  function place(root, heaviest) {
    (function walk(f) {
      f.kids.sort(heaviest ? function (a, b) { return b.total - a.total; } : function (a, b) { return a.name < b.name ? -1 : 1; });
      var at = f.start;
      f.kids.forEach(function (k) { k.start = at; at += k.total; walk(k); });
    })(root);
    return root;
  }

  function number(v) { return v >= 1000 ? v.toFixed(0) : String(parseFloat(v.toPrecision(3))); }
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
  function packageOf(s) {
    var cut = s.search(/[[(]/), head = cut < 0 ? s : s.slice(0, cut), slash = head.lastIndexOf('/'), dot = head.indexOf('.', slash + 1);
    return dot > 0 ? head.slice(0, dot) : '';
  }
  var names = new Map();
  function namesOf(s) {
    var n = names.get(s);
    if (!n) {
      var short = shortName(s), dot = short.indexOf('.'), bare = dot > 0 && short.charAt(0) !== '[' && short.charAt(0) !== '(' ? short.slice(dot + 1) : short;
      names.set(s, n = [short, bare]);
    }
    return n;
  }
  function fit(width, f, mark) {
    var room = Math.floor((width - 5) / CHAR);
    if (room < 3) { return ''; }
    var n = namesOf(f.name), s = n[1];
    if (mark.length + n[0].length <= room) { return mark + n[0]; }
    if (mark.length + s.length <= room) { return mark + s; }
    if (s.length <= room) { return s; }
    if (room < 6) { return ''; }
    var head = Math.floor((room - 1) * 2 / 5);
    return s.slice(0, head) + '…' + s.slice(s.length - (room - 1 - head));
  }
  function delta(f) { return (f.to - f.from) / Math.max(f.from, f.to, 1); }
  function deltaClass(f) {
    var d = delta(f);
    return Math.abs(d) <= 0.05 ? 'e' : (d > 0 ? 'g' : 'l') + Math.min(Math.floor(Math.abs(d) * 4) + 1, 4);
  }
  function deltaMark(f) {
    var d = delta(f);
    return !f.from && f.to ? 'new ' : !f.to && f.from ? 'gone ' : d > 0.05 ? '+' : d < -0.05 ? '−' : '';
  }
  function hue(s) {
    var h = 7;
    for (var i = 0; i < s.length; i++) { h = (h * 31 + s.charCodeAt(i)) % 360; }
    return h;
  }
  function mix(hex, part) {
    return '#' + [1, 3, 5].map(function (i) { return ('0' + Math.round(0xe6 * (1 - part) + parseInt(hex.substr(i, 2), 16) * part).toString(16)).slice(-2); }).join('');
  }
  function escape(s) { return s.replace(/[&<>"]/g, function (c) { return '&#' + c.charCodeAt(0) + ';'; }); }

  // The fill stands on the group and its shape inherits it: a rule for every shape would have to be
  // tried for every frame, which is what a zoom would cost.
  function kindStyle(where, i) {
    var at = where + '.gomri-flame .', css = '';
    Object.keys(fills).forEach(function (k) {
      css += at + k + '{fill:' + fills[k][i] + ';background:' + fills[k][i] + '}' + at + 'inl.' + k + '{fill:' + (i ? mix(fills[k][i], 0.75) : fills[k][i]) + '}';
    });
    for (var n = 1; n <= 4; n++) {
      ['l', 'g'].forEach(function (k) { css += at + k + n + '{fill:' + mix(fills[k][i], n / 4) + '}'; });
    }
    return css;
  }
  function dark(rule) { return DARK.map(function (d) { return d + '.gomri-flame ' + rule; }).join(''); }
  function styles() {
    return '.gomri-flame{--gf-fg:var(--jp-content-font-color1,var(--vscode-editor-foreground,#1b1b1b));--gf-line:var(--jp-border-color1,var(--vscode-panel-border,#bdbdbd));' +
      '--gf-all:var(--jp-layout-color2,var(--vscode-editorWidget-background,#ececec));color:var(--gf-fg);font:13px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}' +
      '.gomri-flame .bar{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;margin:0 0 4px}' +
      '.gomri-flame input{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:2px 6px;width:22em;max-width:60%;margin:0}' +
      '.gomri-flame button,.gomri-flame select{font:inherit;font-size:12px;color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:1px 8px;cursor:pointer;margin:0}' +
      '.gomri-flame select option{color:#1b1b1b;background:#fff}' +
      '.gomri-flame button[aria-pressed=true]{background:var(--gf-all);font-weight:600}' +
      '.gomri-flame button[disabled]{opacity:.45;cursor:default}' +
      '.gomri-flame .details{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;min-height:3em;overflow-wrap:anywhere;margin:0 0 4px}' +
      '.gomri-flame .dim{opacity:.75}' +
      '.gomri-flame .scroll{overflow-y:auto;overflow-x:hidden;max-height:720px}' +
      '.gomri-flame svg{display:block;outline-offset:2px}' +
      '.gomri-flame text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1b1b1b;fill-opacity:1;pointer-events:none}' +
      '.gomri-flame .e{fill:#e6e6e6;background:#e6e6e6}' + dark('.e{fill:#b4b4b4}') +
      '.gomri-flame .all,.gomri-flame .a{fill:var(--gf-all)}.gomri-flame .all text,.gomri-flame .a text{fill:var(--gf-fg)}' +
      '.gomri-flame .f{cursor:pointer}.gomri-flame .inl{fill-opacity:.72}' + dark('.inl{fill-opacity:1}') + dark('.scroll{color-scheme:dark}') +
      '.gomri-flame .above{opacity:.6}' +
      '.gomri-flame .f:hover{filter:brightness(1.08)}.gomri-flame .no{opacity:.28}' +
      '.gomri-flame .rest{stroke:var(--gf-line);fill:none}' +
      '.gomri-flame .on{stroke:var(--gf-fg);stroke-width:2}.gomri-flame .on text{stroke:none}' +
      '.gomri-flame .key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:4px 0 0}.gomri-flame .key i{display:inline-block;width:11px;height:11px;margin-right:5px}' +
      kindStyle('', 0) + DARK.map(function (d) { return kindStyle(d, 1); }).join('') +
      '@media print{.gomri-flame .scroll{max-height:none;overflow:visible}.gomri-flame .bar,.gomri-flame .details{display:none}}';
  }

  function hydrate(box) {
    var image = box.querySelector('img');
    box.setAttribute('data-ready', '1');
    var model = data, base = read(data), folded = fold(base), history = [], matcher = null, shapes = new Map(), width = 0, tallest = 0;
    // What is shown: root and, in a sandwich, up are drawn; view and viewUp have the whole width.
    var state = { mode: 'calls', fn: '', all: false, view: null, viewUp: null };
    var flip = false, colour = data.x ? 'change' : 'kind', root, up, chosen;

    function amount(v) {
      var sign = v < 0 ? '−' : '', name = '', factor = 1;
      v = Math.abs(v) * model.g;
      model.u.forEach(function (u, i) { if (i === 0 || v >= u[1]) { name = ' ' + u[0]; factor = u[1]; } });
      return sign + number(v / factor) + name;
    }
    function share(v) { return percent(v * model.g, model.t); }
    function fromTo(a, b) {
      var d = a ? (b - a) / a : 0;
      return amount(a) + ' → ' + amount(b) + (!a && b ? ', new' : a && !b ? ', vanished' : d ? ', ' + (d < 0 ? '−' : '+') + percent(Math.abs(d), 1) : ', ± 0 %');
    }
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
    function choice(parent, label, options, act) {
      var s = make('select', '', parent);
      s.setAttribute('aria-label', label);
      s.title = label;
      options.forEach(function (o) { var e = make('option', '', s, o[1]); e.value = o[0]; });
      s.addEventListener('change', function () { act(s.value); });
      return s;
    }
    var live = make('div', 'gomri-flame', box);
    live.setAttribute('data-lm-suppress-shortcuts', 'true');
    make('style', '', live).textContent = styles();
    var bar = make('div', 'bar', live);
    var search = make('input', '', bar);
    search.type = 'search';
    search.placeholder = 'Search: regular expression ( / )';
    search.setAttribute('aria-label', 'Search frames by regular expression');
    var matched = make('span', 'matched', bar);
    matched.setAttribute('role', 'status');
    var back = button(bar, 'back', 'Back', 'the view before (Escape)', goBack);
    var reset = button(bar, 'reset', 'Show all', 'the whole profile (Home)', showAll);
    var tools = make('div', 'bar tools', live);
    if (data.o) {
      choice(tools, 'What is measured', [data].concat(data.o).map(function (m, i) { return [String(i), m.v.replace(/_/g, ' ')]; }), function (i) {
        model = +i ? data.o[i - 1] : data;
        base = read(model);
        folded = fold(base);
        history = [];
        setState({ mode: 'calls', fn: '', all: state.all });
        find();
        legend();
      }).className = 'measure';
    }
    var flipped = button(tools, 'flip', 'Flame', 'the first caller at the bottom (F)', function () { flip = !flip; draw(); });
    var inverted = button(tools, 'invert', 'Callers first', 'begin with what takes the time and show who calls it (I)', toggleInvert);
    var between = button(tools, 'sandwich', 'Sandwich', 'all callers and callees of the chosen function (S)', toggleSandwich);
    var runtime = button(tools, 'runtime', 'Runtime', '', toggleRuntime);
    var colours = choice(tools, 'Colour', [['kind', 'colour by origin'], ['package', 'colour by package']].concat(data.x ? [['change', 'colour by change']] : []), function (c) { colour = c; draw(); legend(); });
    colours.value = colour;
    var copying = button(tools, 'copy', 'Copy stack', 'the chosen frame and its callers, as text (C)', copyStack);
    make('span', 'dim', tools, 'Save:');
    button(tools, 'save-svg', 'SVG', 'this view as a picture', function () { save('svg', 'image/svg+xml', standalone()); });
    button(tools, 'save-folded', 'folded', 'the stacks as lines, as flamegraph.pl and speedscope read them', function () { save('folded', 'text/plain', foldedStacks()); });
    var proto = button(tools, 'save-pprof', 'pprof', data.z ? 'the profile itself, for go tool pprof' : 'the profile is too large to be in the page; type %pprof -proto -output=FILE SOURCE', function () {
      save('pb.gz', 'application/octet-stream', Uint8Array.from(atob(data.z), function (c) { return c.charCodeAt(0); }));
    });
    proto.disabled = !data.z;
    var details = make('div', 'details', live);
    details.setAttribute('aria-live', 'polite');
    var scroll = make('div', 'scroll', live);
    var svg = document.createElementNS(NS, 'svg');
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('role', 'application');
    svg.setAttribute('aria-label', (image ? image.alt : 'Flame graph') + '. Arrow keys move, Enter zooms, Escape goes back, slash searches, S shows callers and callees, I begins with callers, F turns the graph, R shows runtime frames, C copies the stack.');
    scroll.appendChild(svg);
    var key = make('div', 'key', live);
    function legend() {
      key.textContent = '';
      var rows = colour === 'change' ? [['l', '− less than before', ''], ['e', 'about equal', ''], ['g', '+ more than before', ''], ['', 'as wide as the larger side', '']] :
        colour === 'package' ? [['', 'one colour for each package', '']] : model.s;
      rows.forEach(function (k) {
        var e = make('span', '', key);
        if (k[0]) { make('i', k[0], e); }
        e.appendChild(document.createTextNode(k[1] + ' ' + k[2]));
      });
    }

    function describe(f) {
      details.textContent = '';
      if (!f) { return; }
      var head = make('div', '', details), all = f === root && state.mode !== 'sandwich';
      make('b', '', head, all ? 'all' : f.name);
      if (f.inlined && !all) { make('span', 'dim', head, ' (inlined)'); }
      if (f.file) { make('span', 'dim', head, '  ' + f.file + (f.line ? ':' + f.line : '')); }
      var text = model.x ? fromTo(f.from, f.to) : amount(f.total) + ', ' + share(f.total) + ' of all';
      if (f.parent && f.parent !== root && !model.x) { text += ', ' + percent(f.total, f.parent.total) + (state.mode === 'calls' ? ' of its caller' : ' of the frame before'); }
      if (state.mode === 'calls') { text += ' · in itself ' + (model.x ? fromTo(f.selfFrom, f.selfTo) : amount(f.self) + ', ' + share(f.self)); }
      if (state.mode === 'sandwich' && f === root && !model.x && f.cum > f.total) { text += ' · ' + amount(f.cum) + ' in the whole profile: the rest is in stacks too narrow to keep'; }
      if (f.hidden) { text += ' · ' + f.hidden.length + (f.hidden.length === 1 ? ' runtime frame' : ' runtime frames') + ' folded in'; }
      make('div', '', details, text);
    }

    // The classes of a frame, without what the pointer and the keyboard do to it.
    function classOf(f) {
      var c = f === root && state.mode !== 'sandwich' ? 'f all' : colour === 'change' ? 'f ' + deltaClass(f) : 'f ' + f.kind;
      return c + (f.inlined ? ' inl' : '');
    }
    function matches(f) { return matcher(f.name) || f.hidden && f.hidden.some(matcher); }
    var html, drawn, focused;
    function frame(f, x, w, y, above) {
      var label = '';
      if (w > 30) {
        label = f === root && state.mode !== 'sandwich' ? 'all, ' + (model.x ? fromTo(f.from, f.to) : amount(f.total)) + ' of ' + model.y :
          fit(w, f, (model.x ? deltaMark(f) : '') + (f.inlined ? '⤵' : ''));
      }
      var fill = colour === 'package' && !(f === root && state.mode !== 'sandwich') ? ' style="fill:hsl(' + hue(packageOf(f.name)) + ',45%,74%)"' : '';
      html.push('<g class="' + classOf(f) + (above ? ' above' : '') + (matcher && f.parent && !matches(f) ? ' no' : '') +
        (f === chosen && focused ? ' on' : '') + '"' + fill + '><rect x="' + x.toFixed(2) + '" y="' + y + '" width="' + Math.max(w - 0.6, 0.7).toFixed(2) +
        '" height="' + (ROW - 1) + '"/>' + (label ? '<text x="' + (x + 3).toFixed(1) + '" y="' + (y + 13) + '">' + escape(label) + '</text>' : '') + '</g>');
      drawn.push(f);
    }
    function hatch(x, y, w) {
      var d = '';
      for (var at = 0; at + 3 <= w; at += 6) { d += 'M' + (x + at).toFixed(1) + ' ' + (y + ROW - 1) + 'l5 -' + (ROW - 1); }
      html.push('<path d="' + d + '" class="rest"><title>frames too narrow to keep</title></path>');
      drawn.push(null);
    }
    // half draws one tree; row gives the y of a depth.
    function half(view, row, skipRoot) {
      var scale = width / view.total, deepest = view.depth;
      for (var p = view.parent; p; p = p.parent) { if (p.parent || !skipRoot) { frame(p, 0, width, row(p.depth), true); } }
      (function walk(f) {
        var w = f.total * scale;
        if (w < 0.8 && f !== chosen) { return; }
        if (f.depth > deepest) { deepest = f.depth; }
        if (!(skipRoot && !f.parent)) { frame(f, (f.start - view.start) * scale, w, row(f.depth), false); }
        var from = f.start;
        f.kids.forEach(function (k) { walk(k); from = k.start + k.total; });
        // What the data leaves out below this frame, because it is too narrow.
        var left = (f.start + f.total - f.self - from) * scale;
        if (left >= 2) { hatch((from - view.start) * scale, row(f.depth + 1), left); }
      })(view);
      return deepest;
    }
    function depthOf(view, w) {
      var least = view.total * 0.8 / w, deepest = view.depth;
      (function walk(f) {
        if (f.total < least && f !== chosen) { return; }
        if (f.depth > deepest) { deepest = f.depth; }
        f.kids.forEach(walk);
      })(view);
      return deepest + 1;
    }
    function draw() {
      width = Math.max(scroll.clientWidth || box.clientWidth || 1200, 280);
      html = [];
      drawn = [];
      focused = document.activeElement === svg;
      var below = depthOf(state.view, width), above = up ? depthOf(state.viewUp, width) : 0;
      if (!up) { tallest = below = Math.max(tallest, below); }
      var rows = below + (up ? above - 1 : 0);
      // A row counted from the top; flip turns it round.
      function y(row) { return (flip ? rows - 1 - row : row) * ROW; }
      half(state.view, function (d) { return y(d + (up ? above - 1 : 0)); }, false);
      if (up) { half(state.viewUp, function (d) { return y(above - 1 - d); }, true); }
      svg.setAttribute('viewBox', '0 0 ' + width + ' ' + rows * ROW);
      svg.setAttribute('width', '100%');
      svg.innerHTML = '<g>' + html.join('') + '</g>';
      shapes.clear();
      for (var g = svg.firstChild.firstChild, i = 0; g; g = g.nextSibling, i++) {
        if (drawn[i]) { g.gomriFrame = drawn[i]; shapes.set(drawn[i], g); }
      }
      back.disabled = history.length === 0;
      reset.disabled = state.view === root && !up && state.mode === 'calls';
      [[flipped, flip], [inverted, state.mode === 'callers'], [between, state.mode === 'sandwich'], [runtime, state.all]].forEach(function (b) { b[0].setAttribute('aria-pressed', String(b[1])); });
      runtime.textContent = state.all ? 'Fold runtime' : 'Show runtime (' + folded.count + ')';
      runtime.title = (state.all ? 'fold' : 'show') + ' frames of package testing and what the runtime calls within itself (R)';
      runtime.disabled = folded.count === 0;
      between.disabled = state.mode !== 'sandwich' && (!chosen || chosen === root);
      copying.disabled = !chosen || chosen === root;
    }

    // setState builds the trees of a state and shows it.
    function setState(s) {
      state = s;
      var from = s.all ? base : folded.root;
      up = null;
      if (s.mode === 'sandwich') {
        var both = sandwich(from, s.fn);
        root = place(both.down, false);
        up = place(both.up, true);
      } else {
        root = s.mode === 'callers' ? place(invert(from), true) : place(from, false);
      }
      s.view = root;
      s.viewUp = up;
      chosen = root;
      tallest = 0;
      draw();
      describe(root);
      var middle = shapes.get(root);
      scroll.scrollTop = up || flip ? Math.max(0, +middle.firstChild.getAttribute('y') - (up ? scroll.clientHeight / 2 : scroll.clientHeight - ROW)) : 0;
    }
    function keep() { history.push({ state: state, root: root, up: up, view: state.view, viewUp: state.viewUp }); }
    function isUp(f) {
      while (f.parent) { f = f.parent; }
      return f === up;
    }
    function zoom(f) {
      var upper = up && isUp(f);
      if (f === (upper ? state.viewUp : state.view)) { return; }
      keep();
      if (upper) { state.viewUp = f; } else { state.view = f; }
      chosen = f;
      draw();
      describe(f);
    }
    function goBack() {
      var h = history.pop();
      if (!h) { return; }
      state = h.state;
      root = h.root;
      up = h.up;
      state.view = h.view;
      state.viewUp = h.viewUp;
      chosen = h.view;
      tallest = 0;
      draw();
      describe(chosen);
    }
    function change(mode, fn, all) { keep(); setState({ mode: mode, fn: fn, all: all }); }
    function showAll() { if (state.mode === 'calls') { zoom(root); } else { change('calls', '', state.all); } }
    function toggleInvert() { change(state.mode === 'callers' ? 'calls' : 'callers', '', state.all); }
    function toggleSandwich() {
      if (state.mode === 'sandwich' && (!chosen || chosen.name === state.fn)) { change('calls', '', state.all); } else if (chosen && chosen !== root) { change('sandwich', chosen.name, state.all); }
    }
    function toggleRuntime() { change(state.mode === 'sandwich' ? 'calls' : state.mode, '', !state.all); }
    function stackOf(f) {
      var list = [];
      for (; f && f.parent; f = f.parent) { list.push(f); }
      if (up && f) { list.push(f); }
      if (state.mode === 'callers' || up && isUp(list[0])) { list.reverse(); }
      return list;
    }
    function copyStack() {
      var text = stackOf(chosen).map(function (f) { return f.name + (f.inlined ? ' (inlined)' : '') + (f.file ? '\n\t' + f.file + (f.line ? ':' + f.line : '') : ''); }).join('\n') + '\n';
      function said(ok) { copying.textContent = ok ? 'Copied' : 'Not copied'; setTimeout(function () { copying.textContent = 'Copy stack'; }, 1500); }
      function old() {
        var area = make('textarea', '', live, text);
        area.select();
        var ok = false;
        try { ok = document.execCommand('copy'); } catch (e) { ok = false; }
        live.removeChild(area);
        svg.focus({ preventScroll: true });
        said(ok);
      }
      if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(function () { said(true); }, old); } else { old(); }
    }
    function foldedStacks() {
      var lines = [], path = [];
      (function walk(f) {
        if (f.parent) { path.push(f.name.replace(/;/g, ':')); }
        var own = model.x ? f.selfTo : f.self, left = model.x ? 0 : Math.max(rest(f), 0);
        if (own + left > 0) { lines.push((path.join(';') || '(too narrow to keep)') + ' ' + (own + left) * model.g); }
        f.kids.forEach(walk);
        if (f.parent) { path.pop(); }
      })(base);
      return lines.join('\n') + '\n';
    }
    function standalone() {
      var box = svg.getAttribute('viewBox').split(' '), w = box[2], h = +box[3] + 8, css = 'text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1b}.e rect{fill:#e6e6e6}.all rect,.a rect{fill:#ececec}.inl rect{opacity:.72}.above{opacity:.6}.no{opacity:.28}.rest{stroke:#9a9a9a;fill:none}';
      Object.keys(fills).forEach(function (k) { css += '.' + k + ' rect{fill:' + fills[k][0] + '}'; });
      for (var n = 1; n <= 4; n++) { ['l', 'g'].forEach(function (k) { css += '.' + k + n + ' rect{fill:' + mix(fills[k][0], n / 4) + '}'; }); }
      var i = 0, shapes = html.map(function (g) {
        var f = drawn[i++];
        return f ? g.replace('><rect', '><title>' + escape(f.name + ' ' + (model.x ? fromTo(f.from, f.to) : amount(f.total) + ', ' + share(f.total))) + '</title><rect') : g;
      });
      return '<svg xmlns="' + NS + '" width="' + w + '" height="' + h + '" viewBox="0 0 ' + w + ' ' + h + '" role="img"><title>' + escape(image ? image.alt : 'Flame graph') +
        '</title><style>' + css + '</style><path d="M0 0h' + w + 'v' + h + 'H0z" fill="#fff"/>' + shapes.join('') + '</svg>';
    }
    function save(extension, type, content) {
      var url = URL.createObjectURL(new Blob([content], { type: type })), a = make('a', '', live);
      a.href = url;
      a.download = 'flame-' + data.y.replace(/\W+/g, '-') + '.' + extension;
      a.click();
      live.removeChild(a);
      setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
    }
    function choose(f) {
      if (!f) { return; }
      var old = shapes.get(chosen);
      if (old) { old.classList.remove('on'); }
      chosen = f;
      if (!shapes.get(f)) { draw(); }
      between.disabled = copying.disabled = f === root && state.mode !== 'sandwich';
      var g = shapes.get(f);
      if (g) {
        g.classList.add('on');
        var y = +g.firstChild.getAttribute('y');
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
            var hit = f !== base && matcher(f.name);
            if (hit) { count++; if (!inside) { sum += f.total; } }
            f.kids.forEach(function (k) { walk(k, inside || hit); });
          })(base, false);
          matched.textContent = count ? 'matched ' + share(sum) + ' (' + amount(sum) + ') in ' + count + (count === 1 ? ' frame' : ' frames') : 'no frame matches';
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
    // vertical moves on the screen; which way the tree grows there depends on the half and on flip.
    function vertical(down) {
      if (flip) { down = !down; }
      if (up && chosen === root) { choose(heaviest(down ? root : up)); return; }
      if (up && isUp(chosen)) { down = !down; }
      choose(down ? heaviest(chosen) : chosen.parent === up && up ? root : chosen.parent);
    }
    function heaviest(f) { return f.kids.slice().sort(function (a, b) { return b.total - a.total; })[0]; }
    svg.addEventListener('keydown', function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey) { return; }
      switch (e.key) {
        case 'ArrowDown': vertical(true); break;
        case 'ArrowUp': vertical(false); break;
        case 'ArrowLeft': choose(sibling(-1)); break;
        case 'ArrowRight': choose(sibling(1)); break;
        case 'Enter': case ' ': var f = chosen; zoom(f); choose(f); break;
        case 'Escape': case 'Backspace': goBack(); choose(chosen); break;
        case 'Home': showAll(); choose(root); break;
        case '/': search.focus(); search.select(); break;
        case 'f': flipped.click(); break;
        case 'i': toggleInvert(); break;
        case 's': toggleSandwich(); break;
        case 'r': if (folded.count) { toggleRuntime(); } break;
        case 'c': copyStack(); break;
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
    setState(state);
    legend();
    if (image) { image.style.display = 'none'; }
    if (window.ResizeObserver) {
      new ResizeObserver(function () { if (scroll.clientWidth && scroll.clientWidth !== width) { draw(); } }).observe(scroll);
    }
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
    var packed = Uint8Array.from(atob(data), function (c) { return c.charCodeAt(0); });
    new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).json().then(start);
  }
}
