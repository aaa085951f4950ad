package dirvault_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// wantCount compares what a vault says of its archives with what is in its directory.
func wantCount(t *testing.T, what string, v *dirvault.Vault, dir string) {
	t.Helper()
	archives, size := int64(0), int64(0)
	for name, n := range files(t, filepath.Join(dir, "archives")) {
		if len(name) == 138 {
			archives, size = archives+1, size+n+32768
		}
	}
	if got := info(t, v); got.Archives != archives || got.Bytes != size {
		t.Errorf("%s: %+v, where there are %d archives of %d bytes", what, got, archives, size)
	}
}

// hidden makes the archives' directory look as it did before, after something was done
// in it, so that nobody counts again what stands in the record.
func hidden(t *testing.T, dir string, do func()) {
	t.Helper()
	path := filepath.Join(dir, "archives")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	do()
	if err := os.Chtimes(path, before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// copyOf copies the files of a vault as they are now, as a kill leaves them. The
// directory of the archives looks untouched since.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "vault")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "archives"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(to, "archives"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestCountIsKept as archives come and go, in this process and the next, and nobody
// reads the directory for it.
func TestCountIsKept(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	first := store(t, v, noise(1000), 300)
	// An archive that nobody has counted shows whether somebody counts anew.
	stranger := filepath.Join(dir, "archives", strings.Repeat("s", 138))
	hidden(t, dir, func() {
		if err := os.WriteFile(stranger, noise(7), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	want := func(what string, archives, bytes int64) {
		t.Helper()
		if got := info(t, v); got.Archives != archives || got.Bytes != bytes+archives*32768 {
			t.Errorf("%s: %+v, want %d archives of %d bytes", what, got, archives, bytes)
		}
	}
	want("the first", 1, 1000)
	store(t, v, noise(10), 10)
	want("two", 2, 1010)
	v = reopen(t, v, dir, fresh(), func() {})
	want("opened again", 2, 1010)
	if err := v.DeleteArchive(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	want("one was deleted", 1, 10)
	if err := v.DeleteArchive(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	want("it was deleted again", 1, 10)
	v = reopen(t, v, dir, fresh(), func() {})
	want("opened again after that", 1, 10)
	v = reopen(t, v, dir, fresh(), func() { remove(t, dir, "count.json") })
	store(t, v, noise(5), 5)
	want("the record was gone", 3, 22)
	v = reopen(t, v, dir, fresh(), func() { leave(t, dir, "archives/"+strings.Repeat("z", 138), "a") })
	want("somebody was in the directory", 4, 23)
}

// TestCountAfterAKill: whatever was done, or begun, or not even begun, of what the record
// says that it may have been.
func TestCountAfterAKill(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	var ids []vault.ArchiveID
	for i := range 4 {
		ids = append(ids, store(t, v, noise(100+i), 50))
	}
	if err := v.DeleteArchive(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	store(t, v, noise(1), 1)
	journals, err := filepath.Glob(filepath.Join(dir, "changes-*"))
	if err != nil || len(journals) != 1 {
		t.Fatalf("the journals are %q, %v", journals, err)
	}
	text, err := os.ReadFile(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for n := range len(lines) {
		for _, torn := range []string{"", `{"id":"`, "\x00\x00"} {
			what := fmt.Sprintf("after %d lines and %q", n, torn)
			killed := copyOf(t, dir)
			leave(t, killed, filepath.Base(journals[0]), strings.Join(lines[:n], "")+torn)
			again := open(t, killed, fresh())
			if n == 0 || n == len(lines)-1 {
				wantCount(t, what, again, killed)
			}
			// A record that names less than was done does not fit the directory, or ends
			// before something that was not acknowledged: what is counted then is right for
			// what is named. What comes after it is counted all the same.
			before := info(t, again)
			store(t, again, noise(10), 10)
			if got := info(t, again); got.Archives != before.Archives+1 || got.Bytes != before.Bytes+10+32768 {
				t.Errorf("%s: %+v, and with an archive of 10 bytes %+v", what, before, got)
			}
		}
	}
	// Begun, and not done: an archive that is still there, and one that never came.
	for what, do := range map[string]func(dir string){
		"nothing was done": func(string) {},
		"it was deleted": func(dir string) {
			remove(t, dir, "archives/"+string(ids[1]))
		},
	} {
		killed := copyOf(t, dir)
		leave(t, killed, filepath.Base(journals[0]), string(text)+
			fmt.Sprintf("{\"id\":%q,\"size\":101}\n{\"id\":%q,\"size\":-1}\n", ids[1], strings.Repeat("n", 138)))
		leave(t, killed, "archives/"+strings.Repeat("n", 138)+".json", "of an archive that never came")
		do(killed)
		again := open(t, killed, fresh())
		wantCount(t, what, again, killed)
		left := files(t, filepath.Join(killed, "archives"))
		if _, there := left[strings.Repeat("n", 138)+".json"]; there {
			t.Errorf("%s: the truth of an archive that never came is still there", what)
		}
		if _, there := left[string(ids[1])+".json"]; there == (what == "it was deleted") {
			t.Errorf("%s: the truth of it is there: %t", what, there)
		}
	}
}

// TestCountIsMadeAnew when its record is no record of this directory.
func TestCountIsMadeAnew(t *testing.T) {
	record := func(archives int, more string) string {
		return fmt.Sprintf("{\n  \"version\": 1,\n  \"archives\": %d,\n  \"bytes\": 5,\n  \"touched\": \"2026-02-03T04:05:06Z\",\n  \"changes\": \"%s\"\n}\n", archives, more)
	}
	name := strings.Repeat("A", 26)
	for what, harm := range map[string]func(dir string){
		"empty":               func(dir string) { leave(t, dir, "count.json", "") },
		"cut":                 func(dir string) { leave(t, dir, "count.json", record(1, name)[:20]) },
		"of another time":     func(dir string) { leave(t, dir, "count.json", record(1, name)) },
		"negative":            func(dir string) { leave(t, dir, "count.json", record(-1, name)) },
		"naming another file": func(dir string) { leave(t, dir, "count.json", record(1, "../../x")) },
		"of a newer firn":     func(dir string) { leave(t, dir, "count.json", strings.Replace(record(1, name), "1", "2", 1)) },
		"with a damaged change": func(dir string) {
			harmChanges(t, dir, "{\"id\":\"x\",\"size\":1}\n{\"touched\":\"2026-02-03T04:05:06Z\",\"size\":-1}\n")
		},
		"with a change of a minus": func(dir string) {
			harmChanges(t, dir, fmt.Sprintf("{\"id\":%q,\"size\":1000000}\n", strings.Repeat("n", 138)))
		},
		"of before a copy": func(dir string) {
			leave(t, dir, "archives/"+strings.Repeat("n", 138), "an archive")
		},
	} {
		dir := newVault(t)
		v := open(t, dir, fresh())
		store(t, v, noise(1000), 300)
		store(t, v, noise(10), 10)
		v = reopen(t, v, dir, fresh(), func() { harm(dir) })
		wantCount(t, what, v, dir)
		v = reopen(t, v, dir, fresh(), func() {})
		wantCount(t, what+", opened again", v, dir)
	}
}

// harmChanges puts a journal beside the record.
func harmChanges(t *testing.T, dir, text string) {
	t.Helper()
	record, err := os.ReadFile(filepath.Join(dir, "count.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, name, _ := strings.Cut(string(record), `"changes": "`)
	leave(t, dir, "changes-"+name[:26], text)
}

// TestCountNoticesOthers who put archives into a vault that is open, or take them away.
func TestCountNoticesOthers(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	store(t, v, noise(1000), 300)
	leave(t, dir, "archives/"+strings.Repeat("n", 138), "an archive")
	wantCount(t, "copied", v, dir)
	store(t, v, noise(10), 10)
	wantCount(t, "copied, and one more", v, dir)
	leave(t, dir, "archives/"+strings.Repeat("m", 138), "an archive")
	store(t, v, noise(10), 10) // before anybody asks
	wantCount(t, "copied again", v, dir)
	remove(t, dir, "archives/"+strings.Repeat("n", 138))
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(filepath.Join(dir, "archives"), later, later); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, v, dir, fresh(), func() {})
	wantCount(t, "removed", v, dir)
}

// TestCountOfMany who store and delete at once, and of whoever asks meanwhile.
func TestCountOfMany(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 10 {
				id := store(t, v, noise(100*i+n+1), 50)
				if n%2 == 0 {
					continue
				}
				var two sync.WaitGroup
				for range 2 { // the same one, at once
					two.Go(func() {
						if err := v.DeleteArchive(t.Context(), id); err != nil {
							t.Error(err)
						}
					})
				}
				two.Wait()
				info(t, v)
			}
		})
	}
	all.Wait()
	wantCount(t, "at the end", v, dir)
	killed := copyOf(t, dir)
	wantCount(t, "killed", open(t, killed, fresh()), killed)
	v = reopen(t, v, dir, fresh(), func() {})
	wantCount(t, "opened again", v, dir)
}

// TestCountWithoutRecord: what keeps the record from being written keeps nobody from
// storing and deleting, and the count is right.
func TestCountWithoutRecord(t *testing.T) {
	dir := newVault(t)
	leave(t, dir, "count.json/in the way", "")
	v := open(t, dir, fresh())
	id := store(t, v, noise(1000), 300)
	wantCount(t, "one", v, dir)
	store(t, v, noise(10), 10)
	if err := v.DeleteArchive(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	wantCount(t, "one went", v, dir)
	v = reopen(t, v, dir, fresh(), func() { remove(t, dir, "count.json") })
	wantCount(t, "nothing in the way", v, dir)
}
