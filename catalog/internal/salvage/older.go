package salvage

import (
	"context"
	"strings"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/table"
)

// olderColumns is ColumnsOf for a file that may have an older schema: a damaged catalog is
// not upgraded. If the file lacks a column, the default value of the column replaces it, as
// in a migration. Now is a catalog of the present schema.
func olderColumns(ctx context.Context, file, now table.Queryer) contents.ColumnsOf {
	return func(table, columns string) string {
		there := make(map[string]bool)
		for _, name := range texts(ctx, file, `SELECT cid, name FROM pragma_table_info('`+table+`')`) {
			there[name] = true
		}
		if len(there) == 0 {
			return columns // damaged so that nothing of it can be read
		}
		names := texts(ctx, now, `SELECT cid, name FROM pragma_table_info('`+table+`')`)
		given := texts(ctx, now, `SELECT cid, coalesce(dflt_value, 'NULL') FROM pragma_table_info('`+table+`')`)
		read := strings.Split(columns, ",")
		for i, column := range read {
			column = strings.TrimPrefix(strings.TrimSpace(column), "a.")
			for id, name := range names {
				if name == column && !there[name] {
					read[i] = given[id]
				}
			}
		}
		return strings.Join(read, ", ")
	}
}
