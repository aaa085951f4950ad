// Package treehash computes the SHA-256 tree hash of Amazon Glacier.
//
// The input is cut into leaves of 1 MiB (the last one may be shorter), and each leaf is
// hashed with SHA-256. Neighbouring hashes are concatenated to 64 bytes and hashed again,
// level by level; an odd hash at the end of a level moves up unchanged. The last remaining
// hash is the root: the tree hash. For up to 1 MiB it equals plain SHA-256. (Amazon Glacier
// developer guide, "Computing checksums".)
//
// firn depends on two properties. First, the tree hash of an archive follows from the tree
// hashes of its parts if the size of every part but the last is 1 MiB times a power of two
// ([Combine]). So an upload does not read its source twice. Second, a range that is a node
// of the tree ([Aligned]) can be verified without the rest of the archive.
//
// [Read], [ReadAt], [TreeAt] and [SumsTogether] hash files, [Hasher] and [TreeHasher] hash
// streams, [Sum] hashes bytes in memory. On processors with the right instructions they use
// kernels in assembly; [Fault] reports whether one of them failed its test. All sizes and
// offsets are in bytes.
package treehash

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// LeafSize is the size of a leaf in bytes: 1 MiB.
const LeafSize = 1 << 20

// Hash is a SHA-256 value: a leaf, a node or the root of a tree, or a linear hash, which is
// the plain SHA-256 of all bytes. The zero Hash means "unknown".
type Hash [sha256.Size]byte

// Parse reads a hash of 64 hexadecimal digits in upper or lower case, as in the service's
// headers. Any other text is an error.
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

// String returns the hash as 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether the hash is unknown.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText returns the text of String, or empty text for the zero Hash.
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

// Combine returns the tree hash of a whole from the tree hashes of its pieces, in order.
// The caller guarantees that every piece but the last has the same size, 1 MiB times a
// power of two, and that the last is not larger. Without pieces it returns the tree hash of
// zero bytes.
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

// tree folds leaves into a root as they arrive. It keeps at most one pending node per
// level. A node at level n stands for 2^n leaves. The levels decrease strictly from the
// bottom of the stack to its top, like the one bits of a counter.
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

// pushWhole adds all complete leaves at the start of b, as many at a time as can be hashed
// together, and returns the rest of b.
func (t *tree) pushWhole(b []byte) []byte {
	for len(b) >= LeafSize {
		batch := inUse().newBatch(int64(len(b) / LeafSize))
		batch.write(b, LeafSize, LeafSize)
		t.pushAll(batch.sums())
		b = b[batch.width()*LeafSize:]
	}
	return b
}

// pushNode adds a node behind the others. The caller guarantees that the tree has a node
// there.
func (t *tree) pushNode(n node) {
	for len(t.stack) > 0 && t.stack[len(t.stack)-1].level == n.level {
		n = node{level: n.level + 1, hash: join(t.stack[len(t.stack)-1].hash, n.hash)}
		t.stack = t.stack[:len(t.stack)-1]
	}
	t.stack = append(t.stack, n)
}

// root folds the pending nodes from the top of the stack down, which has the same effect as
// moving odd nodes up. It does not change t. t holds at least one node.
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
