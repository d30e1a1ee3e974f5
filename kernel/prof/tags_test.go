package prof_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"gomri/kernel/prof"
)

// withLabels is a profile with labels of every sort, as a file.
func withLabels(t *testing.T) string {
	t.Helper()
	fn := &profile.Function{ID: 1, Name: "main.handle", SystemName: "main.handle", Filename: "main.go"}
	loc := &profile.Location{ID: 1, Address: 1, Line: []profile.Line{{Function: fn, Line: 3}}}
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		Function:   []*profile.Function{fn}, Location: []*profile.Location{loc}, DurationNanos: 3e9,
	}
	for i, labels := range []map[string][]string{
		{"tenant": {"a"}, "path": {"/orders/{id}"}},
		{"tenant": {"b"}, "path": {"/a,b"}},
		{"tenant": {"a", "shared"}},
		{"tenant": {"ä 🙂"}},
		{"a key with blanks": {"1"}},
		{},
	} {
		n := int64(1) << (3 * i)
		s := &profile.Sample{Location: []*profile.Location{loc}, Value: []int64{n, n * 1e7}, Label: labels}
		if i%2 == 0 {
			s.NumLabel, s.NumUnit = map[string][]int64{"bytes": {1 << (5 * i)}}, map[string][]string{"bytes": {"bytes"}}
		}
		p.Sample = append(p.Sample, s)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "labelled.pb.gz")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTagsTextEqualsPprof(t *testing.T) {
	file := withLabels(t)
	p := load(t, file)
	for _, v := range append(variants[:len(variants):len(variants)],
		variant{"-tagfocus=tenant=a", prof.Options{TagFocus: "tenant=a"}},
		variant{"-tagignore=tenant", prof.Options{TagIgnore: "tenant"}},
		variant{"-tagshow=path", prof.Options{TagShow: "path"}},
		variant{"-taghide=path", prof.Options{TagHide: "path"}},
		variant{"-unit=s", prof.Options{Unit: "s"}},
	) {
		tags, err := p.Tags(v.options)
		if err != nil {
			t.Errorf("%s: %v", v.flags, err)
			continue
		}
		want := pprof(t, append(append([]string{"-tags"}, strings.Fields(v.flags)...), file)...)
		if got := tags.Text(); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", v.flags, got, want)
		}
	}
	matrix(t, 7, func(t *testing.T, p *prof.Profile, file string, v variant) {
		tags, err := p.Tags(v.options)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := tags.Text(), pprof(t, append(append([]string{"-tags"}, strings.Fields(v.flags)...), file)...); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", v.flags, got, want)
		}
	})
}

func TestValueOfALabelIsCounted(t *testing.T) {
	tags, err := load(t, withLabels(t)).Tags(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, k := range tags.Keys {
		for _, v := range k.Values {
			said = append(said, fmt.Sprintf("%s=%s %d", k.Key, v.Name, v.Count))
		}
	}
	text := strings.Join(said, "\n")
	for _, want := range []string{"tenant=a 65", "tenant=shared 64", "bytes=1MB 4096"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if tags.Counted != "samples" {
		t.Errorf("counted are %q", tags.Counted)
	}
}
