function (uid, o) {
  // Makes the picture of a trace answer: the time under the pointer, and for a part that is dragged,
  // or chosen with the keys, the command that shows it closer. It changes nothing outside its element.
  function say(ns) {
    var units = [[1e9, ' s'], [1e6, ' ms'], [1e3, ' µs'], [1, ' ns']];
    for (var i = 0; i < units.length; i++) {
      if (ns >= units[i][0] || i === 3) { return parseFloat((ns / units[i][0]).toPrecision(6)) + units[i][1]; }
    }
  }
  function hydrate(root) {
    root.setAttribute('data-ready', '1');
    var img = root.querySelector('img'), at = 0, from = null, dragging = false;
    var frame = document.createElement('div'), mark = document.createElement('div'), note = document.createElement('div');
    frame.style.cssText = 'position:relative;display:inline-block;max-width:100%;cursor:crosshair;touch-action:pan-y';
    mark.style.cssText = 'position:absolute;top:0;bottom:0;display:none;pointer-events:none;border:solid #b35806;border-width:0 1px;background:rgba(179,88,6,.15)';
    note.style.cssText = 'font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;min-height:1.5em;white-space:pre-wrap;margin:2px 8px;user-select:text';
    note.setAttribute('role', 'status');
    note.textContent = 'Drag over a part of the picture, or take the arrow keys with Shift, for the command that shows it closer.';
    frame.tabIndex = 0;
    frame.setAttribute('role', 'application');
    frame.setAttribute('aria-label', img.alt + '. Arrow keys move the time, with Shift they choose a part, Escape ends that.');
    frame.setAttribute('data-lm-suppress-shortcuts', 'true');
    img.draggable = false;
    img.parentNode.insertBefore(frame, img);
    frame.appendChild(img);
    frame.appendChild(mark);
    frame.parentNode.insertBefore(note, frame.nextSibling);
    // Both between 0 and 1, of the plot, which is a part of the picture.
    function share(e) {
      var box = img.getBoundingClientRect();
      return Math.min(1, Math.max(0, ((e.clientX - box.left) / box.width - o.left) / o.plot));
    }
    function time(x) { return o.from + x * (o.to - o.from); }
    // Whole microseconds are close enough, unless the part is shorter than a few of them.
    function command(a, b) {
      var fine = time(b) - time(a) < 1e4, unit = fine ? 'ns' : 'µs', size = fine ? 1 : 1e3;
      return '%trace -from=' + Math.floor(time(a) / size) + unit + ' -to=' + Math.ceil(time(b) / size) + unit + ' ' + o.name;
    }
    function show() {
      var a = from === null ? at : Math.min(from, at), b = from === null ? at : Math.max(from, at);
      mark.style.display = 'block';
      mark.style.left = (o.left + a * o.plot) * 100 + '%';
      mark.style.width = (b - a) * o.plot * 100 + '%';
      note.textContent = b > a ? say(time(b) - time(a)) + ' from ' + say(time(a)) + ': ' + command(a, b) : 'at ' + say(time(at));
    }
    frame.addEventListener('pointerdown', function (e) {
      if (e.button !== 0) { return; }
      dragging = true;
      at = from = share(e);
      if (frame.setPointerCapture) { try { frame.setPointerCapture(e.pointerId); } catch (ignored) { /* a made-up event has no pointer */ } }
      show();
    });
    frame.addEventListener('pointermove', function (e) {
      if (!dragging && from !== null) { return; }
      at = share(e);
      show();
    });
    frame.addEventListener('pointerup', function () {
      dragging = false;
      if (from !== null && Math.abs(at - from) < 0.002) { from = null; }
    });
    frame.addEventListener('keydown', function (e) {
      var step = e.key === 'ArrowRight' ? 0.01 : e.key === 'ArrowLeft' ? -0.01 : 0;
      if (e.key === 'Escape') { from = null; } else if (!step) { return; }
      if (step && e.shiftKey && from === null) { from = at; }
      if (step && !e.shiftKey) { from = null; }
      at = Math.min(1, Math.max(0, at + step));
      e.preventDefault();
      e.stopPropagation();
      show();
    });
  }
  function all() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-gomri-trace="' + uid + '"]:not([data-ready])'), hydrate);
  }
  all();
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', all); }
}
