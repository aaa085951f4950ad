package transfer_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
)

// engineSize is the number of bytes that one round of a benchmark moves.
const engineSize = 256 * mib

// discarding is a vault that reads parts and keeps nothing, without a network. The
// benchmark therefore measures the engine alone: reading, hashing, reading again, counting.
type discarding struct{ vault.Uploader }

func (discarding) Limits() vault.Limits { return vault.Limits{} }

func (discarding) UploadPart(_ context.Context, _ vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	_, err := io.Copy(io.Discard, body)
	return p, err
}

// BenchmarkSend sends a file that is in the page cache.
func BenchmarkSend(b *testing.B) {
	file := zeroFile(b)
	for _, part := range []int64{1, 16} {
		for _, concurrency := range []int{1, 4, 0} {
			b.Run(fmt.Sprintf("part=%dMiB/concurrency=%d", part, concurrency), func(b *testing.B) {
				source := &advised{counting{ReaderAt: file}}
				plan := transfer.Plan{Size: engineSize, PartSize: part * mib}
				b.SetBytes(engineSize)
				b.ReportAllocs()
				for b.Loop() {
					_, err := transfer.Send(b.Context(), transfer.Options{
						Vault: discarding{}, Plan: plan, Source: transfer.FromReaderAt(source, plan), Concurrency: concurrency,
						Record: func(context.Context, vault.Part) error { return nil },
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkFetch fetches zeros into a file. Each segment has a hash that proves it.
func BenchmarkFetch(b *testing.B) {
	file := zeroFile(b)
	for _, segment := range []int64{1, 16} {
		for _, concurrency := range []int{1, 4, 0} {
			b.Run(fmt.Sprintf("segment=%dMiB/concurrency=%d", segment, concurrency), func(b *testing.B) {
				hash := treehash.Sum(make([]byte, segment*mib))
				segments := transfer.Segments(vault.Range{Size: engineSize}, engineSize, segment*mib)
				b.SetBytes(engineSize)
				b.ReportAllocs()
				for b.Loop() {
					_, err := transfer.Fetch(b.Context(), transfer.FetchOptions{
						Open: func(_ context.Context, r vault.Range) (vault.Output, error) {
							body := io.NopCloser(io.NewSectionReader(zeros{}, 0, r.Size))
							return vault.Output{ReadCloser: body, Size: r.Size, TreeHash: hash}, nil
						},
						Segments: segments, At: file, Concurrency: concurrency, Size: engineSize,
						Record: func(context.Context, vault.Range, treehash.Hash) error { return nil },
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// zeroFile returns a file of engineSize bytes whose pages are all in memory.
func zeroFile(b *testing.B) *os.File {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "zeros"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := file.Close(); err != nil {
			b.Error(err)
		}
	})
	if _, err := io.Copy(file, io.NewSectionReader(zeros{}, 0, engineSize)); err != nil {
		b.Fatal(err)
	}
	return file
}
