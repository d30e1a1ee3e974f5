package msg

import "encoding/json"

// The types of what the kernel publishes.
const (
	TypeStatus            = "status"
	TypeExecuteInput      = "execute_input"
	TypeStream            = "stream"
	TypeDisplayData       = "display_data"
	TypeUpdateDisplayData = "update_display_data"
	TypeExecuteResult     = "execute_result"
	TypeError             = "error"
	TypeClearOutput       = "clear_output"
	TypeCommClose         = "comm_close"
	TypeIOPubWelcome      = "iopub_welcome"
	TypeInputRequest      = "input_request"
)

// State is what the kernel is doing.
type State string

// The states.
const (
	Starting State = "starting"
	Busy     State = "busy"
	Idle     State = "idle"
)

// Status says what the kernel is doing; it surrounds every request.
type Status struct {
	State State `json:"execution_state"`
}

// ExecuteInput shows all frontends what one of them runs.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// InputRequest asks the client that runs a cell for a line of text.
type InputRequest struct {
	Prompt string `json:"prompt"`
	// Password hides what is typed.
	Password bool `json:"password"`
}

// Stream is text of a program's standard output or standard error.
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// MIMEBundle is one thing shown, in one or more formats. Nil maps are written as
// empty objects, because the protocol has no null here.
type MIMEBundle struct {
	Data     MIMEMap `json:"data"`
	Metadata MetaMap `json:"metadata"`
}

// MIMEMap maps a MIME type to its content.
type MIMEMap map[string]string

// MarshalJSON writes nil as an empty object.
func (m MIMEMap) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]string(m))
}

// MetaMap maps a MIME type to hints for a frontend.
type MetaMap map[string]any

// MarshalJSON writes nil as an empty object.
func (m MetaMap) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(m))
}

// Transient is what a frontend needs while the notebook is open and does not save.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// DisplayData shows a bundle, or replaces one that was shown under the same
// display id (as update_display_data).
type DisplayData struct {
	MIMEBundle
	Transient Transient `json:"transient"`
}

// ExecuteResult shows the value of the cell's last expression.
type ExecuteResult struct {
	ExecutionCount int `json:"execution_count"`
	MIMEBundle
}

// Error is how a cell failed.
type Error struct {
	Name  string `json:"ename"`
	Value string `json:"evalue"`
	// Traceback is what a frontend prints, a line an element; never null.
	Traceback Lines `json:"traceback"`
}

// Lines is a list of lines.
type Lines []string

// MarshalJSON writes nil as an empty list.
func (l Lines) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]string(l))
}

// ClearOutput removes what the cell has shown, at once or when the next output comes.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// CommClose answers a comm that the kernel does not know.
type CommClose struct {
	ID   string   `json:"comm_id"`
	Data struct{} `json:"data"`
}

// IOPubWelcome greets a client whose subscription has arrived.
type IOPubWelcome struct {
	Subscription string `json:"subscription"`
}
