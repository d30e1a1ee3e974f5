function (uid) {
  // Makes the heads of the table sort it: by click, Enter or space, and once more for the
  // other direction. Folded rows are opened and join the table, because they may come first.
  // A table of groups (a body each) is sorted by the row of each that has a value in its first cell.
  var units = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9, hrs: 3.6e12, B: 1, kB: 1024, MB: 1048576, GB: 1073741824, TB: 1099511627776 };
  function key(row, i) {
    var text = row.cells[i].textContent.trim();
    var m = /^([-+−]?)([\d.]+(?:e-?\d+)?)\s*([a-zA-Zµ%]*)$/.exec(text);
    if (!m) { return text; }
    return parseFloat(m[2]) * (units[m[3]] || 1) * (m[1] && m[1] !== '+' ? -1 : 1);
  }
  function hydrate(root) {
    root.setAttribute('data-ready', '1');
    var tables = root.querySelectorAll('table');
    var table = tables[0], heads = table.tHead.rows[0].cells, grouped = table.tBodies.length > 1;
    var sorted = -1, down = true;
    function list(x) { return Array.prototype.slice.call(x); }
    function lead(e) { return grouped ? list(e.rows).filter(function (r) { return r.cells[0].textContent; })[0] || e.rows[0] : e; }
    function sort(i) {
      var fold = root.querySelector('details');
      if (fold) {
        list(tables[1].tBodies).forEach(function (b) {
          if (grouped) { table.appendChild(b); } else { list(b.rows).forEach(function (r) { table.tBodies[0].appendChild(r); }); }
        });
        fold.parentNode.removeChild(fold);
      }
      var parent = grouped ? table : table.tBodies[0];
      var rows = list(grouped ? table.tBodies : parent.rows).map(function (r) { return { at: r, key: key(lead(r), i) }; });
      // Numbers begin with the largest, names with the first.
      down = sorted === i ? !down : rows.some(function (r) { return typeof r.key === 'number'; });
      sorted = i;
      rows.sort(function (a, b) {
        var d = typeof a.key !== typeof b.key ? (typeof a.key === 'number' ? 1 : -1) : a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return down ? -d : d;
      });
      rows.forEach(function (r) { parent.appendChild(r.at); });
      for (var k = 0; k < heads.length; k++) {
        heads[k].setAttribute('aria-sort', k === i ? (down ? 'descending' : 'ascending') : 'none');
        heads[k].firstChild.nodeValue = heads[k].firstChild.nodeValue.replace(/ [▴▾]$/, '') + (k === i ? (down ? ' ▾' : ' ▴') : '');
      }
    }
    list(heads).forEach(function (head, i) {
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
