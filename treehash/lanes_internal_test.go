package treehash

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// drawn returns n random bytes.
func drawn(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// checkBatch hashes 16 runs of blocks blocks each through a batch, in two writes,
// and compares each with the standard library. It does nothing where there is no
// kernel: nobody makes a batch there.
func checkBatch(t *testing.T, data []byte, apart, blocks, first int) {
	t.Helper()
	if !haveLanes() {
		return
	}
	const block = sha256.BlockSize
	b := newBatch()
	for _, part := range [][2]int{{0, first}, {first, blocks}} {
		if part[1] > part[0] {
			b.write(data[part[0]*block:], apart, (part[1]-part[0])*block)
		}
	}
	for lane, got := range b.sums() {
		run := data[lane*apart:][:blocks*block]
		if want := Hash(sha256.Sum256(run)); got != want {
			t.Fatalf("lane %d of %d blocks, %d bytes apart, cut at %d: %s, want %s", lane, blocks, apart, first, got, want)
		}
	}
}

// Runs of any number of blocks, at any alignment, at any distance, overlapping
// and far apart.
func TestLanesAtAnyPlace(t *testing.T) {
	data := drawn(1, 100_000)
	for start := range 65 {
		for _, apart := range []int{0, 1, 63, 64, 65, 640, 5000} {
			checkBatch(t, data[start:], apart, start%9+1, min(start%4, start%9+1))
		}
	}
	r := rand.New(rand.NewPCG(7, 1))
	for range 300 {
		blocks := 1 + r.IntN(300)
		checkBatch(t, data[r.IntN(64):], r.IntN(5000), blocks, r.IntN(blocks+1))
	}
}

// Bits that are all alike bring out a wrong constant or carry.
func TestLanesOfEqualBits(t *testing.T) {
	for _, fill := range []byte{0x00, 0xff, 0x80, 0x01} {
		checkBatch(t, bytes.Repeat([]byte{fill}, 16*128), 128, 2, 1)
	}
}

// The tree hash around the sizes from which on leaves are hashed together, from
// memory and from a reader, on one core and on two.
func TestTreesOfManyLeaves(t *testing.T) {
	data := drawn(2, 33*LeafSize)
	for _, size := range []int{
		15 * LeafSize, 16*LeafSize - 1, 16 * LeafSize, 16*LeafSize + 1, 17 * LeafSize,
		31*LeafSize + 5, 32*LeafSize - 1, 32 * LeafSize, 32*LeafSize + 1, 33 * LeafSize,
	} {
		b := data[:size]
		want := definition(b).Tree
		if got := Sum(b); got != want {
			t.Errorf("Sum of %d bytes: %s, want %s", size, got, want)
		}
		for cores := 1; cores <= 2; cores++ {
			if got, err := TreeAt(t.Context(), bytes.NewReader(b), int64(size), cores); err != nil || got != want {
				t.Errorf("TreeAt of %d bytes on %d cores: %s, %v; want %s", size, cores, got, err, want)
			}
		}
	}
}

// FuzzLanes hashes runs of data that begin at start and are apart bytes apart.
func FuzzLanes(f *testing.F) {
	f.Add(drawn(3, 4000), uint16(0), uint16(64), uint8(1))
	f.Add(drawn(4, 4000), uint16(7), uint16(100), uint8(3))
	f.Add(make([]byte, 200), uint16(1), uint16(0), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, start, apart uint16, first uint8) {
		data = data[min(int(start), len(data)):]
		if blocks := (len(data) - (lanes-1)*int(apart)) / sha256.BlockSize; blocks > 0 {
			checkBatch(t, data, int(apart), blocks, min(int(first), blocks))
		}
	})
}

// BenchmarkTreeAt reads and hashes 64 MiB on one core, and for comparison hashes
// one leaf after the other.
func BenchmarkTreeAt(b *testing.B) {
	data := drawn(5, blockSize)
	b.Run("together", func(b *testing.B) {
		b.SetBytes(blockSize)
		for b.Loop() {
			if _, err := TreeAt(b.Context(), bytes.NewReader(data), blockSize, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one by one", func(b *testing.B) {
		h := NewTree()
		b.SetBytes(blockSize)
		for b.Loop() {
			h.Reset()
			h.Write(data)
			h.Sum()
		}
	})
}
