package foreign

import (
	"database/sql"
	"fmt"
	"time"

	"firn/record"
)

// glacierCLI reads the cache of glacier-cli. Its table archive has a row for each archive
// of any vault: id, name, vault, key, last_seen_upstream, created_here and deleted_here.
// The name is the description that the archive has at the vault. It knows neither sizes
// nor hashes.
func glacierCLI() tool {
	return tool{
		table:   "archive",
		columns: []string{"id", "name", "vault", "last_seen_upstream", "created_here", "deleted_here"},
		vaults:  `SELECT DISTINCT substr(CAST(vault AS TEXT), 1, 256) FROM archive ORDER BY 1 LIMIT 1000`,
		query: func(func(string) bool) string {
			return fmt.Sprintf(`SELECT %s, %s, %s, %s, %s FROM archive WHERE vault = $1 ORDER BY id`,
				text("id"), text("name"), text("last_seen_upstream"), text("created_here"), text("deleted_here"))
		},
		byName: true,
		scan:   scanGlacierCLI,
	}
}

func scanGlacierCLI(rows *sql.Rows) (Entry, error) {
	var id, name, seen, made, deleted []byte
	if err := rows.Scan(&id, &name, &seen, &made, &deleted); err != nil {
		return Entry{}, err
	}
	e := Entry{Archive: record.Archive{Size: -1, State: record.Stored}}
	e.setID(id)
	e.setName(name)
	e.Created = earlier(e.seconds(made), e.seconds(seen))
	if len(deleted) > 0 {
		e.State, e.Deleted = record.Deleted, e.seconds(deleted)
	}
	if e.Bad != "" {
		e.Bad = fmt.Sprintf("the row of %.200q: %s", e.Name, e.Bad)
	}
	return e, nil
}

// earlier returns the earlier of two times that may be unknown. Of an archive that another
// machine stored, glacier-cli knows only when it first saw that archive. It was created at
// that time or before.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
