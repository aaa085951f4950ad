package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// leafSize is the size of a leaf of the tree hash in bytes.
const leafSize = 1 << 20

// tree prints the tree hash of the file at path. Each worker takes the next leaf that no
// other has taken.
func tree(ctx context.Context, path string, workers int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	leaves := make([][]byte, (info.Size()+leafSize-1)/leafSize)
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error {
			leaf := make([]byte, leafSize)
			for i := next.Add(1) - 1; i < int64(len(leaves)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				n, err := file.ReadAt(leaf, i*leafSize)
				if err != nil && err != io.EOF {
					return err
				}
				sum := sha256.Sum256(leaf[:n])
				leaves[i] = sum[:]
			}
			return context.Cause(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Println(hex.EncodeToString(root(leaves)))
	return nil
}

// root combines the hashes of neighbours, level by level, until one is left.
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
