package treehash_test

import (
	"math"
	"testing"

	"firn/treehash"
)

func TestMegabyteAligned(t *testing.T) {
	const size = 6*mib + mib/2
	for _, test := range []struct {
		first, last, size int64
		want              bool
	}{
		{0, size - 1, size, true},
		{0, mib - 1, size, true},
		{mib, 3*mib - 1, size, true},
		{6 * mib, size - 1, size, true},
		{5 * mib, size - 1, size, true},
		{0, 0, 1, true},
		{mib, mib, mib + 1, true},

		{1, mib - 1, size, false},
		{0, mib, size, false},
		{0, mib - 2, size, false},
		{mib, mib, size, false},
		{6 * mib, size - 2, size, false},
		{6 * mib, 7*mib - 1, size, false},
		{0, size, size, false},
		{mib, mib - 1, size, false},
		{-mib, mib - 1, size, false},
		{0, -1, size, false},
		{0, 0, 0, false},
		{0, -1, 0, false},
		{0, 0, -1, false},
		{0, math.MaxInt64, math.MaxInt64, false},
		{0, math.MaxInt64 - 1, math.MaxInt64, true},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, false},
	} {
		if got := treehash.MegabyteAligned(test.first, test.last, test.size); got != test.want {
			t.Errorf("bytes %d to %d of %d: %t, want %t", test.first, test.last, test.size, got, test.want)
		}
	}
}

// It checks every range of every tree of up to 69 leaves. The last leaf has one byte, all
// bytes but one, or its full size.
func TestAlignedIsANodeOfTheTree(t *testing.T) {
	for leaves := int64(1); leaves <= 69; leaves++ {
		nodes := nodesOf(leaves)
		for _, size := range []int64{(leaves-1)*mib + 1, leaves*mib - 1, leaves * mib} {
			for p := range leaves {
				for q := p + 1; q <= leaves; q++ {
					last := min(q*mib, size) - 1
					if got, want := treehash.Aligned(p*mib, last, size), nodes[[2]int64{p, q}]; got != want {
						t.Fatalf("leaves %d to %d of %d bytes: %t, want %t", p, q, size, got, want)
					}
				}
			}
		}
	}
}

// nodesOf builds a tree by the service's definition, level by level, where an odd node
// moves up. It returns its nodes as the leaves from p up to q.
func nodesOf(leaves int64) map[[2]int64]bool {
	var level [][2]int64
	for p := range leaves {
		level = append(level, [2]int64{p, p + 1})
	}
	nodes := map[[2]int64]bool{}
	for {
		for _, n := range level {
			nodes[n] = true
		}
		if len(level) == 1 {
			return nodes
		}
		var above [][2]int64
		for i := 0; i < len(level); i += 2 {
			right := level[min(i+1, len(level)-1)]
			above = append(above, [2]int64{level[i][0], right[1]})
		}
		level = above
	}
}

// The archive's hash follows from the hashes of two aligned ranges, each of which was
// computed from the bytes of the range alone.
func TestAlignedRangesProveTheWhole(t *testing.T) {
	input := pattern(6*mib + mib/2)
	const split = 4 * mib
	if !treehash.Aligned(0, split-1, int64(len(input))) || !treehash.Aligned(split, int64(len(input))-1, int64(len(input))) {
		t.Fatal("the ranges are not aligned")
	}
	got := treehash.Combine([]treehash.Hash{treehash.Sum(input[:split]), treehash.Sum(input[split:])})
	if want := treehash.Sum(input); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLeaves(t *testing.T) {
	for size, want := range map[int64]int64{
		math.MinInt64: 1, -1: 1, 0: 1, 1: 1, mib - 1: 1, mib: 1, mib + 1: 2, 2 * mib: 2,
		10_000 * 4096 * mib: 40_960_000, math.MaxInt64: 1 << 43,
	} {
		if got := treehash.Leaves(size); got != want {
			t.Errorf("Leaves(%d) = %d, want %d", size, got, want)
		}
	}
}

// The arguments of Aligned come from requests and can be any numbers.
func FuzzAligned(f *testing.F) {
	f.Add(int64(0), int64(0), int64(1))
	f.Add(int64(4*mib), int64(7*mib-1), int64(7*mib))
	f.Add(int64(mib), int64(3*mib-1), int64(6*mib+5))
	f.Add(int64(-1), int64(math.MaxInt64), int64(math.MaxInt64))
	f.Add(int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64))
	f.Add(int64(0), int64(math.MaxInt64-1), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, first, last, size int64) {
		got := treehash.Aligned(first, last, size)
		within := 0 <= first && first <= last && last < size
		if got && (!within || !treehash.MegabyteAligned(first, last, size)) {
			t.Fatalf("bytes %d to %d of %d are aligned to the tree and not to megabytes", first, last, size)
		}
		if !within || size > 200*mib {
			return
		}
		p, q := first/mib, treehash.Leaves(last+1)
		whole := first == p*mib && (last+1 == q*mib || last+1 == size)
		if want := whole && nodesOf(treehash.Leaves(size))[[2]int64{p, q}]; got != want {
			t.Errorf("bytes %d to %d of %d: %t, want %t", first, last, size, got, want)
		}
	})
}
