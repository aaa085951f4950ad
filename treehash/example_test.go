package treehash_test

import (
	"bytes"
	"fmt"

	"firn/treehash"
)

func ExampleSum() {
	fmt.Println(treehash.Sum([]byte("Welcome to Amazon Glacier.")))
	// Output: 726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628
}

// It computes the tree hash of an archive from those of its parts, without the bytes.
func ExampleCombine() {
	archive := bytes.Repeat([]byte("a"), 7<<20)
	const partSize = 4 << 20
	parts := []treehash.Hash{
		treehash.Sum(archive[:partSize]),
		treehash.Sum(archive[partSize:]),
	}
	fmt.Println(treehash.Combine(parts))
	fmt.Println(treehash.Sum(archive))
	// Output:
	// 97c5b900ef1ea71da2b168cbc9a5ca42130bae27ca3ef3277983bc069acaba16
	// 97c5b900ef1ea71da2b168cbc9a5ca42130bae27ca3ef3277983bc069acaba16
}
