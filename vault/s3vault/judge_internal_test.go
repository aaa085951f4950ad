package s3vault

import (
	"errors"
	"testing"

	"firn/vault"
)

// TestOtherRegion: the advice names the region that the service told, however it told it.
func TestOtherRegion(t *testing.T) {
	const named = "the bucket is in the region eu-central-1: add region=eu-central-1 to the vault's URL"
	for name, c := range map[string]struct {
		answer ServiceError
		want   string
	}{
		"by the header":  {ServiceError{Code: "PermanentRedirect", Status: 301, Region: "eu-central-1"}, named},
		"without a body": {ServiceError{Code: "MovedPermanently", Status: 301, Region: "eu-central-1"}, named},
		"by the message": {ServiceError{
			Code: "AuthorizationHeaderMalformed", Status: 400,
			Message: "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
		}, named},
		"not told": {ServiceError{Code: "PermanentRedirect", Status: 301}, adviceRegion},
		"odd":      {ServiceError{Code: "PermanentRedirect", Status: 301, Region: "x&endpoint=https://evil"}, adviceRegion},
	} {
		if advice, class := judge(&c.answer); advice != c.want || !errors.Is(class, vault.ErrInvalid) {
			t.Errorf("%s: %q, %v", name, advice, class)
		}
	}
}
