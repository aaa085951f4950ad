package sigv4

import (
	"encoding/hex"
	"strings"
	"testing"
)

const goodAuthorization = "AWS4-HMAC-SHA256 Credential=AKID/20120525/us-east-1/glacier/aws4_request, " +
	"SignedHeaders=host;x-amz-date, Signature=" +
	"3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a"

func TestParseAuthorization(t *testing.T) {
	accepted := map[string]string{
		"as the SDKs write it": goodAuthorization,
		"no spaces":            strings.ReplaceAll(goodAuthorization, ", ", ","),
		"another order": "AWS4-HMAC-SHA256 Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a, " +
			"SignedHeaders=host;x-amz-date, Credential=AKID/20120525/us-east-1/glacier/aws4_request",
	}
	for name, value := range accepted {
		t.Run(name, func(t *testing.T) {
			a, err := parseAuthorization(value)
			if err != nil {
				t.Fatal(err)
			}
			if got := encodeAuthorization(a); got != goodAuthorization {
				t.Errorf("read as %s", got)
			}
		})
	}

	refused := map[string][2]string{
		"another algorithm":        {"SHA256", "SHA1"},
		"no credential":            {"Credential=AKID/20120525/us-east-1/glacier/aws4_request, ", ""},
		"no signed headers":        {"SignedHeaders=host;x-amz-date, ", ""},
		"empty signed headers":     {"host;x-amz-date", ""},
		"a field twice":            {"SignedHeaders", "SignedHeaders=host, SignedHeaders"},
		"an unknown field":         {"SignedHeaders", "Extra=1, SignedHeaders"},
		"a short scope":            {"/us-east-1", ""},
		"a long scope":             {"/us-east-1", "/us/east-1"},
		"another terminator":       {"aws4_request", "aws4_requests"},
		"an empty access key":      {"AKID", ""},
		"a line break in the key":  {"AKID", "AK\nID"},
		"a very long key":          {"AKID", strings.Repeat("A", 129)},
		"headers not sorted":       {"host;x-amz-date", "x-amz-date;host"},
		"a header twice":           {"host;x-amz-date", "host;host;x-amz-date"},
		"a header in capitals":     {"host;x-amz-date", "Host;x-amz-date"},
		"a signature too short":    {"7c2a", "7c"},
		"a signature not in hex":   {"7c2a", "7c2g"},
		"a header of unusual size": {"host;", strings.Repeat("a", maxAuthorization) + ";host;"},
	}
	for name, change := range refused {
		t.Run(name, func(t *testing.T) {
			value := strings.Replace(goodAuthorization, change[0], change[1], 1)
			if a, err := parseAuthorization(value); err == nil {
				t.Errorf("%q was read as %+v", value, a)
			}
		})
	}
}

func encodeAuthorization(a authorization) string {
	return algorithm + " Credential=" + a.accessKey + "/" + a.scope() +
		", SignedHeaders=" + strings.Join(a.signedHeaders, ";") +
		", Signature=" + hex.EncodeToString(a.signature[:])
}

// What is read and written again must be read as the same.
func FuzzAuthorization(f *testing.F) {
	f.Add(goodAuthorization)
	f.Add(strings.ReplaceAll(goodAuthorization, ", ", ","))
	f.Add("AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=;, Signature=")
	f.Add("Basic dXNlcjpwYXNz")
	f.Fuzz(func(t *testing.T, value string) {
		a, err := parseAuthorization(value)
		if err != nil {
			return
		}
		written := encodeAuthorization(a)
		b, err := parseAuthorization(written)
		if err != nil || encodeAuthorization(b) != written {
			t.Errorf("%q was read as %q, and that as %+v, %v", value, written, b, err)
		}
	})
}
