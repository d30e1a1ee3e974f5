(function () {
  "use strict";
  // Outputs that draw themselves ask the page, as they ask JupyterLab, whether it is light.
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow(light) {
    document.body.setAttribute("data-jp-theme-light", light ? "true" : "false");
  }
  follow(!dark.matches);
  dark.addEventListener("change", function () { follow(!dark.matches); });

  // Paper shows what is folded, in black on white.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    follow(true);
    opened = Array.prototype.filter.call(document.querySelectorAll("details"), function (d) { return !d.open; });
    opened.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () {
    follow(!dark.matches);
    opened.forEach(function (d) { d.open = false; });
  });
  if (window.innerWidth < 1280) {
    Array.prototype.forEach.call(document.querySelectorAll(".toc details"), function (d) { d.open = false; });
  }
})();
