function (uid, views) {
  // Adds a row of buttons above a result, each of which shows one of several in its place.
  function hydrate(root) {
    root.setAttribute('data-ready', '1');
    var place = root.firstElementChild, first = Array.prototype.slice.call(place.childNodes), bar = document.createElement('div');
    bar.setAttribute('role', 'tablist');
    bar.setAttribute('aria-label', 'What is measured');
    bar.setAttribute('data-lm-suppress-shortcuts', 'true');
    bar.style.cssText = 'display:flex;flex-wrap:wrap;gap:4px;margin:0 0 6px';
    var buttons = views.map(function (v, i) {
      var b = document.createElement('button');
      b.type = 'button';
      b.textContent = v.n;
      b.setAttribute('role', 'tab');
      b.style.cssText = 'font:12px system-ui,-apple-system,"Segoe UI",sans-serif;color:inherit;background:transparent;border:1px solid var(--jp-border-color1,var(--vscode-panel-border,#bdbdbd));border-radius:3px;padding:1px 8px;cursor:pointer';
      b.addEventListener('click', function () { show(i); });
      b.addEventListener('keydown', function (e) {
        var to = e.key === 'ArrowRight' ? i + 1 : e.key === 'ArrowLeft' ? i - 1 : -1;
        if (to >= 0 && to < views.length) { e.preventDefault(); e.stopPropagation(); show(to); buttons[to].focus(); }
      });
      bar.appendChild(b);
      return b;
    });
    function show(i) {
      place.textContent = '';
      if (i === 0) {
        first.forEach(function (n) { place.appendChild(n); });
      } else {
        place.innerHTML = views[i].h;
        Array.prototype.forEach.call(place.querySelectorAll('script'), function (old) {
          var s = document.createElement('script');
          s.textContent = old.textContent;
          old.parentNode.replaceChild(s, old);
        });
      }
      buttons.forEach(function (b, k) {
        b.setAttribute('aria-selected', String(k === i));
        b.tabIndex = k === i ? 0 : -1;
        b.style.fontWeight = k === i ? '600' : '400';
        b.style.textDecoration = k === i ? 'underline' : 'none';
      });
    }
    root.insertBefore(bar, place);
    show(0);
  }
  function all() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-gomri-switch="' + uid + '"]:not([data-ready])'), hydrate);
  }
  all();
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', all); }
}
