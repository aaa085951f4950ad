// Package resolve finds the archives that a user names: by id, by the beginning of one, by name
// or by glob.
package resolve

import (
	"context"
	"fmt"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/record"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulturl"
)

// One finds the one archive that a user means.
func One(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL, ref string) (record.Archive, error) {
	found, err := byKey(ctx, c, vaultURL, ref)
	if err == nil && len(found) == 0 {
		found, err = findArchive(ctx, c, vaultURL, ref)
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
			fmt.Errorf("the catalog has no archive %q in %q: %w", ref, vaultURL, vault.ErrNotFound),
			"what is there: "+term.ShellCommand("firn", "list", vaultURL))
	}
	for _, a := range found {
		p.UI.Say("%s", term.Show(cli.ArchiveText(a)))
	}
	return record.Archive{}, cli.WithHint(cli.UsageError("%q means %d archives; give the beginning of an id", ref, len(found)),
		"the first of them would be: "+term.ShellCommand(append(called(p), vaultURL, "--", refOf(found[0], found))...))
}

// byKey finds the archive of a bucket whose key is the vault's prefix and ref, which
// nothing else can mean better, whatever files of that name there are in folders.
func byKey(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) ([]record.Archive, error) {
	at, err := vaulturl.Parse(vaultURL)
	if err != nil || at.Kind != vaulturl.S3 {
		return nil, err
	}
	key := at.Prefix + ref
	found, err := findArchive(ctx, c, vaultURL, key)
	if err != nil || len(found) != 1 || found[0].State == record.Deleted {
		return nil, err
	}
	if its, _, _ := s3vault.CutVersion(string(found[0].ID)); its != key {
		return nil, nil
	}
	return found, nil
}

// All finds the archives that a user means: one by a name, any number by a
// pattern, each once.
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

// isPattern reports whether a name has characters that stand for others.
func isPattern(ref string) bool { return strings.ContainsAny(ref, "*?[{") }

// called are the words by which this command is called, without its arguments.
func called(p *cli.Program) []string {
	cmd, _, err := p.Root.Find(p.Args[1:])
	if err != nil {
		return []string{"firn"}
	}
	return strings.Fields(cmd.CommandPath())
}
