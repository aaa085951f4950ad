package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulttest"
)

func TestRetrieveStartsOneJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 3*mib))
		o := d.retrieving()
		o.Description, o.Tier = "June", vault.Bulk
		var asked int64
		o.Approve = func(req vault.JobRequest, bytes int64) error {
			if kept := d.onRecord(a); len(kept) != 0 {
				t.Errorf("on record before it was approved: %+v", kept)
			}
			asked += bytes
			return nil
		}
		d.vault.start = func(req vault.JobRequest) error {
			if kept := d.onRecord(a); len(kept) != 1 || kept[0].Status != record.Asking || !strings.HasSuffix(req.Description, kept[0].Token) {
				t.Errorf("on record before it is asked for: %+v", kept)
			}
			return nil
		}
		job := d.retrieve(a, o)
		again := d.retrieve(a, o)
		wait(jobTime)
		ready := d.retrieve(a, o)
		if again.ID != job.ID || ready.ID != job.ID || ready.Status != vault.Succeeded || len(d.vault.starts) != 1 || asked != 3*mib {
			t.Errorf("%+v, %+v, %+v; started %d times, approved %d bytes", job, again, ready, len(d.vault.starts), asked)
		}
		if kept := d.onRecord(a); len(kept) != 1 || kept[0].ID != job.ID || kept[0].Tier != vault.Bulk {
			t.Errorf("on record: %+v", kept)
		}
		if description := d.atVault()[0].Description; !regexp.MustCompile(`^June firn:[0-9a-f]{32}$`).MatchString(description) {
			t.Errorf("description %q", description)
		}
	})
}

// Jobs that the record does not know are found in the list of the vault: jobs of other
// programs, and jobs of firn from before the catalog was lost.
func TestRetrieveTakesTheJobsOfOthers(t *testing.T) {
	whole := vault.Range{}
	first := vault.Range{Size: 2 * mib}
	for name, test := range map[string]struct {
		there vault.JobRequest // an empty Archive is set below
		age   time.Duration
		want  vault.Range
		tier  vault.Tier
		found bool
	}{
		"in progress":                {vault.JobRequest{}, time.Hour, whole, "", true},
		"done":                       {vault.JobRequest{}, 5 * time.Hour, whole, "", true},
		"about to expire":            {vault.JobRequest{}, jobTime + lifetime - time.Minute, whole, "", false},
		"expired":                    {vault.JobRequest{}, jobTime + lifetime, whole, "", false},
		"a range of the whole":       {vault.JobRequest{}, 0, first, "", true},
		"the same range":             {vault.JobRequest{Range: first}, 0, first, "", true},
		"a range for the whole":      {vault.JobRequest{Range: first}, 0, whole, "", false},
		"a range that proves less":   {vault.JobRequest{Range: vault.Range{Size: 3 * mib}}, 0, first, "", false},
		"another archive":            {vault.JobRequest{Archive: "other"}, 0, whole, "", false},
		"an inventory":               {vault.JobRequest{Kind: vault.RetrieveInventory}, 0, whole, "", false},
		"slower than asked for":      {vault.JobRequest{Tier: vault.Bulk}, 0, whole, vault.Expedited, false},
		"faster than asked for":      {vault.JobRequest{Tier: vault.Expedited}, 0, whole, vault.Standard, true},
		"slower, but done":           {vault.JobRequest{Tier: vault.Bulk}, 5 * time.Hour, whole, vault.Expedited, true},
		"slower, nothing asked for":  {vault.JobRequest{Tier: vault.Bulk}, 0, whole, "", true},
		"the end, which is a node":   {vault.JobRequest{Range: vault.Range{Offset: 4 * mib, Size: mib + 5}}, 0, vault.Range{Offset: 4 * mib, Size: mib}, "", true},
		"the end, but not this much": {vault.JobRequest{Range: vault.Range{Offset: 4 * mib, Size: mib}}, 0, vault.Range{Offset: 4 * mib, Size: mib + 5}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a, other := d.store(content(1, 5*mib+5)), d.store(content(2, 5*mib+5))
				switch {
				case test.there.Archive == "other":
					test.there.Archive = other.ID
				case test.there.Kind == "":
					test.there.Archive = a.ID
				}
				if test.there.Kind == "" {
					test.there.Kind = vault.RetrieveArchive
				}
				there, err := d.below.StartJob(t.Context(), test.there)
				if err != nil {
					t.Fatal(err)
				}
				wait(test.age)
				o := d.retrieving()
				o.Range, o.Tier = test.want, test.tier
				if job := d.retrieve(a, o); (job.ID == there) != test.found {
					t.Errorf("found is %v: %+v", job.ID == there, job)
				}
				if kept := d.onRecord(a); len(kept) != 1 || kept[0].Archive != a.ID {
					t.Errorf("on record: %+v", kept)
				}
			})
		})
	}
}

// The answer to StartJob may be lost, or the process may end before it arrives. Exactly one
// job is started in each case.
func TestALostAnswerStartsNoSecondJob(t *testing.T) {
	for name, fault := range map[string]vaulttest.Fault{
		"after the vault acted":     {Method: "StartJob", Call: 1, Err: vault.ErrUnavailable, After: true},
		"before the vault acted":    {Method: "StartJob", Call: 1, Err: vault.ErrUnavailable},
		"throttled, yet done":       {Method: "StartJob", Call: 1, Err: vault.ErrThrottled, After: true},
		"the process ended, done":   {Method: "StartJob", Call: 1, Err: context.Canceled, After: true},
		"the process ended, undone": {Method: "StartJob", Call: 1, Err: context.Canceled},
	} {
		for _, journal := range []string{"catalog", "no catalog"} {
			t.Run(name+", "+journal, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					a := d.store(content(1, mib))
					o := d.retrieving()
					if journal != "catalog" {
						o.Journal = nil
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					v := vaulttest.NewFaulty(d.vault, fault)
					o.Approve = func(vault.JobRequest, int64) error {
						if errors.Is(fault.Err, context.Canceled) {
							// A process may be killed while it waits for the answer.
							context.AfterFunc(ctx, func() {})
							time.AfterFunc(0, func() { cancel(errKilled) })
						}
						return nil
					}
					job, err := jobs.Retrieve(ctx, at(v, o.Depot), a, o.Options)
					if errors.Is(fault.Err, context.Canceled) {
						if err == nil {
							t.Fatal("it was not killed")
						}
						job, err = jobs.Retrieve(t.Context(), at(d.vault, o.Depot), a, o.Options)
					}
					if err != nil {
						t.Fatal(err)
					}
					there := d.atVault()
					if len(there) != 1 || there[0].ID != job.ID {
						t.Errorf("job %+v; at the vault: %+v", job, there)
					}
					if journal == "catalog" {
						if kept := d.onRecord(a); kept[0].ID != job.ID || kept[0].Status != vault.InProgress {
							t.Errorf("on record: %+v", kept)
						}
					}
				})
			})
		}
	}
}

var errKilled = errors.New("killed")

// A job on record as "asking" belongs to a run that ended early.
func TestAnIntentOnRecordIsSettled(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		t.Run(fmt.Sprintf("arrived %v", arrived), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, mib))
				intent := record.Job{
					Vault: rigURL, Kind: vault.RetrieveArchive, Archive: a.ID, Tier: vault.Standard,
					Token: "00112233", Description: "firn:00112233", Status: record.Asking, Started: time.Now(),
				}
				if err := d.catalog.SaveJob(t.Context(), &intent); err != nil {
					t.Fatal(err)
				}
				var there vault.JobID
				if arrived {
					var err error
					there, err = d.below.StartJob(t.Context(), vault.JobRequest{
						Kind: vault.RetrieveArchive, Archive: a.ID, Description: intent.Description,
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				job := d.retrieve(a, d.retrieving())
				kept := d.onRecord(a)
				if arrived && (job.ID != there || len(kept) != 1 || kept[0].ID != there) {
					t.Errorf("%+v; on record %+v", job, kept)
				}
				if !arrived && (len(d.vault.starts) != 1 || len(kept) != 2 || kept[1].Status != vault.Failed) {
					t.Errorf("%+v; on record %+v", job, kept)
				}
			})
		})
	}
}

func TestALimitIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		var tries []time.Duration
		begin := time.Now()
		d.vault.start = func(vault.JobRequest) error {
			tries = append(tries, time.Since(begin))
			if len(tries) < 9 {
				return fmt.Errorf("the policy: %w", vault.ErrLimited)
			}
			return nil
		}
		o := d.retrieving()
		approved := 0
		o.Approve = func(vault.JobRequest, int64) error { approved++; return nil }
		job := d.retrieve(a, o)
		if tries[1] != time.Minute || tries[2] != 3*time.Minute || tries[8]-tries[7] != time.Hour || approved != 1 {
			t.Errorf("tried at %v, approved %d times", tries, approved)
		}
		d.wantNotice("the policy: limited")
		if kept := d.onRecord(a); len(kept) != 1 || kept[0].ID != job.ID || kept[0].Message != "" {
			t.Errorf("on record: %+v", kept)
		}
	})
}

func TestALimitThatIsNotWaitedFor(t *testing.T) {
	closedDrain := make(chan struct{})
	close(closedDrain)
	for name, test := range map[string]struct {
		change func(*retrieving)
		want   error
		says   string
	}{
		"no capacity": {func(o *retrieving) { o.Tier = vault.Expedited }, vault.ErrLimited, "the tier Standard"},
		"no wait":     {func(o *retrieving) { o.NoWait = true }, vault.ErrLimited, "limited"},
		"patience":    {func(o *retrieving) { o.Patience = time.Hour }, depot.ErrGaveUp, "limited"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, mib))
				d.vault.start = func(vault.JobRequest) error { return vault.ErrLimited }
				o := d.retrieving()
				test.change(&o)
				_, err := jobs.Retrieve(t.Context(), at(d.vault, o.Depot), a, o.Options)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v", err)
				}
				if kept := d.onRecord(a); len(kept) != 1 || kept[0].Status != vault.Failed {
					t.Errorf("on record: %+v", kept)
				}
			})
		})
	}
}

func TestRetrieveRefuses(t *testing.T) {
	refused := errors.New("too dear")
	for name, test := range map[string]struct {
		change func(*record.Archive, *retrieving)
		want   error
		says   string
	}{
		"a cost": {func(_ *record.Archive, o *retrieving) {
			o.Approve = func(vault.JobRequest, int64) error { return refused }
		}, refused, "too dear"},
		"half a MiB": {func(_ *record.Archive, o *retrieving) {
			o.Range = vault.Range{Offset: mib / 2, Size: mib}
		}, vault.ErrInvalid, "the nearest range that does is 0-2097152"},
		"an end beyond the last MiB": {func(_ *record.Archive, o *retrieving) {
			o.Range = vault.Range{Offset: 2 * mib, Size: 2}
		}, vault.ErrInvalid, "the nearest range that does is 2097152-2097155"},
		"what is not there": {func(_ *record.Archive, o *retrieving) {
			o.Range = vault.Range{Offset: 2 * mib, Size: mib}
		}, vault.ErrInvalid, "were requested, and the archive has 2097155 bytes"},
		"a range of who knows what": {func(a *record.Archive, o *retrieving) {
			a.Size, o.Range = -1, vault.Range{Size: mib}
		}, vault.ErrInvalid, "its size is unknown"},
		"a long description": {func(_ *record.Archive, o *retrieving) {
			o.Description = strings.Repeat("x", 1000)
		}, vault.ErrInvalid, "at most 986"},
		"an archive that is gone": {func(a *record.Archive, _ *retrieving) {
			a.ID = "no such archive"
		}, vault.ErrNotFound, "no such archive"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, 2*mib+3))
				o := d.retrieving()
				test.change(&a, &o)
				_, err := jobs.Retrieve(t.Context(), at(d.vault, o.Depot), a, o.Options)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v", err)
				}
				if there := d.atVault(); len(there) != 0 {
					t.Errorf("at the vault: %+v", there)
				}
			})
		})
	}
}

// A range that is no node of the tree is requested as several nodes.
func TestRetrieveAllInNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 9*mib+7))
		o := d.retrieving()
		o.Range = vault.Range{Offset: mib, Size: 8*mib + 7}
		for range 2 {
			var got []vault.Range
			for r, err := range jobs.RetrieveAll(t.Context(), at(d.vault, o.Depot), []record.Archive{a}, o.Options) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r.Job.Range)
			}
			want := []vault.Range{{Offset: mib, Size: mib}, {Offset: 2 * mib, Size: 2 * mib}, {Offset: 4 * mib, Size: 4 * mib}, {Offset: 8 * mib, Size: mib + 7}}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(d.vault.starts) != 4 {
				t.Errorf("got %v, started %d", got, len(d.vault.starts))
			}
		}
	})
}

func TestABudgetIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		var all []record.Archive
		for i, size := range []int{3, 4, 1, 2} {
			all = append(all, d.store(content(uint64(i), size*mib)))
		}
		there := d.retrieve(all[2], d.retrieving())
		listed := d.vault.listed
		o := d.retrieving()
		o.Budget = 5 * mib
		var started []int
		for r, err := range jobs.RetrieveAll(t.Context(), at(d.vault, o.Depot), all, o.Options) {
			switch {
			case err == nil:
				started = append(started, int(r.Archive.Size/mib))
				if r.Found != (r.Job.ID == there.ID) {
					t.Errorf("found: %+v", r)
				}
			case !errors.Is(err, jobs.ErrNotStarted) || r.Archive.ID == "":
				t.Errorf("%+v, %v", r, err)
			}
		}
		if fmt.Sprint(started) != "[3 1]" || d.vault.listed-listed != 1 {
			t.Errorf("started %v, listed %d times", started, d.vault.listed-listed)
		}
		// An archive larger than the budget is still retrieved if it is the first.
		o.Budget = mib
		for r, err := range jobs.RetrieveAll(t.Context(), at(d.vault, o.Depot), all[1:2], o.Options) {
			if err != nil || r.Found {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}

// Two processes that want the same archive start one job.
func TestTwoAskForTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		unlock, err := d.catalog.LockVault(t.Context(), rigURL, "job "+string(a.ID))
		if err != nil {
			t.Fatal(err)
		}
		there, err := d.below.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: a.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jobs.Retrieve(t.Context(), at(d.vault, d.retrieving().Depot), a, d.retrieving().Options); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%v", err)
		}
		time.AfterFunc(time.Second, func() {
			if err := unlock(); err != nil {
				t.Error(err)
			}
		})
		if job := d.retrieve(a, d.retrieving()); job.ID != there {
			t.Errorf("%+v", job)
		}
	})
}
