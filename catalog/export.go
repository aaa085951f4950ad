package catalog

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"io"
)

// exportFormat is the version of what Export writes.
const exportFormat = 1

// Export writes everything on record to w: lines of JSON, of which the first says
// what this is and the last how many there were, so that an export which was cut
// off is seen to be. docs/catalog.md has the fields. It is what one commit left,
// though others go on writing. An upload or a download of very many parts has several
// lines, so that no more of it is held in memory.
//
// Told is called now and then with what was written so far.
func (c *Catalog) Export(ctx context.Context, w io.Writer, told func(Contents)) (Contents, error) {
	var n Contents
	err := c.db.Snapshot(ctx, func(q *sql.Tx) error {
		out := bufio.NewWriter(w)
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false) // URLs stay readable
		if err := lines.Encode(headLine{"catalog", exportFormat, c.now().UTC().Round(0)}); err != nil {
			return err
		}
		written := int64(0)
		for i, err := range contents(ctx, q) {
			if err != nil {
				return err
			}
			if err := lines.Encode(lineOf(i)); err != nil {
				return err
			}
			written++
			n.count(i)
			if n.Items()%toldEach == 0 {
				told(n)
			}
		}
		if err := lines.Encode(endLine{"end", written}); err != nil {
			return err
		}
		return out.Flush()
	})
	if err != nil {
		return n, c.db.Fail(ctx, err, "export it")
	}
	return n, nil
}
