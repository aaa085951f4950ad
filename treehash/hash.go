// Package treehash computes the SHA-256 tree hash of Amazon Glacier.
//
// The input is cut into leaves of 1 MiB (the last may be shorter) and each leaf
// is hashed with SHA-256. Neighbouring hashes are hashed in pairs, 64 bytes at a
// time, level by level; an odd one at the end of a level moves up unchanged.
// What remains is the root, the tree hash. Up to 1 MiB it equals plain SHA-256.
// (Amazon Glacier developer guide, "Computing checksums".)
//
// Two properties carry firn. The tree hash of an archive follows from the tree
// hashes of its parts when every part but the last is 1 MiB times a power of two
// ([Combine]), so an upload never reads its source twice for it. And a range
// that is a node of the tree ([Aligned]) can be checked by itself.
package treehash

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// LeafSize is the size of a leaf in bytes: 1 MiB.
const LeafSize = 1 << 20

// Hash is a SHA-256 value: a leaf, a node or the root of a tree, or a linear
// hash. The zero Hash stands for "not known".
type Hash [sha256.Size]byte

// Parse reads a hash of 64 hexadecimal digits in either case, as the service's
// headers carry it.
func Parse(s string) (Hash, error) {
	var h Hash
	if len(s) != hex.EncodedLen(len(h)) {
		return Hash{}, fmt.Errorf("a SHA-256 hash has %d hexadecimal digits, not %d", hex.EncodedLen(len(h)), len(s))
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, fmt.Errorf("not a SHA-256 hash: %w", err)
	}
	return h, nil
}

// String returns 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether the hash is not known.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText returns what String returns, and nothing for the zero Hash.
func (h Hash) MarshalText() ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	return []byte(h.String()), nil
}

// UnmarshalText is the inverse of MarshalText.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*h = Hash{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}

// Sum returns the tree hash of b.
func Sum(b []byte) Hash {
	var t tree
	if b = t.pushWhole(b); len(b) > 0 || len(t.stack) == 0 {
		t.push(sha256.Sum256(b))
	}
	return t.root()
}

// Combine returns the tree hash of a whole from the tree hashes of its pieces in
// order. The caller guarantees that every piece but the last has the same size,
// 1 MiB times a power of two, and that the last is not larger. Without pieces it
// is the tree hash of nothing.
func Combine(pieces []Hash) Hash {
	if len(pieces) == 0 {
		return Sum(nil)
	}
	var t tree
	for _, p := range pieces {
		t.push(p)
	}
	return t.root()
}

// tree folds leaves into a root as they come, with one pending node a level. A
// node at level n stands for 2^n leaves; levels fall strictly from the bottom of
// the stack to its top, as the bits of a counter do.
type tree struct {
	stack []node
}

type node struct {
	level int
	hash  Hash
}

func (t *tree) push(h Hash) { t.pushNode(node{hash: h}) }

func (t *tree) pushAll(leaves []Hash) {
	for _, h := range leaves {
		t.push(h)
	}
}

// pushWhole adds all whole leaves that b begins with, as many at a time as can be
// hashed together, and returns the rest.
func (t *tree) pushWhole(b []byte) []byte {
	for len(b) >= LeafSize {
		batch := inUse().newBatch(int64(len(b) / LeafSize))
		batch.write(b, LeafSize, LeafSize)
		t.pushAll(batch.sums())
		b = b[batch.width()*LeafSize:]
	}
	return b
}

// pushNode adds a node behind the others, which lies where the tree has one.
func (t *tree) pushNode(n node) {
	for len(t.stack) > 0 && t.stack[len(t.stack)-1].level == n.level {
		n = node{level: n.level + 1, hash: join(t.stack[len(t.stack)-1].hash, n.hash)}
		t.stack = t.stack[:len(t.stack)-1]
	}
	t.stack = append(t.stack, n)
}

// root folds what is pending from the top down, which is the same as moving odd
// nodes up. It does not change t, and t holds at least one node.
func (t *tree) root() Hash {
	h := t.stack[len(t.stack)-1].hash
	for i := len(t.stack) - 2; i >= 0; i-- {
		h = join(t.stack[i].hash, h)
	}
	return h
}

func join(left, right Hash) Hash {
	var pair [2 * sha256.Size]byte
	copy(pair[:], left[:])
	copy(pair[sha256.Size:], right[:])
	return sha256.Sum256(pair[:])
}
