package catalog

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"

	"firn/record"
)

// A label is a text by which an archive may be called: its name, the base name
// of that, and a description that people wrote. The table of labels is an index
// that archives are found by, written with every archive.

// labelsOf returns the labels of an archive, each once.
func labelsOf(a record.Archive) []string {
	name := labelText(a.Name)
	candidates := []string{name, baseName(name)}
	if a.Tool == "" { // else it is nothing that anybody would type
		candidates = append(candidates, labelText(a.Description))
	}
	var labels []string
	for _, l := range candidates {
		if l != "" && !slices.Contains(labels, l) {
			labels = append(labels, l)
		}
	}
	return labels
}

// labelText is a text as it stands in a label: with slashes wherever the system
// may write others, and without NUL, at which SQLite's GLOB would stop.
func labelText(s string) string {
	return strings.ReplaceAll(filepath.ToSlash(s), "\x00", "\ufffd")
}

// baseName is what follows the last separator of a name. Archives written on
// Windows have backslashes, and are looked for on any system.
func baseName(name string) string {
	name = strings.TrimRight(name, `/\`)
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// slashed tells in which half of the labels a label stands.
func slashed(label string) int64 {
	if strings.Contains(label, "/") {
		return 1
	}
	return 0
}

// relabel gives an archive the labels of what it is now in place of those of
// what it was.
func relabel(ctx context.Context, tx *sql.Tx, vaultKey, archiveKey int64, was, is record.Archive) error {
	old, labels := labelsOf(was), labelsOf(is)
	for _, l := range old {
		if slices.Contains(labels, l) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM labels
			WHERE vault_key = $1 AND slashed = $2 AND label = $3 AND archive_key = $4`,
			vaultKey, slashed(l), raw(l), archiveKey); err != nil {
			return err
		}
	}
	for _, l := range labels {
		if slices.Contains(old, l) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO labels (vault_key, slashed, label, archive_key)
			VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			vaultKey, slashed(l), raw(l), archiveKey); err != nil {
			return err
		}
	}
	return nil
}
