//go:build darwin || freebsd

package tree

import (
	"errors"
	"os"
	"syscall"

	"firn/record"
)

type unixStat = syscall.Stat_t

// makeSpecial makes nothing: these systems can make a pipe only by its path, which another user
// could redirect.
func makeSpecial(*os.Root, string, record.File) error { return errors.ErrUnsupported }
