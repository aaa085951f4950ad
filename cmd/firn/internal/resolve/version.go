package resolve

import (
	"context"
	"slices"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/record"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulturl"
)

// findArchive finds what a user may mean by an id or a name. In a bucket the key of
// an object means all of its versions, and KEY?versionId=null the one that has no
// name of its own.
func findArchive(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) ([]record.Archive, error) {
	found, err := c.FindArchive(ctx, vaultURL, ref)
	key, version, named := s3vault.CutVersion(ref)
	isID := func(id string) func(record.Archive) bool {
		return func(a record.Archive) bool { return string(a.ID) == id }
	}
	switch {
	case err != nil || !vaulturl.IsBucket(vaultURL):
	case named && version == "" && len(found) == 0:
		found, err = c.FindArchive(ctx, vaultURL, key)
		found = slices.DeleteFunc(found, func(a record.Archive) bool { return !isID(key)(a) })
	case !named && slices.ContainsFunc(found, isID(ref)):
		var others []record.Archive
		others, err = c.FindArchive(ctx, vaultURL, s3vault.VersionsOf(ref))
		others = slices.DeleteFunc(others, func(a record.Archive) bool { return !strings.HasPrefix(string(a.ID), s3vault.VersionsOf(ref)) })
		if len(others) > 0 {
			found = slices.DeleteFunc(found, func(a record.Archive) bool { return a.State == record.Deleted })
		}
		found = append(found, others...)
	}
	return found, err
}

// refOf is the id by which one of several archives is meant, and no other of them.
func refOf(a record.Archive, all []record.Archive) string {
	id := string(a.ID)
	isOther := func(o record.Archive) bool { return strings.HasPrefix(string(o.ID), s3vault.VersionsOf(id)) }
	if vaulturl.IsBucket(a.Vault) && slices.ContainsFunc(all, isOther) {
		return s3vault.VersionsOf(id) + "null"
	}
	return id
}

// unknown is the archive that an id names of which the catalog knows nothing.
func unknown(vaultURL, id string) (a record.Archive, ok bool) {
	a = record.Archive{Vault: vaultURL, ID: vault.ArchiveID(id), Size: -1}
	if !vaulturl.IsBucket(vaultURL) {
		return a, cli.IsArchiveID(id)
	}
	key, version, _ := s3vault.CutVersion(id)
	a.Name = key
	if at, err := vaulturl.Parse(vaultURL); err == nil && !strings.HasPrefix(key, at.Prefix) {
		a.ID = vault.ArchiveID(at.Prefix + id) // as people say it who see the folder alone
	}
	return a, version != ""
}
