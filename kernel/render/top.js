function (uid) {
  // Makes the heads of the table sort it: by click, Enter or space, and once more for the
  // other direction. Folded rows are opened and join the table, because they may come first.
  function key(row, i) {
    var text = row.cells[i].textContent.trim();
    var m = /^(-?[\d.e-]+)\s*(\D*)$/.exec(text);
    if (!m || i === 5) { return text; }
    var units = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, hrs: 3.6e12, B: 1, kB: 1024, MB: 1048576, GB: 1073741824, TB: 1099511627776 };
    return parseFloat(m[1]) * (units[m[2]] || 1);
  }
  function hydrate(root) {
    root.setAttribute('data-ready', '1');
    var tables = root.querySelectorAll('table');
    var body = tables[0].tBodies[0];
    var heads = tables[0].tHead.rows[0].cells;
    var sorted = -1, down = true;
    function sort(i) {
      down = sorted === i ? !down : i < 5;
      sorted = i;
      var fold = root.querySelector('details');
      if (fold) {
        Array.prototype.slice.call(tables[1].tBodies[0].rows).forEach(function (r) { body.appendChild(r); });
        fold.parentNode.removeChild(fold);
      }
      var rows = Array.prototype.slice.call(body.rows);
      rows.sort(function (a, b) {
        var x = key(a, i), y = key(b, i);
        var d = x < y ? -1 : x > y ? 1 : 0;
        return down ? -d : d;
      });
      rows.forEach(function (r) { body.appendChild(r); });
      for (var k = 0; k < heads.length; k++) {
        heads[k].setAttribute('aria-sort', k === i ? (down ? 'descending' : 'ascending') : 'none');
        heads[k].firstChild.nodeValue = heads[k].firstChild.nodeValue.replace(/ [▴▾]$/, '') + (k === i ? (down ? ' ▾' : ' ▴') : '');
      }
    }
    Array.prototype.forEach.call(heads, function (head, i) {
      head.tabIndex = 0;
      head.style.cursor = 'pointer';
      head.setAttribute('data-lm-suppress-shortcuts', 'true');
      head.addEventListener('click', function () { sort(i); });
      head.addEventListener('keydown', function (e) {
        if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); e.stopPropagation(); sort(i); }
      });
    });
  }
  function all() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-gomri-top="' + uid + '"]:not([data-ready])'), hydrate);
  }
  all();
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', all); }
}
