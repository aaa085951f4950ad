package s3vault_test

import (
	"errors"
	"testing"

	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// With lacks=etag, another ETag than that of the completion is no reason to doubt an object
// of the right size. An object of another size is another object.
func TestETagsThatDoNotStay(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.CRC64NVME, s3vault.ETag}})
	for header, value := range map[string]string{"ETag": `"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f"`, "Content-Length": "17"} {
		id, c := begin(t, v, header)
		b.front.Fail(coldfront.Fault{Operation: "HeadObject", After: 1, Times: 1, Harm: coldfront.Tell, Header: header, Value: value})
		_, err := v.CompleteUpload(t.Context(), id, c)
		if _, doubted := errors.AsType[*vault.UnprovedError](err); doubted != (header != "ETag") || !doubted && err != nil {
			t.Errorf("another %s: %v", header, err)
		}
	}
}
