package dirvault

import (
	"errors"
	"io/fs"
	"path"
	"time"

	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// ScrubbedSince tells when the vault that has waited longest was last scrubbed to its
// end. A vault that never was counts from when it was made, and one whose files do not
// tell from the zero time. It reports false if there is no vault. It opens none.
func (r *Root) ScrubbedSince() (since time.Time, ok bool) {
	for _, name := range r.names() {
		at, err := r.lastScrubbed(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted
		}
		if !ok || at.Before(since) {
			since, ok = at, true
		}
	}
	return since, ok
}

// lastScrubbed needs no lock: the files that it reads are replaced as a whole.
func (r *Root) lastScrubbed(name string) (time.Time, error) {
	var d scrubDocument
	if err := durable.ReadDocument(r.dir, path.Join(name, layout.ScrubFile), &d); err == nil && !d.Ended.IsZero() {
		return d.Ended, nil
	}
	var s statusDocument
	if err := durable.ReadDocument(r.dir, path.Join(name, layout.StateFile), &s); err != nil {
		return time.Time{}, err
	}
	return s.Created, nil
}
