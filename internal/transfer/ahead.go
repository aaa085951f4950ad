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
	// shareAhead limits the pieces that are being hashed at the same time to this fraction
	// of the machine's memory. As many bytes again may wait for a sender.
	shareAhead = 8
	// mostAhead is the largest number of goroutines that hash ahead. One of them hashes as
	// fast as a connection of 10 Gbit/s can send.
	mostAhead = 4
)

// Adviser is an io.ReaderAt that can load bytes before they are read.
type Adviser interface {
	io.ReaderAt
	// WillRead announces that size bytes, at least one, from offset on will soon be read in
	// any order. It reports whether such announcements are of any use. It may wait until
	// the disk has accepted the request.
	WillRead(offset, size int64) bool
	// Memory returns the memory of the machine in bytes, or 0 if unknown.
	Memory() int64
}

// ahead is a source whose pieces are hashed before their senders ask for them. It hashes as
// many pieces together as treehash can, which takes half the processor time of hashing one
// after the other. The pieces come out approximately in order of their offsets.
//
// Hashing ahead may fail. A piece that could not be hashed has no Sums; its sender hashes
// it again and reports the error.
type ahead struct {
	pieces  Source
	size    int64 // size of the pieces that are hashed here
	adviser Adviser
	crc64   bool
	slots   chan []byte      // one for each core; holding one is the right to hash
	hashed  func(Piece) bool // reports whether the vault already has a piece, so that its sums are not needed

	gathering sync.Mutex
	ready     chan Piece
	end       error // the error behind the last ready piece, set before ready is closed
}

// lookAhead replaces the source by an ahead if that saves time: if the source is a file
// that the system can load from its beginning to its end, although sixteen positions of it
// are hashed at once. The caller calls stop when it needs no more pieces.
func (s *sender) lookAhead(ctx context.Context) (stop func()) {
	file, ok := s.Source.(*readerAtSource)
	if !ok || treehash.Together() == 1 || s.Plan.PartSize%treehash.LeafSize != 0 {
		return func() {}
	}
	adviser, ok := file.r.(Adviser)
	if !ok {
		return func() {}
	}
	// The first pieces are not hashed here: their senders would have to wait for all of them.
	begin := s.pace.now()
	if s.Plan.Parts() <= begin {
		return func() {}
	}
	a := &ahead{
		pieces: s.Source, size: s.Plan.PartSize, adviser: adviser, crc64: s.Vault.Limits().CRC64, slots: s.pool.buffers,
		hashed: s.isKnown, ready: make(chan Piece, treehash.Together()),
	}
	if a.workers() == 0 || !s.pool.beginAhead() {
		return func() {}
	}
	if !adviser.WillRead(0, a.size) {
		s.pool.endAhead()
		return func() {}
	}
	ctx, cancel := UntilDrained(ctx, s.drain, 0) // pieces not begun by then are not needed
	s.Source = a
	var running sync.WaitGroup
	running.Go(func() {
		defer close(a.ready)
		a.end = a.run(ctx, begin)
	})
	return func() {
		cancel()
		running.Wait()
		s.pool.endAhead()
	}
}

// run passes on the first unhashed pieces without hashing them, then hashes the others. It
// returns io.EOF after the last piece.
func (a *ahead) run(ctx context.Context, unhashed int) error {
	for range unhashed {
		piece, err := a.pieces.Next(ctx)
		if err != nil {
			return err
		}
		if err := a.put(ctx, piece); err != nil {
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

// workers returns the number of groups that are hashed at the same time. It is zero if
// memory has no room for one.
func (a *ahead) workers() int {
	fit := a.adviser.Memory() / shareAhead / (a.size * int64(treehash.Together()))
	return int(min(mostAhead, int64(runtime.GOMAXPROCS(0)), fit))
}

// work hashes one group after the other.
func (a *ahead) work(ctx context.Context) error {
	buffer := make([]byte, treehash.TogetherBuffer)
	for {
		pieces, together, err := a.gather(ctx)
		a.hash(ctx, pieces, together, buffer)
		for _, piece := range pieces {
			if err := a.put(ctx, piece); err != nil {
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

// gather takes the pieces up to the last one of a group that can be hashed together, or to
// the end. together has the indexes of the pieces that can be hashed together.
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

// hash computes the Sums of the pieces that can be hashed together. It does nothing if
// there are so few that it would save no time: their senders hash them on all cores.
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

func (a *ahead) put(ctx context.Context, piece Piece) error {
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
