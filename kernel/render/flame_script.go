package render

import _ "embed"

// The script that makes the picture live, in parts that share one scope.
var (
	//go:embed flame/tree.js
	flameTreeJS string
	//go:embed flame/text.js
	flameTextJS string
	//go:embed flame/style.js
	flameStyleJS string
	//go:embed flame/draw.js
	flameDrawJS string
	//go:embed flame/minimap.js
	flameMinimapJS string
	//go:embed flame/view.js
	flameViewJS string
	//go:embed flame/find.js
	flameFindJS string
	//go:embed flame/menu.js
	flameMenuJS string
	//go:embed flame/save.js
	flameSaveJS string
	//go:embed flame/saved.js
	flameSavedJS string
	//go:embed flame/live.js
	flameLiveJS string
)

// flameScript returns the script as one function of an output's name and its data.
// THIN is the width in pixels from which a frame is drawn, MANY the number of rows
// above which only those near the visible ones are, PAPER the width of a sheet of A4
// between its margins, and PAGE how many rows fit on it.
func flameScript() string {
	return "function (uid, data) {\n" +
		"var NS = 'http://www.w3.org/2000/svg', ROW = 18, CHAR = 7.3, THIN = 0.8, MANY = 60, PAPER = 720, PAGE = 50, fills;\n" +
		flameTreeJS + flameTextJS + flameStyleJS + flameDrawJS + flameMinimapJS + flameViewJS +
		flameFindJS + flameMenuJS + flameSaveJS + flameSavedJS + flameLiveJS + "}"
}
