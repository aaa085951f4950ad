package cli

import (
	"context"
	"strings"

	"firn/vault"
	"firn/vault/vaulturl"
)

// ShortID is the beginning of an id that is long enough to be given instead.
func ShortID(id string) string {
	if len(id) <= enoughOfID {
		return id
	}
	return id[:enoughOfID] + "..."
}

// ShortArchive is what is enough of the id of an archive to tell it from all others in
// a vault. In a bucket it is a key, which people know, and of which none is too much.
func ShortArchive(vaultURL string, id vault.ArchiveID) string {
	if IsBucket(vaultURL) {
		return string(id)
	}
	return ShortID(string(id))
}

// IsBucket reports whether the URL of a vault is that of a bucket.
func IsBucket(vaultURL string) bool { return strings.HasPrefix(vaultURL, "s3://") }

// IDOf undoes [ShortID] as far as that can be: people give ids as they see them.
func IDOf(ref string) string {
	if id, short := strings.CutSuffix(ref, "..."); short && len(id) == enoughOfID {
		return id
	}
	return ref
}

// CanonicalURL is the name of a vault in the catalog. The vault is not opened.
func CanonicalURL(ctx context.Context, raw string) (string, error) {
	place, err := vaulturl.OpenPlace(ctx, raw)
	if err != nil {
		return "", err
	}
	return place.URL(place.Name), place.Close()
}

// enoughOfID are the characters of an id that tell it from all others.
const enoughOfID = 16

// ArchiveIDLength is how many characters the id of an archive in a Glacier vault has.
const ArchiveIDLength = 138
