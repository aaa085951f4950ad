package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"firn/internal/seal"
)

// readAll opens a file and reads its payload.
func readAll(file []byte, ids seal.Identities) ([]byte, error) {
	r, err := seal.Open(bytes.NewReader(file), int64(len(file)), ids)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
}

func TestDamagedFilesAreRefused(t *testing.T) {
	k, other := classic(t), hybrid(t)
	ids, to := identities(t, k), recipients(t, k.public)
	file, head := sealed(t, payload(200_000), to)
	same, sameHead := sealed(t, payload(200_000), to)
	full, _ := sealed(t, payload(3*65_536), to)
	const chunk = 65_552
	first := len(head)
	flip := func(at int) []byte {
		f := slices.Clone(file)
		f[at] ^= 1
		return f
	}
	otherRecipient := slices.Clone(file)
	if otherRecipient[40] == 'A' { // within the base64 of the recipient
		otherRecipient[40] = 'B'
	} else {
		otherRecipient[40] = 'A'
	}
	swapped := slices.Concat(head, file[first+chunk:first+2*chunk], file[first:first+chunk], file[first+2*chunk:])
	for name, c := range map[string]struct {
		file  []byte
		class error
	}{
		"empty":                        {nil, seal.ErrHeader},
		"not an age file":              {[]byte("PK\x03\x04 a zip archive"), seal.ErrHeader},
		"text without an end":          {bytes.Repeat([]byte("age"), 1<<20), seal.ErrHeader},
		"stanzas without an end":       {append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte("-> X25519 AAAA\nAAAA\n"), 100_000)...), seal.ErrHeader},
		"a line without an end":        {append([]byte("age-encryption.org/v1\n-> "), bytes.Repeat([]byte("A"), 4<<20)...), seal.ErrHeader},
		"version 2":                    {bytes.Replace(file, []byte("org/v1"), []byte("org/v2"), 1), seal.ErrHeader},
		"changed recipient":            {otherRecipient, seal.ErrIdentity},
		"changed MAC":                  {flip(first - 16 - 10), seal.ErrHeader},
		"changed nonce":                {flip(first - 1), seal.ErrChanged},
		"changed first chunk":          {flip(first), seal.ErrChanged},
		"changed tag of a chunk":       {flip(first + 2*chunk - 1), seal.ErrChanged},
		"changed last chunk":           {flip(len(file) - 20), seal.ErrChanged},
		"swapped chunks":               {swapped, seal.ErrChanged},
		"chunks of another file":       {slices.Concat(head, same[len(sameHead):]), seal.ErrChanged},
		"cut in the header":            {file[:100], seal.ErrTruncated},
		"cut in the nonce":             {file[:first-3], seal.ErrTruncated},
		"cut after the head":           {file[:first], seal.ErrTruncated},
		"cut in a chunk":               {file[:first+chunk+500], seal.ErrChanged},
		"cut in the tag of a chunk":    {file[:first+chunk+9], seal.ErrTruncated},
		"cut between chunks":           {file[:first+2*chunk], seal.ErrChanged},
		"a byte more":                  {append(slices.Clone(file), 0), seal.ErrChanged},
		"an empty chunk more":          {append(slices.Clone(full), make([]byte, 16)...), seal.ErrTruncated},
		"a chunk more":                 {append(slices.Clone(full), full[len(full)-chunk:]...), seal.ErrChanged},
		"two files one after another":  {slices.Concat(file, same), seal.ErrChanged},
		"bytes of others at the front": {append([]byte{0}, file...), seal.ErrHeader},
	} {
		if got, err := readAll(c.file, ids); !errors.Is(err, c.class) || !strings.HasPrefix(err.Error(), c.class.Error()) {
			t.Errorf("%s: %d bytes, error %v, want %q", name, len(got), err, c.class)
		}
	}
	if _, err := readAll(file, identities(t, other)); !errors.Is(err, seal.ErrIdentity) {
		t.Errorf("another key: %v", err)
	}
	if _, err := readAll(file, nil); !errors.Is(err, seal.ErrIdentity) {
		t.Errorf("no key: %v", err)
	}
}

func TestAHeadKeptApartMustBeThatOfTheFile(t *testing.T) {
	k := classic(t)
	ids, to := identities(t, k), recipients(t, k.public)
	file, head := sealed(t, payload(100), to)
	_, other := sealed(t, payload(100), to)
	for name, c := range map[string]struct {
		head  []byte
		class error
	}{
		"of another file":    {other, seal.ErrChanged},
		"cut":                {head[:len(head)-1], seal.ErrTruncated},
		"with a byte more":   {append(slices.Clone(head), 0), seal.ErrHeader},
		"empty":              {nil, seal.ErrHeader},
		"larger than a head": {make([]byte, seal.MaxHead+1), seal.ErrHeader},
	} {
		if _, err := seal.OpenHead(c.head, bytes.NewReader(file), int64(len(file)), ids); !errors.Is(err, c.class) {
			t.Errorf("%s: %v, want %q", name, err, c.class)
		}
	}
	for _, size := range []int64{-1, 0, int64(len(head)) + 15, 1 << 62} {
		if _, err := seal.OpenHead(head, bytes.NewReader(file), size, ids); err == nil {
			t.Errorf("opened with a size of %d", size)
		}
	}
}

// failing fails from byte at on.
type failing struct {
	io.ReaderAt
	at int64
}

var errNetwork = errors.New("the network is gone")

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off >= f.at {
		return 0, fmt.Errorf("fetch: %w", errNetwork)
	}
	return f.ReaderAt.ReadAt(p, off)
}

func TestErrorsOfTheSourceKeepTheirClass(t *testing.T) {
	k := classic(t)
	ids := identities(t, k)
	file, head := sealed(t, payload(300_000), recipients(t, k.public))
	size := int64(len(file))
	for _, at := range []int64{0, size - 60_000} {
		if _, err := seal.Open(failing{bytes.NewReader(file), at}, size, ids); !errors.Is(err, errNetwork) || errors.Is(err, seal.ErrChanged) {
			t.Errorf("fails at %d: %v", at, err)
		}
	}
	if _, err := seal.Open(bytes.NewReader(file[:size-1]), size, ids); !errors.Is(err, seal.ErrTruncated) {
		t.Errorf("shorter than it should be: %v", err)
	}
	var src seal.Sparse
	layout, err := seal.NewLayout(int64(len(head)), size)
	must(t, err)
	add(&src, file, layout.Last())
	add(&src, file, layout.Span(0, 70_000))
	r, err := seal.OpenHead(head, &src, size, ids)
	must(t, err)
	if _, err := r.ReadAt(make([]byte, 10), 140_000); !errors.Is(err, seal.ErrMissing) {
		t.Errorf("a range that was not fetched: %v", err)
	}
	if _, err := r.ReadAt(make([]byte, 70_000), 0); err != nil {
		t.Errorf("a range that was fetched: %v", err)
	}
}

// FuzzOpen opens arbitrary bytes. A reader neither panics nor returns bytes that were not
// encrypted.
func FuzzOpen(f *testing.F) {
	k := classic(f)
	ids := identities(f, k)
	file, head := sealed(f, []byte("plain"), recipients(f, k.public))
	f.Add(file)
	f.Add(head)
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 30\n\n--- \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := readAll(data, ids); err == nil && string(got) != "plain" {
			t.Errorf("read %q from another file", got)
		}
	})
}
