// Command versitygw is the S3 server that our tests run against: VersityGW with
// its posix back end, listening on a Unix socket. It ends when its standard input
// does, so that it never outlives the process that started it, however that died.
//
// Usage: versitygw DIR ACCESS_KEY SECRET_KEY REGION DOMAIN
//
// Everything is kept below DIR, which must exist; the socket is DIR/socket.
// Buckets are addressed by path and, below DOMAIN, by host.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: versitygw DIR ACCESS_KEY SECRET_KEY REGION DOMAIN")
		os.Exit(2)
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := serve(ctx, os.Args[1], &embedgw.Config{
		RootUserAccess: os.Args[2],
		RootUserSecret: os.Args[3],
		Region:         os.Args[4],
		VirtualDomain:  os.Args[5],
	}); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve runs the server over dir until ctx ends. What belongs to objects beside
// their bytes is kept in files of its own: not every file system that tests run
// on has extended attributes.
func serve(ctx context.Context, dir string, config *embedgw.Config) error {
	data, attributes, versions := filepath.Join(dir, "data"), filepath.Join(dir, "attributes"), filepath.Join(dir, "versions")
	users := filepath.Join(dir, "users")
	for _, path := range []string{data, attributes, versions, users} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
	}
	store, err := meta.NewSideCar(attributes)
	if err != nil {
		return err
	}
	back, err := posix.New(data, attributeFiles{store}, posix.PosixOpts{
		VersioningDir:       versions,
		SideCarDir:          attributes,
		Concurrency:         64,
		CopyObjectThreshold: 5 << 30,
	})
	if err != nil {
		return err
	}
	config.Ports = []string{filepath.Join(dir, "socket")}
	config.MaxConnections, config.MaxRequests = 1024, 1024
	config.MultipartMaxParts = 10_000
	config.KeepAlive, config.Quiet = true, true
	config.IAMDir, config.IAMCacheDisable = users, true
	return embedgw.RunVersityGW(ctx, back, config)
}

// attributeFiles keeps attributes in files. They belong to a key and not to the file
// that has the bytes, so a new version would have the tags of the one before, and be
// a delete marker if that was one; extended attributes would not be passed on.
type attributeFiles struct{ meta.SideCar }

func (a attributeFiles) StoreAttribute(f *os.File, bucket, object, attribute string, value []byte) error {
	if isNew := f != nil && object != "" && attribute == "version-id"; isNew {
		for _, old := range []string{"delete-marker", "X-Amz-Tagging"} {
			if err := a.DeleteAttribute(bucket, object, old); err != nil && !errors.Is(err, meta.ErrNoSuchKey) {
				return err
			}
		}
	}
	return a.SideCar.StoreAttribute(f, bucket, object, attribute, value)
}
