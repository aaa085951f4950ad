package leaves

import (
	"slices"
	"sync"

	"firn/treehash"
	"firn/vault"
)

// knownDamage remembers the damaged leaves that readers found. A later request for a range
// with such a leaf is refused at once, with the reason. The first reader could only be cut
// off; if it asks again, it gets the reason.
type knownDamage struct {
	mu     sync.Mutex
	leaves map[vault.ArchiveID][]int64
}

// maxKnownDamage is how many archives are remembered, with as many leaves of each.
const maxKnownDamage = 256

func (k *knownDamage) remember(id vault.ArchiveID, leaf int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.leaves == nil || len(k.leaves) >= maxKnownDamage {
		k.leaves = make(map[vault.ArchiveID][]int64)
	}
	if known := k.leaves[id]; len(known) < maxKnownDamage && !slices.Contains(known, leaf) {
		k.leaves[id] = append(known, leaf)
	}
}

func (k *knownDamage) forget(id vault.ArchiveID, leaf int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.leaves[id] = slices.DeleteFunc(slices.Clone(k.leaves[id]), func(l int64) bool { return l == leaf })
	if len(k.leaves[id]) == 0 {
		delete(k.leaves, id)
	}
}

// within returns the first of the leaves that are known to be damaged in a range of
// an archive.
func (k *knownDamage) within(id vault.ArchiveID, r vault.Range) (leaf int64, found bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	first, last := r.Offset/treehash.LeafSize, (r.End()-1)/treehash.LeafSize
	for _, l := range k.leaves[id] {
		if first <= l && l <= last && (!found || l < leaf) {
			leaf, found = l, true
		}
	}
	return leaf, found
}
