// How names and values are written, and the colours.
function number(v) { return v >= 1000 ? v.toFixed(0) : String(parseFloat(v.toPrecision(3))); }
function count(n, noun) { return String(n).replace(/\B(?=(\d{3})+$)/g, ',') + ' ' + noun + (n === 1 ? '' : noun === 'match' ? 'es' : 's'); }
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
function cutMiddle(s, room) {
  if (s.length <= room) { return s; }
  var head = Math.floor((room - 1) * 2 / 5);
  return s.slice(0, head) + '…' + s.slice(s.length - (room - 1 - head));
}
function fit(width, f, mark) {
  var room = Math.floor((width - 5) / CHAR);
  if (room < 3) { return ''; }
  var n = namesOf(f.name), s = n[1];
  if (mark.length + n[0].length <= room) { return mark + n[0]; }
  if (mark.length + s.length <= room) { return mark + s; }
  if (s.length <= room) { return s; }
  return room < 6 ? '' : cutMiddle(s, room);
}
// exactly is a regular expression that matches a name and no other.
function exactly(name) { return '^' + name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') + '$'; }
// quoted sets a word of a command line in quotes.
function quoted(s) { return "'" + s.replace(/'/g, "'\\''") + "'"; }

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

// amount writes a value of the data with its unit.
function amount(m, v) {
  var sign = v < 0 ? '−' : '', name = '', factor = 1;
  v = Math.abs(v) * m.g;
  m.u.forEach(function (u, i) { if (i === 0 || v >= u[1]) { name = ' ' + u[0]; factor = u[1]; } });
  return sign + number(v / factor) + name;
}
function share(m, v) { return percent(v * m.g, m.t); }
function fromTo(m, a, b) {
  var d = a ? (b - a) / a : 0;
  return amount(m, a) + ' → ' + amount(m, b) + (!a && b ? ', new' : a && !b ? ', vanished' : d ? ', ' + (d < 0 ? '−' : '+') + percent(Math.abs(d), 1) : ', ± 0 %');
}
// value is what a node has, in words.
function value(m, f) { return m.x ? fromTo(m, f.from, f.to) : amount(m, f.total) + ', ' + share(m, f.total); }
