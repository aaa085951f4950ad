package resolve

import (
	"context"
	"slices"
	"strings"

	"firn/catalog"
	"firn/record"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulturl"
)

// byKey finds the archive of a bucket whose key is the prefix of the vault and ref. It takes
// precedence over archives of that name in folders.
func byKey(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) ([]record.Archive, error) {
	at, err := vaulturl.Parse(vaultURL)
	if err != nil || at.Kind != vaulturl.S3 {
		return nil, err
	}
	key := at.Prefix + ref
	found, err := findObjects(ctx, c, vaultURL, key)
	if err != nil || len(found) != 1 || found[0].State == record.Deleted {
		return nil, err
	}
	if s3vault.ParseReference(string(found[0].ID)).Key != key {
		return nil, nil
	}
	return found, nil
}

// findObjects finds the archives of a bucket that a user may mean by ref. If ref is a key, it
// finds all versions of the object; see [s3vault.Reference].
func findObjects(ctx context.Context, c *catalog.Catalog, vaultURL, ref string) ([]record.Archive, error) {
	r := s3vault.ParseReference(ref)
	others := func(a record.Archive) bool { return !r.Means(a.ID) }
	found, err := c.FindArchive(ctx, vaultURL, ref)
	switch {
	case err != nil:
	case r.One && r.Version == "" && len(found) == 0:
		found, err = c.FindArchive(ctx, vaultURL, r.Key)
		found = slices.DeleteFunc(found, others)
	case !r.One && slices.ContainsFunc(found, func(a record.Archive) bool { return string(a.ID) == r.Key }):
		var versions []record.Archive
		versions, err = c.FindArchive(ctx, vaultURL, s3vault.VersionsOf(r.Key))
		versions = slices.DeleteFunc(versions, others)
		if len(versions) > 0 {
			found = slices.DeleteFunc(found, func(a record.Archive) bool { return a.State == record.Deleted })
		}
		found = append(found, versions...)
	}
	return found, err
}

// refOf returns a reference to one of several archives that means none of the others.
func refOf(a record.Archive, all []record.Archive) string {
	r := s3vault.ParseReference(string(a.ID))
	isVersion := func(o record.Archive) bool { return o.ID != a.ID && r.Means(o.ID) }
	if vaulturl.IsBucket(a.Vault) && !r.One && slices.ContainsFunc(all, isVersion) {
		return s3vault.NullVersionOf(r.Key)
	}
	return string(a.ID)
}

// unknownObject returns an archive of a bucket that is not on record. isID reports whether ref
// names exactly one object, by a version id. ref may omit the prefix of the vault.
func unknownObject(vaultURL, ref string) (a record.Archive, isID bool) {
	r := s3vault.ParseReference(ref)
	a = record.Archive{Vault: vaultURL, ID: vault.ArchiveID(ref), Size: -1, Name: r.Key}
	if at, err := vaulturl.Parse(vaultURL); err == nil && !strings.HasPrefix(r.Key, at.Prefix) {
		a.ID = vault.ArchiveID(at.Prefix + ref)
	}
	return a, r.Version != ""
}
