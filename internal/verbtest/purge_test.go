package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/purge"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulttest"
)

func (d *rig) purging() purging {
	return purging{Depot: d.depot(time.Hour), approve: func(purge.Plan) error { return nil }}
}

// purge empties the vault and fails the test on any error.
func (d *rig) purge(o purging) purge.Result {
	d.t.Helper()
	purged, err := purge.Vault(d.t.Context(), at(d.vault, o.Depot), o.Options, o.approve)
	if err != nil {
		d.t.Fatal(err)
	}
	return purged
}

// held returns the number of archives in the vault.
func (d *rig) held() int {
	d.t.Helper()
	files, err := filepath.Glob(filepath.Join(d.dir, "cold", "archives", "*.json"))
	if err != nil {
		d.t.Fatal(err)
	}
	return len(files)
}

// deletions is a vault that records the deletions requested, and may refuse them.
type deletions struct {
	vault.Vault
	answer func(n int, id vault.ArchiveID) error // a result other than nil replaces the deletion

	mu    sync.Mutex
	asked []vault.ArchiveID
}

func (d *deletions) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	d.mu.Lock()
	d.asked = append(d.asked, id)
	n := len(d.asked)
	d.mu.Unlock()
	if d.answer != nil {
		if err := d.answer(n, id); err != nil {
			return err
		}
	}
	return d.Vault.DeleteArchive(ctx, id)
}

// imaginary records archives that the vault does not have. Their deletion is no error.
func (d *rig) imaginary(n int) {
	d.t.Helper()
	i := record.Inventory{Vault: rigURL, Source: "file of imagination", Date: time.Now().UTC(), State: record.Reading}
	if err := d.catalog.SaveInventory(d.t.Context(), &i); err != nil {
		d.t.Fatal(err)
	}
	var all []record.Archive
	for n := range n {
		all = append(all, record.Archive{
			Vault: rigURL, ID: vault.ArchiveID(fmt.Sprintf("%0138d", n)), Description: fmt.Sprint(n), Size: 10,
			TreeHash: [32]byte{1}, Created: time.Now().UTC(),
		})
	}
	if err := d.catalog.SaveEntries(d.t.Context(), &i, all, nil, "end"); err != nil {
		d.t.Fatal(err)
	}
}

func (d *rig) count(state record.ArchiveState) (n int) {
	d.t.Helper()
	for a := range d.archives() {
		if a.State == state {
			n++
		}
	}
	return n
}

// A purge deletes the archives that only the record knows and those that only the vault
// knows. It also deletes an archive on record that is too new for the inventory.
func TestPurge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.knows(d.put("known", content(1, 100)))
		d.put("unknown", content(2, 1000))
		pass(1)
		d.knows(d.put("new", content(3, 10)))
		wait(time.Minute)
		var plan purge.Plan
		var last depot.Progress
		o := d.purging()
		o.approve = func(p purge.Plan) error {
			if d.held() != 3 {
				t.Error("deleted before it was approved")
			}
			plan = p
			return nil
		}
		o.Progress = func(p depot.Progress) { last = p }
		purged := d.purge(o)
		if plan.Archives != 3 || plan.Bytes != 1110 || plan.Begun != 0 || plan.Spared != 0 || plan.Uploads != 0 {
			t.Errorf("planned %+v", plan)
		}
		if purged.Deleted != 3 || purged.Bytes != 1110 || purged.Refused != 0 || purged.Elapsed < jobTime || !purged.Until.Equal(plan.Until) {
			t.Errorf("purged %+v", purged)
		}
		if last.PartsDone != 3 || last.Parts != 3 || last.Done != 1110 {
			t.Errorf("told at last %+v", last)
		}
		d.wantStates(map[string]record.ArchiveState{"known": record.Deleted, "unknown": record.Deleted, "new": record.Deleted})
		if d.held() != 0 {
			t.Errorf("%d archives are there", d.held())
		}
	})
}

// An archive outside the approved plan stays.
func TestPurgeSparesTheNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.knows(d.put("old", content(1, 100)))
		wait(time.Minute)
		o := d.purging()
		o.CatalogOnly = true
		o.approve = func(purge.Plan) error {
			wait(time.Minute)
			d.knows(d.put("meanwhile", content(2, 100)))
			return nil
		}
		if purged := d.purge(o); purged.Deleted != 1 || purged.Spared != 1 || len(d.vault.starts) != 0 {
			t.Errorf("purged %+v after %d jobs", purged, len(d.vault.starts))
		}
		d.wantStates(map[string]record.ArchiveState{"old": record.Deleted, "meanwhile": record.Stored})
	})
}

func TestPurgeRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.knows(d.put("kept", content(1, 100)))
		refused := errors.New("no, thank you")
		o := d.purging()
		o.CatalogOnly = true
		o.approve = func(purge.Plan) error { return refused }
		if _, err := purge.Vault(t.Context(), at(d.vault, o.Depot), o.Options, o.approve); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		d.wantStates(map[string]record.ArchiveState{"kept": record.Stored})
	})
}

// A purge of two thousand archives is stopped and continued, while the service throttles
// and fails. No deletion on record is requested again.
func TestPurgeOfMany(t *testing.T) {
	const many = 2000
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.imaginary(many)
		ctx, drain := context.WithCancel(t.Context())
		v := &deletions{Vault: d.vault, answer: func(n int, _ vault.ArchiveID) error {
			wait(20 * time.Millisecond)
			switch {
			case n == 700:
				drain()
			case n%50 == 0:
				return vault.ErrThrottled
			case n%70 == 0:
				return vault.ErrUnavailable
			}
			return nil
		}}
		o := d.purging()
		o.CatalogOnly = true
		purged, err := purge.Vault(ctx, at(v, o.Depot), o.Options, o.approve)
		if !errors.Is(err, depot.ErrInterrupted) || purged.Deleted < 600 || purged.Deleted > 720 {
			t.Fatalf("%+v, %v", purged, err)
		}
		var done []vault.ArchiveID
		for a := range d.archives() {
			if a.State == record.Deleted {
				done = append(done, a.ID)
			}
		}
		if len(done) != purged.Deleted {
			t.Errorf("%d deleted, %d on record", purged.Deleted, len(done))
		}
		before := len(v.asked)
		rest, err := purge.Vault(t.Context(), at(v, o.Depot), o.Options, o.approve)
		if err != nil || rest.Deleted != many-purged.Deleted || d.count(record.Deleted) != many {
			t.Errorf("%+v, %v; %d deleted", rest, err, d.count(record.Deleted))
		}
		for _, id := range v.asked[before:] {
			if slices.Contains(done, id) {
				t.Fatalf("asked again to delete %s", id)
			}
		}
	})
}

// A killed purge leaves the deletions that it had begun on record. The next run repeats
// these, which is no error, and repeats no others.
func TestPurgeAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.imaginary(600)
		killed, stop := context.WithCancel(t.Context())
		v := &deletions{Vault: d.vault, answer: func(n int, _ vault.ArchiveID) error {
			if n == 400 {
				stop()
				synctest.Wait() // the purge has heard of it
			}
			return nil
		}}
		o := d.purging()
		o.CatalogOnly, o.Concurrency = true, 1
		lost := &amnesia{Journal: d.catalog, after: killed}
		o.Journal = lost
		if _, err := purge.Vault(killed, at(v, o.Depot), o.Options, o.approve); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		deleted, deleting := d.count(record.Deleted), d.count(record.Deleting)
		if deleted != 250 || deleting != 250 {
			t.Fatalf("%d deleted, %d being deleted", deleted, deleting)
		}
		var plan purge.Plan
		o.Journal, o.approve = d.catalog, func(p purge.Plan) error { plan = p; return nil }
		v.asked = nil
		if purged, err := purge.Vault(t.Context(), at(v, o.Depot), o.Options, o.approve); err != nil || purged.Deleted != 350 || plan.Begun != 250 || len(v.asked) != 350 {
			t.Errorf("%+v, %v; planned %+v", purged, err, plan)
		}
	})
}

// amnesia is a journal that records nothing after its process was killed.
type amnesia struct {
	record.Journal
	after context.Context
}

func (a *amnesia) MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	if a.after.Err() != nil {
		return a.after.Err()
	}
	return a.Journal.MarkDeleted(ctx, vaultURL, ids)
}

// Locked archives are kept, also on record. The others are deleted.
func TestPurgeUnderALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		old, young, odd := d.put("old", content(1, 10)), d.put("young", content(2, 10)), d.put("odd", content(3, 10))
		d.knows(old, young, odd)
		pass(1)
		v := &deletions{Vault: d.vault, answer: func(_ int, id vault.ArchiveID) error {
			switch id {
			case young.ID:
				return fmt.Errorf("an explicit deny: %w", vault.ErrDenied)
			case odd.ID:
				return fmt.Errorf("no id of ours: %w", vault.ErrInvalid)
			}
			return nil
		}}
		purged, err := purge.Vault(t.Context(), at(v, d.purging().Depot), d.purging().Options, d.purging().approve)
		if purged.Deleted != 1 || purged.Refused != 2 || err == nil || !strings.Contains(err.Error(), "the vault refused to delete 2 archives") {
			t.Errorf("%+v, %v", purged, err)
		}
		if !errors.Is(err, vault.ErrDenied) && !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
		d.wantStates(map[string]record.ArchiveState{"old": record.Deleted, "young": record.Confirmed, "odd": record.Confirmed})
	})
}

// A purge without any permission does not send millions of requests.
func TestPurgeWithoutPermission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.imaginary(3000)
		v := &deletions{Vault: d.vault, answer: func(int, vault.ArchiveID) error { return vault.ErrDenied }}
		o := d.purging()
		o.CatalogOnly = true
		purged, err := purge.Vault(t.Context(), at(v, o.Depot), o.Options, o.approve)
		if !errors.Is(err, vault.ErrDenied) || len(v.asked) > 1100 || purged.Deleted != 0 {
			t.Errorf("%+v, %v, asked %d times", purged, err, len(v.asked))
		}
		if n := d.count(record.Deleted); n != 0 {
			t.Errorf("%d on record as deleted", n)
		}
	})
}

func TestPurgeErrors(t *testing.T) {
	for name, test := range map[string]struct {
		fault vaulttest.Fault
		setUp func(d *rig, o *purging)
		want  error
	}{
		"the vault is gone": {
			fault: vaulttest.Fault{Method: "DeleteArchive", Err: vault.ErrNotFound}, want: vault.ErrNotFound,
		},
		"no answer": {
			fault: vaulttest.Fault{Method: "DeleteArchive", Err: vault.ErrUnavailable}, want: depot.ErrGaveUp,
		},
		"uploads cannot be listed": {
			fault: vaulttest.Fault{Method: "Uploads", Err: vault.ErrDenied}, want: vault.ErrDenied,
		},
		"the inventory takes its time": {
			setUp: func(_ *rig, o *purging) { o.NoWait, o.CatalogOnly = true, false }, want: vault.ErrNotReady,
		},
		"no journal": {setUp: func(_ *rig, o *purging) { o.Journal = nil }, want: vault.ErrInvalid},
		"another process purges": {setUp: func(d *rig, _ *purging) {
			unlock, err := d.catalog.LockVault(d.t.Context(), rigURL, "purge")
			if err != nil {
				d.t.Fatal(err)
			}
			d.t.Cleanup(func() { _ = unlock() })
		}, want: vault.ErrLocked},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				d.knows(d.put("a", content(1, 10)))
				pass(1)
				o := d.purging()
				o.CatalogOnly = true
				if test.setUp != nil {
					test.setUp(d, &o)
				}
				if _, err := purge.Vault(t.Context(), at(vaulttest.NewFaulty(d.vault, test.fault), o.Depot), o.Options, o.approve); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if d.held() != 1 || d.count(record.Deleted) != 0 {
					t.Error("it is deleted, or on record as such")
				}
			})
		})
	}
}

// A purge that was stopped after its inventory uses that inventory for a day.
func TestPurgeKeepsItsInventory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.put("a", content(1, 10))
		pass(1)
		o := d.purging()
		o.approve = func(purge.Plan) error { return context.Canceled }
		if _, err := purge.Vault(t.Context(), at(d.vault, o.Depot), o.Options, o.approve); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		o.approve = nil
		if purged := d.purge(o); purged.Deleted != 1 || len(d.vault.starts) != 1 {
			t.Errorf("%+v after %d jobs", purged, len(d.vault.starts))
		}
		o.Fresh = true
		if purged := d.purge(o); purged.Deleted != 0 || len(d.vault.starts) != 2 {
			t.Errorf("%+v after %d jobs", purged, len(d.vault.starts))
		}
	})
}

// An archive behind an invalid entry cannot be deleted. The purge reports it.
func TestPurgeWithBadEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.put("a", content(1, 10))
		d.put("b", content(2, 10))
		pass(1)
		s := d.scripted(func(_, n int, e vault.Entry) (vault.Entry, error) {
			if n == 1 {
				e.Bad = "no size"
			}
			return e, nil
		})
		purged, err := purge.Vault(t.Context(), at(s, d.purging().Depot), d.purging().Options, d.purging().approve)
		if err != nil || purged.Deleted != 1 || d.held() != 1 {
			t.Errorf("%+v, %v; %d left", purged, err, d.held())
		}
		d.wantNotice("the inventory has invalid entries (1)")
	})
}

// An archive that enters the record after the plan was not approved, even if it is older,
// as an archive from an inventory of another process may be. It neither takes the place of
// an archive that has gone nor is it deleted hours later.
func TestPurgeDeletesWhatWasAgreedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		goes, stays := d.put("goes", content(1, 100)), d.put("stays", content(2, 100))
		comes, late := d.put("comes", content(3, 100)), d.put("late", content(4, 100))
		d.knows(goes, stays)
		d.imaginary(300) // more than one block
		pass(1)
		v := &deletions{Vault: d.vault, answer: func(n int, _ vault.ArchiveID) error {
			if n == 1 {
				d.knows(late)
			}
			return nil
		}}
		var asked []int
		o := d.purging()
		o.CatalogOnly, o.Concurrency = true, 1
		o.approve = func(plan purge.Plan) error {
			if asked = append(asked, plan.Archives); len(asked) > 1 {
				return nil
			}
			d.knows(comes)
			return d.catalog.MarkDeleted(t.Context(), rigURL, []vault.ArchiveID{goes.ID})
		}
		if purged, err := purge.Vault(t.Context(), at(v, o.Depot), o.Options, o.approve); err != nil || purged.Deleted != 302 || !slices.Equal(asked, []int{302, 302}) {
			t.Errorf("%+v, %v; asked about %d", purged, err, asked)
		}
		if d.count(record.Deleted) != 303 || d.count(record.Stored) != 1 || slices.Contains(v.asked, late.ID) {
			t.Errorf("%d deleted, %d stored", d.count(record.Deleted), d.count(record.Stored))
		}
	})
}
