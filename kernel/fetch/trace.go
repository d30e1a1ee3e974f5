package fetch

import (
	"context"
	"time"

	"gomri/kernel/exectrace"
)

const (
	// traceHandler is the path that a bare host and port gets when a trace is wanted.
	traceHandler = "/debug/pprof/trace"
	// traceDefault is how long net/http/pprof traces when it is not told.
	traceDefault = time.Second
)

// Trace gets the execution trace that source names: a file, or a URL; a URL without a
// path gets /debug/pprof/trace. The bytes are not read further than to see that they
// begin as a trace does. Errors are as those of Profile.
func Trace(ctx context.Context, source string, o Options) ([]byte, Info, error) {
	data, info, _, err := get(ctx, source, o, what{"trace", traceHandler + "?seconds=1", exectrace.MaxSize})
	if err != nil {
		return nil, info, err
	}
	info.Kind = TraceKind
	return data, info, CheckTrace(data, info.Source)
}

// CheckTrace says what data is when it is not an execution trace.
func CheckTrace(data []byte, source string) error {
	switch {
	case exectrace.IsTrace(data):
		return nil
	case len(data) == 0:
		return failf("%s is empty: 0 bytes. A trace is written until it is stopped: call trace.Stop, and let the program end without os.Exit", source)
	case len(data) > 1 && data[0] == 0x1f && data[1] == 0x8b:
		return failf("%s is compressed: a profile, which %%pprof shows, or a trace that has to be unpacked first", source)
	}
	if kind := notProfile(data); kind != "" {
		return failf("%s is not an execution trace but %s", source, kind)
	}
	return failf("%s is not an execution trace: it does not begin as one; make one with go test -trace trace.out, trace.Start, or http://localhost:8080%s?seconds=1", source, traceHandler)
}
