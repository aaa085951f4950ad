package transfer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
)

// mustTile fails unless the runs are adjacent and cover exactly r.
func mustTile(t *testing.T, r vault.Range, runs []vault.Range) {
	t.Helper()
	at := r.Offset
	for _, run := range runs {
		if run.Offset != at || run.Size <= 0 {
			t.Fatalf("%+v is cut into %+v", r, runs)
		}
		at = run.End()
	}
	if at != r.End() {
		t.Fatalf("%+v is cut into %+v", r, runs)
	}
}

// isNode reports whether a run is a node of the tree of an archive.
func isNode(r vault.Range, size int64) bool {
	return treehash.Aligned(r.Offset, r.End()-1, size)
}

// This test tries every range, aligned to megabytes, of every archive of up to 40 leaves.
func TestSegmentsAreNodes(t *testing.T) {
	for leaves := int64(1); leaves <= 40; leaves++ {
		for _, size := range []int64{(leaves-1)*mib + 1, leaves * mib} {
			for from := range leaves {
				for to := from + 1; to <= leaves; to++ {
					r := vault.Range{Offset: from * mib, Size: min(to*mib, size) - from*mib}
					for _, segment := range []int64{1, mib, 4*mib - 1, 4 * mib, 16 * mib} {
						runs := transfer.Segments(r, size, segment)
						mustTile(t, r, runs)
						for _, run := range runs {
							if !isNode(run, size) || run.Size > max(mib, segment) {
								t.Fatalf("%+v of %d bytes, by %d: %+v", r, size, segment, runs)
							}
						}
					}
				}
			}
		}
	}
}

// Trying all covers finds none with fewer nodes.
func TestNodesAreTheFewest(t *testing.T) {
	for leaves := int64(1); leaves <= 24; leaves++ {
		for _, size := range []int64{(leaves-1)*mib + 1, leaves * mib} {
			for from := range leaves {
				fewest := fewestNodes(from, leaves, size)
				for to := from + 1; to <= leaves; to++ {
					r := vault.Range{Offset: from * mib, Size: min(to*mib, size) - from*mib}
					runs := transfer.Nodes(r, size)
					mustTile(t, r, runs)
					for _, run := range runs {
						if !isNode(run, size) {
							t.Fatalf("%+v of %d bytes: %+v", r, size, runs)
						}
					}
					if len(runs) != fewest[to] {
						t.Fatalf("%+v of %d bytes: %d nodes, and %d are enough", r, size, len(runs), fewest[to])
					}
				}
			}
		}
	}
}

// fewestNodes returns, for each leaf, the smallest number of nodes that cover the range
// from one leaf to it.
func fewestNodes(from, leaves, size int64) []int {
	fewest := make([]int, leaves+1)
	for to := from + 1; to <= leaves; to++ {
		fewest[to] = math.MaxInt
		for mid := from; mid < to; mid++ {
			last := vault.Range{Offset: mid * mib, Size: min(to*mib, size) - mid*mib}
			if isNode(last, size) {
				fewest[to] = min(fewest[to], fewest[mid]+1)
			}
		}
	}
	return fewest
}

func TestSegmentsOfLargeAndOddRanges(t *testing.T) {
	const tib = int64(1) << 40
	for name, test := range map[string]struct {
		r             vault.Range
		size, segment int64
		want          []vault.Range
	}{
		"nothing":  {vault.Range{}, 0, 0, nil},
		"one byte": {vault.Range{Size: 1}, 1, 0, []vault.Range{{Size: 1}}},
		"16 MiB by itself": {vault.Range{Size: 33 * mib}, 33 * mib, 0, []vault.Range{
			{Size: 16 * mib}, {Offset: 16 * mib, Size: 16 * mib}, {Offset: 32 * mib, Size: mib},
		}},
		"ends that are no megabytes": {vault.Range{Offset: mib - 3, Size: 2*mib + 5}, 9 * mib, 0, []vault.Range{
			{Offset: mib - 3, Size: 3}, {Offset: mib, Size: mib}, {Offset: 2 * mib, Size: mib}, {Offset: 3 * mib, Size: 2},
		}},
		"inside a leaf":       {vault.Range{Offset: mib + 1, Size: 7}, 9 * mib, 0, []vault.Range{{Offset: mib + 1, Size: 7}}},
		"the largest archive": {vault.Range{Size: 40 * tib}, 40 * tib, math.MaxInt64, []vault.Range{{Size: 40 * tib}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := transfer.Segments(test.r, test.size, test.segment); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// This test compares random small ranges byte by byte.
func TestMissing(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	anyRange := func() vault.Range { return vault.Range{Offset: draw.Int64N(30), Size: draw.Int64N(6)} }
	for range 5000 {
		whole := vault.Range{Offset: draw.Int64N(10), Size: draw.Int64N(20)}
		have := make([]vault.Range, draw.IntN(8))
		for i := range have {
			have[i] = anyRange()
		}
		before := slices.Clone(have)
		var want []vault.Range
		for place := whole.Offset; place < whole.End(); place++ {
			if slices.ContainsFunc(have, func(h vault.Range) bool { return h.Offset <= place && place < h.End() }) {
				continue
			}
			if n := len(want); n > 0 && want[n-1].End() == place {
				want[n-1].Size++
			} else {
				want = append(want, vault.Range{Offset: place, Size: 1})
			}
		}
		if got := transfer.Missing(whole, have); !slices.Equal(got, want) || !slices.Equal(have, before) {
			t.Fatalf("%+v without %+v: %+v, want %+v", whole, before, got, want)
		}
	}
}
