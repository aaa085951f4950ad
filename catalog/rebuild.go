package catalog

import (
	"context"
	"database/sql"

	"firn/catalog/internal/merge"
	"firn/catalog/internal/salvage"
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

// Salvaged is what Rebuild could read of a damaged catalog.
type Salvaged struct {
	Contents
	// Lost says that more was there: some of it could not be read.
	Lost bool
}

// Rebuild makes a sound catalog of a damaged one: a new file, with all that can be
// read of the old one, replaces it, and the old one stays beside it. It may be
// killed at any moment and run again. It creates a catalog that does not exist, and
// leaves a sound one alone.
//
// No other process may have the catalog open: else the error wraps vault.ErrLocked. One
// of a newer firn, or of another program, is refused with vault.ErrInvalid.
//
// Progress is called now and then with what was read so far, first to check, then to
// save it.
func Rebuild(ctx context.Context, path string, o Options, progress func(Contents)) (Rebuilt, error) {
	var s Salvaged
	engine := o.engine()
	r, err := sqlite.Rebuild(ctx, path, engine, sqlite.Rebuilding{
		Check: func(db *sqlite.DB) error {
			n, err := newCatalog(db, engine.Now).Check(ctx, progress)
			s = Salvaged{Contents: n}
			return err
		},
		Salvage: func(to *sqlite.DB, damaged *sql.DB) (err error) {
			m := merge.New(to, engine.Now, progress)
			if s.Lost, err = salvage.All(ctx, damaged, to, m); err != nil {
				return to.Fail(ctx, err, "save the contents of the damaged one")
			}
			s.Contents = m.Read
			return nil
		},
	})
	if err != nil {
		return Rebuilt{}, err
	}
	return Rebuilt{Sound: r.Sound, Aside: r.Aside, Salvaged: s}, nil
}
