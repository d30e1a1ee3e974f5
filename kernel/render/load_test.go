package render

import (
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/load"
)

func goodLoad() load.Report {
	ms := time.Millisecond
	return load.Report{
		Targets: []load.Target{{Method: "GET", URL: "http://localhost:8080/"}}, Rate: 50, Workers: 1000, Duration: 5 * time.Second,
		Requests: 250, Sent: 50, Throughput: 50, Elapsed: 5 * time.Second, BytesIn: 250_000,
		Latency: load.Latencies{Min: ms, Mean: 3 * ms, P50: 2 * ms, P90: 4 * ms, P95: 12345 * time.Microsecond, P99: 20 * ms, Max: 40 * ms},
		Codes:   []load.Count{{Name: "200", N: 250}},
		Buckets: []load.Bucket{{From: ms, To: 1500 * time.Microsecond, N: 200}, {From: 1500 * time.Microsecond, To: 2 * ms}, {From: 2 * ms, To: 3 * ms, N: 50}},
		Text:    "Requests      [total, rate, throughput]  250, 50.00, 50.00\n",
	}
}

func TestLoadSaysTheFindingAndKeepsVegetasText(t *testing.T) {
	b := Load(goodLoad())
	html, text := b.Data[display.MIMEHTML], b.Data[display.MIMEText]
	for _, want := range []string{"answered all 250 requests", "2.00 ms", "12.3 ms", "status 200", "vegeta attack -rate=50", "250 kB in"} {
		if !strings.Contains(html, want) {
			t.Errorf("html lacks %q", want)
		}
	}
	if !strings.Contains(text, "[total, rate, throughput]") || strings.Contains(text, "!") {
		t.Errorf("text\n%s", text)
	}
}

func TestLoadWithErrorsNamesTheMostFrequent(t *testing.T) {
	r := goodLoad()
	r.Failed = 100
	r.Codes = []load.Count{{Name: "200", N: 150}, {Name: "503", N: 60}}
	r.Errors = []load.Count{{Name: "503 Service Unavailable", N: 60}, {Name: "timeout<b>", N: 40}}
	html := Load(r).Data[display.MIMEHTML]
	for _, want := range []string{"failed 40 % of 250 requests (most often: 503 Service Unavailable)", "status 503", "no answer: timeout&lt;b&gt;"} {
		if !strings.Contains(html, want) {
			t.Errorf("html lacks %q:\n%s", want, html)
		}
	}
	if strings.Contains(html, "no answer: 503") {
		t.Error("a status is called no answer")
	}
	r.Failed = 250
	if html := Load(r).Data[display.MIMEHTML]; !strings.Contains(html, "All 250 requests") {
		t.Error("a load that failed as a whole does not say so")
	}
}

func TestLoadDoubtsItsNumbers(t *testing.T) {
	r := goodLoad()
	r.Requests, r.Sent, r.Workers = 80, 16, 2
	text := Load(r).Data[display.MIMEText]
	if !strings.Contains(text, "Raise -workers") || !strings.Contains(text, "Send for longer") {
		t.Errorf("text\n%s", text)
	}
	r = load.Report{Targets: []load.Target{{URL: "http://localhost:1"}}, Interrupted: true, Duration: time.Second}
	if text := Load(r).Data[display.MIMEText]; !strings.Contains(text, "answered no request, stopped early") {
		t.Errorf("text\n%s", text)
	}
}

func TestLoadProgressIsOneLine(t *testing.T) {
	s := load.Snapshot{
		Elapsed: 1234 * time.Millisecond, Duration: 5 * time.Second, Requests: 60, Failed: 2, Rate: 49.6,
		Latency: load.Latencies{P50: time.Millisecond, P95: 2 * time.Millisecond, P99: 1500 * time.Microsecond},
	}
	if got, want := LoadProgress(s).Data[display.MIMEText], "1.20 s of 5.00 s · 60 requests · 50/s · p50 1.00 ms · p95 2.00 ms · p99 1.50 ms · 2 failed"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	LoadProgress(load.Snapshot{})
}

func TestLoadTimesHaveThreeDigits(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 ns", 999: "999 ns", 1500: "1.50 µs", 123456: "123 µs", 61 * time.Second: "61.0 s"} {
		if got := loadTime(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

func TestLoadDrawsAHistogram(t *testing.T) {
	b := Load(goodLoad())
	if text := b.Data[display.MIMEText]; !strings.Contains(text, "    1 ms … 1.5 ms       200  ████████████████████████████████████████\n  1.5 ms … 2 ms           0\n    2 ms … 3 ms          50  ██████████") {
		t.Errorf("text\n%s", text)
	}
	svg := pictureOf(t, b.Data[display.MIMEHTML])
	for _, want := range []string{"200 of 1 ms to 1.5 ms", "p50", "p99", "logarithmic axis", "Histogram of the latencies of 250 requests: most, 80 %, take 1 ms to 1.5 ms"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	live := LoadProgress(load.Snapshot{Requests: 250, Buckets: goodLoad().Buckets, Latency: goodLoad().Latency})
	pictureOf(t, live.Data[display.MIMEHTML])
}

func TestLoadOfSeveralTargetsTellsThemApart(t *testing.T) {
	r := goodLoad()
	r.Targets = append(r.Targets, load.Target{Method: "POST", URL: "http://localhost:8080/<b>"})
	for i, target := range r.Targets {
		r.ByTarget = append(r.ByTarget, load.TargetReport{Target: target, Requests: 125, Failed: i, Latency: load.Latencies{P95: time.Second}})
	}
	r.Beyond = []string{"example.com"}
	b := Load(r)
	html, text := b.Data[display.MIMEHTML], b.Data[display.MIMEText]
	if !strings.Contains(text, "125       1       0 ns  1.00 s  0 ns  POST http://localhost:8080/<b>") || !strings.Contains(text, "Be sure that you may test example.com") {
		t.Errorf("text\n%s", text)
	}
	if !strings.Contains(html, "POST http://localhost:8080/&lt;b&gt;") || !strings.Contains(html, "2 targets") {
		t.Error("the page does not tell the targets apart")
	}
}
