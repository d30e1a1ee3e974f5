package magic_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
)

// flameModel reads the data of a live graph from a page.
func flameModel(t *testing.T, html string) string {
	t.Helper()
	if m := regexp.MustCompile(`\("[0-9a-f]+",(\{.*\})\)</script>`).FindStringSubmatch(html); m != nil {
		return m[1]
	}
	m := regexp.MustCompile(`\("[0-9a-f]+","([A-Za-z0-9+/=]+)"\)</script>`).FindStringSubmatch(html)
	if m == nil {
		t.Fatal("there is no data in the output")
	}
	packed, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// contend waits for a lock that is held.
func contend() {
	var lock sync.Mutex
	lock.Lock()
	time.AfterFunc(20*time.Millisecond, lock.Unlock)
	lock.Lock() // contend waits here
}

// TestFlameKnowsSourceCommandAndOtherMeasures draws the waits of this process: the
// page has the lines of the functions, what to type to see them again, and both
// measures.
func TestFlameKnowsSourceCommandAndOtherMeasures(t *testing.T) {
	runtime.SetBlockProfileRate(1)
	t.Cleanup(func() { runtime.SetBlockProfileRate(0) })
	contend()
	env := environment(t)
	file, err := os.Create(filepath.Join(env.Dir, "block.out"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pprof.Lookup("block").WriteTo(file, 0); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := pprofs(t, env, "-flame", "-sample_index=delay", "block.out")
	if err != nil {
		t.Fatal(err)
	}
	var model struct {
		Source string `json:"a"`
		View   string `json:"v"`
		Others []struct {
			View string `json:"v"`
		} `json:"o"`
		Lines []struct {
			Name  string   `json:"n"`
			Lines [][4]any `json:"l"`
		} `json:"l"`
	}
	if err := json.Unmarshal([]byte(flameModel(t, out.last().Data["text/html"])), &model); err != nil {
		t.Fatal(err)
	}
	if model.Source != "-sample_index=delay block.out" {
		t.Errorf("to be typed again: %q", model.Source)
	}
	if model.View != "delay" || len(model.Others) != 1 || model.Others[0].View != "contentions" {
		t.Errorf("the measures are %q and %v", model.View, model.Others)
	}
	found := false
	for _, f := range model.Lines {
		for _, line := range f.Lines {
			if text, ok := line[3].(string); ok && strings.HasSuffix(f.Name, "magic_test.contend") && strings.Contains(text, "contend waits here") {
				found = line[2] != float64(0)
			}
		}
	}
	if !found {
		t.Error("the page does not know the line that waits")
	}
}
