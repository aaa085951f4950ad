package pack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"firn/pack"
)

// A pack is written, and one of its files is read back from the bytes that hold it.
func Example() {
	ctx := context.Background()
	var out bytes.Buffer
	w, err := pack.NewWriter(&out, pack.WriterOptions{
		ID:      "0123456789abcdef0123456789abcdef",
		Created: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	file := pack.Entry{Type: pack.TypeFile, Name: "etc/motd", Size: 6, Mode: 0o644}
	if _, err := w.Add(ctx, file, strings.NewReader("hello\n")); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	stored := bytes.NewReader(out.Bytes())
	tail, err := pack.ReadTail(ctx, stored, stored.Size())
	if err != nil {
		fmt.Println(err)
		return
	}
	for entry, err := range tail.Index(ctx, stored) {
		if err != nil {
			fmt.Println(err)
			return
		}
		needed := tail.Span(entry.Offset, entry.Size) // of the pack
		content, err := io.ReadAll(io.NewSectionReader(tail.Open(stored), entry.Offset, entry.Size))
		fmt.Printf("%s is in the pack from byte %d: %s%v", entry.Name, needed.Offset, content, err)
	}
	// Output: etc/motd is in the pack from byte 0: hello
	// <nil>
}
