package download_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"firn"
	"firn/download"
	"firn/record"
	"firn/source"
	"firn/upload"
	"firn/vault/dirvault"
)

// Download an archive of which only the id is known. The job supplies its size and tree hash.
// In a directory the job is done at once. At Amazon, File waits for hours unless NoWait is
// set.
func ExampleFile() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "firn-example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cold := filepath.Join(dir, "image-backups")
	if err := dirvault.Create(cold, dirvault.Options{}); err != nil {
		log.Fatal(err)
	}
	d, err := firn.Open(ctx, "file://"+cold, firn.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	source := source.Stream(bytes.NewReader([]byte("Welcome to Amazon Glacier.")))
	stored, err := upload.From(ctx, d.Depot, source, upload.Options{Description: "June", SpoolDir: dir})
	if err != nil {
		log.Fatal(err)
	}

	back := filepath.Join(dir, "back.txt")
	got, err := download.File(ctx, d.Depot, record.Archive{ID: stored.ArchiveID, Size: -1}, back, download.Options{})
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(back)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	fmt.Println(got.Range.Size, "bytes with tree hash", got.TreeHash)
	// Output:
	// Welcome to Amazon Glacier.
	// 26 bytes with tree hash 726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628
}
