package main

import (
	"fmt"
	"strings"
	"sync"

	"gomri/kernel/display"
	"gomri/kernel/nbformat"
)

// maxCellText is how much stream text of one cell is recorded, in bytes.
const maxCellText = 8 << 20

// recorder is the display.Output of a cell that runs without Jupyter: it keeps
// what a frontend would have on the screen at the end. Its methods may be called
// from any goroutine.
type recorder struct {
	mu    sync.Mutex
	count int
	shown []*recorded
	ids   map[string]*recorded
	clear bool // the next output replaces all before it
	text  int  // bytes of stream text so far
}

// recorded is one output; the text of a stream grows in a buffer of its own.
type recorded struct {
	output nbformat.Output
	text   strings.Builder
}

// newRecorder returns the Output of the cell with the given number.
func newRecorder(count int) *recorder {
	return &recorder{count: count, ids: map[string]*recorded{}}
}

// Stream implements display.Output. Text that follows text of the same stream is
// one output with it.
func (r *recorder) Stream(name display.StreamName, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text == "" || r.text > maxCellText {
		return
	}
	left := maxCellText - r.text
	r.text += len(text)
	if len(text) > left {
		text = strings.ToValidUTF8(text[:left], "") + fmt.Sprintf("\n… the output was cut after %d MB.\n", maxCellText>>20)
	}
	r.clearIfAsked()
	if n := len(r.shown); n > 0 {
		if last := r.shown[n-1]; last.output.Type == nbformat.Stream && last.output.Name == string(name) {
			last.text.WriteString(text)
			return
		}
	}
	rec := &recorded{output: nbformat.Output{Type: nbformat.Stream, Name: string(name)}}
	rec.text.WriteString(text)
	r.shown = append(r.shown, rec)
}

// Display implements display.Output.
func (r *recorder) Display(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(bundleOutput(nbformat.DisplayData, b))
}

// Update implements display.Output. The last bundle under an id is the one that is kept.
func (r *recorder) Update(id string, b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	output := bundleOutput(nbformat.DisplayData, b)
	if !r.clear {
		if rec, ok := r.ids[id]; ok {
			rec.output = output
			return
		}
	}
	r.ids[id] = r.add(output)
}

// Result implements display.Output.
func (r *recorder) Result(b display.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	output := bundleOutput(nbformat.ExecuteResult, b)
	count := r.count
	output.Count = &count
	r.add(output)
}

// Clear implements display.Output.
func (r *recorder) Clear(wait bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clear = true
	if !wait {
		r.clearIfAsked()
	}
}

// fail records how the cell failed.
func (r *recorder) fail(f *display.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	traceback := f.Traceback
	if len(traceback) == 0 {
		traceback = []string{f.Error()}
	}
	r.add(nbformat.Output{Type: nbformat.Error, EName: f.Name, EValue: f.Value, Traceback: traceback})
}

// add appends an output. The caller holds the lock.
func (r *recorder) add(o nbformat.Output) *recorded {
	r.clearIfAsked()
	rec := &recorded{output: o}
	r.shown = append(r.shown, rec)
	return rec
}

// clearIfAsked removes what was shown, if Clear has asked for it. The caller holds the lock.
func (r *recorder) clearIfAsked() {
	if r.clear {
		r.clear = false
		r.shown = nil
		clear(r.ids)
	}
}

// outputs returns what is shown now, for the notebook.
func (r *recorder) outputs() []nbformat.Output {
	r.mu.Lock()
	defer r.mu.Unlock()
	outputs := make([]nbformat.Output, len(r.shown))
	for i, rec := range r.shown {
		outputs[i] = rec.output
		if rec.output.Type == nbformat.Stream {
			outputs[i].Text = rec.text.String()
		}
	}
	return outputs
}

// bundleOutput makes an output of a bundle.
func bundleOutput(kind nbformat.OutputType, b display.Bundle) nbformat.Output {
	o := nbformat.Output{Type: kind, Metadata: nbformat.Metadata{}}
	for mime, content := range b.Data {
		o.Data.SetText(mime, content)
	}
	for key, value := range b.Metadata {
		// Metadata is a hint: one that is not JSON is dropped, the output stays.
		_ = o.Metadata.Set(key, value)
	}
	return o
}
