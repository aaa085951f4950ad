package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"testing"
)

// The example of the Amazon Glacier developer guide, "Signing requests".
func TestSignatureOfTheGuide(t *testing.T) {
	r := httptest.NewRequest("PUT", "/-/vaults/examplevault", nil)
	r.Host = "glacier.us-east-1.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20120525T002453Z")
	r.Header.Set("X-Amz-Glacier-Version", "2012-06-01")
	empty := sha256.Sum256(nil)
	auth, err := parseAuthorization("AWS4-HMAC-SHA256 " +
		"Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request," +
		"SignedHeaders=host;x-amz-date;x-amz-glacier-version," +
		"Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a")
	if err != nil {
		t.Fatal(err)
	}

	canonical, err := canonicalRequest(r, auth.signedHeaders, hex.EncodeToString(empty[:]))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(canonical))
	if got, want := hex.EncodeToString(hash[:]), "5f1da1a2d0feb614dd03d71e87928b8e449ac87614479332aced3a701f916743"; got != want {
		t.Errorf("the canonical request hashes to %s, want %s:\n%s", got, want, canonical)
	}
	got := hex.EncodeToString(sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", auth, "20120525T002453Z", canonical))
	if want := hex.EncodeToString(auth.signature[:]); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestCanonicalQuery(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"empty", "", ""},
		{"sorted", "b=2&a=1", "a=1&b=2"},
		{"no value", "restore", "restore="},
		{"the values of one name sorted", "a=2&a=1", "a=1&a=2"},
		{"sorted after encoding", "x=a-b&x=a/b", "x=a%2Fb&x=a-b"},
		{"a name that begins another", "a-b=1&a=2", "a=2&a-b=1"},
		{"encoded in one way", "marker=arn:aws%3aglacier", "marker=arn%3Aaws%3Aglacier"},
		{"spaces", "a=x+y&b=x%20y", "a=x%20y&b=x%20y"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := canonicalQuery(test.query)
			if err != nil || got != test.want {
				t.Errorf("canonicalQuery(%q) = %q, %v, want %q", test.query, got, err, test.want)
			}
		})
	}
	for _, query := range []string{"a=%zz", "a=1;b=2", "%"} {
		if got, err := canonicalQuery(query); err == nil {
			t.Errorf("canonicalQuery(%q) = %q, want an error", query, got)
		}
	}
}

func TestEscapePathEncodesASecondTime(t *testing.T) {
	for path, want := range map[string]string{
		"/-/vaults/a_b.c~d": "/-/vaults/a_b.c~d",
		"/-/vaults/my%20v":  "/-/vaults/my%2520v",
		"/-/vaults/a:b":     "/-/vaults/a%3Ab",
	} {
		if got := escapePath(path); got != want {
			t.Errorf("escapePath(%q) = %q, want %q", path, got, want)
		}
	}
}
