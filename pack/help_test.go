package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"firn/pack"
)

const testID = "0123456789abcdef0123456789abcdef"

var testTime = time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.UTC)

// options are for small packs with many frames.
func options() pack.WriterOptions {
	return pack.WriterOptions{ID: testID, Created: testTime, FrameSize: 4096, Concurrency: 2}
}

// begin begins a pack, and aborts it at the end of the test.
func begin(t testing.TB, w io.Writer, o pack.WriterOptions) *pack.Writer {
	t.Helper()
	writer, err := pack.NewWriter(w, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(writer.Abort)
	return writer
}

// write writes a pack and returns it with its tail.
func write(t testing.TB, o pack.WriterOptions, fill func(w *pack.Writer)) ([]byte, *pack.Tail) {
	t.Helper()
	var out bytes.Buffer
	w := begin(t, &out, o)
	fill(w)
	tail, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), tail
}

// add adds an entry with a content.
func add(t testing.TB, w *pack.Writer, e pack.Entry, content string, holes ...pack.Range) pack.Entry {
	t.Helper()
	var r io.Reader
	if e.Type == pack.TypeFile {
		e.Size = int64(len(content))
		r = strings.NewReader(content)
	}
	got, err := w.Add(t.Context(), e, r, holes...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func file(name string) pack.Entry {
	return pack.Entry{Type: pack.TypeFile, Name: name, Mode: 0o644, ModTime: testTime}
}

// collect returns all values before the first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for value, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// readTail reads the tail of a pack.
func readTail(t testing.TB, data []byte) *pack.Tail {
	t.Helper()
	tail, err := pack.ReadTail(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return tail
}

// entries returns the index of a pack.
func entries(t testing.TB, data []byte) []pack.Entry {
	t.Helper()
	all, err := collect(readTail(t, data).Index(t.Context(), bytes.NewReader(data)))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func digest(content string) pack.Digest { return sha256.Sum256([]byte(content)) }

// noise returns bytes that do not compress.
func noise(seed uint64, n int) string {
	var b strings.Builder
	source := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	if _, err := io.CopyN(&b, source, int64(n)); err != nil {
		panic(err)
	}
	return b.String()
}

// readAll reads a pack as a whole and ignores its content.
func readAll(ctx context.Context, r io.ReaderAt, size int64) error {
	tail, err := pack.ReadTail(ctx, r, size)
	if err != nil {
		return err
	}
	for _, err := range tail.Index(ctx, r) {
		if err != nil {
			return err
		}
	}
	for _, err := range tail.Changes(ctx, r) {
		if err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, io.NewSectionReader(tail.Open(r), 0, 1<<40))
	return err
}
