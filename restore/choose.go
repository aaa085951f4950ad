package restore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firn/record"
	"firn/vault"
)

// source is a directory in the snapshot from which it is restored.
type source struct {
	record.Snapshot
	root string
}

// minID is how many characters of a snapshot's id are enough.
const minID = 4

// check refuses a selection that cannot be meant.
func (s Selection) check() error {
	if s.Snapshot != "" && len(s.Snapshot) < minID {
		return vault.Errorf(vault.ErrInvalid, "%q is not the id of a snapshot: it needs at least %d characters", s.Snapshot, minID)
	}
	return nil
}

// choose returns the trees that are restored, by root.
func (s Selection) choose(ctx context.Context, book record.RestoreJournal, vaultURL string) ([]source, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	chosen, hosts, ids := map[string]source{}, map[string]bool{}, 0
	for snapshot, err := range book.Snapshots(ctx, vaultURL) {
		if err != nil {
			return nil, err
		}
		if !s.allows(snapshot) {
			continue
		}
		ids++
		hosts[snapshot.Host] = true
		for _, root := range snapshot.Roots {
			if before, ok := chosen[root]; !ok || isBetter(snapshot, before.Snapshot) {
				chosen[root] = source{snapshot, root}
			}
		}
	}
	switch {
	case ids == 0:
		return nil, vault.Errorf(vault.ErrNotFound, "%s", s.none(vaultURL))
	case s.Snapshot != "" && ids > 1:
		return nil, vault.Errorf(vault.ErrInvalid, "the ids of %d snapshots begin with %q", ids, s.Snapshot)
	case len(hosts) > 1:
		return nil, vault.Errorf(vault.ErrInvalid, "the vault has snapshots of several hosts (%s), and one must be chosen", quoted(hosts))
	}
	trees := make([]source, 0, len(chosen))
	for _, t := range chosen {
		trees = append(trees, t)
	}
	slices.SortFunc(trees, func(a, b source) int { return strings.Compare(a.root, b.root) })
	return trees, nil
}

// allows reports whether a snapshot may be restored.
func (s Selection) allows(of record.Snapshot) bool {
	switch {
	case of.State == record.Forgotten,
		s.Host != "" && of.Host != s.Host,
		s.Snapshot != "" && !strings.HasPrefix(of.ID, strings.ToLower(s.Snapshot)),
		!s.At.IsZero() && of.Started.After(s.At):
		return false
	}
	for _, tag := range s.Tags {
		if !slices.Contains(of.Tags, tag) {
			return false
		}
	}
	return true
}

// isBetter reports whether a snapshot is restored rather than another of the same directory: the
// newer one, but a partial one only if no complete one is there.
func isBetter(a, b record.Snapshot) bool {
	if isPartial := a.State != record.Complete; isPartial != (b.State != record.Complete) {
		return !isPartial
	}
	return a.Key > b.Key
}

// none says that no snapshot is selected.
func (s Selection) none(vaultURL string) string {
	text := fmt.Sprintf("the record of %q has no snapshot", vaultURL)
	if s.Snapshot != "" {
		text += fmt.Sprintf(" with the id %q", s.Snapshot)
	}
	if s.Host != "" {
		text += fmt.Sprintf(" of the host %q", s.Host)
	}
	if len(s.Tags) > 0 {
		text += fmt.Sprintf(" with the tags %q", s.Tags)
	}
	if !s.At.IsZero() {
		text += " of " + s.At.Format("2006-01-02 15:04") + " or before"
	}
	return text
}

// quoted lists names.
func quoted(names map[string]bool) string {
	var list []string
	for name := range names {
		list = append(list, fmt.Sprintf("%q", name))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// isBelow reports whether a path is that of a directory or of something in it. Everything is
// below the empty path.
func isBelow(path, dir string) bool {
	return dir == "" || strings.HasPrefix(path, dir) && (len(path) == len(dir) || path[len(dir)] == '/')
}
