package pack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"firn/pack"
)

// FuzzIndex gives a reader any bytes as the index. What it accepts is written again in the same
// way.
func FuzzIndex(f *testing.F) {
	for _, attack := range attacks() {
		forged := forge(f)
		attack.change(forged)
		if len(forged.index) < 4096 {
			f.Add(strings.TrimPrefix(forged.index, firstIndexLine))
		}
	}
	f.Fuzz(func(t *testing.T, lines string) {
		forged := forge(t)
		forged.index = firstIndexLine + lines
		data := forged.build()
		all, err := collect(readTail(t, data).Index(t.Context(), bytes.NewReader(data)))
		if err != nil && !errors.Is(err, pack.ErrInvalid) {
			t.Fatal(err)
		}
		for _, e := range all {
			again[pack.Entry](t, e)
		}
	})
}

// FuzzChanges gives a reader any bytes as the changes.
func FuzzChanges(f *testing.F) {
	for _, attack := range attacks() {
		forged := forge(f)
		attack.change(forged)
		if len(forged.changes) < 4096 {
			f.Add(strings.TrimPrefix(forged.changes, firstChangesLine))
		}
	}
	f.Fuzz(func(t *testing.T, lines string) {
		forged := forge(t)
		forged.changes = firstChangesLine + lines
		data := forged.build()
		all, err := collect(readTail(t, data).Changes(t.Context(), bytes.NewReader(data)))
		if err != nil && !errors.Is(err, pack.ErrInvalid) {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Snapshot != nil {
				again(t, *c.Snapshot)
			} else {
				again(t, c.Entry)
			}
		}
	})
}

// again checks that a value that was read has one form in JSON, which reads as the same.
func again[T any](t *testing.T, value T) {
	t.Helper()
	first, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var parsed T
	if err := json.Unmarshal(first, &parsed); err != nil {
		t.Fatalf("%s: %v", first, err)
	}
	second, err := json.Marshal(parsed)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("%s became %s, %v", first, second, err)
	}
}

// FuzzTail gives a reader any bytes as a pack.
func FuzzTail(f *testing.F) {
	for _, attack := range attacks() {
		forged := forge(f)
		attack.change(forged)
		if data := forged.build(); len(data) < 8192 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := readAll(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil && !errors.Is(err, pack.ErrInvalid) {
			t.Fatal(err)
		}
		size := int64(len(data))
		if tail, err := pack.ReadTail(t.Context(), pack.Last(data, size+1000), size+1000); err == nil {
			tail.Span(size/2, size)
		}
	})
}
