package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/jobs"
	"firn/reconcile"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

const day = 24 * time.Hour

// put stores an archive with a description. The catalog does not learn of it.
func (d *rig) put(description string, data []byte) record.Archive {
	d.t.Helper()
	source := source.FromReaderAt(strings.NewReader(string(data)), int64(len(data)), "source")
	stored, err := upload.From(d.t.Context(), depot.Depot{Vault: d.below}, source, upload.Options{Description: description, PartSize: mib, Again: true})
	if err != nil {
		d.t.Fatal(err)
	}
	return record.Archive{
		Vault: rigURL, ID: stored.ArchiveID, Name: "/" + description, Description: description,
		Size: int64(len(data)), TreeHash: treehash.Sum(data), Created: time.Now().UTC(), State: record.Stored,
	}
}

// knows records an archive in the catalog as if it had been uploaded from here.
func (d *rig) knows(archives ...record.Archive) {
	d.t.Helper()
	for _, a := range archives {
		u := record.Upload{Vault: rigURL, Source: record.Source{Path: a.Name}, State: record.Completed, ArchiveID: a.ID}
		err := d.catalog.SaveUpload(d.t.Context(), &u)
		if err == nil {
			err = d.catalog.FinishUpload(d.t.Context(), &u, a)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *rig) inventorying() inventorying {
	return inventorying{Depot: d.depot(time.Hour)}
}

// inventory takes an inventory and fails the test on any error.
func (d *rig) inventory(o inventorying) reconcile.Report {
	d.t.Helper()
	report, err := reconcile.Inventory(d.t.Context(), at(d.vault, o.Depot), o.Options)
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

// states returns the states of the archives on record, by description.
func (d *rig) states() map[string]record.ArchiveState {
	d.t.Helper()
	states := make(map[string]record.ArchiveState)
	for a := range d.archives() {
		states[a.Description] = a.State
	}
	return states
}

// archives returns all archives on record, deleted ones included.
func (d *rig) archives() iter.Seq[record.Archive] {
	return func(yield func(record.Archive) bool) {
		d.t.Helper()
		for a, err := range d.catalog.Archives(d.t.Context(), catalog.Filter{All: true}) {
			if err != nil {
				d.t.Fatal(err)
			}
			if !yield(a) {
				return
			}
		}
	}
}

func (d *rig) wantStates(want map[string]record.ArchiveState) {
	d.t.Helper()
	got := d.states()
	for description, state := range want {
		if got[description] != state {
			d.t.Errorf("archive %q is %q, want %q", description, got[description], state)
		}
	}
	if len(got) != len(want) {
		d.t.Errorf("on record: %v", got)
	}
}

// pass waits these days and an hour, so that the vault has a new inventory.
func pass(days int) { wait(time.Duration(days)*day + time.Hour) }

// counts returns the counts of a report in the order of their declaration.
func counts(r reconcile.Report) [7]int64 {
	return [7]int64{r.Entries, r.Bad, r.Added, r.Confirmed, r.Differing, r.Missing, r.Settled}
}

func TestInventory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		same, other := d.put("same", content(1, mib)), d.put("other", content(2, 3))
		other.Size = 4
		d.knows(same, other)
		d.put("<m><v>2</v><p>dmFjYXRpb24gcGhvdG9z</p><lm>20110512T061706Z</lm></m>", content(3, 5))
		pass(1)
		begin := time.Now()
		report := d.inventory(d.inventorying())
		if got := counts(report); got != [7]int64{3, 0, 1, 1, 1, 0, 0} {
			t.Errorf("counted %v", got)
		}
		if waited := time.Since(begin); waited < jobTime || waited > jobTime+longLook {
			t.Errorf("waited %s", waited)
		}
		if report.State != record.Read || report.Source != "job "+string(report.Job) || report.Elapsed < jobTime || report.Resumed != 0 {
			t.Errorf("report %+v", report)
		}
		if made := begin.Sub(report.Date); made < 0 || made > day {
			t.Errorf("an inventory of %s", report.Date)
		}
		for a := range d.archives() {
			switch a.ID {
			case same.ID:
				if a.State != record.Confirmed || a.Name != "/same" || !a.Seen.Equal(report.Date) {
					t.Errorf("same: %+v", a)
				}
			case other.ID:
				if a.State != record.Differing || a.Size != 4 {
					t.Errorf("other: %+v", a)
				}
			default:
				if a.State != record.Confirmed || a.Name != "vacation photos" || a.Tool != "FastGlacier" ||
					!a.ModTime.Equal(time.Date(2011, 5, 12, 6, 17, 6, 0, time.UTC)) {
					t.Errorf("added: %+v", a)
				}
			}
		}
	})
}

const longLook = 10 * time.Minute

// All callers share one job, however often they ask.
func TestInventoryWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.put("a", content(1, 10))
		pass(1)
		o := d.inventorying()
		o.NoWait = true
		for range 2 {
			var later *jobs.NotReadyError
			_, err := reconcile.Inventory(t.Context(), at(d.vault, o.Depot), o.Options)
			if !errors.As(err, &later) || !errors.Is(err, vault.ErrNotReady) || time.Until(later.Back) > jobTime {
				t.Fatalf("got %v", err)
			}
		}
		wait(jobTime)
		first := d.inventory(o)
		if got := counts(first); got != [7]int64{1, 0, 1, 0, 0, 0, 0} || len(d.vault.starts) != 1 {
			t.Errorf("counted %v after %d starts", got, len(d.vault.starts))
		}
		// An inventory that was read is not read again. Another one is requested, unless
		// the caller accepts the old one.
		if _, err := reconcile.Inventory(t.Context(), at(d.vault, o.Depot), o.Options); !errors.Is(err, vault.ErrNotReady) || len(d.vault.starts) != 2 {
			t.Errorf("got %v after %d starts", err, len(d.vault.starts))
		}
		o.MaxAge = day
		if again := d.inventory(o); !again.AlreadyRead || again.Inventory != first.Inventory || again.Job != first.Job {
			t.Errorf("content with %+v", again)
		}
	})
}

// firns is the description of a job that firn started, perhaps on another machine.
const firns = "monthly firn:0123456789abcdef0123456789abcdef"

// forgetsMarkers is a vault that describes jobs as the service does: a finished job no
// longer says at which marker it began.
type forgetsMarkers struct{ vault.Vault }

func (f forgetsMarkers) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		for j, err := range f.Vault.Jobs(ctx) {
			if j.Status == vault.Succeeded {
				j.List.Marker = ""
			}
			if !yield(j, err) {
				return
			}
		}
	}
}

// An inventory that firn requested on another machine is used if it lists everything. An
// inventory of another tool is never used, since it may have begun at a marker.
func TestInventoryJobsOfOthers(t *testing.T) {
	for name, test := range map[string]struct {
		list        vault.Listing
		description string
		starts      int
	}{
		"of the whole":                 {vault.Listing{}, firns, 0},
		"of one":                       {vault.Listing{Limit: 1}, firns, 1},
		"of a year":                    {vault.Listing{Since: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}, firns, 1},
		"until now":                    {vault.Listing{Until: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}, firns, 1},
		"as CSV":                       {vault.Listing{CSV: true}, firns, 1},
		"of another tool":              {vault.Listing{}, "", 1},
		"of another tool, from marker": {vault.Listing{Marker: strings.Repeat("z", 138)}, "", 1},
		"not quite ours":               {vault.Listing{Marker: strings.Repeat("z", 138)}, firns[:len(firns)-1], 1},
		"nor that":                     {vault.Listing{Marker: strings.Repeat("z", 138)}, firns[:len(firns)-1] + "x", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				d.put("a", content(1, 10))
				d.put("b", content(2, 10))
				pass(1)
				req := vault.JobRequest{Kind: vault.RetrieveInventory, List: test.list, Description: test.description}
				if _, err := d.below.StartJob(t.Context(), req); err != nil {
					t.Fatal(err)
				}
				wait(jobTime)
				report, err := reconcile.Inventory(t.Context(), at(forgetsMarkers{d.vault}, d.inventorying().Depot), d.inventorying().Options)
				if err != nil || len(d.vault.starts) != test.starts || report.Entries != 2 {
					t.Errorf("%d entries after %d starts, %v", report.Entries, len(d.vault.starts), err)
				}
			})
		})
	}
}

// An archive is missing only if two whole inventories lack it.
func TestInventoryMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		kept, lost := d.put("kept", content(1, 10)), d.put("lost", content(2, 10))
		d.knows(kept, lost)
		if err := d.below.DeleteArchive(t.Context(), lost.ID); err != nil {
			t.Fatal(err)
		}
		both := map[string]record.ArchiveState{"kept": record.Confirmed, "lost": record.Stored}
		for range 2 { // both inventories are made less than 48 hours after the upload
			d.put("more", content(3, 10))
			pass(0)
			wait(day / 2)
			d.inventory(d.inventorying())
		}
		both["more"] = record.Confirmed
		d.wantStates(both)

		pass(2)
		d.put("more", content(4, 10))
		pass(1)
		if report := d.inventory(d.inventorying()); report.Missing != 0 {
			t.Errorf("after one: %+v", report)
		}
		// This inventory neither covers the whole vault nor is newer than the one before.
		o := d.inventorying()
		o.Since = time.Now().Add(-day)
		if report := d.inventory(o); report.Missing != 0 || report.List.IsWhole() {
			t.Errorf("ranged: %+v", report)
		}
		if report := d.inventory(d.inventorying()); report.Missing != 0 {
			t.Errorf("the same again: %+v", report)
		}
		d.wantStates(both)

		d.put("more", content(5, 10))
		pass(1)
		if report := d.inventory(d.inventorying()); report.Missing != 1 {
			t.Errorf("after two: %+v", report)
		}
		both["lost"] = record.Missing
		d.wantStates(both)
	})
}

// An inventory still lists an archive up to a day after its deletion.
func TestInventoryListsTheDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		gone, going := d.put("gone", content(1, 10)), d.put("going", content(2, 10))
		d.knows(gone, going)
		pass(1)
		job, err := d.below.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, Description: firns})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.catalog.MarkDeleting(t.Context(), rigURL, []record.Archive{{ID: gone.ID}, {ID: going.ID}})
		if err := errors.Join(err, d.below.DeleteArchive(t.Context(), gone.ID),
			d.catalog.MarkDeleted(t.Context(), rigURL, []vault.ArchiveID{gone.ID})); err != nil {
			t.Fatal(err)
		}
		if report := d.inventory(d.inventorying()); report.Job != job || report.Entries != 2 {
			t.Errorf("report %+v", report)
		}
		d.wantStates(map[string]record.ArchiveState{"gone": record.Deleted, "going": record.Deleting})
	})
}

// scripted is a vault that changes the entries of its inventories as the test says.
type scripted struct {
	vault.Vault
	mu    sync.Mutex
	after []string // the position at which each reading began
	list  func(reading int, entry int, e vault.Entry) (vault.Entry, error)
}

func (s *scripted) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = append(s.after, after)
	reading := len(s.after)
	return func(yield func(vault.Entry, error) bool) {
		n := 0
		for e, err := range s.Vault.Inventory(ctx, id, after) {
			if err == nil {
				n++
				e, err = s.list(reading, n, e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (d *rig) scripted(list func(reading, entry int, e vault.Entry) (vault.Entry, error)) *scripted {
	return &scripted{Vault: d.vault, list: list}
}

// After a broken connection, the reading continues after the last recorded entry.
func TestInventoryBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		for i := range 6 {
			d.put(fmt.Sprint(i), content(uint64(i), 10))
		}
		pass(1)
		s := d.scripted(func(reading, n int, e vault.Entry) (vault.Entry, error) {
			if reading <= 2 && n == 3 {
				return e, fmt.Errorf("the line is cut: %w", vault.ErrUnavailable)
			}
			return e, nil
		})
		var told []int64
		o := d.inventorying()
		o.Reading = func(p depot.Reading) {
			if !p.Finishing {
				told = append(told, p.Entries)
			}
		}
		report, err := reconcile.Inventory(t.Context(), at(s, o.Depot), o.Options)
		if err != nil || counts(report) != [7]int64{6, 0, 6, 0, 0, 0, 0} {
			t.Errorf("%+v, %v", report, err)
		}
		if len(s.after) != 3 || s.after[0] != "" || s.after[1] == "" || s.after[1] == s.after[2] {
			t.Errorf("read from %q", s.after)
		}
		if !slices.Equal(told, []int64{2, 4, 6}) {
			t.Errorf("told %v", told)
		}
		d.wantNotice("the line is cut")
	})
}

// A run continues the inventory that an earlier run did not finish, whatever the reason.
func TestInventoryContinues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		for i := range 5 {
			d.put(fmt.Sprint(i), content(uint64(i), 10))
		}
		pass(1)
		s := d.scripted(func(reading, n int, e vault.Entry) (vault.Entry, error) {
			if reading == 1 && n == 4 {
				return e, vault.ErrDenied
			}
			return e, nil
		})
		if report, err := reconcile.Inventory(t.Context(), at(s, d.inventorying().Depot), d.inventorying().Options); !errors.Is(err, vault.ErrDenied) || report.Entries != 3 || report.State != record.Reading {
			t.Errorf("%+v, %v", report, err)
		}
		d.openCatalog()
		report, err := reconcile.Inventory(t.Context(), at(s, d.inventorying().Depot), d.inventorying().Options)
		if err != nil || report.Entries != 5 || report.Added != 5 || report.Resumed != 3 || len(d.vault.starts) != 1 || s.after[1] == "" {
			t.Errorf("%+v, %v; read from %q", report, err, s.after)
		}
		d.wantNotice("continuing after the 3 entries")
	})
}

// If an output expires during the reading, another job replaces it.
func TestInventoryExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		for i := range 4 {
			d.put(fmt.Sprint(i), content(uint64(i), 10))
		}
		pass(1)
		s := d.scripted(func(reading, n int, e vault.Entry) (vault.Entry, error) {
			if reading == 1 && n == 3 {
				wait(lifetime)
				return e, vault.ErrExpired
			}
			return e, nil
		})
		report, err := reconcile.Inventory(t.Context(), at(s, d.inventorying().Depot), d.inventorying().Options)
		if err != nil || counts(report) != [7]int64{4, 0, 2, 2, 0, 0, 0} || len(d.vault.starts) != 2 {
			t.Errorf("%+v, %v after %d starts", report, err, len(d.vault.starts))
		}
		d.wantNotice("starting another inventory")
	})
}

// Invalid entries are set aside, and the others are read. An archive that such a list lacks
// is not missing, since it may be one of the invalid entries.
func TestInventoryWithBadEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		lost := d.put("lost", content(9, 10))
		d.knows(lost)
		d.put("a", content(1, 10))
		d.put("b", content(2, 10))
		if err := d.below.DeleteArchive(t.Context(), lost.ID); err != nil {
			t.Fatal(err)
		}
		s := d.scripted(func(_, n int, e vault.Entry) (vault.Entry, error) {
			if n == 1 {
				e.Bad, e.Raw = "no size", `{"Size":"\u001b[2J"}`
			}
			return e, nil
		})
		for range 3 {
			d.put("more", content(3, 10))
			pass(3)
			report, err := reconcile.Inventory(t.Context(), at(s, d.inventorying().Depot), d.inventorying().Options)
			if err != nil || report.Bad != 1 || report.Missing != 0 || report.Entries < 3 {
				t.Errorf("%+v, %v", report, err)
			}
			for r, err := range d.catalog.Rejects(t.Context(), report.Key) {
				if err != nil || r.Reason != "no size" || r.Raw != `{"Size":"\u001b[2J"}` {
					t.Errorf("set aside: %+v, %v", r, err)
				}
			}
		}
	})
}

// Every entry of an inventory of several blocks is recorded.
func TestInventoryOfManyBlocks(t *testing.T) {
	const entries = 10_503
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.put("one", content(1, 10))
		pass(1)
		many := &multiplied{Vault: d.vault, n: entries}
		report, err := reconcile.Inventory(t.Context(), at(many, d.inventorying().Depot), d.inventorying().Options)
		if err != nil || report.Entries != entries || report.Added != entries || many.opened != 2 {
			t.Errorf("%+v, %v after %d readings", report, err, many.opened)
		}
		n := 0
		for range d.archives() {
			n++
		}
		if n != entries {
			t.Errorf("%d archives on record", n)
		}
	})
}

// multiplied lists n archives. It breaks the connection once, in the middle of a block.
type multiplied struct {
	vault.Vault
	n, opened int
}

func (m *multiplied) Inventory(_ context.Context, _ vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	m.opened++
	first := 0
	if after != "" {
		_, _ = fmt.Sscan(after, &first)
	}
	return func(yield func(vault.Entry, error) bool) {
		for i := first; i < m.n; i++ {
			if m.opened == 1 && i == 5_432 {
				yield(vault.Entry{}, vault.ErrUnavailable)
				return
			}
			if !yield(vault.Entry{Archive: vault.Archive{
				ID: vault.ArchiveID(fmt.Sprintf("%0138d", i)), Size: 1, TreeHash: treehash.Sum([]byte{1}), Created: time.Now().UTC(),
			}, Next: fmt.Sprint(i + 1)}, nil) {
				return
			}
		}
	}
}

// The inventory shows that an upload whose answer was lost is an archive. The upload is not
// repeated.
func TestInventorySettlesAnUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		path := filepath.Join(d.dir, "film.mov")
		if err := os.WriteFile(path, content(1, 3*mib), 0o600); err != nil {
			t.Fatal(err)
		}
		o := uploading{d.depot(time.Hour), upload.Options{PartSize: mib}}
		faulty := vaulttest.NewFaulty(d.below, forgetsCompletion()...)
		if _, err := upload.File(t.Context(), at(faulty, o.Depot), path, o.Options); !errors.Is(err, upload.ErrUnknown) {
			t.Fatalf("got %v", err)
		}
		pass(1)
		if report := d.inventory(d.inventorying()); counts(report) != [7]int64{1, 0, 1, 0, 0, 0, 1} {
			t.Errorf("counted %v", counts(report))
		}
		stored, err := upload.File(t.Context(), at(d.below, o.Depot), path, o.Options)
		if err != nil || !stored.AlreadyPresent {
			t.Errorf("stored %+v, %v", stored, err)
		}
		for a := range d.archives() {
			if a.ID != stored.ArchiveID || a.Name != path || a.State != record.Confirmed {
				t.Errorf("on record: %+v", a)
			}
		}
	})
}

// A drain ends the reading at once. The entries read so far are on record.
func TestInventoryDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		d.put("a", content(1, 10))
		d.put("b", content(2, 10))
		pass(1)
		ctx, drain := context.WithCancel(t.Context())
		s := d.scripted(nil)
		s.list = func(reading, n int, e vault.Entry) (vault.Entry, error) {
			if reading == 1 && n == 2 {
				drain()
				synctest.Wait()
				return e, vault.ErrUnavailable
			}
			return e, nil
		}
		o := d.inventorying()
		if report, err := reconcile.Inventory(ctx, at(s, o.Depot), o.Options); !errors.Is(err, depot.ErrInterrupted) || report.Entries != 1 {
			t.Errorf("%+v, %v", report, err)
		}
		if report, err := reconcile.Inventory(t.Context(), at(s, d.inventorying().Depot), d.inventorying().Options); err != nil || report.Entries != 2 || report.Resumed != 1 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

func TestInventoryErrors(t *testing.T) {
	for name, test := range map[string]struct {
		fault vaulttest.Fault
		setUp func(d *rig, o *inventorying)
		want  error
		says  string
	}{
		"no inventory was made yet": {
			fault: vaulttest.Fault{Method: "StartJob", Err: vault.ErrNotFound},
			want:  vault.ErrNotReady, says: "within a day of its first archive",
		},
		"no permission": {fault: vaulttest.Fault{Method: "StartJob", Err: vault.ErrDenied}, want: vault.ErrDenied},
		"no vault": {
			fault: vaulttest.Fault{Method: "Jobs", Err: vault.ErrNotFound}, want: vault.ErrNotFound,
		},
		"a list of nonsense": {fault: vaulttest.Fault{Method: "Inventory", Err: vault.ErrInvalid}, want: vault.ErrInvalid},
		"no answer":          {fault: vaulttest.Fault{Method: "Inventory", Err: vault.ErrUnavailable}, want: depot.ErrGaveUp},
		"outputs that are never there": {
			fault: vaulttest.Fault{Method: "Inventory", Err: vault.ErrExpired}, want: vault.ErrExpired,
		},
		"no journal": {
			setUp: func(_ *rig, o *inventorying) { o.Journal = nil }, want: vault.ErrInvalid,
		},
		"from later than until": {setUp: func(_ *rig, o *inventorying) {
			o.Since = time.Now()
			o.Until = o.Since
		}, want: vault.ErrInvalid},
		"another process reads one": {setUp: func(d *rig, _ *inventorying) {
			unlock, err := d.catalog.LockVault(d.t.Context(), rigURL, "inventory")
			if err != nil {
				d.t.Fatal(err)
			}
			d.t.Cleanup(func() { _ = unlock() })
		}, want: vault.ErrLocked},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				d.put("a", content(1, 10))
				pass(1)
				o := d.inventorying()
				if test.setUp != nil {
					test.setUp(d, &o)
				}
				_, err := reconcile.Inventory(t.Context(), at(vaulttest.NewFaulty(d.vault, test.fault), o.Depot), o.Options)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if errors.Is(err, vault.ErrNotReady) && errors.Is(err, vault.ErrNotFound) {
					t.Errorf("the vault passes for one that is not there: %v", err)
				}
			})
		})
	}
}
