package salvage

import (
	"context"
	"database/sql"
	"strings"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/sqlite"
)

// olderColumns is ColumnsOf for a file that may have an older schema: a damaged catalog is
// not upgraded. If the file lacks a column, the default value of the column replaces it, as
// in a migration. Now is a catalog of the present schema.
func olderColumns(ctx context.Context, file, now *sql.DB) contents.ColumnsOf {
	return func(table, columns string) string {
		there, given := sqlite.Defaults(ctx, file, table), sqlite.Defaults(ctx, now, table)
		if len(there) == 0 {
			return columns // damaged so that nothing of it can be read
		}
		read := strings.Split(columns, ",")
		for i, column := range read {
			column = strings.TrimPrefix(strings.TrimSpace(column), "a.")
			if _, has := there[column]; !has && given[column] != "" {
				read[i] = given[column]
			}
		}
		return strings.Join(read, ", ")
	}
}
