package vaulturl_test

import (
	"errors"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/vaulturl"
)

func TestAccountHasEveryFeature(t *testing.T) {
	awsEnvironment(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", "")
	account := openPlace(t, vaulturl.OpenPlace, "photos")
	directory := openPlace(t, vaulturl.OpenPlace, t.TempDir())
	bucket := openPlace(t, vaulturl.OpenPlace, "s3://photos/2026")
	seen := map[string]bool{}
	for _, feature := range []vaulturl.Feature{
		vaulturl.Notifications, vaulturl.Tags, vaulturl.AccessPolicy, vaulturl.VaultLock, vaulturl.Capacity, vaulturl.RetrievalPolicy,
		"something else",
	} {
		if _, err := account.Account(feature); err != nil {
			t.Errorf("%s: %v", feature, err)
		}
		for noun, place := range map[string]*vaulturl.Place{"directory": directory, "bucket": bucket} {
			_, err := place.Account(feature)
			if !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), noun) || seen[err.Error()] {
				t.Errorf("%s of a %s: got %v", feature, noun, err)
				continue
			}
			seen[err.Error()] = true
		}
	}
}
