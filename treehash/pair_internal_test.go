package treehash

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"testing"
)

// named is a Hasher over one implementation.
type named struct {
	*Hasher
	name string
}

// hashers returns one Hasher for each available implementation.
func hashers() []named {
	all := []named{{&Hasher{pair: newStandard()}, "standard"}}
	if block := available().dual; block != nil {
		all = append(all, named{&Hasher{pair: newDual(block)}, "dual"})
	}
	return all
}

// definition computes both hashes by the words of the service's guide, without any of the
// code under test.
func definition(b []byte) Sums {
	sums := Sums{Size: int64(len(b)), SHA256: sha256.Sum256(b)}
	var level []Hash
	for len(level) == 0 || len(b) > 0 {
		n := min(len(b), 1<<20)
		level = append(level, sha256.Sum256(b[:n]))
		b = b[n:]
	}
	for len(level) > 1 {
		var above []Hash
		for ; len(level) > 1; level = level[2:] {
			above = append(above, sha256.Sum256(append(level[0][:], level[1][:]...)))
		}
		level = append(above, level...)
	}
	sums.Tree = level[0]
	return sums
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// It checks every length up to some blocks beyond a padding of two blocks, at every
// alignment.
func TestShortInputsAtEveryAlignment(t *testing.T) {
	input := random(rand.New(rand.NewPCG(6, 1)), 400)
	for _, h := range hashers() {
		for start := range 64 {
			for n := range 300 {
				b := input[start : start+n]
				h.Write(b)
				if got, want := h.Sums(), definition(b); got != want {
					t.Fatalf("%s, %d bytes from %d on: %+v, want %+v", h.name, n, start, got, want)
				}
				h.Reset()
			}
		}
	}
}

// It checks lengths around the end of a block and of a leaf, in one write and in two writes
// divided near such an end.
func TestEndsOfBlocksAndLeaves(t *testing.T) {
	input := random(rand.New(rand.NewPCG(6, 2)), 3*LeafSize+100)
	for _, end := range []int{LeafSize, 2 * LeafSize, 3 * LeafSize} {
		for _, n := range []int{end - 65, end - 64, end - 63, end - 56, end - 9, end - 1, end, end + 1, end + 55, end + 56, end + 64, end + 65} {
			want := definition(input[:n])
			for _, h := range hashers() {
				for _, cut := range []int{0, 1, LeafSize - 64, LeafSize - 1, LeafSize, n - 64, n - 1} {
					cut = min(cut, n)
					h.Reset()
					h.Write(input[:cut])
					h.Sums()
					h.Write(input[cut:n])
					if got := h.Sums(); got != want {
						t.Fatalf("%s, %d bytes cut at %d: %+v, want %+v", h.name, n, cut, got, want)
					}
				}
			}
		}
	}
}

// It checks random lengths, pieces and alignments, with calls of Sums in between, with one
// Hasher for all rounds.
func TestRandomPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	input := random(r, 3*LeafSize+5000)
	all := hashers()
	for round := range 40 {
		start := r.IntN(64)
		n := r.IntN(len(input) - start)
		if round%2 == 0 {
			n = r.IntN(5000)
		}
		b := input[start : start+n]
		want := definition(b)
		halfway := r.IntN(n + 1)
		wantHalfway := definition(b[:halfway])
		longest := 1 << r.IntN(22)
		for _, h := range all {
			h.Reset()
			for at := 0; at < n; {
				if at == halfway && h.Sums() != wantHalfway {
					t.Fatalf("round %d, %s: %+v after %d bytes, want %+v", round, h.name, h.Sums(), at, wantHalfway)
				}
				next := min(at+r.IntN(longest+1), n)
				if at < halfway {
					next = min(next, halfway)
				}
				if got, err := h.Write(b[at:next]); got != next-at || err != nil {
					t.Fatalf("Write returned %d, %v; want %d", got, err, next-at)
				}
				at = next
			}
			if got := h.Sums(); got != want {
				t.Fatalf("round %d, %s, %d bytes from %d on: %+v, want %+v", round, h.name, n, start, got, want)
			}
		}
	}
}

// Write and Sums allocate no memory except for the stack of the tree.
func TestHasherAllocatesNothingForAWrite(t *testing.T) {
	buf := make([]byte, 256<<10+1)
	for _, h := range hashers() {
		for range 8 { // the tree has room for some leaves
			h.Write(buf)
		}
		if n := testing.AllocsPerRun(3, func() { h.Reset(); h.Write(buf) }); n > 0 {
			t.Errorf("%s: %v allocations", h.name, n)
		}
	}
}

// FuzzHasher writes data in pieces whose lengths are the bytes of splits, and calls Sums
// after each. If late is set, all but one block of a leaf is written before, so that short
// data extend beyond the leaf.
func FuzzHasher(f *testing.F) {
	before := random(rand.New(rand.NewPCG(6, 5)), LeafSize-64)
	for _, late := range []bool{false, true} {
		f.Add([]byte(nil), []byte(nil), late)
		f.Add([]byte("Welcome to Amazon Glacier."), []byte{1, 2, 3, 0, 64}, late)
		f.Add(make([]byte, 300), []byte{63, 1, 64, 65, 55, 9}, late)
		f.Add(make([]byte, 119), []byte{56}, late)
		f.Add(make([]byte, 64), []byte{64}, late)
	}
	f.Fuzz(func(t *testing.T, data, splits []byte, late bool) {
		var lead []byte
		if late {
			lead = before
		}
		want := definition(slices.Concat(lead, data))
		var onTheWay []Sums // by the first implementation
		for _, h := range hashers() {
			h.Write(lead)
			got := []Sums{h.Sums()}
			rest := data
			for _, n := range splits {
				k := min(int(n), len(rest))
				h.Write(rest[:k])
				rest = rest[k:]
				got = append(got, h.Sums())
			}
			h.Write(rest)
			if got := h.Sums(); got != want {
				t.Fatalf("%s: %+v, want %+v", h.name, got, want)
			}
			if onTheWay == nil {
				onTheWay = got
			}
			if !slices.Equal(got, onTheWay) {
				t.Fatalf("on the way the implementations differ: %+v and %+v", got, onTheWay)
			}
		}
	})
}
