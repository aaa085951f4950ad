package dirvault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// scrubbed scrubs a vault and returns the report, what was told and what was counted.
func scrubbed(t *testing.T, v *dirvault.Vault, o dirvault.ScrubOptions) (dirvault.ScrubReport, []dirvault.Damage, dirvault.ScrubCounts) {
	t.Helper()
	var told []dirvault.Damage
	o.Found = func(d dirvault.Damage) { told = append(told, d) }
	o.Counters = new(dirvault.ScrubCounters)
	report, err := v.Scrub(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report, told, o.Counters.Counts()
}

// TestScrubReportsExactly which bytes are damaged, and nothing else.
func TestScrubReportsExactly(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	good := store(t, v, noise(3*mib), mib)
	spots := store(t, v, noise(6*mib+9), mib)
	cut := store(t, v, noise(4*mib), mib)
	long := store(t, v, noise(100), mib)
	small := store(t, v, noise(1000), mib)
	truthless := store(t, v, noise(2000), mib)
	store(t, v, nil, mib)
	damage(t, dir, spots, 1*mib, 2*mib-1, 2*mib+5, 4*mib, 6*mib+8)
	overwrite(t, dataFile(dir, cut), noise(4 * mib)[:2*mib+1])
	overwrite(t, dataFile(dir, long), append(noise(100), "and more"...))
	damage(t, dir, small, 999)
	leave(t, dir, "archives/"+string(truthless)+".json", "{}")

	const differ = "the file is damaged: the bytes do not have the hash of those that were stored"
	want := []dirvault.Damage{
		{Archive: spots, Offset: mib, Size: 2 * mib, Reason: differ},
		{Archive: spots, Offset: 4 * mib, Size: mib, Reason: differ},
		{Archive: spots, Offset: 6 * mib, Size: 9, Reason: differ},
		{Archive: cut, Offset: 2 * mib, Size: 2 * mib, Reason: "the file is damaged: the file ends before or within them"},
		{Archive: long, Reason: "the file has 8 bytes behind the archive's last"},
		{Archive: small, Size: 1000, Reason: differ},
		{Archive: truthless, Reason: "its bytes cannot be compared: archive"},
	}
	report, told, counts := scrubbed(t, v, dirvault.ScrubOptions{})
	for i := range told {
		if told[i].Archive == truthless {
			told[i].Reason = told[i].Reason[:len("its bytes cannot be compared: archive")]
		}
	}
	for i := range want {
		want[i].Vault = "vault"
	}
	byPlace := func(a, b dirvault.Damage) int {
		return strings.Compare(string(a.Archive), string(b.Archive))
	}
	slices.SortStableFunc(want, byPlace)
	if !slices.Equal(told, want) {
		t.Errorf("told\n%+v\nwant\n%+v", told, want)
	}
	if len(report.Damages) != len(want) || report.Archives != 6 || report.Mended != 0 || report.Vault != "vault" {
		t.Errorf("the report is %+v", report)
	}
	if counts.Archives != 6 || counts.DamagedLeaves != 7 || counts.Damages != 7 || counts.Bytes != report.Bytes ||
		counts.Bytes != (3+6+4)*mib+9+100+1000 {
		t.Errorf("counted %+v", counts)
	}
	if text := want[slices.IndexFunc(want, func(d dirvault.Damage) bool { return d.Archive == spots })].String(); text != `vault "vault": bytes 1048576-3145727 of archive "`+
		string(spots)+`" are damaged (MiB 1-2, counted from 0): `+differ {
		t.Errorf("in words: %s", text)
	}
	if got := retrieve(t, v, good); !bytes.Equal(got, noise(3*mib)) {
		t.Error("a good archive was changed")
	}
}

// TestScrubMendsLeaves that are lost or damaged, but those of a damaged archive.
func TestScrubMendsLeaves(t *testing.T) {
	data := noise(5*mib + 5)
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	lost, wrong, bad := store(t, v, data, mib), store(t, v, data, mib), store(t, v, data, mib+1)
	if err := os.Remove(leavesFile(dir, lost)); err != nil {
		t.Fatal(err)
	}
	overwrite(t, leavesFile(dir, wrong), make([]byte, 6*32))
	damage(t, dir, bad, 77)
	report, told, counts := scrubbed(t, v, dirvault.ScrubOptions{})
	if report.Mended != 2 || report.Archives != 3 || counts.Bytes != 3*int64(len(data)) || counts.DamagedLeaves != 0 {
		t.Errorf("the report is %+v, the counts are %+v", report, counts)
	}
	if len(told) != 1 || told[0].Archive != bad || !told[0].Somewhere || told[0].Size != int64(len(data)) {
		t.Errorf("told %+v", told)
	}
	for _, id := range []vault.ArchiveID{lost, wrong} {
		if got, err := os.ReadFile(leavesFile(dir, id)); err != nil || !bytes.Equal(got, leavesOf(data)) {
			t.Errorf("the leaves are not those of the archive: %v", err)
		}
	}
	if _, err := os.Stat(leavesFile(dir, bad)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a damaged archive got leaves: %v", err)
	}
	if report, told, _ := scrubbed(t, v, dirvault.ScrubOptions{}); report.Mended != 0 || len(told) != 1 {
		t.Errorf("the second time: %+v", report)
	}
}

// TestScrubMendsWhatLooksGood: leaves that were found good once are read again.
func TestScrubMendsWhatLooksGood(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, verifying())
	id := store(t, v, noise(3*mib), mib)
	if _, err := read(t, v, id, vault.Range{}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(leavesFile(dir, id))
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, leavesFile(dir, id), make([]byte, 96))
	if err := os.Chtimes(leavesFile(dir, id), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if report, told, _ := scrubbed(t, v, dirvault.ScrubOptions{}); report.Mended != 1 || len(told) != 0 {
		t.Errorf("the report is %+v", report)
	}
}

// stopAfter ends a scrub when it has read so many bytes.
func stopAfter(t *testing.T, v *dirvault.Vault, o dirvault.ScrubOptions, bytes int64) dirvault.ScrubReport {
	t.Helper()
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	o.Counters = new(dirvault.ScrubCounters)
	stopped := errors.New("stopped")
	report, err := v.Scrub(&countingContext{ctx, func() {
		if o.Counters.Counts().Bytes >= bytes {
			stop(stopped)
		}
	}}, o)
	wantClass(t, "a scrub that was stopped", err, stopped)
	if got := o.Counters.Counts().Bytes; got != bytes {
		t.Errorf("it read %d bytes, want %d", got, bytes)
	}
	return report
}

// countingContext calls back each time that somebody looks whether it has ended.
type countingContext struct {
	context.Context

	look func()
}

func (c *countingContext) Err() error {
	c.look()
	return c.Context.Err()
}

// TestScrubGoesOn where it was ended, in the middle of an archive, and knows what it
// had found before.
func TestScrubGoesOn(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	var ids []vault.ArchiveID
	for range 3 {
		ids = append(ids, store(t, v, noise(3*mib), mib))
	}
	slices.Sort(ids)
	damage(t, dir, ids[0], 2*mib)
	damage(t, dir, ids[2], 0)
	first := stopAfter(t, v, dirvault.ScrubOptions{}, 5*mib)
	if len(first.Damages) != 1 || first.Archives != 1 || first.Bytes != 5*mib {
		t.Errorf("the first part: %+v", first)
	}
	v = reopen(t, v, dir, dirvault.Options{}, func() {})
	whole, told, counts := scrubbed(t, v, dirvault.ScrubOptions{})
	if counts.Bytes != 4*mib || len(told) != 1 || told[0].Archive != ids[2] {
		t.Errorf("it went on for %d bytes and told %+v", counts.Bytes, told)
	}
	if !whole.Begun.Equal(first.Begun) || whole.Archives != 3 || whole.Bytes != 9*mib || len(whole.Damages) != 2 {
		t.Errorf("the whole report: %+v", whole)
	}
	if _, _, counts := scrubbed(t, v, dirvault.ScrubOptions{}); counts.Bytes != 9*mib {
		t.Errorf("the next one read %d bytes", counts.Bytes)
	}
}

// TestScrubTellsOnce of bytes behind the last, also if it is ended in the middle of the
// archive, be it compared with its leaves or without.
func TestScrubTellsOnce(t *testing.T) {
	for what, spoil := range map[string]func(string) error{
		"with leaves":    func(string) error { return nil },
		"without leaves": os.Remove,
	} {
		dir := newVault(t)
		v := open(t, dir, dirvault.Options{})
		id := store(t, v, noise(4*mib), mib)
		overwrite(t, dataFile(dir, id), append(noise(4*mib), "and more"...))
		if err := spoil(leavesFile(dir, id)); err != nil {
			t.Fatal(err)
		}
		first := stopAfter(t, v, dirvault.ScrubOptions{}, 2*mib)
		v = reopen(t, v, dir, dirvault.Options{}, func() {})
		whole, told, _ := scrubbed(t, v, dirvault.ScrubOptions{})
		if len(first.Damages) != 1 || len(told) != 0 || len(whole.Damages) != 1 {
			t.Errorf("%s: first %+v, then told of %+v, in all %+v", what, first.Damages, told, whole.Damages)
		}
	}
}

// TestScrubAnew begins at the beginning whatever a server has begun, and goes on with
// what was asked for in the same way.
func TestScrubAnew(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	store(t, v, noise(4*mib), mib)
	anew := dirvault.ScrubOptions{Anew: true}
	stopAfter(t, v, dirvault.ScrubOptions{}, 3*mib)
	stopAfter(t, v, anew, 2*mib)
	if _, _, counts := scrubbed(t, v, anew); counts.Bytes != 2*mib {
		t.Errorf("it went on for %d bytes", counts.Bytes)
	}
	if _, _, counts := scrubbed(t, v, anew); counts.Bytes != 4*mib {
		t.Errorf("the next one read %d bytes", counts.Bytes)
	}
}

// TestScrubBegunByAKilledProcess: what is on disk is enough to go on, and its damage
// only means to begin anew.
func TestScrubBegunByAKilledProcess(t *testing.T) {
	dir := newVault(t)
	var heard damages
	o := dirvault.Options{OnDamage: heard.hear}
	v := open(t, dir, o)
	store(t, v, noise(4*mib), mib)
	stopAfter(t, v, dirvault.ScrubOptions{}, 3*mib)
	name := filepath.Join(dir, "scrub.json")
	var doc map[string]any
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &doc)
	}
	if err != nil || doc["under_way"] != true || doc["offset"] != float64(3*mib) {
		t.Errorf("it stands at %s, %v", text, err)
	}
	overwrite(t, name, text[:len(text)/2])
	if _, _, counts := scrubbed(t, v, dirvault.ScrubOptions{}); counts.Bytes != 4*mib {
		t.Errorf("without its position %d bytes were read", counts.Bytes)
	}
	heard.want(t, "when the scrub began", "scrub.json")
}

// TestScrubRate is kept, with 32 KiB for each archive. In a bubble, waiting takes
// exactly as long as it should.
func TestScrubRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newVault(t), dirvault.Options{})
		for range 4 {
			store(t, v, noise(5*mib), 5*mib)
		}
		began := time.Now()
		scrubbed(t, v, dirvault.ScrubOptions{Limiter: dirvault.ScrubLimiter(mib)})
		// The first MiB is free.
		if got, want := time.Since(began), 19*time.Second+time.Second/8; got.Round(time.Millisecond) != want {
			t.Errorf("20 MiB in 4 archives took %s at 1 MiB/s, want %s", got, want)
		}
	})
}

// TestScrubEndsWhenTold, however slow it is, and when its vault is closed or deleted.
func TestScrubEndsWhenTold(t *testing.T) {
	type scrubbing struct {
		stop func()
		root *dirvault.Root
		v    *dirvault.Vault
		id   vault.ArchiveID
	}
	for what, end := range map[string]func(t *testing.T, s scrubbing) error{
		"told":   func(_ *testing.T, s scrubbing) error { s.stop(); return nil },
		"closed": func(_ *testing.T, s scrubbing) error { return s.v.Close() },
		"deleted": func(t *testing.T, s scrubbing) error {
			return errors.Join(s.v.DeleteArchive(t.Context(), s.id), s.root.DeleteVault(t.Context(), "slow"))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := scrubbing{root: openRoot(t, filepath.Join(t.TempDir(), "root"), fresh())}
			if err := s.root.CreateVault(t.Context(), "slow"); err != nil {
				t.Fatal(err)
			}
			opened, err := s.root.Open(t.Context(), "slow")
			if err != nil {
				t.Fatal(err)
			}
			s.v, _ = opened.(*dirvault.Vault)
			s.id = store(t, s.v, noise(3*mib), mib)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			s.stop = stop
			began := time.Now()
			ended := make(chan error)
			go func() {
				_, err := s.v.Scrub(ctx, dirvault.ScrubOptions{Limiter: dirvault.ScrubLimiter(mib / 10)})
				ended <- err
			}()
			synctest.Wait()
			if err := end(t, s); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if err := <-ended; err == nil {
				t.Errorf("%s: the scrub came to its end", what)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: it went on for %s", what, took)
			}
		})
	}
}

// TestScrubPassesOverTheDeleted: an archive that goes while it is read was not
// damaged.
func TestScrubPassesOverTheDeleted(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	id := store(t, v, noise(3*mib), mib)
	damage(t, dir, id, 0, mib, 2*mib)
	counters := new(dirvault.ScrubCounters)
	deleted := false
	report, err := v.Scrub(&countingContext{t.Context(), func() {
		if counters.Counts().DamagedLeaves == 2 && !deleted {
			deleted = true
			if err := v.DeleteArchive(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
	}}, dirvault.ScrubOptions{
		Counters: counters,
		Found:    func(d dirvault.Damage) { t.Errorf("told of %s", d) },
	})
	if err != nil || !deleted || len(report.Damages) != 0 {
		t.Errorf("the report is %+v, %v", report, err)
	}
}

// TestScrubFindsMuch: what is written down is bounded, what is told is not.
func TestScrubFindsMuch(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	const many = 1003
	for i := range many {
		id := []byte(strings.Repeat("a", 138))
		copy(id[100:], []byte{byte('a' + i/100), byte('a' + i/10%10), byte('a' + i%10)})
		leave(t, dir, "archives/"+string(id), "bytes without a truth")
	}
	for range 2 {
		report, told, _ := scrubbed(t, v, dirvault.ScrubOptions{})
		if len(told) != many || len(report.Damages) != 1000 || report.LeftOut != 3 {
			t.Errorf("told %d, reported %d and left out %d", len(told), len(report.Damages), report.LeftOut)
		}
	}
}

// TestScrubOfMany scrubs a vault, or all that are in a directory, and says which
// one it cannot open.
func TestScrubOfMany(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a", "c"} {
		path := filepath.Join(dir, name)
		if err := dirvault.Create(path, dirvault.Options{}); err != nil {
			t.Fatal(err)
		}
		v := open(t, path, dirvault.Options{})
		store(t, v, noise(10), mib)
		if name != "b" {
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	reports, err := dirvault.Scrub(t.Context(), dir, dirvault.Options{}, dirvault.ScrubOptions{})
	wantClass(t, "with a vault that is open", err, vault.ErrLocked)
	if len(reports) != 2 || reports[0].Vault != "a" || reports[1].Vault != "c" || reports[1].Archives != 1 {
		t.Errorf("the reports are %+v", reports)
	}
	if reports, err := dirvault.Scrub(t.Context(), filepath.Join(dir, "c"), dirvault.Options{}, dirvault.ScrubOptions{}); err != nil || len(reports) != 1 {
		t.Errorf("of one vault: %+v, %v", reports, err)
	}
	for _, none := range []string{t.TempDir(), filepath.Join(dir, "none")} {
		_, err := dirvault.Scrub(t.Context(), none, dirvault.Options{}, dirvault.ScrubOptions{})
		wantClass(t, none, err, vault.ErrNotFound)
	}
}

// TestRootScrubsWhatIsDue: at once what never was, then each vault when its time has
// come, those that were made meanwhile too.
func TestRootScrubsWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "root")
		r := openRoot(t, dir, dirvault.Options{})
		add := func(name string) {
			if err := r.CreateVault(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			v, err := r.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			damage(t, filepath.Join(dir, name), store(t, v, noise(10), mib), 3)
		}
		var mu sync.Mutex // guards told
		var told []string
		hear := func(d dirvault.Damage) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, d.Vault)
		}
		var done chan struct{}
		ctx, stop := context.WithCancel(t.Context())
		begin := func() {
			done = make(chan struct{})
			go func() {
				defer close(done)
				r.Scrub(ctx, 30*24*time.Hour, dirvault.ScrubOptions{Limiter: dirvault.ScrubLimiter(20 * mib), Found: hear})
			}()
		}
		want := func(what, vaults string, archives int64) {
			t.Helper()
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(told, ""); got != vaults || r.Scrubbed().Archives != archives {
				t.Errorf("%s: told of %q and counted %d archives; want %q and %d", what, got, r.Scrubbed().Archives, vaults, archives)
			}
			told = nil
		}
		sleep := func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		}
		add("b")
		add("a")
		begin()
		sleep(time.Second)
		want("at once", "ab", 2)
		add("c")
		sleep(2 * time.Hour)
		want("later", "c", 3)
		sleep(29 * 24 * time.Hour)
		want("before they are due", "", 3)
		sleep(24 * time.Hour)
		want("when they are due", "abc", 6)
		stop()
		<-done
		ctx, stop = context.WithCancel(t.Context())
		defer stop()
		begin()
		sleep(time.Hour)
		want("after a restart", "", 6)
		stop()
		<-done
	})
}

// TestRootScrubsWhatEndsInTheFuture by a clock that was wrong: at once, and then when
// it is due.
func TestRootScrubsWhatEndsInTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrong := 10 * 365 * 24 * time.Hour
		r := openRoot(t, filepath.Join(t.TempDir(), "root"), dirvault.Options{Now: func() time.Time { return time.Now().Add(wrong) }})
		if err := r.CreateVault(t.Context(), "films"); err != nil {
			t.Fatal(err)
		}
		opened, err := r.Open(t.Context(), "films")
		if err != nil {
			t.Fatal(err)
		}
		store(t, opened, noise(10), mib)
		v, _ := opened.(*dirvault.Vault)
		if _, err := v.Scrub(t.Context(), dirvault.ScrubOptions{}); err != nil {
			t.Fatal(err)
		}
		wrong = 0
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.Scrub(ctx, 30*24*time.Hour, dirvault.ScrubOptions{})
		}()
		<-time.After(24 * time.Hour)
		stop()
		<-done
		if got := r.Scrubbed().Archives; got != 1 {
			t.Errorf("%d archives were scrubbed, want 1", got)
		}
	})
}
