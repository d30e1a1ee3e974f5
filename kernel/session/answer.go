package session

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"gomri/kernel/msg"
)

// answerLimit is how long a completion or an inspection may take. A frontend
// gives up after about a second, and the cells behind it should not wait longer.
const answerLimit = 5 * time.Second

// kernelInfo says what the kernel is. Nothing is advertised that is not there:
// no debugger, no subshells.
func (s *Session) kernelInfo(context.Context, request) (reply, error) {
	return reply{content: msg.KernelInfoReply{
		Status:                msg.OK,
		ProtocolVersion:       msg.ProtocolVersion,
		Implementation:        "gomri",
		ImplementationVersion: s.opts.Version,
		LanguageInfo: msg.LanguageInfo{
			Name:           "go",
			Version:        s.opts.GoVersion,
			MIMEType:       "text/x-go",
			FileExtension:  ".go",
			PygmentsLexer:  "go",
			CodemirrorMode: "go",
		},
		Banner: fmt.Sprintf("gomri %s: Go %s that profiles. %%help lists the commands.",
			s.opts.Version, s.opts.GoVersion),
		HelpLinks: []msg.HelpLink{
			{Text: "Go documentation", URL: "https://go.dev/doc/"},
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
			{Text: "Profiling Go programs", URL: "https://go.dev/doc/diagnostics"},
		},
		SupportedFeatures: []string{},
	}}, nil
}

func (s *Session) complete(ctx context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.CompleteRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	c := s.engine.Complete(ctx, req.Code, *req.Cursor)
	answer := msg.CompleteReply{Status: msg.OK, Matches: c.Matches, Start: c.Start, End: c.End}
	if len(c.Matches) == 0 {
		answer.Matches, answer.Start, answer.End = []string{}, *req.Cursor, *req.Cursor
	}
	answer.Metadata.Types = completionTypes(c)
	return reply{content: answer}, nil
}

// completionTypes describes the matches for frontends that show icons and signatures.
func completionTypes(c Completion) []msg.CompletionType {
	if len(c.Types) != len(c.Matches) {
		return nil
	}
	types := make([]msg.CompletionType, len(c.Matches))
	for i, text := range c.Matches {
		types[i] = msg.CompletionType{Start: c.Start, End: c.End, Text: text, Type: c.Types[i]}
		if len(c.Signatures) == len(c.Matches) {
			types[i].Signature = c.Signatures[i]
		}
	}
	return types
}

func (s *Session) inspect(ctx context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.InspectRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	b, found := s.engine.Inspect(ctx, req.Code, *req.Cursor, req.Detail)
	return reply{content: msg.InspectReply{Status: msg.OK, Found: found, MIMEBundle: mimeBundle(b)}}, nil
}

func (s *Session) isComplete(_ context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.IsCompleteRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	c := s.engine.IsComplete(req.Code)
	answer := msg.IsCompleteReply{Status: c.Status}
	if c.Status == "incomplete" {
		answer.Indent = &c.Indent
	}
	return reply{content: answer}, nil
}

func (s *Session) tellHistory(_ context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.HistoryRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	return reply{content: msg.HistoryReply{Status: msg.OK, History: s.history.find(req)}}, nil
}

func (s *Session) commInfo(context.Context, request) (reply, error) {
	return reply{content: msg.CommInfoReply{Status: msg.OK, Comms: map[string]struct{}{}}}, nil
}

// commOpen closes a comm at once: the kernel has no widgets, and a frontend
// that gets no answer would wait for one.
func (s *Session) commOpen(_ context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.CommOpen](r.Content)
	if err != nil {
		return reply{}, err
	}
	s.publish(&r.Header, msg.TypeCommClose, msg.CommClose{ID: req.ID})
	return reply{}, nil
}

// interruptCell tells the running cell to stop and answers without waiting for it.
func (s *Session) interruptCell(context.Context, request) (reply, error) {
	s.interrupt()
	return reply{content: msg.InterruptReply{Status: msg.OK}}, nil
}

// shutdown answers, tells all other clients as well, and ends Serve.
func (s *Session) shutdown(_ context.Context, r request) (reply, error) {
	req, err := msg.Decode[msg.ShutdownRequest](r.Content)
	if err != nil {
		return reply{}, err
	}
	answer := msg.ShutdownReply{Status: msg.OK, Restart: req.Restart}
	return reply{content: answer, after: func() {
		s.publish(&r.Header, msg.TypeShutdownReply, answer)
		s.quitOnce.Do(func() { close(s.quit) })
	}}, nil
}

// usage says what the kernel process uses.
func (s *Session) usage(context.Context, request) (reply, error) {
	host, err := os.Hostname()
	if err != nil {
		s.opts.Logger.Debug("no host name", "err", err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return reply{content: msg.UsageReply{
		Status: msg.OK, Hostname: host, PID: os.Getpid(), CPUs: runtime.NumCPU(), Memory: m.Sys,
	}}, nil
}
