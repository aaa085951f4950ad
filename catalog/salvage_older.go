package catalog

import (
	"context"
	"strings"
)

// columnsOf tells how columns of a table are read from a file.
type columnsOf func(table, columns string) string

// asTheyAre is columnsOf a file of this schema.
func asTheyAre(_, columns string) string { return columns }

// olderColumns is columnsOf a file that may be older than this schema, as a damaged
// catalog is not upgraded: where the file lacks a column, what a migration gives to
// rows that are there already stands for it. Now is a catalog of this schema.
func olderColumns(ctx context.Context, file, now queryer) columnsOf {
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
