package upload_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"firn"
	"firn/upload"
	"firn/vault/dirvault"
)

// Open a vault by its URL, upload a file with a description, and print the length of the
// archive id. With the URL glacier://image-backups?region=us-west-2 the same lines store the
// file at Amazon.
func ExampleFile() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "firn-example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "backup.tar")
	if err := os.WriteFile(file, []byte("Welcome to Amazon Glacier."), 0o600); err != nil {
		log.Fatal(err)
	}
	cold := filepath.Join(dir, "image-backups")
	if err := dirvault.Create(cold, dirvault.Options{}); err != nil {
		log.Fatal(err)
	}

	d, err := firn.Open(ctx, "file://"+cold, firn.Options{Catalog: filepath.Join(dir, "catalog.db")})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	stored, err := upload.File(ctx, d.Depot, file, upload.Options{Description: "June, all disks"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(stored.ArchiveID), "characters of archive id")
	fmt.Println(stored.Size, "bytes with tree hash", stored.TreeHash)
	// Output:
	// 138 characters of archive id
	// 26 bytes with tree hash 726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628
}
