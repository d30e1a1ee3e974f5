package msg

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"
)

func TestHeaderIsFreshAndDatedInUTC(t *testing.T) {
	a, b := NewHeader(TypeStatus, "s"), NewHeader(TypeStatus, "s")
	if a.ID == b.ID {
		t.Error("two messages have one id")
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(a.ID) {
		t.Errorf("the id %q is no UUID", a.ID)
	}
	zone := time.FixedZone("east", 2*3600)
	if got := Date(time.Date(2026, 11, 22, 1, 30, 0, 5000, zone)); got != "2026-11-21T23:30:00.000005Z" {
		t.Errorf("the date is %s", got)
	}
}

func TestDecodeFillsInWhatTheClientLeavesOut(t *testing.T) {
	for _, raw := range []string{``, `{}`, ` null `} {
		r, err := Decode[ExecuteRequest](json.RawMessage(raw))
		if err != nil || !r.StoreHistory || !r.StopOnError || r.Silent {
			t.Errorf("%q gives %+v, %v", raw, r, err)
		}
	}
	r, err := Decode[ExecuteRequest](json.RawMessage(`{"code":"x","silent":true,"store_history":true,"stop_on_error":false}`))
	if err != nil || r.StoreHistory || r.StopOnError {
		t.Errorf("silent gives %+v, %v", r, err)
	}
}

func TestCursorIsMovedIntoTheText(t *testing.T) {
	for raw, want := range map[string]int{
		`{"code":"a🙂b"}`:                      3,
		`{"code":"a🙂b","cursor_pos":2}`:       2,
		`{"code":"a🙂b","cursor_pos":-1}`:      0,
		`{"code":"a🙂b","cursor_pos":100}`:     3,
		`{"code":"a🙂b","cursor_pos":null}`:    3,
		`{"code":"","cursor_pos":2147483647}`: 0,
	} {
		r, err := Decode[CompleteRequest](json.RawMessage(raw))
		if err != nil || *r.Cursor != want {
			t.Errorf("%s gives %+v, %v", raw, r, err)
		}
	}
}

func TestNoFieldIsWrittenAsNull(t *testing.T) {
	for want, content := range map[string]any{
		`{"data":{},"metadata":{},"transient":{}}`:                      DisplayData{},
		`{"execution_count":1,"data":{"text/plain":"1"},"metadata":{}}`: ExecuteResult{ExecutionCount: 1, MIMEBundle: MIMEBundle{Data: MIMEMap{"text/plain": "1"}}},
		`{"ename":"E","evalue":"v","traceback":[]}`:                     Error{Name: "E", Value: "v"},
		`{"status":"error","ename":"E","evalue":"v","traceback":["t"]}`: ErrorReply{Failed, Error{"E", "v", Lines{"t"}}},
		`{"status":"ok","found":false,"data":{},"metadata":{}}`:         InspectReply{Status: OK},
		`{"status":"ok","data":{},"metadata":{}}`:                       UserExpression{},
		`[1,2,"x"]`:                 HistoryItem{Session: 1, Line: 2, Input: "x"},
		`[1,2,["x",null]]`:          HistoryItem{Session: 1, Line: 2, Input: "x", WithOutput: true},
		`{"comm_id":"c","data":{}}`: CommClose{ID: "c"},
	} {
		got, err := json.Marshal(content)
		if err != nil || string(got) != want {
			t.Errorf("%T is %s, %v; want %s", content, got, err, want)
		}
	}
}

func TestHeaderWithoutIDOrTypeIsRefused(t *testing.T) {
	for _, raw := range []string{``, `{}`, `[]`, `null`, `{"msg_id":"1"}`, `{"msg_type":"x"}`, `{"msg_id":1,"msg_type":"x"}`} {
		if h, err := ParseHeader([]byte(raw)); err == nil {
			t.Errorf("%s gives %+v", raw, h)
		}
	}
	h, err := ParseHeader([]byte(`{"msg_id":"1","msg_type":"x","subshell_id":null}`))
	if err != nil || h.ID != "1" {
		t.Errorf("a new field gives %+v, %v", h, err)
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add([]byte(`{"code":"x","cursor_pos":1,"user_expressions":{"a":"b"}}`))
	f.Add([]byte(`{"hist_access_type":"range","session":-1}`))
	f.Add([]byte(`{"comm_id":"c","restart":true}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Decode[ExecuteRequest](raw)
		Decode[InspectRequest](raw)
		Decode[IsCompleteRequest](raw)
		Decode[HistoryRequest](raw)
		Decode[CommOpen](raw)
		Decode[ShutdownRequest](raw)
		ParseHeader(raw)
		CellID(Message{Metadata: raw})
		if r, err := Decode[CompleteRequest](raw); err == nil && (*r.Cursor < 0 || *r.Cursor > len(r.Code)) {
			t.Errorf("the cursor is %d in %q", *r.Cursor, r.Code)
		}
	})
}
