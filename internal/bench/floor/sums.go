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

// hashes are the ways to compute both hashes, by their names on the command line.
var hashes = map[string]sums{"standard": standardSums, "dual": dualSums}

// step is the number of bytes that are read before they are hashed: few enough to stay in
// the processor's cache.
const step = 32 << 10

// standardSums computes the two hashes of the standard library.
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

// dualSums uses firn's package to compute both hashes in one pass, if the processor
// supports that. It hashes one part at a time; firn may hash several together, which is
// faster.
func dualSums(ctx context.Context, r io.Reader) (linear, tree string, err error) {
	both, err := treehash.Read(ctx, r, make([]byte, step))
	return both.SHA256.String(), both.Tree.String(), err
}
