// The style sheet. The fill stands on the group and its shape inherits it: a rule for every shape
// would have to be tried for every frame, which is what a zoom would cost.

// How JupyterLab, VS Code and Colab say that their ground is dark.
var DARK = ['[data-jp-theme-light=false] ', '.vscode-dark ', 'html[theme=dark] '];
function dark(rule) { return DARK.map(function (d) { return d + '.gomri-flame ' + rule; }).join(''); }
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
function styles() {
  var code = 'ui-monospace,SFMono-Regular,Menlo,Consolas,monospace', rule = '.gomri-flame ';
  return '.gomri-flame{--gf-fg:var(--jp-content-font-color1,var(--vscode-editor-foreground,#1b1b1b));--gf-line:var(--jp-border-color1,var(--vscode-panel-border,#bdbdbd));' +
    '--gf-bg:var(--jp-layout-color1,var(--vscode-editor-background,#fff));' +
    '--gf-all:var(--jp-layout-color2,var(--vscode-editorWidget-background,#ececec));color:var(--gf-fg);font:13px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;position:relative}' +
    rule + '.bar{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;margin:0 0 4px}' +
    rule + 'input{font:12px ' + code + ';color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:2px 6px;width:22em;max-width:60%;margin:0}' +
    rule + 'button,' + rule + 'select{font:inherit;font-size:12px;color:inherit;background:transparent;border:1px solid var(--gf-line);border-radius:3px;padding:1px 8px;cursor:pointer;margin:0}' +
    rule + 'select{max-width:11em}' + rule + 'select option{color:#1b1b1b;background:#fff}' + rule + 'select option:disabled{color:#6b6b6b}' +
    rule + 'button[aria-pressed=true]{background:var(--gf-all);font-weight:600}' +
    rule + 'button[disabled],' + rule + 'select[disabled]{opacity:.45;cursor:default}' +
    rule + '.chip{border-radius:10px;background:var(--gf-all);max-width:100%;overflow-wrap:anywhere;text-align:left}' +
    rule + '.flags{font:12px ' + code + ';overflow-wrap:anywhere;user-select:all}' +
    rule + '.details{font:12px/1.5 ' + code + ';min-height:3em;overflow-wrap:anywhere;margin:0 0 4px}' +
    rule + '.dim{opacity:.75}' +
    rule + '.scroll{overflow-y:auto;overflow-x:hidden;max-height:720px;position:relative}' +
    rule + 'svg{display:block;outline-offset:-2px;touch-action:pan-y}' +
    rule + 'text{font:12px ' + code + ';fill:#1b1b1b;fill-opacity:1;pointer-events:none}' +
    rule + '.e{fill:#e6e6e6;background:#e6e6e6}' + dark('.e{fill:#b4b4b4}') +
    rule + '.all,' + rule + '.a{fill:var(--gf-all)}' + rule + '.all text,' + rule + '.a text{fill:var(--gf-fg)}' +
    rule + '.f{cursor:pointer}' + rule + '.inl{fill-opacity:.72}' + dark('.inl{fill-opacity:1}') + dark('.scroll{color-scheme:dark}') + dark('.panel{color-scheme:dark}') +
    rule + '.above{opacity:.6}' + rule + '.no{opacity:.28}' +
    rule + '.rest{stroke:var(--gf-line);fill:none}' +
    rule + '.marks{pointer-events:none;fill:none}' +
    rule + '.on{stroke:var(--gf-fg);stroke-width:2}' + rule + '.over{fill:#fff;fill-opacity:.22}' + rule + '.same{stroke:var(--gf-fg);stroke-opacity:.55}' +
    rule + '.map{position:relative;margin:0 0 3px;cursor:crosshair;border:1px solid var(--gf-line);overflow:hidden;touch-action:none}' + rule + '.map canvas{display:block;width:100%}' +
    rule + '.map i{position:absolute;box-sizing:border-box;border:2px solid var(--gf-fg);background:rgba(128,128,128,.18);min-width:4px;min-height:4px;pointer-events:none}' +
    rule + '.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:4px 0 0}' + rule + '.key i{display:inline-block;width:11px;height:11px;margin-right:5px}' +
    rule + '.note{font:12px/1.5 ' + code + ';opacity:.75;margin:2px 0 0}' +
    rule + '.menu{position:absolute;z-index:20;display:flex;flex-direction:column;min-width:14em;max-width:100%;background:var(--gf-bg);border:1px solid var(--gf-line);border-radius:4px;box-shadow:0 2px 10px rgba(0,0,0,.28);padding:3px 0}' +
    rule + '.menu b{font:600 12px ' + code + ';padding:2px 10px;overflow-wrap:anywhere;max-width:32em}' +
    rule + '.menu button{border:0;border-radius:0;text-align:left;padding:3px 10px;display:flex;justify-content:space-between;gap:2em}' +
    rule + '.menu button:focus,' + rule + '.menu button:hover{background:var(--gf-all);outline:0;box-shadow:inset 3px 0 var(--gf-fg)}' +
    rule + '.panel{border:1px solid var(--gf-line);margin:6px 0 0;max-height:380px;overflow:auto}' +
    rule + '.panel .bar{position:sticky;left:0;padding:3px 6px;margin:0}' + rule + '.panel .bar b{font:600 12px ' + code + ';overflow-wrap:anywhere}' +
    rule + '.panel table{border-collapse:collapse;table-layout:auto;font:12px/1.4 ' + code + ';width:100%;margin:0}' +
    rule + '.panel td,' + rule + '.panel th{padding:0 8px;text-align:right;white-space:pre;background:transparent;border:0;vertical-align:top;font-variant-numeric:tabular-nums}' +
    rule + '.panel td:last-child,' + rule + '.panel th:last-child{text-align:left;width:99%}' + rule + '.panel th{border-bottom:1px solid var(--gf-line);font-weight:600}' +
    rule + '.panel tr.pick{cursor:pointer}' + rule + '.panel tr.pick:hover td{background:rgba(128,128,128,.14)}' + rule + '.panel tr.pick:focus{outline:2px solid var(--gf-fg);outline-offset:-2px}' +
    rule + '.panel th button{border:0;padding:0;font-weight:600}' +
    rule + 'details.keys{margin:2px 0 0}' + rule + 'summary{cursor:pointer;opacity:.75}' + rule + 'kbd{font:12px ' + code + ';border:1px solid var(--gf-line);border-radius:3px;padding:0 4px}' +
    rule + '.keys div{columns:20em;column-gap:24px;margin:4px 0}' + rule + '.keys p{margin:0 0 3px;break-inside:avoid}' +
    '[data-gomri-flame][data-ready]>img{display:none!important}' +
    kindStyle('', 0) + DARK.map(function (d) { return kindStyle(d, 1); }).join('') +
    // Paper is light. A graph too deep for it is printed as the picture, unless somebody has made another view of it.
    '@media print{' + [''].concat(DARK).map(function (d) { return kindStyle(d, 0) + d + '.gomri-flame{color:#000;--gf-fg:#000;--gf-line:#999;--gf-all:#ececec;--gf-bg:#fff}' + d + '.gomri-flame .e{fill:#e6e6e6}'; }).join('') +
    '.gomri-flame.deep{display:none}[data-gomri-flame][data-deep]>img{display:block!important}' + rule + 'svg{outline:0}' + rule + '.key i{print-color-adjust:exact}' +
    rule + '.scroll,' + rule + '.panel{max-height:none;overflow:visible}' + rule + '.bar.find,' + rule + '.bar.tools,' + rule + '.map,' + rule + '.menu,' + rule + '.marks,' + rule + '.keys,' + rule + '.panel .bar button,' + rule + '.clear{display:none}}';
}
