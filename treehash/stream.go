package treehash

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"
)

// Sums holds both hashes of the same bytes. The service needs both with every part: the
// linear hash for the signature, the tree hash to verify the bytes.
type Sums struct {
	Size   int64 // bytes hashed
	Tree   Hash
	SHA256 Hash // linear
}

// Hasher computes both hashes of a stream in constant memory. It is an io.Writer whose
// Write never fails. The zero value is not usable; call [New].
type Hasher struct {
	size   int64
	filled int // bytes in the present leaf
	pair   pair
	tree   tree
}

// New returns an empty Hasher.
func New() *Hasher { return inUse().newHasher() }

func (k kernels) newHasher() *Hasher { return &Hasher{pair: k.newPair()} }

// Reset makes h equal to a new Hasher, but keeps its memory.
func (h *Hasher) Reset() {
	h.size, h.filled = 0, 0
	h.pair.reset()
	h.tree.stack = h.tree.stack[:0]
}

// Write adds b.
func (h *Hasher) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if h.filled == LeafSize {
			h.endLeaf()
		}
		k := min(len(b), LeafSize-h.filled)
		h.pair.write(b[:k])
		h.filled += k
		b = b[k:]
	}
	h.size += int64(n)
	return n, nil
}

func (h *Hasher) endLeaf() {
	h.tree.push(h.pair.leafSum())
	h.pair.nextLeaf()
	h.filled = 0
}

// Sums returns the hashes of all bytes written so far. More bytes may follow.
func (h *Hasher) Sums() Sums {
	t := tree{stack: append([]node(nil), h.tree.stack...)}
	if h.filled > 0 || h.size == 0 {
		t.push(h.pair.leafSum())
	}
	return Sums{Size: h.size, Tree: t.root(), SHA256: h.pair.linearSum()}
}

// Leaf returns the hash of the present leaf: the leaf of the last byte written, as far as
// it was written. To get all leaves of the tree, write so that no leaf ends in the middle
// of a write, and call Leaf after each write that ends a leaf and after the last write.
func (h *Hasher) Leaf() Hash { return h.pair.leafSum() }

// Read hashes all bytes of r through buf, which must not be empty. Use it for one part on
// one core. It ends early with the cause of ctx when ctx is cancelled.
func Read(ctx context.Context, r io.Reader, buf []byte) (Sums, error) {
	return New().readAll(ctx, r, buf)
}

func (h *Hasher) readAll(ctx context.Context, r io.Reader, buf []byte) (Sums, error) {
	for {
		if ctx.Err() != nil {
			return Sums{}, context.Cause(ctx)
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			return h.Sums(), nil
		}
		if err != nil {
			return Sums{}, err
		}
	}
}

// ReadAt hashes the first size bytes of r on up to cores cores, at least one. The linear
// hash occupies one core, and the other cores hash leaves. So more than two or three cores
// gain nothing. ReadAt uses one leaf of memory for each core, and one more. If r ends
// early, the error wraps io.ErrUnexpectedEOF.
func ReadAt(ctx context.Context, r io.ReaderAt, size int64, cores int) (Sums, error) {
	if cores <= 1 || size <= LeafSize {
		return inUse().readWhole(ctx, r, size, make([]byte, LeafSize))
	}
	return readAtParallel(ctx, r, size, cores)
}

func (k kernels) readWhole(ctx context.Context, r io.ReaderAt, size int64, buf []byte) (Sums, error) {
	sums, err := k.newHasher().readAll(ctx, io.NewSectionReader(r, 0, size), buf)
	if err == nil && sums.Size != size {
		return Sums{}, shortSource(sums.Size, size)
	}
	return sums, err
}

func shortSource(got, want int64) error {
	return fmt.Errorf("the source ended after %d of %d bytes: %w", got, want, io.ErrUnexpectedEOF)
}

// readFull fills b with the bytes of r from off on. r has size bytes in all.
func readFull(r io.ReaderAt, b []byte, off, size int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = shortSource(off+int64(n), size)
	}
	return err
}

// leafJob is one leaf that both hash functions process. Its buffer can be reused when both
// have finished.
type leafJob struct {
	buf    []byte
	n      int
	result chan Hash // receives the leaf's hash without blocking
}

// fill reads the leaf that begins at off.
func (j *leafJob) fill(r io.ReaderAt, off, size int64) error {
	j.n = int(min(LeafSize, size-off))
	return readFull(r, j.buf[:j.n], off, size)
}

// readAtParallel runs a reader that also computes the linear hash, and workers that hash
// leaves. It folds the results in the order of the leaves.
func readAtParallel(ctx context.Context, r io.ReaderAt, size int64, cores int) (Sums, error) {
	workers := cores - 1
	group, ctx := errgroup.WithContext(ctx)
	leaves := make(chan *leafJob)          // to the workers
	ordered := make(chan *leafJob, cores)  // to the fold, in order
	free := make(chan *leafJob, workers+2) // read buffers
	for range cap(free) {
		free <- &leafJob{buf: make([]byte, LeafSize), result: make(chan Hash, 1)}
	}
	linear := sha256.New()
	var t tree

	group.Go(func() error {
		defer close(leaves)
		defer close(ordered)
		for off := int64(0); off < size; off += LeafSize {
			var job *leafJob
			select {
			case job = <-free:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if err := job.fill(r, off, size); err != nil {
				return err
			}
			for _, queue := range []chan *leafJob{ordered, leaves} {
				select {
				case queue <- job:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			linear.Write(job.buf[:job.n])
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			for job := range leaves {
				job.result <- sha256.Sum256(job.buf[:job.n])
			}
			return nil
		})
	}
	group.Go(func() error {
		for job := range ordered {
			select {
			case h := <-job.result:
				t.push(h)
				free <- job
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return Sums{}, err
	}
	return Sums{Size: size, Tree: t.root(), SHA256: sumOf(linear)}, nil
}
