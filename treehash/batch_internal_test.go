package treehash

import (
	"bytes"
	"crypto/sha256"
	"iter"
	"math/rand/v2"
	"testing"
)

// drawn returns n random bytes.
func drawn(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// batches returns a new batch of each kind that this processor supports, the widest first.
func batches() []batch {
	k := available()
	all := []batch{k.newBatch(lanes)}
	for _, leaves := range []int64{2, 1} {
		if b := k.newBatch(leaves); b.width() < all[len(all)-1].width() {
			all = append(all, b)
		}
	}
	return all
}

// runs are the runs of a batch: each has blocks blocks, the first of them in a write of
// their own, and the runs are apart bytes apart.
type runs struct {
	data                 []byte
	apart, blocks, first int
}

// check hashes the runs with each batch, as many as it takes, and compares each hash with
// that of the standard library.
func (r runs) check(t *testing.T) {
	t.Helper()
	const block = sha256.BlockSize
	for _, b := range batches() {
		if (b.width()-1)*r.apart+r.blocks*block > len(r.data) {
			continue
		}
		for _, part := range [][2]int{{0, r.first}, {r.first, r.blocks}} {
			if part[1] > part[0] {
				b.write(r.data[part[0]*block:], r.apart, (part[1]-part[0])*block)
			}
		}
		for i, got := range b.sums() {
			run := r.data[i*r.apart:][:r.blocks*block]
			if want := Hash(sha256.Sum256(run)); got != want {
				t.Fatalf("run %d of %d, of %d blocks, %d bytes apart, cut at %d: %s, want %s",
					i, b.width(), r.blocks, r.apart, r.first, got, want)
			}
		}
	}
}

// anywhere returns runs with any number of blocks, at any alignment and distance,
// overlapping or not.
func anywhere(seed byte, sequence uint64) iter.Seq[runs] {
	return func(yield func(runs) bool) {
		data := drawn(seed, 100_000)
		for start := range 65 {
			for _, apart := range []int{0, 1, 63, 64, 65, 640, 5000} {
				if !yield(runs{data[start:], apart, start%9 + 1, min(start%4, start%9+1)}) {
					return
				}
			}
		}
		r := rand.New(rand.NewPCG(7, sequence))
		for range 300 {
			blocks := 1 + r.IntN(300)
			if !yield(runs{data[r.IntN(64):], r.IntN(5000), blocks, r.IntN(blocks + 1)}) {
				return
			}
		}
	}
}

func TestBatchesAtAnyPlace(t *testing.T) {
	for r := range anywhere(1, 1) {
		r.check(t)
	}
}

// Runs of equal bits reveal a wrong constant or carry.
func TestBatchesOfEqualBits(t *testing.T) {
	for _, fill := range []byte{0x00, 0xff, 0x80, 0x01} {
		runs{bytes.Repeat([]byte{fill}, 16*128), 128, 2, 1}.check(t)
	}
}

// It computes tree hashes around the sizes from which leaves are hashed together, from
// memory and from a reader, on one core and on two.
func TestTreesOfManyLeaves(t *testing.T) {
	data := drawn(2, 33*LeafSize)
	h := NewTree()
	for _, size := range []int{
		LeafSize, 2*LeafSize - 1, 2 * LeafSize, 3*LeafSize + 1,
		15 * LeafSize, 16*LeafSize - 1, 16 * LeafSize, 16*LeafSize + 1, 17 * LeafSize,
		31*LeafSize + 5, 32*LeafSize - 1, 32 * LeafSize, 32*LeafSize + 1, 33 * LeafSize,
	} {
		b := data[:size]
		want := definition(b).Tree
		if got := Sum(b); got != want {
			t.Errorf("Sum of %d bytes: %s, want %s", size, got, want)
		}
		h.Reset()
		h.Write(b[:LeafSize/2])
		h.Write(b[LeafSize/2:])
		if got := h.Sum(); got != want {
			t.Errorf("%d bytes through a TreeHasher: %s, want %s", size, got, want)
		}
		for cores := 1; cores <= 2; cores++ {
			if got, err := TreeAt(t.Context(), bytes.NewReader(b), int64(size), cores); err != nil || got != want {
				t.Errorf("TreeAt of %d bytes on %d cores: %s, %v; want %s", size, cores, got, err, want)
			}
		}
	}
}

// Broad must be true only if the widest available kernel hashes the leaves.
func TestBroad(t *testing.T) {
	right := available()
	for name, k := range map[string]kernels{
		"all": right, "none": {}, "two": {two: right.two}, "sixteen": {lanes: right.lanes},
	} {
		widest := k.newBatch(100).width()
		for _, leaves := range []int64{1, 2, 3, 15, 16, 17, 100} {
			width := k.newBatch(leaves).width()
			if got, want := k.broad(leaves), width > 1 && width == widest; got != want {
				t.Errorf("kernels %s, %d leaves: %t, want %t", name, leaves, got, want)
			}
		}
	}
	if Broad(2*LeafSize - 1) {
		t.Error("two leaves at a time of less than two")
	}
}

// FuzzBatches hashes runs of data that begin at start and are apart bytes apart. The first
// write has some blocks, the second the rest. Each batch hashes as many blocks as data has
// room for.
func FuzzBatches(f *testing.F) {
	f.Add(drawn(3, 4000), uint16(0), uint16(64), uint8(1))
	f.Add(drawn(4, 4000), uint16(7), uint16(100), uint8(3))
	f.Add(make([]byte, 200), uint16(1), uint16(0), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, start, apart uint16, first uint8) {
		data = data[min(int(start), len(data)):]
		for _, b := range batches() {
			if blocks := (len(data) - (b.width()-1)*int(apart)) / sha256.BlockSize; blocks > 0 {
				runs{data, int(apart), blocks, min(int(first), blocks)}.check(t)
			}
		}
	})
}
