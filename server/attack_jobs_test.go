package server_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/vault/dirvault"
)

// A key that may only read does not fill the disk with jobs: many for one inventory
// take the room of one, they stop at the free floor, and there is a bound on them.
func TestJobsFillNoDisk(t *testing.T) {
	dir := t.TempDir()
	c := testclock.At(time.Now())
	var free atomic.Int64
	free.Store(1 << 40)
	root, err := dirvault.OpenRoot(dir, dirvault.Options{Now: c.Now, InventoryEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	s := startOver(t, root, manyKeys, func(o *server.Options) {
		o.Now = c.Now
		o.Free = func() (int64, error) { return free.Load(), nil }
		o.FreeFloor = mib
	})
	s.clock = c.Now
	s.createVault("films")
	archive := filepath.Base(s.keep("film"))
	send := func(parameters string) answer {
		t.Helper()
		r, err := wireOf(s.build(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(parameters)}.by(readerKey)), []byte(parameters)).read()
		if err != nil {
			t.Fatal(err)
		}
		return serve(s.handler, r)
	}
	const list, listCSV = `{"Type":"inventory-retrieval"}`, `{"Type":"inventory-retrieval","Format":"CSV"}`
	retrieve := `{"Type":"archive-retrieval","ArchiveId":"` + archive + `"}`

	send(list).want(t, 202, "")
	send(list).want(t, 202, "")
	var outputs []os.FileInfo
	names, err := filepath.Glob(filepath.Join(dir, "films", "jobs", "*.output"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, info)
	}
	if len(outputs) != 2 || !os.SameFile(outputs[0], outputs[1]) {
		t.Errorf("two jobs for one inventory have %v", names)
	}

	free.Store(mib + 8<<10) // where uploads end; archives, and the list of them, can be had back
	for _, parameters := range []string{list, listCSV, retrieve} {
		send(parameters).want(t, 202, "")
	}
	free.Store(mib / 2)
	for _, parameters := range []string{list, listCSV, retrieve} {
		send(parameters).wantStatus(t, 500, "ServiceUnavailableException")
	}

	free.Store(1 << 40)
	started := 0
	for ; started < 2000; started++ {
		if a := send(list); a.status != 202 {
			a.wantError(t, 400, "ThrottlingException", "Rate exceeded")
			break
		}
	}
	if started > 1000 {
		t.Errorf("%d inventory jobs were started at once", started)
	}
	s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(list)}).want(t, 202, "") // another key
	c.Advance(time.Hour)
	send(list).want(t, 202, "")
}
