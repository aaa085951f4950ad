package disk

import (
	"errors"
	"os"
	"runtime"
)

// SyncDirectory makes the names in dir durable. Windows does that by itself and
// refuses to be asked.
func SyncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
