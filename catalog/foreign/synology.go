package foreign

import (
	"database/sql"
	"fmt"
	"strings"

	"firn/record"
)

// SynologyTool is the name of Synology's Glacier Backup on record.
const SynologyTool = "Glacier Backup"

// synology reads the mapping of Glacier Backup. Its table file_info_tb has a row for each
// file: key, shareName, basePath, archiveID, lastBkpTime, fileSize, archiveVersion and
// current. Files with the same bytes may share an archive: the file with the lowest key
// gives it the name.
func synology() tool {
	return tool{
		table:   "file_info_tb",
		columns: []string{"key", "basepath", "archiveid"},
		query: func(has func(string) bool) string {
			// Beside min() the other columns are those of the row with the minimum (SQLite,
			// "Bare columns in an aggregate query"). Rows without an id are not about one archive.
			return fmt.Sprintf(`SELECT min(key), count(*), %s, %s, %s, %s, %s FROM file_info_tb
				GROUP BY CASE WHEN coalesce(archiveID, '') = '' THEN key ELSE CAST(archiveID AS BLOB) END ORDER BY 1`,
				text("archiveID"), textOr(has, "shareName"), text("basePath"), textOr(has, "fileSize"), textOr(has, "lastBkpTime"))
		},
		scan: scanSynology,
	}
}

func scanSynology(rows *sql.Rows) (Entry, error) {
	var key any
	var count int64
	var id, share, base, size, stored []byte
	if err := rows.Scan(&key, &count, &id, &share, &base, &size, &stored); err != nil {
		return Entry{}, err
	}
	e := Entry{Archive: record.Archive{Tool: SynologyTool, State: record.Stored}, Others: count - 1}
	e.setID(id)
	e.setName(base)
	if len(share) > 0 && e.Name != "" {
		e.setName([]byte(strings.Trim(string(share), "/") + "/" + strings.TrimLeft(e.Name, "/")))
	}
	if e.Name == "" {
		e.Tool = ""
	}
	e.setSize(size)
	e.Created = e.seconds(stored)
	if e.Bad != "" {
		e.Bad = fmt.Sprintf("the row of %.200q: %s", e.Name, e.Bad)
	}
	return e, nil
}
