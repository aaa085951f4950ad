package catalog_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// aDownload returns a download with every field set, never saved.
func aDownload() record.Download {
	return record.Download{
		Vault:    vaultURL,
		Archive:  "-archive",
		Range:    vault.Range{Offset: 1 << 20, Size: 1 << 40},
		Size:     1 << 42,
		TreeHash: treehash.Sum([]byte("all")),
		Target:   "/srv/back/\xff disk.img",
		State:    record.Receiving,
		Mark:     "0123456789abcdef",
		Started:  instant.Add(-time.Hour),
		Fetched:  1 << 39,
		Busy:     time.Hour + time.Nanosecond,
	}
}

func savedDownload(t *testing.T, c *catalog.Catalog, d record.Download) record.Download {
	t.Helper()
	if err := c.SaveDownload(t.Context(), &d); err != nil {
		t.Fatalf("SaveDownload: %v", err)
	}
	return d
}

func TestDownloadKeepsEveryField(t *testing.T) {
	c := fresh(t)
	for name, d := range map[string]record.Download{
		"full": aDownload(),
		"bare": {Vault: vaultURL, Archive: "a", Target: "t"},
	} {
		want := savedDownload(t, c, d)
		if want.Key == 0 || !want.Updated.Equal(instant) {
			t.Errorf("%s: key %d, updated %s", name, want.Key, want.Updated)
		}
		got, err := c.FindDownload(t.Context(), d.Vault, d.Archive, d.Target)
		if err != nil || got != want {
			t.Errorf("%s: got  %+v, %v\nwant %+v", name, got, err, want)
		}
	}
}

func TestFindDownloadReturnsTheNewest(t *testing.T) {
	c := fresh(t)
	savedDownload(t, c, aDownload())
	second := savedDownload(t, c, aDownload())
	second.State, second.Fetched = record.Received, 7
	second = savedDownload(t, c, second)
	if got, err := c.FindDownload(t.Context(), vaultURL, second.Archive, second.Target); err != nil || got != second {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, second)
	}
	for _, q := range [][3]string{
		{"glacier://other", "-archive", second.Target},
		{vaultURL, "-Archive", second.Target},
		{vaultURL, "-archive", second.Target + "x"},
	} {
		if _, err := c.FindDownload(t.Context(), q[0], vault.ArchiveID(q[1]), q[2]); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("FindDownload(%q): %v, want ErrNotFound", q, err)
		}
	}
	unknown := aDownload()
	unknown.Key = 77
	if err := c.SaveDownload(t.Context(), &unknown); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
}

func aSegment(n int64) record.Segment {
	return record.Segment{
		Range:    vault.Range{Offset: n * treehash.LeafSize, Size: treehash.LeafSize},
		TreeHash: treehash.Sum([]byte{byte(n)}),
	}
}

func TestLastReceived(t *testing.T) {
	c := fresh(t)
	want := func(when time.Time) {
		t.Helper()
		got, err := c.LastReceived(t.Context(), vaultURL, "-archive")
		if err != nil || !got.Equal(when) {
			t.Errorf("%s, %v; want %s", got, err, when)
		}
	}
	d := aDownload()
	d = savedDownload(t, c, d)
	want(time.Time{})
	d.State = record.Received // of a part of it
	d = savedDownload(t, c, d)
	want(time.Time{})
	d.Range = vault.Range{Size: d.Size}
	savedDownload(t, c, d)
	want(instant)
}

func TestSegments(t *testing.T) {
	c := fresh(t)
	d, other := savedDownload(t, c, aDownload()), savedDownload(t, c, aDownload())
	again := aSegment(9)
	again.Offset, again.Size = 0, 5
	for _, s := range []record.Segment{aSegment(2), aSegment(0), aSegment(1), again} {
		if err := c.SaveSegment(t.Context(), d.Key, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SaveSegment(t.Context(), other.Key, aSegment(3)); err != nil {
		t.Fatal(err)
	}
	want := []record.Segment{again, aSegment(1), aSegment(2)}
	if got := all(t, c.Segments(t.Context(), d.Key)); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for range 2 {
		if err := c.DropSegments(t.Context(), d.Key); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, c.Segments(t.Context(), d.Key)); len(got) != 0 {
		t.Errorf("%d segments are left", len(got))
	}
	one(t, c.Segments(t.Context(), other.Key))
	if err := c.SaveSegment(t.Context(), 77, aSegment(0)); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("no download: %v, want ErrNotFound", err)
	}
}

func TestRateOfDownloads(t *testing.T) {
	c := fresh(t)
	if got, err := c.DownloadRate(t.Context(), vaultURL); err != nil || got != 0 {
		t.Errorf("before any: %g, %v", got, err)
	}
	for _, fetched := range []int64{1000, 5000, 0} {
		d := aDownload()
		d.Fetched, d.Busy = fetched, 2*time.Second
		savedDownload(t, c, d)
	}
	if got, err := c.DownloadRate(t.Context(), vaultURL); err != nil || got != 1500 {
		t.Errorf("got %g, %v; want 6,000 bytes in 4 seconds", got, err)
	}
}
