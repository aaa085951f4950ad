package restore

import (
	"context"
	"strings"

	"firn/record"
)

// mostPaths is how many paths a pattern may become.
const mostPaths = 1000

// resolve turns patterns that are compared with the last element of a path into the paths that
// they match, as far as an index finds these. Then only the directories on the way to them are
// listed, and not all of the snapshot.
func (m *matcher) resolve(ctx context.Context, book record.RestoreJournal, vaultURL string, sources []source) error {
	var resolved []pattern
	for _, p := range m.patterns {
		paths, err := p.paths(ctx, book, vaultURL)
		if err != nil {
			return err
		}
		if paths == nil {
			resolved = append(resolved, p)
			continue
		}
		// The index does not have the roots, and the record nothing above them.
		for _, s := range sources {
			for at := s.root; at != ""; at = parentOf(at) {
				if p.matches(at) {
					paths[at] = true
				}
			}
		}
		for path := range paths {
			resolved = append(resolved, pattern{of: p.of, text: path, isExact: true, prefix: path})
		}
	}
	m.patterns = resolved
	return nil
}

// paths returns the paths that a pattern matches in any snapshot; nil if they are too many, or if
// no index finds them.
func (p pattern) paths(ctx context.Context, book record.RestoreJournal, vaultURL string) (map[string]bool, error) {
	if !p.isBase || strings.IndexAny(p.text, `*?[{\`) == 0 {
		return nil, nil
	}
	paths := map[string]bool{}
	for f, err := range book.Find(ctx, vaultURL, p.text) {
		if err != nil {
			return nil, err
		}
		if paths[f.Path] = true; len(paths) > mostPaths {
			return nil, nil
		}
	}
	return paths, nil
}
