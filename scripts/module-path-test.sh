#!/usr/bin/env bash
# Checks, on a copy of the tree, that the module can be renamed, and that a program in
# another module can then use it: the program stores a file in a directory, reads the
# inventory, and downloads the file.
set -euo pipefail
cd "$(dirname "$0")/.."
# Without the paths of the copy, Go compiles only what has changed since the last run.
export GOFLAGS="-buildvcs=false -trimpath" GOWORK=off CGO_ENABLED=0

work=$(mktemp -d "${TMPDIR:-/tmp}/firn-renamed.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/firn" "$work/elsewhere"
git ls-files -co --exclude-standard -z | xargs -0 cp -a --parents -t "$work/firn"
"$work/firn/scripts/module-path.sh" example.org/cold/firn
if grep -rn --include='*.go' -E '^\s*(import )?"firn(/[^"]*)?"$' "$work/firn"; then
	echo 'these imports were not renamed' >&2
	exit 1
fi
(cd "$work/firn" && go build -o /dev/null ./cmd/firn && go vet ./vault ./record ./upload)

cd "$work/elsewhere"
cat >main.go <<'END'
// Command elsewhere is a stranger's program that uses the library.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"example.org/cold/firn"
	"example.org/cold/firn/download"
	"example.org/cold/firn/reconcile"
	"example.org/cold/firn/record"
	"example.org/cold/firn/upload"
	"example.org/cold/firn/vault/dirvault"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string) error {
	file, cold, back := filepath.Join(dir, "june.tar"), filepath.Join(dir, "cold"), filepath.Join(dir, "back.tar")
	if err := os.WriteFile(file, []byte("June, all disks"), 0o600); err != nil {
		return err
	}
	if err := dirvault.Create(cold, dirvault.Options{}); err != nil {
		return err
	}
	d, err := firn.Open(ctx, "file://"+cold, firn.Options{Catalog: filepath.Join(dir, "catalog.db")})
	if err != nil {
		return err
	}
	defer d.Close()
	stored, err := upload.File(ctx, d.Depot, file, upload.Options{Description: "June"})
	if err != nil {
		return err
	}
	if _, err := reconcile.Inventory(ctx, d.Depot, reconcile.Options{}); err != nil {
		return err
	}
	archive := record.Archive{ID: stored.ArchiveID, Size: -1}
	if _, err := download.File(ctx, d.Depot, archive, back, download.Options{}); err != nil {
		return err
	}
	was, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	is, err := os.ReadFile(back)
	if err == nil && !bytes.Equal(was, is) {
		err = fmt.Errorf("other bytes came back: %q", is)
	}
	return err
}
END
# Use the versions in firn's go.mod.
sed -e 's|^module .*|module example.org/elsewhere|' "$work/firn/go.mod" >go.mod
cp "$work/firn/go.sum" .
go mod edit -require example.org/cold/firn@v0.0.0 -replace "example.org/cold/firn=$work/firn"
GOFLAGS="$GOFLAGS -mod=mod" go run . "$work/elsewhere"
echo 'the renamed module builds, and a program in another module stores, lists and gets back a file'
