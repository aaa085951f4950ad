package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"

	"firn/vault"
)

// errLookedAt is the error of a write to a file that [Look] opened.
var errLookedAt = errors.New("it is open for reading only")

// Look opens the file path as it is. It creates, checks, repairs and upgrades nothing, and
// takes no access, so no other process waits for it. It refuses a file whose schema is not
// the latest. Writing to the file fails. If the file does not exist, the error wraps
// fs.ErrNotExist.
func Look(ctx context.Context, path string, o Options) (_ *DB, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("catalog %q: cannot find its absolute path: %w", path, err)
	}
	file, err := follow(path, abs)
	if err != nil {
		return nil, err
	}
	mode := lookOnly
	if left, err := hasLog(file); err == nil && !left {
		mode = frozen
	}
	d := newDB(location{file: file}, &access{file: flock.New(file)}, o) // never locked
	d.Writer = sql.OpenDB(refusing{errLookedAt})
	if d.Reader, err = connect(file, mode); err != nil {
		return nil, describe(file, err, "get its status")
	}
	version, err := schemaVersion(ctx, d.Reader, file, o.latest())
	if err == nil && version != o.latest() {
		err = vault.Errorf(vault.ErrInvalid, "catalog %q has not been upgraded yet (its schema has version %d, this firn uses %d)",
			path, version, o.latest())
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}
