package backup_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"firn"
	"firn/backup"
	"firn/vault/dirvault"
)

// Open a vault and its catalog, back up a directory twice, and print what was stored.
func ExampleRun() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "firn-example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	home, cold := filepath.Join(dir, "home"), filepath.Join(dir, "cold")
	if err := os.Mkdir(home, 0o700); err != nil {
		log.Fatal(err)
	}
	if err := dirvault.Create(cold, dirvault.Options{}); err != nil {
		log.Fatal(err)
	}
	d, err := firn.Open(ctx, "file://"+cold, firn.Options{Catalog: filepath.Join(dir, "catalog.db")})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"june", "july"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte("the photos of "+name), 0o600); err != nil {
			log.Fatal(err)
		}
		report, err := backup.Run(ctx, d.Depot, d.Catalog.Backups(), []string{home}, backup.Options{
			Tags: []string{name}, SpoolDir: filepath.Join(dir, "spool"),
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Snapshot.Tags, report.Files, "files,", report.Stored, "bytes stored in", len(report.Packs), "pack")
	}
	// Output:
	// [june] 2 files, 18 bytes stored in 1 pack
	// [july] 3 files, 18 bytes stored in 1 pack
}
