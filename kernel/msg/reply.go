package msg

import "encoding/json"

// The types of the replies.
const (
	TypeKernelInfoReply = "kernel_info_reply"
	TypeExecuteReply    = "execute_reply"
	TypeCompleteReply   = "complete_reply"
	TypeInspectReply    = "inspect_reply"
	TypeIsCompleteReply = "is_complete_reply"
	TypeHistoryReply    = "history_reply"
	TypeCommInfoReply   = "comm_info_reply"
	TypeShutdownReply   = "shutdown_reply"
	TypeInterruptReply  = "interrupt_reply"
	TypeUsageReply      = "usage_reply"
)

// Outcome is the status of a reply.
type Outcome string

// The outcomes. The protocol deprecates "aborted", but every frontend knows it
// and tells with it a cell that failed from one that was not run.
const (
	OK      Outcome = "ok"
	Failed  Outcome = "error"
	Aborted Outcome = "aborted"
)

// ErrorReply answers any request that could not be served.
type ErrorReply struct {
	Status Outcome `json:"status"`
	Error
}

// LanguageInfo tells a frontend how to show and to export the code.
type LanguageInfo struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	MIMEType       string `json:"mimetype"`
	FileExtension  string `json:"file_extension"`
	PygmentsLexer  string `json:"pygments_lexer"`
	CodemirrorMode string `json:"codemirror_mode"`
}

// HelpLink is one entry of a frontend's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// KernelInfoReply says what the kernel is.
type KernelInfoReply struct {
	Status                Outcome      `json:"status"`
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          LanguageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	Debugger              bool         `json:"debugger"`
	HelpLinks             []HelpLink   `json:"help_links"`
	SupportedFeatures     []string     `json:"supported_features"`
}

// ExecuteOK answers a cell that ran to its end.
type ExecuteOK struct {
	Status         Outcome `json:"status"`
	ExecutionCount int     `json:"execution_count"`
	// Payload is always empty: the protocol has given payloads up.
	Payload         []struct{}                `json:"payload"`
	UserExpressions map[string]UserExpression `json:"user_expressions"`
}

// ExecuteError answers a cell that failed.
type ExecuteError struct {
	Status         Outcome `json:"status"`
	ExecutionCount int     `json:"execution_count"`
	Error
}

// ExecuteAborted answers a cell that was not run because one before it failed.
type ExecuteAborted struct {
	Status         Outcome `json:"status"`
	ExecutionCount int     `json:"execution_count"`
}

// ExecuteReplyMetadata tells a frontend when the cell began to run, as distinct
// from when it was sent.
type ExecuteReplyMetadata struct {
	Started string `json:"started"`
}

// UserExpression is the value of an expression, or the error that it gave.
type UserExpression struct {
	Bundle *MIMEBundle
	Error  *Error
}

// MarshalJSON writes the value or the error, whichever there is, with its status.
func (u UserExpression) MarshalJSON() ([]byte, error) {
	if u.Error != nil {
		return json.Marshal(ErrorReply{Status: Failed, Error: *u.Error})
	}
	var b MIMEBundle
	if u.Bundle != nil {
		b = *u.Bundle
	}
	return json.Marshal(struct {
		Status Outcome `json:"status"`
		MIMEBundle
	}{OK, b})
}

// CompletionType describes one match to frontends that show more than its text.
type CompletionType struct {
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature,omitempty"`
}

// CompleteMetadata carries what IPython, and after it JupyterLab, call the
// experimental types.
type CompleteMetadata struct {
	Types []CompletionType `json:"_jupyter_types_experimental,omitempty"`
}

// CompleteReply lists what could stand between Start and End, in code points.
type CompleteReply struct {
	Status   Outcome          `json:"status"`
	Matches  []string         `json:"matches"`
	Start    int              `json:"cursor_start"`
	End      int              `json:"cursor_end"`
	Metadata CompleteMetadata `json:"metadata"`
}

// InspectReply says what stands at the cursor.
type InspectReply struct {
	Status Outcome `json:"status"`
	Found  bool    `json:"found"`
	MIMEBundle
}

// IsCompleteReply says whether the code can run: Status is "complete",
// "incomplete", "invalid" or "unknown".
type IsCompleteReply struct {
	Status string `json:"status"`
	// Indent is what the next line begins with, only where Status is "incomplete".
	Indent *string `json:"indent,omitempty"`
}

// HistoryItem is one line of the history.
type HistoryItem struct {
	Session int
	Line    int
	Input   string
	// WithOutput says that the client asked for results; Output is nil where the
	// cell had none.
	WithOutput bool
	Output     *string
}

// MarshalJSON writes the item as the protocol's tuple.
func (h HistoryItem) MarshalJSON() ([]byte, error) {
	if h.WithOutput {
		return json.Marshal([3]any{h.Session, h.Line, [2]any{h.Input, h.Output}})
	}
	return json.Marshal([3]any{h.Session, h.Line, h.Input})
}

// HistoryReply lists cells that were run before, the oldest first.
type HistoryReply struct {
	Status  Outcome       `json:"status"`
	History []HistoryItem `json:"history"`
}

// CommInfoReply lists the open comms, of which the kernel has none.
type CommInfoReply struct {
	Status Outcome             `json:"status"`
	Comms  map[string]struct{} `json:"comms"`
}

// ShutdownReply says that the kernel ends.
type ShutdownReply struct {
	Status  Outcome `json:"status"`
	Restart bool    `json:"restart"`
}

// InterruptReply says that the running cell, if there is one, was told to stop.
type InterruptReply struct {
	Status Outcome `json:"status"`
}

// UsageReply says what the kernel process uses. The message is not in the
// protocol; the jupyter-resource-usage extension asks for it.
type UsageReply struct {
	Status   Outcome `json:"status"`
	Hostname string  `json:"hostname"`
	PID      int     `json:"pid"`
	CPUs     int     `json:"cpu_count"`
	// Memory is what the Go runtime of the kernel holds of the system, in bytes,
	// without its child processes.
	Memory uint64 `json:"kernel_memory"`
}
