//go:build darwin || freebsd

package tree

import (
	"errors"
	"os"

	"firn/record"
)

func isSpecial(os.FileInfo, record.File) bool { return false }

// makeSpecial makes nothing: these systems can make a pipe only by its path, which another user
// could redirect.
func makeSpecial(*os.Root, string, record.File) error { return errors.ErrUnsupported }
