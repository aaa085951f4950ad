package keep_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/internal/keep"
	"firn/record"
)

// now is the time of the tests, in a zone with summer time.
func now(t *testing.T) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 6, 20, 12, 0, 0, 0, zone)
}

// snapshots returns snapshots of one group that began at these local times, with tags after a
// space.
func snapshots(t *testing.T, times ...string) (all []record.Snapshot) {
	t.Helper()
	for i, text := range times {
		when, tags, _ := strings.Cut(text, " ")
		started, err := time.ParseInLocation("2006-01-02T15:04", when, now(t).Location())
		if err != nil {
			t.Fatal(err)
		}
		s := record.Snapshot{
			Key: int64(i + 1), Vault: "file:///cold", Host: "h", Roots: []string{"home"}, State: record.Complete, Started: started.UTC(),
		}
		if tags != "" {
			s.Tags = strings.Fields(tags)
		}
		all = append(all, s)
	}
	return all
}

// kept returns which snapshots of the only group are kept, by their keys, with the reasons.
func kept(t *testing.T, r keep.Rules, all []record.Snapshot) (texts []string) {
	t.Helper()
	groups := r.Apply(now(t), all)
	if len(groups) != 1 {
		t.Fatalf("%d groups", len(groups))
	}
	for _, v := range groups[0].Verdicts {
		if len(v.Reasons) > 0 {
			texts = append(texts, fmt.Sprintf("%d: %s", v.Key, strings.Join(v.Reasons, "; ")))
		}
	}
	return texts
}

func newest(p keep.Period, n int) (r keep.Rules) {
	r.Newest[p] = n
	return r
}

func within(t *testing.T, p keep.Period, span string) (r keep.Rules) {
	t.Helper()
	s, err := keep.ParseSpan(span)
	if err != nil {
		t.Fatal(err)
	}
	r.Within[p] = s
	return r
}

func TestRules(t *testing.T) {
	days := []string{"2026-06-15T01:00", "2026-06-16T01:00", "2026-06-17T01:00", "2026-06-17T23:00", "2026-06-18T01:00", "2026-06-19T01:00"}
	months := []string{
		"2024-12-31T10:00", "2025-02-01T10:00", "2025-03-31T10:00", "2025-04-01T10:00", "2025-06-30T10:00", "2025-07-01T10:00",
		"2025-12-31T10:00", "2026-01-01T10:00", "2026-06-14T10:00", "2026-06-15T10:00",
	}
	for name, c := range map[string]struct {
		rules keep.Rules
		times []string
		want  []string
	}{
		"no rule":         {keep.Rules{}, days, nil},
		"last":            {newest(keep.Each, 2), days, []string{"6: last", "5: last"}},
		"more than there": {newest(keep.Each, 20), days[:2], []string{"2: last", "1: last"}},
		"all":             {newest(keep.Each, keep.All), days[:3], []string{"3: last", "2: last", "1: last"}},
		"minutely": {
			newest(keep.Minute, 2),
			[]string{"2026-06-01T01:00", "2026-06-19T01:00", "2026-06-19T01:01", "2026-06-19T01:01"},
			[]string{"4: minutely", "2: minutely"},
		},
		"hourly": {
			newest(keep.Hour, 2),
			[]string{"2026-06-01T01:00", "2026-06-18T23:59", "2026-06-19T00:00", "2026-06-19T00:59"},
			[]string{"4: hourly", "2: hourly"},
		},
		"daily, the newest of each day":       {newest(keep.Day, 3), days, []string{"6: daily", "5: daily", "4: daily"}},
		"days without snapshots do not count": {newest(keep.Day, 2), []string{"2020-01-01T00:00", "2021-01-01T00:00", "2026-06-19T00:00"}, []string{"3: daily", "2: daily"}},
		"weeks begin on Monday":               {newest(keep.Week, 2), months, []string{"10: weekly", "9: weekly"}},
		"the week over the end of a year":     {newest(keep.Week, keep.All), months[6:8], []string{"2: weekly", "1: oldest weekly"}},
		"monthly":                             {newest(keep.Month, 3), months, []string{"10: monthly", "8: monthly", "7: monthly"}},
		"quarter-yearly":                      {newest(keep.Quarter, 4), months, []string{"10: quarter-yearly", "8: quarter-yearly", "7: quarter-yearly", "6: quarter-yearly"}},
		"half-yearly":                         {newest(keep.Half, 3), months, []string{"10: half-yearly", "7: half-yearly", "5: half-yearly"}},
		"yearly":                              {newest(keep.Year, 2), months, []string{"10: yearly", "7: yearly"}},
		"the oldest while a period is left":   {newest(keep.Year, 4), months[1:], []string{"9: yearly", "6: yearly", "1: oldest yearly"}},
		"no oldest when none is left":         {newest(keep.Year, 2), months[1:], []string{"9: yearly", "6: yearly"}},
		"within of the newest, not of now":    {within(t, keep.Each, "2d"), days[:5], []string{"5: within 2d", "4: within 2d", "3: within 2d"}},
		"exactly as old is not within":        {within(t, keep.Each, "1d"), days, []string{"6: within 1d"}},
		"daily within":                        {within(t, keep.Day, "36h"), days, []string{"6: daily within 36h", "5: daily within 36h", "4: daily within 36h"}},
		"monthly within a year":               {within(t, keep.Month, "1y"), months, []string{"10: monthly within 1y", "8: monthly within 1y", "7: monthly within 1y", "6: monthly within 1y", "5: monthly within 1y"}},
		"tags, all of a list": {
			keep.Rules{Tags: [][]string{{"a", "b"}, {"c"}}},
			[]string{"2026-06-01T00:00 a", "2026-06-02T00:00 b a", "2026-06-03T00:00 c", "2026-06-04T00:00"},
			[]string{"3: tag c", "2: tag a,b"},
		},
		"not before": {
			keep.Rules{},
			[]string{"2026-06-01T00:00 not-before=2026-06-20", "2026-06-02T00:00 not-before=2026-06-21", "2026-06-03T00:00 not-before=soon"},
			[]string{"2: not before 2026-06-21"},
		},
		"days are those of the zone":        {newest(keep.Day, keep.All), []string{"2026-06-18T23:30", "2026-06-19T00:30"}, []string{"2: daily", "1: daily"}},
		"a day of 25 hours":                 {newest(keep.Day, 1), []string{"2025-10-26T00:30", "2025-10-26T23:30"}, []string{"2: daily"}},
		"a wrong clock moves no window":     {within(t, keep.Each, "1d"), []string{"2026-06-18T00:00", "2026-06-19T00:00", "2062-01-01T00:00"}, []string{"3: within 1d", "2: within 1d"}},
		"only wrong clocks: all are within": {within(t, keep.Each, "1d"), []string{"2050-01-01T00:00", "2062-01-01T00:00"}, []string{"2: within 1d", "1: within 1d"}},
	} {
		if got := kept(t, c.rules, snapshots(t, c.times...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: kept %q, want %q", name, got, c.want)
		}
	}
}

func TestRulesAddUp(t *testing.T) {
	r := newest(keep.Each, 1)
	r.Newest[keep.Day] = 2
	got := kept(t, r, snapshots(t, "2026-06-17T01:00", "2026-06-18T01:00", "2026-06-19T01:00"))
	if want := []string{"3: last; daily", "2: daily"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}

// TestSnapshotsThatAreNotComplete: they are kept, and take no place of a complete one.
func TestSnapshotsThatAreNotComplete(t *testing.T) {
	all := snapshots(t, "2026-06-17T01:00", "2026-06-18T01:00")
	all[1].State = record.Running
	got := kept(t, newest(keep.Each, 1), all)
	if want := []string{"2: not complete", "1: last"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
	if g := (keep.Rules{}).Apply(now(t), all)[0]; !g.KeepsNone() {
		t.Error("a snapshot that is not complete counts as kept")
	}
	if g := newest(keep.Each, 1).Apply(now(t), all)[0]; g.KeepsNone() {
		t.Error("the group keeps none")
	}
}

// TestGroups: each group has rules of its own, in the order of the snapshots.
func TestGroups(t *testing.T) {
	all := snapshots(t, "2026-06-01T00:00", "2026-06-02T00:00", "2026-06-03T00:00", "2026-06-04T00:00", "2026-06-05T00:00")
	all[1].Host = "other"
	all[2].Roots = []string{"home", "etc"}
	all[3].Vault = "file:///other"
	groups := newest(keep.Each, 1).Apply(now(t), all)
	var got []string
	for _, g := range groups {
		for _, v := range g.Verdicts {
			got = append(got, fmt.Sprintf("%s %s %s: %d %s", g.Vault, g.Host, g.Roots, v.Key, v.Reasons))
		}
	}
	want := []string{
		"file:///cold h [home]: 5 [last]", "file:///cold h [home]: 1 []", "file:///cold other [home]: 2 [last]",
		"file:///cold h [home etc]: 3 [last]", "file:///other h [home]: 4 [last]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{
		"1y": "1y", "6m": "6m", "2w": "14d", "14d": "14d", "36h": "36h", "1y2m3w4d5h": "1y2m25d5h",
		"": "", "0d": "", "1": "", "d": "", "1d1y": "", "-1d": "", "1.5d": "", "1M": "", "1234567d": "", "1d ": "",
	} {
		s, err := keep.ParseSpan(text)
		if (err == nil) != (want != "") || s.String() != want {
			t.Errorf("%q is read as %q, %v; want %q", text, s, err, want)
		}
	}
}

func TestTags(t *testing.T) {
	for tag, valid := range map[string]bool{
		"a": true, "not-before=2030-12-31": true, keep.NotBeforeTag(now(t)): true,
		"": false, "a,b": false, "not-before=": false, "not-before=2030": false, "not-before=2030-02-30": false,
	} {
		if err := keep.CheckTag(tag); (err == nil) != valid {
			t.Errorf("%q: %v", tag, err)
		}
	}
	if got := keep.NotBefore([]string{"not-before=2027-01-01", "not-before=2026-01-01"}, time.UTC); got.Year() != 2027 {
		t.Errorf("not before %s", got)
	}
}
