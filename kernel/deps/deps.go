// Package deps pins the modules that the rooms are built on until each room imports its own.
package deps

import (
	_ "github.com/alecthomas/chroma/v2"
	_ "github.com/alecthomas/chroma/v2/lexers"
	_ "github.com/alecthomas/chroma/v2/formatters/html"
	_ "github.com/alecthomas/chroma/v2/styles"
	_ "github.com/chromedp/chromedp"
	_ "github.com/go-zeromq/zmq4"
	_ "github.com/google/pprof/driver"
	_ "github.com/google/pprof/profile"
	_ "github.com/traefik/yaegi/interp"
	_ "github.com/traefik/yaegi/stdlib"
	_ "github.com/tsenart/vegeta/v12/lib"
	_ "github.com/yuin/goldmark"
	_ "github.com/yuin/goldmark/extension"
	_ "golang.org/x/perf/benchfmt"
	_ "golang.org/x/perf/benchunit"
	_ "golang.org/x/term"
	_ "golang.org/x/tools/go/gcexportdata"
	_ "golang.org/x/sys/unix"
)
