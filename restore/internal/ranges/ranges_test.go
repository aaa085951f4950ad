package ranges_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"firn/internal/transfer"
	"firn/restore/internal/ranges"
	"firn/treehash"
	"firn/vault"
)

const mib = treehash.LeafSize

// model returns the least costs of readable leaves, and the fewest bytes of these, by trying
// every set of nodes.
func model(needed []bool, size, gap int64) (cost, bytes int64) {
	best := [2]int64{math.MaxInt64, 0}
	var nodes []vault.Range
	for width := int64(1); width < 2*int64(len(needed)); width *= 2 {
		for at := int64(0); at < int64(len(needed)); at += width {
			nodes = append(nodes, vault.Range{Offset: at * mib, Size: min(width*mib, size-at*mib)})
		}
	}
	var try func(at int, cost, bytes int64)
	try = func(at int, cost, bytes int64) {
		for at < len(needed) && !needed[at] {
			at++
		}
		if at == len(needed) {
			if cost < best[0] || cost == best[0] && bytes < best[1] {
				best = [2]int64{cost, bytes}
			}
			return
		}
		for _, n := range nodes {
			if n.Contains(vault.Range{Offset: int64(at) * mib, Size: 1}) {
				try(int(treehash.Leaves(n.End())), cost+gap+n.Size, bytes+n.Size)
			}
		}
	}
	try(0, 0, 0)
	return best[0], best[1]
}

func TestCoverIsTheLeastSet(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 400 {
		size := 1 + random.Int64N(10*mib)
		gap := []int64{0, mib / 10, mib, 2 * mib, 5 * mib, 100 * mib}[random.IntN(6)]
		set, needed := ranges.NewSet(size), make([]bool, treehash.Leaves(size))
		for range random.IntN(6) {
			r := vault.Range{Offset: random.Int64N(size), Size: random.Int64N(3 * mib)}
			set.Add(r)
			for at := r.Offset; at < min(r.End(), size); at++ {
				if needed[at/mib] = true; at%mib == 0 {
					at += mib - 1
				}
			}
		}
		wantCost, wantBytes := model(needed, size, gap)
		var cost, bytes int64
		end := int64(-1)
		for _, r := range set.Cover(gap) {
			nodes := transfer.Nodes(r, size)
			cost += int64(len(nodes))*gap + r.Size
			bytes += r.Size
			if r.Offset <= end || !treehash.MegabyteAligned(r.Offset, r.End()-1, size) {
				t.Fatalf("seed %d: %v is not the next aligned range of %d bytes", seed, r, size)
			}
			end = r.End()
			set.Remove(r)
		}
		if !set.IsEmpty() {
			t.Fatalf("seed %d: a leaf of %v is in no range", seed, needed)
		}
		if cost != wantCost || gap > 0 && bytes != wantBytes {
			t.Fatalf("seed %d: %v of %d bytes, gap %d: costs %d with %d bytes; the model says %d with %d",
				seed, needed, size, gap, cost, bytes, wantCost, wantBytes)
		}
	}
}

func TestSetOfALargeArchive(t *testing.T) {
	const size = 40 << 40
	set := ranges.NewSet(size)
	set.Add(vault.Range{Offset: -5, Size: 3})
	set.Add(vault.Range{Offset: size, Size: 3})
	if !set.IsEmpty() || set.Cover(mib) != nil {
		t.Error("ranges outside of the archive are in the set")
	}
	set.Add(vault.Range{Offset: size - 1, Size: 100})
	set.Add(vault.Range{Offset: 63*mib + 5, Size: 2 * mib})
	got := set.Cover(mib)
	want := []vault.Range{{Offset: 63 * mib, Size: 3 * mib}, {Offset: size - mib, Size: mib}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
	if !set.Has(vault.Range{Offset: 64 * mib, Size: 1}) || set.Has(vault.Range{Offset: 66 * mib, Size: mib}) {
		t.Error("Has is wrong")
	}
}
