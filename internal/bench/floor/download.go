package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"
)

// fetchStep is the number of bytes that are read, hashed and written at a time. It needs
// few system calls, and the bytes are still in the processor's cache when they are written.
const fetchStep = 256 << 10

// download downloads size bytes into the file at path, several ranges at a time. It
// overwrites an existing file in place.
func download(ctx context.Context, url, path string, size, rangeSize int64, workers int) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	client := newClient(workers)

	buffers := make(chan []byte, workers) // one for each worker
	for range workers {
		buffers <- make([]byte, fetchStep)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for offset := int64(0); offset < size; offset += rangeSize {
		group.Go(func() error {
			buffer := <-buffers
			defer func() { buffers <- buffer }()
			return fetch(ctx, client, url, io.NewOffsetWriter(file, offset), offset, min(rangeSize, size-offset), buffer)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return file.Sync()
}

// fetch downloads one range to w.
func fetch(ctx context.Context, client *http.Client, url string, w io.Writer, offset, size int64, buffer []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+size-1))
	req.Header.Set("X-Amz-Glacier-Version", "2012-06-01")
	if err := sign(req); err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent || resp.ContentLength != size {
		return fmt.Errorf("range at byte %d: %s, %d bytes", offset, resp.Status, resp.ContentLength)
	}
	tree, err := copyHashed(w, resp.Body, buffer)
	if err != nil {
		return err
	}
	if want := resp.Header.Get(headerTreeHash); tree != want {
		return fmt.Errorf("range at byte %d has the tree hash %s, and the server said %s", offset, tree, want)
	}
	return nil
}

// copyHashed copies r to w and returns the tree hash in hexadecimal. The size of the buffer
// must divide the size of a leaf.
func copyHashed(w io.Writer, r io.Reader, buffer []byte) (string, error) {
	leaf := sha256.New()
	var hashes [][]byte
	for inLeaf := 0; ; {
		n, err := io.ReadFull(r, buffer)
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return "", err
		}
		leaf.Write(buffer[:n])
		if _, err := w.Write(buffer[:n]); err != nil {
			return "", err
		}
		inLeaf += n
		if inLeaf == leafSize || last && inLeaf > 0 {
			hashes = append(hashes, leaf.Sum(nil))
			leaf.Reset()
			inLeaf = 0
		}
		if last {
			return hex.EncodeToString(root(hashes)), nil
		}
	}
}
