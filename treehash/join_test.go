package treehash_test

import (
	"math/rand/v2"
	"testing"

	"firn/treehash"
)

// It cuts every tree of up to 200 leaves at random into nodes. The leaf hashes are
// arbitrary.
func TestJoinFindsTheRootFromAnyNodes(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	all := make([]treehash.Hash, 200)
	for i := range all {
		all[i] = treehash.Sum([]byte{byte(i)})
	}
	for n := 1; n <= len(all); n++ {
		leaves := all[:n]
		for _, size := range []int64{int64(n-1)*mib + 1, int64(n) * mib} {
			for range 5 {
				nodes := cut(draw, leaves, size)
				got, err := treehash.Join(nodes)
				if want := treehash.Combine(leaves); err != nil || got != want {
					t.Fatalf("%d bytes in %d nodes: %s, %v; want %s", size, len(nodes), got, err, want)
				}
			}
		}
	}
}

// cut divides an archive of size bytes into nodes, each drawn from those that the tree has
// at this offset.
func cut(draw *rand.Rand, leaves []treehash.Hash, size int64) []treehash.Node {
	var nodes []treehash.Node
	for first := int64(0); first < size; {
		var ends []int64
		for end := first; end < size; {
			end = min(end+mib, size)
			if treehash.Aligned(first, end-1, size) {
				ends = append(ends, end)
			}
		}
		end := ends[draw.IntN(len(ends))]
		below := leaves[first/mib : treehash.Leaves(end)]
		nodes = append(nodes, treehash.Node{Size: end - first, Hash: treehash.Combine(below)})
		first = end
	}
	return nodes
}

// A node of a tree can be joined from the nodes below it, wherever it lies.
func TestJoinANode(t *testing.T) {
	input := pattern(4 * mib)
	got, err := treehash.Join([]treehash.Node{
		{Size: 2 * mib, Hash: treehash.Sum(input[:2*mib])},
		{Size: mib, Hash: treehash.Sum(input[2*mib : 3*mib])},
		{Size: mib, Hash: treehash.Sum(input[3*mib:])},
	})
	if want := treehash.Sum(input); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, err = treehash.Join(nil); err != nil || got != treehash.Sum(nil) {
		t.Errorf("nothing joined: %s, %v", got, err)
	}
}

func TestJoinRefusesWhatIsNoTree(t *testing.T) {
	for name, sizes := range map[string][]int64{
		"a node off its place":       {mib, 2 * mib},
		"a last node off its place":  {mib, 2*mib - 1},
		"no power of two, not last":  {3 * mib, mib},
		"a broken leaf, not last":    {mib - 1, mib},
		"an empty node":              {mib, 0},
		"a negative node":            {mib, -1},
		"a last node that is larger": {mib, mib, 3 * mib},
	} {
		nodes := make([]treehash.Node, len(sizes))
		for i, size := range sizes {
			nodes[i].Size = size
		}
		if got, err := treehash.Join(nodes); err == nil {
			t.Errorf("%s: joined to %s", name, got)
		}
	}
}
