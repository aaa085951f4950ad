package serving

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// If only one of several accounts has archives, it is scrubbed at the whole rate.
func TestScrubRateIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var roots []*dirvault.Root
		for i := range 4 {
			root, err := dirvault.OpenRoot(filepath.Join(t.TempDir(), strconv.Itoa(i)), dirvault.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := root.Close(); err != nil {
					t.Error(err)
				}
			}()
			roots = append(roots, root)
		}
		storeIn(t, roots[2], make([]byte, 5*treehash.LeafSize))
		o := scrubOptions{rate: treehash.LeafSize, every: time.Hour}
		defer o.start(t.Context(), roots, slog.New(slog.DiscardHandler))()
		<-time.After(5 * time.Second)
		synctest.Wait()
		if got := roots[2].Scrubbed().Archives; got != 1 {
			t.Errorf("after 5 s at 1 MiB/s it had read %d MiB of 5", roots[2].Scrubbed().Bytes/treehash.LeafSize)
		}
	})
}

// storeIn creates a vault with an archive of data.
func storeIn(t *testing.T, root *dirvault.Root, data []byte) {
	t.Helper()
	ctx := t.Context()
	if err := root.CreateVault(ctx, "films"); err != nil {
		t.Fatal(err)
	}
	v, err := root.Open(ctx, "films")
	if err != nil {
		t.Fatal(err)
	}
	size := int64(len(data))
	id, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: size})
	if err != nil {
		t.Fatal(err)
	}
	part, err := v.UploadPart(ctx, id, vault.Part{Size: size, TreeHash: treehash.Sum(data), SHA256: sha256.Sum256(data)}, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.CompleteUpload(ctx, id, vault.Completion{Size: size, TreeHash: treehash.Sum(data), Parts: []vault.Part{part}}); err != nil {
		t.Fatal(err)
	}
}
