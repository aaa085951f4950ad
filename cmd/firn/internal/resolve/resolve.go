// Package resolve finds the archives that a user names on the command line: by id, by the
// beginning of one, by name or by glob. A kind decides what an id means
// ([s3vault.Reference]), and the catalog finds what is on record.
package resolve

import (
	"context"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// One finds the one archive that ref names. An archive that is not on record has no State. If
// ref names several archives, One shows them and returns a usage error.
func One(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL, ref string) (record.Archive, error) {
	found, err := byKey(ctx, c, vaultURL, ref)
	if err == nil && len(found) == 0 {
		found, err = find(ctx, c, vaultURL, ref)
	}
	if id := cli.TypedID(ref); err == nil && len(found) == 0 && id != ref {
		found, err = c.FindArchive(ctx, vaultURL, id)
	}
	a, isID := unknown(vaultURL, ref)
	switch {
	case err != nil:
		return record.Archive{}, err
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && isID:
		return a, nil
	case len(found) == 0:
		return record.Archive{}, cli.WithHint(
			vault.Errorf(vault.ErrNotFound, "the catalog has no archive %q in %q", ref, vaultURL),
			append(p.DirectoryHint(vaultURL), "to see what is there: "+term.ShellCommand("firn", "list", vaultURL))...)
	}
	for _, a := range found {
		p.UI.Say("%s", term.Show(cli.ArchiveText(a)))
	}
	return record.Archive{}, cli.WithHint(cli.UsageError("%q means %d archives; give the beginning of an id", ref, len(found)),
		"the first of them would be: "+term.ShellCommand(append(called(p), vaultURL, "--", refOf(found[0], found))...))
}

// find finds the archives that a user may mean by an id or a name.
func find(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) ([]record.Archive, error) {
	if vaulturl.IsBucket(vaultURL) {
		return findObjects(ctx, c, vaultURL, ref)
	}
	return c.FindArchive(ctx, vaultURL, ref)
}

// unknown returns an archive that is not on record. isID reports whether ref is a whole id,
// which names an archive even so.
func unknown(vaultURL, ref string) (a record.Archive, isID bool) {
	if vaulturl.IsBucket(vaultURL) {
		return unknownObject(vaultURL, ref)
	}
	return record.Archive{Vault: vaultURL, ID: vault.ArchiveID(ref), Size: -1}, cli.IsArchiveID(ref)
}

// All finds the archives that refs name: any number by a pattern, and else one each, as One
// does. It returns each archive once.
func All(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL string, refs []string) ([]record.Archive, error) {
	var all []record.Archive
	seen := make(map[vault.ArchiveID]bool)
	for _, ref := range refs {
		found, err := byKey(ctx, c, vaultURL, ref) // a key may look like a pattern
		if err == nil && len(found) == 0 && isPattern(ref) {
			found, err = c.FindArchive(ctx, vaultURL, ref)
		}
		if err == nil && len(found) == 0 {
			found = make([]record.Archive, 1)
			found[0], err = One(ctx, p, c, vaultURL, ref)
		}
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if !seen[a.ID] {
				seen[a.ID] = true
				all = append(all, a)
			}
		}
	}
	return all, nil
}

// isPattern reports whether a name has characters of a pattern.
func isPattern(ref string) bool { return strings.ContainsAny(ref, "*?[{") }

// called returns the words of the command that runs, without its arguments.
func called(p *cli.Program) []string {
	cmd, _, err := p.Root.Find(p.Args[1:])
	if err != nil {
		return []string{"firn"}
	}
	return strings.Fields(cmd.CommandPath())
}
