package durability_test

import (
	"os"
	"path/filepath"
	"testing"
)

// keepLog runs firn so that the catalog's log cannot be removed, as after a kill.
func (s *sandbox) keepLog(args ...string) {
	s.t.Helper()
	log := filepath.Join(s.dir, "home/catalog.db-wal")
	cmd := s.command("strace", append([]string{
		"-f", "-qq", "-o", "/dev/null", "-P", log, "-e", "trace=?unlink,unlinkat",
		"-e", "inject=?unlink,unlinkat:error=EIO", os.Getenv(firnVariable),
	}, args...)...)
	if r := s.finish(cmd); r.status != 0 {
		s.t.Fatalf("status %d: %s", r.status, r.errors)
	}
	if info, err := os.Stat(log); err != nil || info.Size() == 0 {
		s.t.Fatalf("no log is left: %v", err)
	}
}

// A command that only reads also writes the log anew that an earlier run left, and folds it
// into the file of the catalog.
func TestLogIsFolded(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	s.keepLog(words("upload ./v a")...)
	s.watched(words("list ./v"),
		before("name home/catalog.db-wal", "flushed home/catalog.db-wal.new"), // an earlier flush of it may have failed
		before("remove home/catalog.db-wal", "safe home/catalog.db"),
	)
}

func TestCatalogIsExported(t *testing.T) {
	t.Parallel()
	for _, force := range []string{"", " --force"} {
		s, _ := withArchive(t)
		s.watched(words("catalog export -o copy.jsonl"+force), before("name copy.jsonl", "flushed .copy.jsonl-*"))
	}
}

func TestCatalogIsImported(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	s.ok(words("catalog export -o copy.jsonl")...)
	if err := os.RemoveAll(filepath.Join(s.dir, "home")); err != nil {
		t.Fatal(err)
	}
	s.watched(words("catalog import copy.jsonl"), before("remove home/catalog.db-wal", "safe home/catalog.db"))
}

// Before the new catalog gets the name of the old one, the old catalog and its log have
// durably lost that name, and the new one is durable under another name.
func TestCatalogIsRebuilt(t *testing.T) {
	t.Parallel()
	s, _ := withArchive(t)
	s.file("home/catalog.db", 9000)
	s.file("home/catalog.db-wal", 100)
	s.watched(words("catalog rebuild"),
		before("name home/catalog.db.rebuilt", "flushed home/catalog.db.rebuilding"),
		before("name home/catalog.db.damaged-*", "safe home/catalog.db.rebuilt"),
		before("name home/catalog.db", "safe home/catalog.db.rebuilt", "gone home/catalog.db", "gone home/catalog.db-wal"),
	)
}
