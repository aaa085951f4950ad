package main

import "crypto/sha256"

// leafSize is the size of a leaf of the tree hash in bytes.
const leafSize = 1 << 20

// root joins the hashes of neighbours, level by level, until one is left.
func root(level [][]byte) []byte {
	for len(level) > 1 {
		var above [][]byte
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				above = append(above, level[i])
				break
			}
			sum := sha256.Sum256(append(append([]byte{}, level[i]...), level[i+1]...))
			above = append(above, sum[:])
		}
		level = above
	}
	return level[0]
}
