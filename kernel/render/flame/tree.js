// The trees of the graph: read from the data, filtered, folded, turned round. Each function makes a
// new tree; none changes the one it is given. What a node has lost below it, because it was too narrow
// for the data, is nowhere written: it is what is missing from its total (see rest).

// A node is a frame of what is drawn; fn is its function.
function node(like, parent) {
  return { name: like.name, fn: like.fn, kind: like.kind, file: like.file, line: like.line, inlined: like.inlined, parent: parent,
    depth: parent ? parent.depth + 1 : 0, total: 0, self: 0, from: 0, to: 0, selfFrom: 0, selfTo: 0, kids: [], index: null, start: 0, size: 1, hidden: null };
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
  var functions = m.n.map(function (name, i) {
    return { id: i, name: name, kind: m.k.charAt(i), file: m.f[m.h[i]], cum: m.w[i], self: m.q[i], foldedCum: m.w[i] - m.wf[i], foldedSelf: m.q[i] - m.qf[i] };
  });
  var stack = [], root = null, count = m.d.length / 5;
  for (var i = 0; i < count; i++) {
    var depth = m.d[i], fn = functions[m.d[count + i]], line = m.d[4 * count + i], parent = depth > 0 ? stack[depth - 1] : null;
    var f = node({ name: fn.name, fn: fn, kind: fn.kind, file: fn.file, line: line < 0 ? -line - 1 : line, inlined: line < 0 }, parent);
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
function addTotal(to, f) { to.total += f.total; to.from += f.from; to.to += f.to; }
// merge adds what is below f to what is below to.
function merge(f, to) {
  f.kids.forEach(function (k) { var c = child(to, k); add(c, k); merge(k, c); });
}

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
// unrecurse leaves out the calls of a function that runs already.
function unrecurse(base) {
  var top = node(base, null), running = new Map();
  add(top, base);
  (function walk(f, to) {
    f.kids.forEach(function (k) {
      if (running.get(k.name)) {
        addSelf(to, k);
        walk(k, to);
        return;
      }
      var c = child(to, k);
      add(c, k);
      running.set(k.name, true);
      walk(k, c);
      running.set(k.name, false);
    });
  })(base, top);
  return top;
}

// The filters are those of pprof: focus keeps the stacks that go through a frame that matches, ignore
// drops them; hide leaves out the frames that match, show all others; show_from leaves out the callers
// of the outermost match, and stacks without one. A stack of which nothing is left goes.
var filters = {
  focus: function (base, match) {
    return (function walk(f, parent) {
      var n = node(f, parent);
      if (f.parent && match(f)) {
        add(n, f);
        merge(f, n);
        return n;
      }
      f.kids.forEach(function (k) {
        var c = walk(k, n);
        if (c.total > 0) { n.kids.push(c); addTotal(n, c); }
      });
      return n;
    })(base, null);
  },
  ignore: function (base, match) {
    return (function walk(f, parent) {
      var n = node(f, parent);
      add(n, f);
      f.kids.forEach(function (k) {
        var c = match(k) ? null : walk(k, n);
        if (c && c.total > 0) { n.kids.push(c); }
        n.total -= k.total - (c ? c.total : 0); n.from -= k.from - (c ? c.from : 0); n.to -= k.to - (c ? c.to : 0);
      });
      return n;
    })(base, null);
  },
  hide: function (base, match) {
    var top = node(base, null);
    add(top, base);
    (function walk(f, to) {
      f.kids.forEach(function (k) {
        if (!match(k)) {
          var c = child(to, k);
          add(c, k);
          walk(k, c);
          return;
        }
        if (to === top) {
          top.total -= k.self + rest(k); top.from -= k.selfFrom; top.to -= k.selfTo;
        } else { addSelf(to, k); }
        walk(k, to);
      });
    })(base, top);
    return top;
  },
  show: function (base, match) { return filters.hide(base, function (f) { return !match(f); }); },
  show_from: function (base, match) {
    var top = node(base, null);
    (function walk(f) {
      f.kids.forEach(function (k) {
        if (!match(k)) { walk(k); return; }
        var c = child(top, k);
        add(c, k);
        addTotal(top, k);
        merge(k, c);
      });
    })(base);
    return top;
  }
};

// climb adds the callers of f to a tree of callers, with f's own value or all of it.
function climb(into, f, total, from, to) {
  for (var p = f; p && p.parent; p = p.parent) {
    into = child(into, p);
    into.total += total; into.from += from; into.to += to;
  }
  into.self += total; into.selfFrom += from; into.selfTo += to;
}
// invert begins with what takes the time. exact tells what a function takes itself in the whole
// profile, or is null: then it is what is known of it here.
function invert(base, exact) {
  var top = node(base, null);
  addTotal(top, base);
  (function walk(f) {
    if (f.self) { climb(top, f, f.self, f.selfFrom, f.selfTo); }
    f.kids.forEach(walk);
  })(base);
  // The difference to what is known here are stacks too narrow to keep: their callers are unknown.
  if (exact) { top.kids.forEach(function (k) { k.total = Math.max(k.total, exact(k.fn)); }); }
  return top;
}
// sandwich merges all calls of one function: what it calls, and what calls it.
function sandwich(base, name, exact) {
  var callees = null, callers;
  (function walk(f) {
    if (f.name !== name || !f.parent) { f.kids.forEach(walk); return; }
    if (!callees) { callees = node(f, null); callers = node(f, null); }
    add(callees, f);
    merge(f, callees);
    addTotal(callers, f);
    if (f.parent.parent) { climb(callers, f.parent, f.total, f.from, f.to); } else { callers.self += f.total; }
  })(base);
  if (callees && exact) { callees.total = callers.total = Math.max(callees.total, exact(callees.fn)); }
  return callees ? { down: callees, up: callers } : null;
}
// place says where each node begins, and how many there are below it.
function place(root, heaviest) {
  (function walk(f) {
    f.kids.sort(heaviest ? function (a, b) { return b.total - a.total; } : function (a, b) { return a.name < b.name ? -1 : 1; });
    var at = f.start;
    f.size = 1;
    f.kids.forEach(function (k) { k.start = at; at += k.total; walk(k); f.size += k.size; });
  })(root);
  return root;
}
// lost adds up the rests of a tree.
function lost(f) {
  return f.kids.reduce(function (sum, k) { return sum + lost(k); }, Math.max(rest(f), 0));
}
