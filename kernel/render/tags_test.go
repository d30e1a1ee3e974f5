package render

import (
	"fmt"
	"strings"
	"testing"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

func TestTagsAreDrawnWithTheFlagThatLeavesOne(t *testing.T) {
	tags := prof.Tags{Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}, Total: 1000, Counted: "samples", Keys: []prof.TagKey{{
		Key: "tenant", Total: 900, TotalText: "900ns", Values: []prof.Tag{
			{Name: "a.b", Value: 600, Text: "600ns", Count: 6}, {Name: "<script>", Value: 200, Text: "200ns"}, {Name: "x,y", Value: 60, Text: "60ns"}, {Name: "42", Value: 40, Text: "40ns"},
		},
	}}}
	html := Tags(tags, "cpu.out", ProfileOptions{}).Data[display.MIMEHTML]
	for _, want := range []string{"tenant</code> is <code", "60 %", `-tagfocus=tenant=^a\.b$`, "-tagroot=tenant cpu.out", "(without)", "&lt;script&gt;", ">6</td>"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not drawn", want)
		}
	}
	for _, bad := range []string{"<script>", "-tagfocus=tenant=^x", "-tagfocus=tenant=^42"} {
		if strings.Contains(html, bad) {
			t.Errorf("%q is drawn", bad)
		}
	}
}

func TestTagsStaySmall(t *testing.T) {
	var tags prof.Tags
	for i := range 100 {
		k := prof.TagKey{Key: fmt.Sprintf("key%d", i)}
		for j := range 1000 {
			k.Values = append(k.Values, prof.Tag{Name: strings.Repeat("v", 100) + fmt.Sprint(j), Value: 1})
		}
		tags.Keys = append(tags.Keys, k)
	}
	b := Tags(tags, "cpu.out", ProfileOptions{})
	if html, text := len(b.Data[display.MIMEHTML]), len(b.Data[display.MIMEText]); html+text > 256<<10 {
		t.Errorf("%d bytes of HTML, %d of text", html, text)
	}
	if !strings.Contains(b.Data[display.MIMEText], "more lines)") {
		t.Error("the text does not say that it was cut")
	}
	if none := Tags(prof.Tags{}, "cpu.out", ProfileOptions{}).Data[display.MIMEText]; !strings.Contains(none, "pprof.Do") {
		t.Errorf("without labels: %q", none)
	}
}
