// Search: which frames match, what part of all they are, and stepping through them.

function matches(g, f) { return g.matcher(f.name) || f.hidden && f.hidden.some(g.matcher); }
// search reads the box; its words stand beside it.
function search(g) {
  var text = g.input.value, expr;
  g.matcher = g.expr = null;
  g.found = [];
  g.at = -1;
  g.union = '';
  if (text) {
    try { expr = new RegExp(text, /[A-Z]/.test(text) ? '' : 'i'); } catch (e) {
      g.union = 'not a regular expression: ' + e.message;
    }
  }
  if (expr) {
    g.expr = expr;
    g.matcher = function (name) { return expr.test(name); };
    // The union: a match below another match is part of it already.
    var sum = 0, frames = 0;
    (function walk(f, inside) {
      var hits = f.parent && g.matcher(f.name);
      if (hits) { frames++; if (!inside) { sum += f.total; } }
      f.kids.forEach(function (k) { walk(k, inside || hits); });
    })(g.kept, false);
    g.union = frames ? 'matched ' + share(g.model, sum) + ' (' + amount(g.model, sum) + ') in ' + frames + (frames === 1 ? ' frame' : ' frames') : 'no frame matches';
    (function walk(f, upper) {
      if (f.parent || g.o.mode === 'sandwich' && !upper) { if (matches(g, f)) { g.found.push(f); } }
      f.kids.forEach(function (k) { walk(k, upper); });
    })(g.root, false);
    if (g.up) {
      (function walk(f) { if (f.parent && matches(g, f)) { g.found.push(f); } f.kids.forEach(walk); })(g.up);
    }
  }
  said(g);
}
function said(g) {
  g.matched.textContent = g.union + (g.at >= 0 ? ' · ' + (g.at + 1) + ' of ' + g.found.length : '');
  g.previous.disabled = g.next.disabled = !g.found.length;
  g.refine.disabled = !g.expr;
}
// step goes to the next match; one that is too narrow to see is zoomed to.
function step(g, by) {
  if (!g.found.length) { return; }
  g.at = g.at < 0 ? (by > 0 ? 0 : g.found.length - 1) : (g.at + by + g.found.length) % g.found.length;
  var f = g.found[g.at], upper = g.up && f !== g.root && isUp(g, f), win = upper ? g.winUp : g.win;
  g.svg.focus({ preventScroll: true });
  if (f.total / (win.hi - win.lo) * g.width < 4) { look(g, upper, slide(upper ? g.up : g.root, f.start - f.total * 2, f.total * 5), 'step'); }
  choose(g, f);
  said(g);
}
