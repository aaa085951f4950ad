package restore

import "hash/maphash"

// hashes is a set of paths that takes about 16 bytes of memory for each. It may take one path for
// another in one of 10^13 cases, for a million paths.
type hashes struct {
	seed maphash.Seed
	all  map[uint64]struct{}
}

func (h *hashes) add(path string) {
	if h.all == nil {
		h.seed, h.all = maphash.MakeSeed(), make(map[uint64]struct{})
	}
	h.all[maphash.String(h.seed, path)] = struct{}{}
}

func (h *hashes) has(path string) bool {
	if h.all == nil {
		return false
	}
	_, ok := h.all[maphash.String(h.seed, path)]
	return ok
}
