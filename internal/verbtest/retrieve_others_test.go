//go:build !race || torture

package verbtest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"firn/jobs"
	"firn/record"
	"firn/vault"
)

// A retrieval uses the ranges that other programs have retrieved, and asks only for the
// rest.
func TestLongRangesOfOthers(t *testing.T) {
	const size = 40*mib + 5
	data := content(1, size)
	span := func(from, to int64) vault.Range { return vault.Range{Offset: from, Size: to - from} }
	for name, test := range map[string]struct {
		there []vault.Range
		age   time.Duration
		want  vault.Range   // of the archive
		tier  vault.Tier    // of this call
		ask   []vault.Range // ranges that are still asked for
	}{
		"two that are all":        {there: []vault.Range{span(0, 32*mib), span(32*mib, size)}},
		"in any order, doubled":   {there: []vault.Range{span(32*mib, size), span(0, 16*mib), span(16*mib, 32*mib), span(0, 32*mib)}},
		"done":                    {there: []vault.Range{span(0, 32*mib), span(32*mib, size)}, age: 5 * time.Hour},
		"all that is wanted":      {there: []vault.Range{span(0, 16*mib), span(16*mib, 32*mib)}, want: span(8*mib, 24*mib)},
		"most of it":              {there: []vault.Range{span(0, 32*mib)}, ask: []vault.Range{span(32*mib, size)}},
		"too little to be worth":  {there: []vault.Range{span(0, mib)}, ask: []vault.Range{{}}},
		"dear requests":           {there: []vault.Range{span(0, 32*mib)}, tier: vault.Expedited, age: 5 * time.Hour, ask: []vault.Range{{}}},
		"no nodes, unproved":      {there: []vault.Range{span(0, 24*mib), span(24*mib, size)}, ask: []vault.Range{{}}},
		"gone":                    {there: []vault.Range{span(0, 32*mib), span(32*mib, size)}, age: jobTime + lifetime, ask: []vault.Range{{}}},
		"slower than it is asked": {there: []vault.Range{span(0, 32*mib), span(32*mib, size)}, tier: vault.Expedited, ask: []vault.Range{{}}},
	} {
		for how, get := range map[string]func(*rig, record.Archive) error{
			"download": func(d *rig, a record.Archive) error {
				o := d.downloading()
				o.Tier, o.Range = test.tier, test.want
				_, err := d.download(a, o)
				return err
			},
			"retrieve": func(d *rig, a record.Archive) error {
				o := d.retrieving()
				o.Tier, o.Range = test.tier, test.want
				for _, err := range jobs.RetrieveAll(d.t.Context(), at(d.vault, o.Depot), []record.Archive{a}, o.Options) {
					if err != nil {
						return err
					}
				}
				return nil
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					a := d.store(data)
					d.askedByOthers(a, test.there, test.age)
					if err := get(d, a); err != nil {
						t.Fatal(err)
					}
					var asked []vault.Range
					for _, req := range d.vault.starts {
						asked = append(asked, req.Range)
					}
					if !slices.Equal(asked, test.ask) {
						t.Errorf("asked for %v, want %v", asked, test.ask)
					}
					if how == "download" && test.want.IsZero() {
						d.wantFile(data)
					}
				})
			})
		}
	}
}

// A retrieval also uses the ranges of others if the record does not know the archive.
func TestLongRangesOfOthersTellTheSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, 3*mib)
		a := d.store(data)
		d.askedByOthers(a, []vault.Range{{Size: 2 * mib}, {Offset: 2 * mib, Size: mib}}, 0)
		got, err := d.download(record.Archive{Vault: rigURL, ID: a.ID, Size: -1}, d.downloading())
		if err != nil || got.TreeHash != a.TreeHash || len(d.vault.starts) != 0 {
			t.Errorf("%+v, %v; asked for %v", got, err, d.vault.starts)
		}
		d.wantFile(data)
	})
}

// askedByOthers makes another program ask for ranges of an archive, and lets time pass.
func (d *rig) askedByOthers(a record.Archive, ranges []vault.Range, age time.Duration) {
	d.t.Helper()
	for _, r := range ranges {
		if _, err := d.below.StartJob(d.t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: a.ID, Range: r}); err != nil {
			d.t.Fatal(err)
		}
	}
	wait(age)
}

// The caller approves all missing ranges of an archive at once, before any of them is
// requested and paid for.
func TestLongRangesOfOthersAreApprovedAtOnce(t *testing.T) {
	const size = 96 * mib
	data := content(1, size)
	tooDear := errors.New("too dear")
	for name, get := range map[string]func(*rig, record.Archive, func(vault.JobRequest, int64) error) error{
		"download": func(d *rig, a record.Archive, approve func(vault.JobRequest, int64) error) error {
			o := d.downloading()
			o.Approve = approve
			_, err := d.download(a, o)
			return err
		},
		"retrieve": func(d *rig, a record.Archive, approve func(vault.JobRequest, int64) error) error {
			o := d.retrieving()
			o.Approve = approve
			for _, err := range jobs.RetrieveAll(d.t.Context(), at(d.vault, o.Depot), []record.Archive{a}, o.Options) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		for limit, starts := range map[int64]int{63 * mib: 0, 64 * mib: 2} {
			t.Run(fmt.Sprintf("%s, %d", name, limit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					a := d.store(data)
					d.askedByOthers(a, []vault.Range{{Offset: 32 * mib, Size: 32 * mib}}, 0)
					var sum int64
					err := get(d, a, func(_ vault.JobRequest, bytes int64) error {
						if sum += bytes; sum > limit {
							return tooDear
						}
						return nil
					})
					if errors.Is(err, tooDear) != (starts == 0) || len(d.vault.starts) != starts {
						t.Errorf("%v; asked for %v", err, d.vault.starts)
					}
				})
			})
		}
	}
}

// The tree hash on record is kept when the list of jobs gives another.
func TestLongRangesOfOthersDoNotReplaceTheHash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 3*mib))
		d.askedByOthers(a, []vault.Range{{Size: 2 * mib}, {Offset: 2 * mib, Size: mib}}, 0)
		known := record.Archive{Vault: rigURL, ID: a.ID, Size: -1, TreeHash: a.TreeHash}
		known.TreeHash[0] ^= 1
		if got, err := d.download(known, d.downloading()); !errors.Is(err, vault.ErrChecksum) {
			t.Errorf("%+v, %v, want ErrChecksum", got, err)
		}
	})
}
