//go:build !windows

package disk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"firn/internal/disk"
)

func TestIsFull(t *testing.T) {
	for errno, want := range map[error]bool{
		syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EFBIG: true, syscall.EIO: false, errors.ErrUnsupported: false,
	} {
		err := fmt.Errorf("saving it: %w", &fs.PathError{Op: "write", Path: "file", Err: errno})
		if got := disk.IsFull(err); got != want {
			t.Errorf("%v: %t", err, got)
		}
	}
	if disk.IsFull(nil) {
		t.Error("no error says that the disk is full")
	}
}
