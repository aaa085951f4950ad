package transfer

import (
	"context"
	"errors"
	"hash"
	"io"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"firn/internal/crc64"
	"firn/treehash"
)

const (
	// shareAhead is the share of the memory that is filled with what one group, or all
	// groups that are being hashed at the same time, have. As much again may wait for a sender.
	shareAhead = 8
	// mostAhead is how many goroutines hash ahead at most. One hashes what fills a
	// line of 10 Gbit/s.
	mostAhead = 4
)

// Adviser is an io.ReaderAt that can have bytes brought in before they are read.
type Adviser interface {
	io.ReaderAt
	// WillRead says that size bytes, one at least, from offset on are read soon, in
	// whatever order, and reports whether that can be of any use. It may wait until the
	// disk has taken the request.
	WillRead(offset, size int64) bool
	// Memory is that of the machine, in bytes, or 0 if nobody knows.
	Memory() int64
}

// ahead is a source whose pieces were hashed before their senders ask for them: as
// many together as treehash does at a time, which takes half the processor time of
// one after the other. Pieces come out of it in about the order in which they lie.
//
// Hashing ahead promises nothing. A piece that could not be hashed so comes without
// sums, and its sender finds out why.
type ahead struct {
	pieces  Source
	size    int64 // of a piece that is hashed here
	adviser Adviser
	crc64   bool
	slots   chan []byte      // one for each core: the right to hash
	hashed  func(Piece) bool // known to have sums that nobody needs to compute

	gathering sync.Mutex
	ready     chan Piece
	end       error // why nothing more is ready, once that is closed
}

// lookAhead puts an ahead before the source where that gains something: in a file
// that the system can be told to read from its beginning to its end, although it is
// hashed at sixteen places at once. The caller calls stop when it needs no pieces any
// more.
func (s *sender) lookAhead(ctx context.Context) (stop func()) {
	file, ok := s.Source.(*readerAtSource)
	if !ok || treehash.Together() == 1 || s.Plan.PartSize%treehash.LeafSize != 0 {
		return func() {}
	}
	adviser, ok := file.r.(Adviser)
	if !ok {
		return func() {}
	}
	a := &ahead{
		pieces: s.Source, size: s.Plan.PartSize, adviser: adviser, crc64: s.Vault.Limits().CRC64, slots: s.buffers,
		hashed: s.isKnown, ready: make(chan Piece, treehash.Together()),
	}
	if a.workers() == 0 || !adviser.WillRead(0, a.size) {
		return func() {}
	}
	ctx, cancel := UntilDrained(ctx, s.drain, 0) // what is not begun then is not needed
	s.Source = a
	var running sync.WaitGroup
	// The first pieces are not worth waiting for: their senders hash them meanwhile.
	begin := s.pace.now()
	running.Go(func() {
		defer close(a.ready)
		a.end = a.run(ctx, begin)
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// run hands out so many pieces as they are, then hashes the others. It returns io.EOF
// after the last piece.
func (a *ahead) run(ctx context.Context, unhashed int) error {
	for range unhashed {
		piece, err := a.pieces.Next(ctx)
		if err != nil {
			return err
		}
		if err := a.hand(ctx, piece); err != nil {
			return err
		}
	}
	workers, ctx := errgroup.WithContext(ctx)
	for range a.workers() {
		workers.Go(func() error { return a.work(ctx) })
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	return io.EOF
}

// workers is how many groups are hashed at the same time. It is zero if memory has no
// room for one.
func (a *ahead) workers() int {
	fit := a.adviser.Memory() / shareAhead / (a.size * int64(treehash.Together()))
	return int(min(mostAhead, int64(runtime.GOMAXPROCS(0)), fit))
}

// work hashes group after group.
func (a *ahead) work(ctx context.Context) error {
	buffer := make([]byte, treehash.TogetherBuffer)
	for {
		pieces, together, err := a.gather(ctx)
		a.hash(ctx, pieces, together, buffer)
		for _, piece := range pieces {
			if err := a.hand(ctx, piece); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// gather takes pieces up to the last one that can be hashed together with others, or
// to the end, and says which of them can.
func (a *ahead) gather(ctx context.Context) (pieces []Piece, together []int, err error) {
	a.gathering.Lock()
	defer a.gathering.Unlock()
	for len(together) < treehash.Together() {
		if ctx.Err() != nil {
			return pieces, together, context.Cause(ctx)
		}
		piece, err := a.pieces.Next(ctx)
		if err != nil {
			return pieces, together, err
		}
		if piece.Size == a.size && !a.hashed(piece) {
			a.adviser.WillRead(piece.Offset, piece.Size)
			together = append(together, len(pieces))
		}
		pieces = append(pieces, piece)
	}
	return pieces, together, nil
}

// hash gives the pieces that can be hashed together their sums, unless they are too
// few to gain anything: their senders hash them on all cores.
func (a *ahead) hash(ctx context.Context, pieces []Piece, together []int, buffer []byte) {
	if len(together) < treehash.FewestTogether {
		return
	}
	select {
	case slot := <-a.slots:
		defer func() { a.slots <- slot }()
	case <-ctx.Done():
		return
	}
	readers := make([]io.ReaderAt, len(together))
	crcs := make([]hash.Hash64, len(together))
	for i, which := range together {
		readers[i] = pieces[which].Data
		if a.crc64 {
			crcs[i] = crc64.New()
			readers[i] = summed{readers[i], crcs[i]}
		}
	}
	sums, err := treehash.SumsTogether(ctx, readers, a.size, buffer)
	if err != nil {
		return
	}
	for i, which := range together {
		pieces[which].Sums = Sums{Sums: sums[i]}
		if a.crc64 {
			pieces[which].Sums.CRC64 = crc64.Sum(crcs[i].Sum64())
		}
	}
}

func (a *ahead) hand(ctx context.Context, piece Piece) error {
	select {
	case a.ready <- piece:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Next returns a piece that is ready, or waits for one.
func (a *ahead) Next(ctx context.Context) (Piece, error) {
	select {
	case piece, more := <-a.ready:
		if !more {
			return Piece{}, a.end
		}
		return piece, nil
	case <-ctx.Done():
		return Piece{}, context.Cause(ctx)
	}
}
