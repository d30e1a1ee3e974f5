package prof_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"gomri/kernel/prof"
)

// watched adds profiles one second apart.
func watched(t *testing.T, charge prof.Charge, o prof.Options, files ...string) prof.Growth {
	t.Helper()
	w := prof.NewWatch(charge, o)
	for i, f := range files {
		if err := w.Add(time.Duration(i)*time.Second, load(t, f)); err != nil {
			t.Fatal(err)
		}
	}
	return w.Growth()
}

func TestGrowthByFlatAndCumIsPprofsDifference(t *testing.T) {
	first := heapProfile(t)
	last := heapProfile(t) // 16 MB more are kept
	for _, index := range []string{"inuse_space", "alloc_objects"} {
		o := prof.Options{SampleIndex: index, NoTrim: true}
		diff, err := load(t, last).Minus(load(t, first), prof.DiffOptions{OfBase: true})
		if err != nil {
			t.Fatal(err)
		}
		top, err := diff.Top(o)
		if err != nil {
			t.Fatal(err)
		}
		flat, cum := map[string]int64{}, map[string]int64{}
		for _, r := range top.Rows {
			flat[r.Name], cum[r.Name] = r.Flat, r.Cum
		}
		for charge, want := range map[prof.Charge]map[string]int64{prof.ChargeFlat: flat, prof.ChargeCum: cum} {
			g := watched(t, charge, o, first, last)
			if len(g.Rows) == 0 {
				t.Fatal("nothing is watched")
			}
			for _, r := range g.Rows {
				if r.Change() != want[r.Name] {
					t.Errorf("%s, %s: %s changes by %d, pprof says %d", index, charge, r.Name, r.Change(), want[r.Name])
				}
			}
		}
	}
}

func TestGrowthIsChargedToTheInnermostFunctionOfOnesOwn(t *testing.T) {
	files := make([]string, 5)
	for i := range files {
		files[i] = heapProfile(t)
	}
	g := watched(t, prof.ChargeOwn, prof.Options{}, files...)
	if len(g.Times) != 5 || len(g.Totals) != 5 || g.Type.Type != "inuse_space" || g.Step != 512<<10 {
		t.Fatalf("%+v", g)
	}
	r := g.Rows[0]
	if r.Name != "gomri/kernel/prof_test.heapProfile" || r.Kind != prof.Yours || !g.Rises(r) {
		t.Errorf("the function that grows most is %+v, rises %v", r, g.Rises(r))
	}
	// Four times 16 MB; what is kept in pieces of 256 KiB is sampled, so about.
	if c := r.Change(); c < 48<<20 || c > 80<<20 {
		t.Errorf("64 MB more are %d", c)
	}
	if rose, all := r.Steps(); all != 4 || rose < 3 {
		t.Errorf("rose in %d of %d steps", rose, all)
	}
	sums := make([]int64, 5)
	for _, r := range g.Rows {
		for i, v := range r.Values {
			sums[i] += v
		}
	}
	if !slices.Equal(sums, g.Totals) {
		t.Errorf("the rows add up to %v, the totals are %v", sums, g.Totals)
	}
}

func TestOnlyARiseBeyondChanceRises(t *testing.T) {
	const kb = 1 << 10
	counted, sampled := prof.Growth{}, prof.Growth{Step: 512 * kb}
	for _, c := range []struct {
		what   string
		growth prof.Growth
		values []int64
		want   bool
	}{
		{"one more each time", counted, []int64{1, 2, 3, 4}, true},
		{"three profiles are too few", counted, []int64{1, 2, 3}, false},
		{"level", counted, []int64{5, 5, 5, 5, 5}, false},
		{"falling", counted, []int64{5, 4, 3, 2, 1}, false},
		{"up and down", counted, []int64{1, 9, 2, 8, 3, 7, 4}, false},
		{"a cache that has filled up", counted, []int64{1, 4, 8, 9, 9, 9, 9}, false},
		{"a saw tooth that ends high", counted, []int64{1, 5, 9, 1, 5, 9, 1, 5, 9}, false},
		{"rising with a dip", counted, []int64{1, 3, 2, 5, 6, 7}, true},
		{"less than sampling can tell", sampled, []int64{0, 300 * kb, 600 * kb, 900 * kb}, false},
		{"more than sampling can tell", sampled, []int64{0, 3000 * kb, 6000 * kb, 9000 * kb}, true},
	} {
		if got := c.growth.Rises(prof.GrowthRow{Values: c.values}); got != c.want {
			t.Errorf("%s: %v rises: %v", c.what, c.values, got)
		}
	}
}

func TestWatchNamesTheWrongOption(t *testing.T) {
	data, err := os.ReadFile(heapProfile(t))
	if err != nil {
		t.Fatal(err)
	}
	p, err := prof.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []prof.Options{{SampleIndex: "cpu"}, {Focus: "["}} {
		if err := prof.NewWatch(prof.ChargeOwn, o).Add(0, p); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
}
