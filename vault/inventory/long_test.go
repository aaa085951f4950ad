//go:build !race || torture

package inventory_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"firn/vault/inventory"
)

// long returns a document of many equal entries without holding it in memory.
type long struct {
	rest  []byte // of the piece that is being read
	entry []byte // the bytes of every entry but the first
	left  int    // entries left
	end   []byte
}

func newLong(tb testing.TB, csv bool, entries int) *long {
	tb.Helper()
	a := archive(1, `photos of "2015", part 1`)
	end := ""
	if !csv {
		end = "]}"
	}
	one := strings.TrimSuffix(write(tb, csv, a), end)
	two := strings.TrimSuffix(write(tb, csv, a, a), end)
	return &long{rest: []byte(one), entry: []byte(two[len(one):]), left: entries - 1, end: []byte(end)}
}

func (l *long) size() int64 { return int64(len(l.rest) + l.left*len(l.entry) + len(l.end)) }

func (l *long) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(l.rest) == 0 {
			switch {
			case l.left > 0:
				l.rest = l.entry
				l.left--
			case len(l.end) > 0:
				l.rest, l.end = l.end, nil
			case n > 0:
				return n, nil
			default:
				return 0, io.EOF
			}
		}
		m := copy(p[n:], l.rest)
		l.rest = l.rest[m:]
		n += m
	}
	return n, nil
}

// TestLongMemoryDoesNotGrow with the length of the list, or of a single entry.
func TestLongMemoryDoesNotGrow(t *testing.T) {
	const entries, allowed = 100_000, 2 << 20
	endless := func(csv bool) io.Reader {
		before, after := list("{}"), "]}"
		if csv {
			before, after = csvHeader+"words", "\n"
		}
		before = strings.TrimSuffix(before, "}]}")
		return io.MultiReader(strings.NewReader(before+`"`), io.LimitReader(zeros{}, 64<<20), strings.NewReader(`"}`+after))
	}
	for _, csv := range []bool{false, true} {
		for name, c := range map[string]struct {
			document io.Reader
			entries  int
		}{
			"long list":     {newLong(t, csv, entries), entries},
			"endless entry": {endless(csv), 1},
		} {
			t.Run(formName(csv)+" "+name, func(t *testing.T) {
				r := inventory.NewReader(c.document, csv)
				before, most, n := heap(), uint64(0), 0
				for ; ; n++ {
					_, err := r.Next()
					if n%10_000 == 0 {
						most = max(most, heap())
					}
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if n != c.entries || most > before+allowed {
					t.Errorf("%d entries, %d bytes of heap more than before", n, most-before)
				}
			})
		}
	}
}

// zeros is an endless text.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// heap returns the number of bytes in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkReader reads the entries of a large vault's inventory: ten million archives are
// 3.7 GB of JSON.
func BenchmarkReader(b *testing.B) {
	const entries = 100_000
	for _, csv := range []bool{false, true} {
		b.Run(formName(csv), func(b *testing.B) {
			b.SetBytes(newLong(b, csv, entries).size())
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range inventory.NewReader(newLong(b, csv, entries), csv).All() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != entries {
					b.Fatalf("%d entries, want %d", n, entries)
				}
			}
		})
	}
}

// BenchmarkWriter measures the server's side.
func BenchmarkWriter(b *testing.B) {
	const entries = 100_000
	a := archive(1, `photos of "2015", part 1`)
	for _, csv := range []bool{false, true} {
		b.Run(formName(csv), func(b *testing.B) {
			b.SetBytes(newLong(b, csv, entries).size())
			b.ReportAllocs()
			for b.Loop() {
				w, err := inventory.NewWriter(io.Discard, csv, head())
				for range entries {
					if err == nil {
						err = w.Add(a)
					}
				}
				if err = errors.Join(err, w.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
