package glaciervault_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"firn/treehash"
	"firn/vault"
	"firn/vault/glaciervault"
)

// BenchmarkUploadPart sends a part with known hashes to a server that discards it: by
// UploadPart, which uses the SDK, and by a plain request that the SDK's signer signs. Both
// include the server's costs.
func BenchmarkUploadPart(b *testing.B) {
	for _, mib := range []int64{1, 16} {
		data := make([]byte, mib<<20)
		part := vault.Part{Size: mib << 20, TreeHash: treehash.Hash{1}, SHA256: treehash.Hash{2}}
		endpoint := discarding(b, part.TreeHash)
		isolate(b)
		account, err := glaciervault.Open(b.Context(), glaciervault.Config{Endpoint: endpoint})
		if err != nil {
			b.Fatal(err)
		}
		v, err := account.Vault("photos")
		if err != nil {
			b.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
		for name, send := range map[string]func() error{
			"sdk": func() error {
				_, err := v.UploadPart(b.Context(), "UPLOAD", part, bytes.NewReader(data))
				return err
			},
			"own": func() error { return ownPart(b, client, endpoint, part, data) },
		} {
			b.Run(fmt.Sprintf("%s/%dMiB", name, mib), func(b *testing.B) {
				b.SetBytes(part.Size)
				b.ReportAllocs()
				for b.Loop() {
					if err := send(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// discarding serves parts as fast as they can be read.
func discarding(b *testing.B, hash treehash.Hash) (endpoint string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the client sees it if not all came
		w.Header().Set("X-Amz-Sha256-Tree-Hash", hash.String())
		w.WriteHeader(http.StatusNoContent)
	}))
	b.Cleanup(server.Close)
	return server.URL
}

// ownPart sends a part without the SDK's client.
func ownPart(b *testing.B, client *http.Client, endpoint string, part vault.Part, data []byte) error {
	url := endpoint + "/-/vaults/photos/multipart-uploads/UPLOAD"
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPut, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	linear := part.SHA256.String()
	r.Header.Set("X-Amz-Glacier-Version", "2012-06-01")
	r.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/*", part.Offset, part.Offset+part.Size-1))
	r.Header.Set("X-Amz-Content-Sha256", linear)
	r.Header.Set("X-Amz-Sha256-Tree-Hash", part.TreeHash.String())
	keys := aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}
	if err := signer.NewSigner().SignHTTP(r.Context(), keys, r, linear, "glacier", "us-east-1", time.Now()); err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("answered with %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
