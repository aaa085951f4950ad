package catalog

import (
	"context"
	"database/sql"

	"firn/catalog/internal/sqlite"
)

// Rebuilt tells what Rebuild has done.
type Rebuilt struct {
	// Sound says that the catalog is as it should be, and was left alone.
	Sound bool
	// Aside is the new path of the damaged catalog. The names of the other damaged files
	// beside it begin with this one. It is empty if there was no damaged catalog.
	Aside string
	// Salvaged is what the catalog holds now; of a sound one, what it holds.
	Salvaged
}

// Rebuild makes a sound catalog of a damaged one: a new file, with all that can be
// read of the old one, replaces it, and the old one stays beside it. It may be
// killed at any moment and run again. It creates a catalog that does not exist, and
// leaves a sound one alone.
//
// No other process may have the catalog open: else the error wraps vault.ErrLocked. One
// of a newer firn, or of another program, is refused with vault.ErrInvalid.
//
// Told is called now and then with what was read so far, first to check, then to
// save it.
func Rebuild(ctx context.Context, path string, o Options, told func(Contents)) (Rebuilt, error) {
	var s Salvaged
	engine := o.engine()
	r, err := sqlite.Rebuild(ctx, path, engine, sqlite.Rebuilding{
		Check: func(db *sqlite.DB) error {
			n, err := newCatalog(db, engine.Now).Check(ctx, told)
			s = Salvaged{Contents: n}
			return err
		},
		Salvage: func(to *sqlite.DB, damaged *sql.DB) (err error) {
			s, err = newCatalog(to, engine.Now).salvage(ctx, damaged, told)
			return err
		},
	})
	if err != nil {
		return Rebuilt{}, err
	}
	return Rebuilt{Sound: r.Sound, Aside: r.Aside, Salvaged: s}, nil
}
