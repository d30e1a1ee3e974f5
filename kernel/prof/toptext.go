package prof

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// header returns the lines above the table.
func (t *Top) header(p *profile.Profile, m measure, o Options, shown int) []string {
	var lines []string
	if !o.CompactLabels {
		lines = labels(p, m, t.Total)
	}
	if filters := o.filters(); len(filters) > 0 {
		lines = append(lines, "Active filters:")
		for _, f := range filters {
			if len(f) > 80 {
				f = f[:80] + "…"
			}
			lines = append(lines, "   "+f)
		}
	}
	lines = append(lines, fmt.Sprintf("Showing nodes accounting for %s, %s of %s total",
		m.format(t.Shown), strings.TrimSpace(Percentage(t.Shown, t.Total)), m.format(t.Total)))
	if t.Total == 0 {
		return lines
	}
	if t.Dropped > 0 {
		plural := "s"
		if t.Dropped == 1 {
			plural = ""
		}
		lines = append(lines, fmt.Sprintf("Dropped %d node%s (cum <= %s)", t.Dropped, plural, m.format(t.Cutoff)))
	}
	if shown > 0 && shown < t.Eligible {
		lines = append(lines, fmt.Sprintf("Showing top %d nodes out of %d", shown, t.Eligible))
	}
	return lines
}

// labels returns the lines that say what the profile is.
func labels(p *profile.Profile, m measure, total int64) []string {
	var lines []string
	if len(p.Mapping) > 0 {
		if file := p.Mapping[0].File; file != "" {
			lines = append(lines, "File: "+filepath.Base(file))
		}
		if id := p.Mapping[0].BuildID; id != "" {
			lines = append(lines, "Build ID: "+id)
		}
	}
	for _, c := range p.Comments {
		if !strings.HasPrefix(c, "#") {
			lines = append(lines, c)
		}
	}
	if m.kind.Type != "" {
		lines = append(lines, "Type: "+m.kind.Type)
	}
	if p.DocURL != "" {
		lines = append(lines, "Doc: "+p.DocURL)
	}
	if p.TimeNanos != 0 {
		lines = append(lines, "Time: "+time.Unix(0, p.TimeNanos).Format("2006-01-02 15:04:05 MST"))
	}
	if p.DurationNanos != 0 {
		ratio := ""
		if nanos, unit := Scale(total, m.kind.Unit, "nanoseconds"); unit == "ns" && nanos != 0 {
			ratio = "(" + Percentage(int64(nanos), p.DurationNanos) + ")"
		}
		lines = append(lines, fmt.Sprintf("Duration: %s, Total samples = %s %s",
			Label(p.DurationNanos, "nanoseconds", "auto"), m.format(total), ratio))
	}
	return lines
}

// Text is the table as "go tool pprof -top" prints it.
func (t Top) Text() string {
	var b strings.Builder
	b.WriteString(strings.Join(t.Header, "\n"))
	fmt.Fprintf(&b, "\n%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum")
	var sum int64
	for _, r := range t.Rows {
		sum += r.Flat
		inline := r.Inline
		if inline != "" {
			inline = " " + inline
		}
		fmt.Fprintf(&b, "%10s %s %s %10s %s  %s%s\n", r.FlatText, Percentage(r.Flat, t.Total),
			Percentage(sum, t.Total), r.CumText, Percentage(r.Cum, t.Total), r.Name, inline)
	}
	return b.String()
}
