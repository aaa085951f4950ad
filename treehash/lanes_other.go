//go:build !amd64

package treehash

func haveLanes() bool { return false }

// blockLanes is never called, since haveLanes denies it.
func blockLanes(*[8][lanes]uint32, *byte, uintptr, uintptr) {}
