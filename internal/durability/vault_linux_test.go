package durability_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func words(s string) []string { return strings.Fields(s) }

// mib is the size of a leaf. A larger archive has leaves on record.
const mib = 1 << 20

// withVault returns a sandbox with an empty vault v and a file a of two leaves.
func withVault(t *testing.T) *sandbox {
	t.Helper()
	s := newSandbox(t)
	s.ok(words("vault create ./v")...)
	s.file("a", mib+5)
	return s
}

// withArchive returns such a sandbox with the file in the vault, and the id of the archive.
func withArchive(t *testing.T) (s *sandbox, id string) {
	t.Helper()
	s = withVault(t)
	return s, strings.TrimSpace(s.ok(words("upload ./v a")...))
}

func TestVaultIsCreated(t *testing.T) {
	t.Parallel()
	newSandbox(t).watched(words("vault create ./v"), before("say file:", "safe v/vault.json", "safe v/archives"))
}

func TestVaultIsDeleted(t *testing.T) {
	t.Parallel()
	withVault(t).watched(words("vault delete ./v --yes"), before("remove ~ID/vault.json", "gone v"))
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	id := strings.TrimSpace(s.watched(words("upload ./v a"),
		// The file of the catalog has its name before SQLite begins, and the upload is on
		// record before it begins.
		before("create home/catalog.db-journal", "safe home/catalog.db"),
		before("make v/uploads/ID", "safe home/catalog.db", "safe home/catalog.db-wal"),
		before("write v/uploads/ID/data", "safe v/uploads/ID/upload.json", "safe home/catalog.db-wal"),
		// A part is acknowledged when its bytes are there.
		before("write v/uploads/ID/parts", "safe v/uploads/ID/data", "safe v/uploads/ID/leaves"),
		// An archive appears whole, in a vault whose record says that its inventory is old.
		before("name v/archives/ID", "safe v/uploads/ID/parts", "flushed v/uploads/ID/data", "safe v/archives/ID.json",
			"safe v/archives/ID.leaves", "safe v/vault.json", "safe v/count.json", "safe v/changes-*"),
		before("say ID", "safe v/archives/ID", "gone v/uploads/ID/data", "safe home/catalog.db-wal"),
		// The log of the catalog is removed when the file has all of it.
		before("remove home/catalog.db-wal", "safe home/catalog.db"),
	))
	if s.read("v/archives/"+id) != s.read("a") {
		t.Error("the archive has other bytes")
	}
}

// A part waits in a file without a name, which the kernel removes if firn is killed, and
// which firn drops when the vault has the part.
func TestUploadOfAStream(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	s.input = s.read("a")
	id := strings.TrimSpace(s.watched(words("upload ./v - --part-size 2MiB --spool-dir tmp --description d"),
		before("write v/uploads/ID/data", "absent tmp/*", "safe home/catalog.db-wal"),
		before("write v/uploads/ID/parts", "safe v/uploads/ID/data", "safe v/uploads/ID/leaves"),
		before("name v/archives/ID", "safe v/uploads/ID/parts", "flushed v/uploads/ID/data", "safe v/archives/ID.json"),
		before("say ID", "safe v/archives/ID", "safe home/catalog.db-wal"),
	))
	if s.read("v/archives/"+id) != s.read("a") {
		t.Error("the archive has other bytes")
	}
}

// A part that arrived only in part may have written beyond the end of the archive.
func TestUploadIsCut(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	upload := words("upload ./v - --part-size 1MiB --spool-dir tmp --description d --concurrency 1")
	s.input = s.read("a") + strings.Repeat("long", 1000)
	s.fails(&fault{kind: "flush", path: "v/uploads/ID/data", n: 2, error: syscall.EIO}, upload)
	s.input = s.read("a")
	id := strings.TrimSpace(s.watched(upload, before("name v/archives/ID", "flushed v/uploads/ID/data")))
	if s.read("v/archives/"+id) != s.read("a") {
		t.Error("the archive has other bytes")
	}
}

// The next run trusts a name that was given when firn was killed, and therefore flushes it.
func TestWhatAKillLeftIsFlushed(t *testing.T) {
	t.Parallel()
	s, id := withArchive(t)
	s.unflushed = []string{"v/archives/" + id, "v/archives/" + id + ".json", "v/vault.json", "v/uploads", "v/jobs", "v"}
	if again := strings.TrimSpace(s.watched(words("upload ./v a"))); again != id {
		t.Errorf("it was stored again as %s", again)
	}
}

func TestUploadIsAborted(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	s.fails(&fault{kind: "name", path: "v/archives/ID", n: 1}, words("upload ./v a"))
	uploads, err := filepath.Glob(filepath.Join(s.dir, "v/uploads/*"))
	if err != nil || len(uploads) != 1 {
		t.Fatalf("%d uploads, %v", len(uploads), err)
	}
	s.watched([]string{"multipart", "abort", "./v", "--yes", "--", filepath.Base(uploads[0])},
		before("remove v/uploads/~ID/data", "gone v/uploads/ID"))
}

func TestArchiveIsDeleted(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	s.watched(words("delete ./v a --yes"),
		before("remove v/archives/ID", "safe v/vault.json", "safe home/catalog.db-wal", "safe v/count.json", "safe v/changes-*"),
		before("remove v/archives/ID.json", "gone v/archives/ID"),
		before("remove v/changes-*", "safe v/count.json"), // the count has what they tell
	)
}

func TestInventory(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	s.watched(words("inventory ./v"),
		before("name v/jobs/ID.json", "safe v/jobs/ID.output", "safe home/catalog.db-wal"))
}

// A scrub makes missing leaves anew, and records itself.
func TestLeavesAreMadeAnew(t *testing.T) {
	t.Parallel()
	s, id := withArchive(t)
	if err := os.Remove(filepath.Join(s.dir, "v/archives", id+".leaves")); err != nil {
		t.Fatal(err)
	}
	s.watched(words("vault check --scrub ./v"), before("name v/archives/ID.leaves"), before("name v/scrub.json"))
}

func TestDownload(t *testing.T) {
	t.Parallel()
	for _, force := range []string{"", " --force"} {
		s, _ := withArchive(t)
		s.watched(words("download ./v a -o back"+force),
			before("name v/jobs/ID.json", "safe home/catalog.db-wal"),
			before("write back.part", "safe home/catalog.db-wal"),
			before("write back.part at 0", "flushed back.part"), // the mark after the coming bytes
			before("name back", "flushed back.part"),
			before("say back", "safe back", "absent back.part", "safe home/catalog.db-wal"),
		)
		if s.read("back") != s.read("a") {
			t.Error("other bytes came back")
		}
	}
}

// The directories that a name asks for are durable, also those that an earlier run made and
// did not flush.
func TestDownloadIntoDirectories(t *testing.T) {
	t.Parallel()
	for _, made := range []bool{false, true} {
		s, _ := withArchive(t)
		inner := "out" + filepath.ToSlash(s.dir) // the path of the file that was stored
		if made {
			s.unflushed = []string{filepath.Dir(inner), inner}
		}
		if err := os.MkdirAll(filepath.Join(s.dir, map[bool]string{false: "out", true: inner}[made]), 0o700); err != nil {
			t.Fatal(err)
		}
		s.watched(words("download ./v a -o out --names path"), before("say out/", "safe "+inner+"/a"))
	}
}

// Another program wrote the same bytes there and did not flush them. firn flushes them
// before it reports that they are there.
func TestDownloadOfWhatIsThere(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	if err := os.WriteFile(filepath.Join(s.dir, "back"), []byte(s.read("a")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.unflushed, s.written = []string{"back"}, []string{"back"}
	s.watched(words("download ./v a -o back"), before("say back", "safe back"))
}

// A run gave the file its name and ended before it flushed the name. The next run finds the
// file, and flushes the name before it reports the file.
func TestDownloadWhoseNameWasNotFlushed(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	if err := os.Mkdir(filepath.Join(s.dir, "out"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.fails(&fault{kind: "flush", path: "out", n: 1, error: syscall.EIO}, words("download ./v a -o out/back"))
	s.unflushed = []string{"out/back"}
	s.watched(words("download ./v a -o out/back"), before("say out/back", "safe out/back"))
	if s.read("out/back") != s.read("a") {
		t.Error("other bytes came back")
	}
}

// A line in the journal of an upload can be read although its flush failed. The next run
// does not trust it.
func TestJournalIsWrittenAnew(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	s.fails(&fault{kind: "flush", path: "v/uploads/ID/parts", n: 1, error: syscall.EIO}, words("upload ./v a"))
	s.watched(words("multipart list ./v"), before("name v/uploads/ID/parts", "flushed v/uploads/ID/~ID"))
}
