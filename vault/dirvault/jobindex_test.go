package dirvault_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// TestJobsAreListedFromTheIndex: a job that the index tells of is listed where it belongs,
// whatever was done to the index, and one that it does not tell of is, too.
func TestJobsAreListedFromTheIndex(t *testing.T) {
	for what, harm := range map[string]func(lines []string) []string{
		"as it was":         func(lines []string) []string { return lines },
		"gone":              func([]string) []string { return nil },
		"cut":               func(lines []string) []string { return append(lines[:1], lines[1][:50]) },
		"with another time": func(lines []string) []string { return replaced(lines, "2026-02-03T04", "2001-02-03T04") },
		"with another job":  func(lines []string) []string { return append(lines, replaced(lines, " 2026", "x 2026")...) },
		"in another order":  func(lines []string) []string { slices.Reverse(lines); return lines },
		"twice":             func(lines []string) []string { return append(lines, lines...) },
		"no lines":          func([]string) []string { return []string{"\x00\x00\x00", strings.Repeat("a", 1<<20)} },
	} {
		c := newClock()
		o := dirvault.Options{Now: c.Now, OutputLifetime: time.Hour}
		dir := newVault(t)
		v := open(t, dir, o)
		archive := store(t, v, noise(10), 10)
		var want []vault.JobID
		for range 4 {
			want = append(want, startRetrieval(t, v, archive))
			c.Advance(time.Minute)
		}
		v = reopen(t, v, dir, o, func() {
			path := filepath.Join(dir, "jobtimes")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := harm(slices.Collect(strings.Lines(string(text))))
			if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
				t.Fatal(err)
			}
		})
		for range 2 {
			if got := jobIDs(t, v); !slices.Equal(got, want) {
				t.Errorf("%s: listed %q, want %q", what, got, want)
			}
			want = append(want, startRetrieval(t, v, archive))
			c.Advance(time.Minute)
		}
		c.Advance(time.Hour - 4*time.Minute) // the first three have expired
		if got := jobIDs(t, v); !slices.Equal(got, want[3:]) {
			t.Errorf("%s, after the first expired: listed %q, want %q", what, got, want[3:])
		}
		c.Advance(24 * time.Hour)
		v = reopen(t, v, dir, o, func() {})
		if left := files(t, filepath.Join(dir, "jobs")); len(left) != len(want)-3 {
			t.Errorf("%s: besides those that only expired, jobs holds %v", what, left)
		}
		if got := jobIDs(t, v); len(got) != 0 {
			t.Errorf("%s, after all expired: listed %q", what, got)
		}
	}
}

func replaced(lines []string, old, other string) (all []string) {
	for _, line := range lines {
		all = append(all, strings.ReplaceAll(line, old, other))
	}
	return all
}

// TestJobsOfOthers: files of jobs that somebody puts into an open vault, or takes away.
func TestJobsOfOthers(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	archive := store(t, v, noise(10), 10)
	first, second := startRetrieval(t, v, archive), startRetrieval(t, v, archive)
	want := func(what string, want ...vault.JobID) {
		t.Helper()
		got := jobIDs(t, v)
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s: listed %q, want %q", what, got, want)
		}
	}
	want("both", first, second)
	name := "jobs/" + string(first) + ".json"
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	remove(t, dir, name)
	want("one was taken away", second)
	leave(t, dir, name, string(text))
	want("it was put back", first, second)
}
