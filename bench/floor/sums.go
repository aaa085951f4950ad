package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"firn/treehash"
)

// sums returns both hashes of the bytes of r, in hexadecimal.
type sums func(ctx context.Context, r io.Reader) (linear, tree string, err error)

// hashes are the ways to compute both, by the names that the command line has.
var hashes = map[string]sums{"standard": standardSums, "dual": dualSums}

// step is how much is read before it is hashed: small enough to stay in the
// processor's cache meanwhile.
const step = 32 << 10

// standardSums has every byte seen by two hashes of the standard library.
func standardSums(_ context.Context, r io.Reader) (linear, tree string, err error) {
	whole, leaf, buf := sha256.New(), sha256.New(), make([]byte, step)
	var hashes [][]byte
	for inLeaf := 0; ; {
		n, err := io.ReadFull(r, buf)
		whole.Write(buf[:n])
		leaf.Write(buf[:n])
		inLeaf += n
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if inLeaf == leafSize || last && inLeaf > 0 {
			hashes = append(hashes, leaf.Sum(nil))
			leaf.Reset()
			inLeaf = 0
		}
		if last {
			return hex.EncodeToString(whole.Sum(nil)), hex.EncodeToString(root(hashes)), nil
		}
		if err != nil {
			return "", "", err
		}
	}
}

// dualSums has firn's package compute both in one pass where the processor can. It
// knows one part only: firn may hash several parts together, which is faster.
func dualSums(ctx context.Context, r io.Reader) (linear, tree string, err error) {
	both, err := treehash.Read(ctx, r, make([]byte, step))
	return both.SHA256.String(), both.Tree.String(), err
}
