//go:build !windows

package disk_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"firn/internal/disk"
)

// owned is a file with an owner.
type owned struct {
	fs.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestCheckOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mine, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.CheckOwner(mine); err != nil {
		t.Errorf("a file of one's own: %v", err)
	}
	self := uint32(os.Geteuid())
	for uid, refused := range map[uint32]bool{self: false, 0: false, self + 1: true, 65534: self != 65534} {
		if err := disk.CheckOwner(owned{mine, uid}); (err != nil) != refused {
			t.Errorf("a file of user %d: %v", uid, err)
		}
	}
}
