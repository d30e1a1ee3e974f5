package msg

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// The types of the requests that the kernel knows.
const (
	TypeKernelInfoRequest = "kernel_info_request"
	TypeExecuteRequest    = "execute_request"
	TypeCompleteRequest   = "complete_request"
	TypeInspectRequest    = "inspect_request"
	TypeIsCompleteRequest = "is_complete_request"
	TypeHistoryRequest    = "history_request"
	TypeCommInfoRequest   = "comm_info_request"
	TypeCommOpen          = "comm_open"
	TypeCommMsg           = "comm_msg"
	TypeShutdownRequest   = "shutdown_request"
	TypeInterruptRequest  = "interrupt_request"
	TypeUsageRequest      = "usage_request"
	TypeInputReply        = "input_reply"
)

// Request is what Decode can read: a content that knows what holds where the
// client says nothing, and what makes it invalid.
type Request[T any] interface {
	*T
	fill()
	check() error
}

// Decode reads the content of a request. A missing content counts as an empty
// one, and fields that we do not know are ignored. An error means that the
// client broke the protocol; Decode never panics.
func Decode[T any, P Request[T]](content json.RawMessage) (T, error) {
	var t, zero T
	p := P(&t)
	p.fill()
	if raw := bytes.TrimSpace(content); len(raw) > 0 {
		if err := json.Unmarshal(raw, p); err != nil {
			return zero, fmt.Errorf("msg: content of the request: %w", err)
		}
	}
	if err := p.check(); err != nil {
		return zero, fmt.Errorf("msg: content of the request: %w", err)
	}
	return t, nil
}

// ExecuteRequest asks to run a cell.
type ExecuteRequest struct {
	Code string `json:"code"`
	// Silent asks for no output, no history and no count.
	Silent bool `json:"silent"`
	// StoreHistory counts the cell and keeps it in the history.
	StoreHistory bool `json:"store_history"`
	// UserExpressions are evaluated after the cell; the key is the client's own.
	UserExpressions map[string]string `json:"user_expressions"`
	AllowStdin      bool              `json:"allow_stdin"`
	// StopOnError drops the cells that wait when this one fails.
	StopOnError bool `json:"stop_on_error"`
}

func (r *ExecuteRequest) fill() {
	r.StoreHistory, r.AllowStdin, r.StopOnError = true, true, true
}

// check puts right what silent implies.
func (r *ExecuteRequest) check() error {
	if r.Silent {
		r.StoreHistory = false
	}
	return nil
}

// ExecuteMetadata is what a frontend adds to an execute_request: JupyterLab and
// VS Code name the cell.
type ExecuteMetadata struct {
	CellID string `json:"cellId"`
}

// CellID returns the frontend's name of the cell that m runs, "" if it gives none.
func CellID(m Message) string {
	var meta ExecuteMetadata
	if json.Unmarshal(m.Metadata, &meta) != nil {
		return ""
	}
	return meta.CellID
}

// CompleteRequest asks what could stand at the cursor.
type CompleteRequest struct {
	Code string `json:"code"`
	// Cursor counts code points from the start of Code.
	Cursor *int `json:"cursor_pos"`
}

func (r *CompleteRequest) fill()        {}
func (r *CompleteRequest) check() error { r.Cursor = clampCursor(r.Cursor, r.Code); return nil }

// InspectRequest asks what stands at the cursor.
type InspectRequest struct {
	Code string `json:"code"`
	// Cursor counts code points from the start of Code.
	Cursor *int `json:"cursor_pos"`
	// Detail is 0 for a summary and 1 for all there is.
	Detail int `json:"detail_level"`
}

func (r *InspectRequest) fill() {}

func (r *InspectRequest) check() error {
	r.Cursor = clampCursor(r.Cursor, r.Code)
	r.Detail = min(max(r.Detail, 0), 1)
	return nil
}

// clampCursor moves a cursor into the text; a cursor that was not given stands
// at the end.
func clampCursor(cursor *int, code string) *int {
	end := utf8.RuneCountInString(code)
	at := end
	if cursor != nil {
		at = min(max(*cursor, 0), end)
	}
	return &at
}

// IsCompleteRequest asks whether a console should run the code or wait for more.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

func (r *IsCompleteRequest) fill()        {}
func (r *IsCompleteRequest) check() error { return nil }

// The three kinds of history that a client asks for.
const (
	HistoryTail   = "tail"
	HistoryRange  = "range"
	HistorySearch = "search"
)

// HistoryRequest asks for cells that were run before.
type HistoryRequest struct {
	// Output asks for the results as well.
	Output bool `json:"output"`
	// Access is HistoryTail, HistoryRange or HistorySearch.
	Access string `json:"hist_access_type"`
	// Session, Start and Stop say the range: the session, 0 for this one, and the
	// first line and the line after the last; Stop 0 means to the end.
	Session int `json:"session"`
	Start   int `json:"start"`
	Stop    int `json:"stop"`
	// N is how many lines of the tail, or of what the search found; 0 means all.
	N int `json:"n"`
	// Pattern is a glob for the search, Unique leaves out repetitions.
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

func (r *HistoryRequest) fill() { r.Access = HistoryTail }

func (r *HistoryRequest) check() error {
	switch r.Access {
	case HistoryTail, HistoryRange, HistorySearch:
		return nil
	}
	return fmt.Errorf("hist_access_type is %q, not tail, range or search", r.Access)
}

// CommOpen asks to open a side channel to a widget.
type CommOpen struct {
	ID     string `json:"comm_id"`
	Target string `json:"target_name"`
}

func (r *CommOpen) fill()        {}
func (r *CommOpen) check() error { return nil }

// InputReply is what the user has typed when the kernel has asked: the one content
// that answers a message of the kernel's own.
type InputReply struct {
	Value string `json:"value"`
}

func (r *InputReply) fill()        {}
func (r *InputReply) check() error { return nil }

// ShutdownRequest asks the kernel to end.
type ShutdownRequest struct {
	// Restart says that the client will start the kernel again.
	Restart bool `json:"restart"`
}

func (r *ShutdownRequest) fill()        {}
func (r *ShutdownRequest) check() error { return nil }
