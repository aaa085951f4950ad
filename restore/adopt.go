package restore

import (
	"context"

	"firn/record"
	"firn/vault"
)

// adopt gives hard links the content of the file that they are, if that file itself is not
// restored. The first one becomes a file, and the others become links to it.
func (g *gathering) adopt(ctx context.Context) error {
	var files map[string]record.File // of the directory dir
	dir, first := "", map[string]string{}
	for i, err := range g.orphans.All() {
		if err != nil {
			return err
		}
		link := i.More.Link
		if at := parentOf(link); files == nil || at != dir {
			if files, err = g.filesOf(ctx, at); err != nil {
				return err
			}
			dir = at
			clear(first)
		}
		file, ok := files[link]
		switch {
		case !ok || file.Kind != record.Regular:
			err = g.refuse(i, vault.Errorf(vault.ErrNotFound, "it is a link to %q, which its snapshot does not have", link))
		case first[link] != "":
			i.More.Link = first[link]
			g.Files++
			err = g.others.Add(i)
		default:
			first[link] = i.Path
			file.Name, i.File = i.Name, file
			err = g.addContent(ctx, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// filesOf returns the files that are linked to in a directory.
func (g *gathering) filesOf(ctx context.Context, dir string) (map[string]record.File, error) {
	wanted := map[string]bool{}
	for i, err := range g.orphans.All() {
		if err != nil {
			return nil, err
		}
		if parentOf(i.More.Link) == dir {
			wanted[i.More.Link] = true
		}
	}
	files := map[string]record.File{}
	for _, s := range g.sources {
		if !isBelow(dir, s.root) {
			continue
		}
		for f, err := range s.files(ctx, g.book, func(at string) bool { return isBelow(dir, at) }) {
			if err != nil {
				return nil, err
			}
			if wanted[f.Path] && !s.isShadowed(f.Path, g.sources) {
				files[f.Path] = f.File
			}
		}
	}
	return files, nil
}
