package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"
)

// upload sends every part of the file at path, several at a time.
func upload(ctx context.Context, sums sums, url, path string, partSize int64, workers int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	client := newClient(workers)

	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for offset := int64(0); offset < info.Size(); offset += partSize {
		section := io.NewSectionReader(file, offset, min(partSize, info.Size()-offset))
		group.Go(func() error { return send(ctx, client, sums, url, offset, section) })
	}
	return group.Wait()
}

// send hashes a part, then reads it again, from the page cache, while it sends it.
func send(ctx context.Context, client *http.Client, sums sums, url string, offset int64, part *io.SectionReader) error {
	linear, tree, err := sums(ctx, part)
	if err != nil {
		return err
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, io.NopCloser(part))
	if err != nil {
		return err
	}
	req.ContentLength = part.Size()
	req.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/*", offset, offset+part.Size()-1))
	req.Header.Set("X-Amz-Content-Sha256", linear)
	req.Header.Set(headerTreeHash, tree)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("part at byte %d: %s", offset, resp.Status)
	}
	return nil
}
