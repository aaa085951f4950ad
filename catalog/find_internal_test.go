package catalog

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/catalog/internal/table"
	"firn/record"
)

// At ten million archives a query that looks at each of them takes seconds, and one
// that an index serves milliseconds. What SQLite makes of a query may change with
// its version.
func TestPlans(t *testing.T) {
	c, err := Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	const byLabel = "SEARCH labels USING PRIMARY KEY (vault_key=? AND slashed=? AND label"
	for name, test := range map[string]struct {
		query query
		has   string // how a step begins that the plan must have
	}{
		"an id":               {withID(1, "id"), "SEARCH ids USING PRIMARY KEY (vault_key=? AND archive_id=?)"},
		"the start of an id":  {mayMean(1, "idid"), "SEARCH ids USING PRIMARY KEY (vault_key=? AND archive_id>? AND archive_id<?)"},
		"a name":              {mayMean(1, "a/b"), byLabel + "=?)"},
		"a pattern":           {mayMean(1, "a/*b"), byLabel + ">? AND label<?)"},
		"a list of a name":    {Filter{Glob: "a/b"}.sorted(1), byLabel + "=?)"},
		"a list of a pattern": {Filter{Glob: "a/**", State: record.Missing}.sorted(1), byLabel + ">? AND label<?)"},
		"a list":              {Filter{}.created(1), "SEARCH creations USING PRIMARY KEY (vault_key=?)"},
		"a list, newest first": {
			Filter{Reverse: true}.created(1), "SEARCH creations USING PRIMARY KEY (vault_key=?)",
		},
		"a list since":          {Filter{Since: time.Unix(1, 0)}.created(1), "SEARCH creations USING PRIMARY KEY (vault_key=? AND created>?)"},
		"the rate of uploads":   {query{averageOf("v", measuredUploads), []any{"v", 5}}, "SEARCH uploads USING INDEX uploads_measured (vault=?)"},
		"the rate of downloads": {query{averageOf("v", measuredDownloads), []any{"v", 5}}, "SEARCH downloads USING INDEX downloads_measured (vault=?)"},
	} {
		rows, err := c.db.Reader.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+test.query.text, test.query.args...)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := table.Collect(rows, func(r table.Row) (step string, err error) {
			return step, r.Scan(new(int), new(int), new(int), &step)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step, test.has) }) {
			t.Errorf("%s: no step begins with %q: %q", name, test.has, steps)
		}
		if slices.Contains(steps, "USE TEMP B-TREE FOR ORDER BY") && strings.HasPrefix(name, "the rate") {
			t.Errorf("%s: all transfers are sorted: %q", name, steps)
		}
		for _, table := range []string{"a", "archives", "ids", "creations", "labels"} {
			if slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step+" ", "SCAN "+table+" ") }) {
				t.Errorf("%s: all of %s is looked at: %q", name, table, steps)
			}
		}
	}
}
