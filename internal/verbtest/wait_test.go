package verbtest_test

import (
	"context"
	"errors"
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

func TestWaitForAJobThatTakesHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		begin := time.Now()
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		asked := d.vault.asked
		o := d.waiting()
		var told []depot.Waiting
		o.Waiting = func(w depot.Waiting) { told = append(told, w) }
		job, err := jobs.Wait(t.Context(), at(d.vault, o.Depot), job, o.WaitOptions)
		if err != nil || job.Status != vault.Succeeded || !job.Completed.Equal(begin.Add(jobTime)) {
			t.Fatalf("%+v, %v", job, err)
		}
		if late := time.Since(begin) - jobTime; late < 0 || late > 10*time.Minute {
			t.Errorf("noticed %s after the end", late)
		}
		if asked = d.vault.asked - asked; asked > 45 {
			t.Errorf("the vault was asked %d times", asked)
		}
		if len(told) == 0 || told[0].Jobs[0].ID != job.ID || !told[0].Next.Equal(begin.Add(time.Second)) {
			t.Errorf("told of %+v", told)
		}
		if kept := d.onRecord(record.Archive{ID: job.Archive}); len(kept) != 1 || kept[0].Status != vault.Succeeded {
			t.Errorf("on record: %+v", kept)
		}
	})
}

func TestNoWaitSaysWhenToComeBack(t *testing.T) {
	for tier, typical := range map[vault.Tier]time.Duration{
		vault.Expedited: 5 * time.Minute, vault.Standard: 4 * time.Hour, vault.Bulk: 8 * time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newRig(t)
			o := d.retrieving()
			o.Tier = tier
			begin := time.Now()
			job := d.retrieve(d.store(content(1, mib)), o)
			wait(time.Minute)
			_, err := jobs.Wait(t.Context(), depot.Depot{Vault: d.vault, Journal: d.catalog}, job, jobs.WaitOptions{NoWait: true})
			var notReady *jobs.NotReadyError
			if !errors.As(err, &notReady) || !errors.Is(err, vault.ErrNotReady) || !notReady.Back.Equal(begin.Add(typical)) {
				t.Errorf("%s: %v", tier, err)
			}
		})
	}
}

// The promised time of a late job is never in the past.
func TestComeBackIsNeverInThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		o := d.retrieving()
		o.Tier = vault.Expedited
		job := d.retrieve(d.store(content(1, mib)), o)
		wait(time.Hour)
		_, err := jobs.Wait(t.Context(), depot.Depot{Vault: d.vault}, job, jobs.WaitOptions{NoWait: true})
		var notReady *jobs.NotReadyError
		if !errors.As(err, &notReady) || !notReady.Back.After(time.Now()) {
			t.Errorf("%v", err)
		}
	})
}

func TestAJobThatEndedBadly(t *testing.T) {
	for name, test := range map[string]struct {
		spoil  func(d *rig, j record.Job)
		want   error
		status vault.JobStatus
	}{
		"failed": {func(d *rig, j record.Job) {
			if err := d.below.DeleteArchive(d.t.Context(), j.Archive); err != nil {
				d.t.Fatal(err)
			}
		}, jobs.ErrJobFailed, vault.Failed},
		"expired":   {func(*rig, record.Job) { wait(jobTime + lifetime) }, vault.ErrExpired, record.Gone},
		"forgotten": {func(*rig, record.Job) { wait(jobTime + 3*lifetime) }, vault.ErrExpired, record.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				job := d.retrieve(d.store(content(1, mib)), d.retrieving())
				test.spoil(d, job)
				job, err := jobs.Wait(t.Context(), at(d.vault, d.waiting().Depot), job, d.waiting().WaitOptions)
				if !errors.Is(err, test.want) || job.Status != test.status {
					t.Errorf("%q, %v", job.Status, err)
				}
				if test.status == vault.Failed && !strings.Contains(err.Error(), job.Message) {
					t.Errorf("%v does not say why: %s", err, job.Message)
				}
				if kept := d.onRecord(record.Archive{ID: job.Archive}); kept[0].Status != test.status {
					t.Errorf("on record: %+v", kept)
				}
			})
		})
	}
}

// A missing vault does not mean that the job is missing.
func TestAMissingVaultIsNoMissingJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		v := vaulttest.NewFaulty(d.below,
			vaulttest.Fault{Method: "Job", Err: vault.ErrNotFound}, vaulttest.Fault{Method: "Jobs", Err: vault.ErrNotFound})
		_, err := jobs.Wait(t.Context(), at(v, d.waiting().Depot), job, d.waiting().WaitOptions)
		if kept := d.onRecord(record.Archive{ID: job.Archive}); !errors.Is(err, vault.ErrNotFound) || kept[0].Status != vault.InProgress {
			t.Errorf("%v; on record: %+v", err, kept)
		}
	})
}

// If the vault cannot be asked, the job is not known to be missing either.
func TestAMissingJobOnABadLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		v := vaulttest.NewFaulty(d.below,
			vaulttest.Fault{Method: "Job", Err: vault.ErrNotFound}, vaulttest.Fault{Method: "Jobs", Call: 1, Err: vault.ErrUnavailable})
		_, err := jobs.Wait(t.Context(), at(v, d.waiting().Depot), job, d.waiting().WaitOptions)
		if kept := d.onRecord(record.Archive{ID: job.Archive}); !errors.Is(err, vault.ErrExpired) || kept[0].Status != record.Gone {
			t.Errorf("%v; on record: %+v", err, kept)
		}
	})
}

func TestWaitingOutlivesABadLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		v := vaulttest.NewFaulty(d.below,
			vaulttest.Fault{Method: "Job", Call: 2, Err: vault.ErrUnavailable},
			vaulttest.Fault{Method: "Job", Call: 5, Err: vault.ErrThrottled})
		if _, err := jobs.Wait(t.Context(), at(v, d.waiting().Depot), job, d.waiting().WaitOptions); err != nil {
			t.Error(err)
		}
	})
}

func TestADrainEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		o := d.waiting()
		time.AfterFunc(time.Hour, d.drain())
		begin := time.Now()
		if _, err := jobs.Wait(d.ctx, at(d.vault, o.Depot), job, o.WaitOptions); !errors.Is(err, depot.ErrInterrupted) || time.Since(begin) != time.Hour {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

// One list asks for many jobs. Each job is returned when it ends.
func TestWaitForManyJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		var all []record.Job
		for i := range 5 {
			all = append(all, d.retrieve(d.store(content(uint64(i), mib)), d.retrieving()))
			wait(time.Hour)
		}
		asked := d.vault.asked
		var ended []vault.JobID
		for j, err := range jobs.WaitAll(t.Context(), at(d.vault, d.waiting().Depot), all, d.waiting().WaitOptions) {
			if err != nil {
				t.Fatal(err)
			}
			ended = append(ended, j.ID)
		}
		for i, j := range all {
			if ended[i] != j.ID {
				t.Errorf("job %d ended as another", i)
			}
		}
		// The last job is asked for alone.
		if asked = d.vault.asked - asked; len(ended) != len(all) || asked > 12 || d.vault.listed > 50 {
			t.Errorf("%d ended, asked %d times, listed %d times", len(ended), asked, d.vault.listed)
		}
	})
}

func TestNoWaitTellsOfEachJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		all := []record.Job{d.retrieve(d.store(content(1, mib)), d.retrieving())}
		wait(jobTime)
		all = append(all, d.retrieve(d.store(content(2, mib)), d.retrieving()))
		o := d.waiting()
		o.NoWait = true
		var errs []error
		for _, err := range jobs.WaitAll(t.Context(), at(d.vault, o.Depot), all, o.WaitOptions) {
			errs = append(errs, err)
		}
		if len(errs) != 2 || errs[0] != nil || !errors.Is(errs[1], vault.ErrNotReady) {
			t.Errorf("%v", errs)
		}
	})
}

// bell is a notifier that the test rings.
type bell struct {
	ring chan error
	mine []bool
	id   vault.JobID
}

func (b *bell) Wait(ctx context.Context, mine func(vault.Ending) bool) error {
	b.mine = append(b.mine, mine(vault.Ending{Job: b.id}), mine(vault.Ending{Job: "another"}))
	select {
	case err := <-b.ring:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func TestABellReplacesAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		begin := time.Now()
		job := d.retrieve(d.store(content(1, mib)), d.retrieving())
		asked := d.vault.asked
		b := &bell{ring: make(chan error, 1), id: job.ID}
		time.AfterFunc(jobTime, func() { b.ring <- nil })
		o := d.waiting()
		o.Bell = b
		if _, err := jobs.Wait(t.Context(), at(d.vault, o.Depot), job, o.WaitOptions); err != nil || time.Since(begin) != jobTime {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		if asked = d.vault.asked - asked; asked > 18 { // four times an hour
			t.Errorf("asked %d times", asked)
		}
		if !b.mine[0] || b.mine[1] {
			t.Errorf("ours: %v", b.mine)
		}
	})
}

func TestABellThatIsOfNoUse(t *testing.T) {
	for name, says := range map[string]error{
		"silent": nil, "denied": vault.ErrDenied, "away": vault.ErrUnavailable, "nervous": errNervous,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				job := d.retrieve(d.store(content(1, mib)), d.retrieving())
				asked := d.vault.asked
				b := &bell{ring: make(chan error)}
				quit := make(chan struct{})
				gone := make(chan struct{})
				go func() {
					defer close(gone)
					for says != nil {
						word := says
						if errors.Is(says, errNervous) {
							word = nil
						}
						select {
						case b.ring <- word:
						case <-quit:
							return
						}
					}
				}()
				o := d.waiting()
				o.Bell = b
				_, err := jobs.Wait(t.Context(), at(d.vault, o.Depot), job, o.WaitOptions)
				close(quit)
				<-gone
				if asked = d.vault.asked - asked; err != nil || asked > 90 {
					t.Errorf("%v, asked %d times", err, asked)
				}
				if errors.Is(says, vault.ErrDenied) || errors.Is(says, vault.ErrUnavailable) {
					d.wantNotice("no message about the job arrives")
					if len(d.notices) != 1 {
						t.Errorf("told %d times", len(d.notices))
					}
				}
			})
		})
	}
}

var errNervous = errors.New("rings all the time")
