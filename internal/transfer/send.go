package transfer

import (
	"context"
	"fmt"
	"io"
	"sort"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault"
)

// Options are the options of Send. Vault, ID, Plan, Source and Record are required.
type Options struct {
	Vault  vault.Uploader
	ID     vault.UploadID
	Plan   Plan
	Source Source

	// Held contains the parts that the vault already has, by offset. Send adopts a held
	// part if the local bytes have its length and its tree hash (its CRC-64 if the vault
	// reports no tree hash), and sends it again otherwise.
	Held map[int64]vault.Part
	// Known contains tree hashes of local bytes by offset, from an earlier run over the
	// same source. Send does not read these bytes again.
	Known map[int64]treehash.Hash
	// Record makes an acknowledged part durable. It is called for one part at a time,
	// before the part counts as done. Its error ends the transfer.
	Record func(ctx context.Context, p vault.Part) error

	Concurrency int           // parts in flight; 0: as many as are worthwhile, at most MostConcurrency
	Pool        *Pool         // shared with other transfers, and replaces Concurrency; nil: not shared
	Limiter     *rate.Limiter // for the bytes of all parts together; nil: no limit
	IdleTimeout time.Duration // an attempt fails after this time without a byte; 0: 3 minutes
	RetryFor    time.Duration // the transfer fails after this time without an acknowledged part; 0: 20 hours
	// Drain, when closed, stops the start of new parts. Those in flight get DrainTimeout
	// (0: 10 s) to finish. Send then returns ErrInterrupted.
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Progress may be nil. It is called before the first byte moves and at every change,
	// one call at a time, and must be quick.
	Progress func(Progress)
}

// Outcome is the result of Send, complete or not.
type Outcome struct {
	Parts   []vault.Part // acknowledged or adopted, by offset
	Size    int64        // bytes of Parts
	Adopted int          // number of Parts that existed before
	Sent    int64        // bytes acknowledged in this run
	// Busy is the duration of Send. Of transfers that share a Pool, each gets an equal share
	// of the time in which they overlap, so that Sent and Busy of all give their common rate.
	Busy    time.Duration
	Retries int
}

// TreeHash returns the tree hash of all parts together.
func (o Outcome) TreeHash() treehash.Hash {
	hashes := make([]treehash.Hash, len(o.Parts))
	for i, p := range o.Parts {
		hashes[i] = p.TreeHash
	}
	return treehash.Combine(hashes)
}

// hashBuffer is the number of bytes that are hashed at a time: few enough to stay in the
// processor's cache.
const hashBuffer = 64 << 10

// Send transfers every piece of the source into the upload. It adopts the parts that the
// vault holds and that match the local bytes, and sends the rest. It retries after errors
// that may pass. Others end the transfer and wrap their class: an error of package vault,
// ErrSourceChanged, ErrGaveUp or ErrInterrupted. The Outcome is valid even if there is an
// error: it describes the acknowledged parts.
func Send(ctx context.Context, o Options) (Outcome, error) {
	s := newSender(o)
	begin := s.pool.enter()
	s.meter.change(func(*Progress) {}) // report the plan
	stop := s.lookAhead(ctx)
	err := s.run(ctx, s.next)
	stop()
	out := s.outcome()
	out.Busy = s.pool.leave() - begin
	return out, err
}

type sender struct {
	Options
	engine
	pool *Pool

	recording sync.Mutex // held while a part is recorded; protects the fields below
	parts     []vault.Part
	adopted   int
	sent      int64
}

func newSender(o Options) *sender {
	s := &sender{
		Options: o,
		engine: engine{
			limiter: o.Limiter, idle: o.IdleTimeout, retryFor: o.RetryFor, drain: o.Drain, grace: o.DrainTimeout,
		},
		pool: o.Pool,
	}
	if s.pool == nil {
		s.pool = NewPool(o.Concurrency)
	}
	s.pace = s.pool.pace
	start := Progress{Size: o.Plan.Size, PartSize: o.Plan.PartSize}
	for _, p := range o.Held {
		start.Held += p.Size
	}
	if o.Plan.Size != Unknown {
		start.Parts = o.Plan.Parts()
	}
	s.open(o.Progress, start)
	return s
}

// next returns the work for the next piece of the source.
func (s *sender) next(starting context.Context) (work, error) {
	piece, err := s.Source.Next(starting)
	if err != nil {
		return nil, err
	}
	return func(ctx, starting context.Context) error {
		defer piece.Release()
		return s.bring(ctx, starting, piece)
	}, nil
}

// bring adopts a piece, or sends it until it is acknowledged.
func (s *sender) bring(ctx, starting context.Context, piece Piece) error {
	held, isHeld := s.heldFor(piece)
	if s.isKnown(piece) {
		return s.adopt(ctx, held)
	}
	sums := piece.Sums
	if sums.Tree.IsZero() {
		var err error
		if sums, err = s.hash(starting, piece); err != nil {
			return err
		}
	}
	if isHeld && sums.prove(held) {
		held.TreeHash = sums.Tree
		return s.adopt(ctx, held)
	}
	return s.send(ctx, starting, piece, vault.Part{
		Offset: piece.Offset, Size: piece.Size, TreeHash: sums.Tree, SHA256: sums.SHA256, CRC64: sums.CRC64,
	})
}

// heldFor returns the part that the vault holds at the offset of a piece, if it can be
// compared with the piece.
func (s *sender) heldFor(piece Piece) (held vault.Part, isHeld bool) {
	held, isHeld = s.Held[piece.Offset]
	return held, isHeld && held.Size == piece.Size && provable(held)
}

// isKnown reports whether the vault certainly holds the piece, so that it need not be read.
func (s *sender) isKnown(piece Piece) bool {
	held, isHeld := s.heldFor(piece)
	return isHeld && !held.TreeHash.IsZero() && s.Known[piece.Offset] == held.TreeHash
}

// hash reads a piece once, on one core, through a small buffer.
func (s *sender) hash(ctx context.Context, piece Piece) (Sums, error) {
	var buffer []byte
	select {
	case buffer = <-s.pool.buffers:
	case <-ctx.Done():
		return Sums{}, context.Cause(ctx)
	}
	if buffer == nil {
		buffer = make([]byte, hashBuffer)
	}
	defer func() { s.pool.buffers <- buffer }()

	sums, err := read(ctx, io.NewSectionReader(piece.Data, 0, piece.Size), buffer, s.Vault.Limits().CRC64)
	switch {
	case ctx.Err() != nil:
		return sums, context.Cause(ctx)
	case err != nil:
		return sums, &sourceError{fmt.Errorf("reading bytes %d to %d: %w", piece.Offset, piece.Offset+piece.Size-1, err)}
	case sums.Size != piece.Size:
		return sums, &sourceError{fmt.Errorf("%w: it ended at byte %d", ErrSourceChanged, piece.Offset+sums.Size)}
	}
	return sums, nil
}

// send sends a part until it is acknowledged.
func (s *sender) send(ctx, starting context.Context, piece Piece, part vault.Part) error {
	var answer vault.Part
	err := s.repeat(ctx, starting, s.pace.attempts.queue(), func(f *flow) (err error) {
		answer, err = s.attempt(f, piece, part)
		return err
	}, func(times int, err error) error {
		if times == checksumTries {
			return fmt.Errorf("bytes %d to %d reached the vault changed %d times: %w",
				part.Offset, part.Offset+part.Size-1, times, err)
		}
		return s.proveUnchanged(ctx, piece, part)
	})
	if err != nil {
		return err
	}
	return s.acknowledged(ctx, answer)
}

// proveUnchanged hashes the piece again after the vault received other bytes than were
// hashed: either the source changed in between, or the bytes were changed on the way.
func (s *sender) proveUnchanged(ctx context.Context, piece Piece, part vault.Part) error {
	again, err := s.hash(ctx, piece)
	if err != nil {
		return err
	}
	if again.Tree != part.TreeHash || again.SHA256 != part.SHA256 {
		return &sourceError{fmt.Errorf("%w: bytes %d to %d are not what they were",
			ErrSourceChanged, part.Offset, part.Offset+part.Size-1)}
	}
	return nil
}

func (s *sender) attempt(f *flow, piece Piece, part vault.Part) (vault.Part, error) {
	b := &body{SectionReader: io.NewSectionReader(piece.Data, 0, piece.Size), flow: f}
	answer, err := s.Vault.UploadPart(f.ctx, s.ID, part, b)
	if err == nil && answer.TreeHash != part.TreeHash {
		err = &vault.ChecksumError{Sent: part.TreeHash, Computed: answer.TreeHash}
	}
	if err == nil {
		return answer, nil
	}
	if failure := b.sourceFailure(); failure != nil {
		return vault.Part{}, failure
	}
	return vault.Part{}, err
}

// acknowledged records a part that was sent.
func (s *sender) acknowledged(ctx context.Context, p vault.Part) error {
	if err := s.note(ctx, p); err != nil {
		return err
	}
	s.recording.Lock()
	s.sent += p.Size
	s.recording.Unlock()
	s.arrived(p.Size)
	return nil
}

// adopt records a part that existed before.
func (s *sender) adopt(ctx context.Context, p vault.Part) error {
	if err := s.note(ctx, p); err != nil {
		return err
	}
	s.recording.Lock()
	s.adopted++
	s.recording.Unlock()
	s.meter.change(func(now *Progress) {
		now.PartsDone++
		now.PartsResumed++
		now.Done += p.Size
		now.Resumed += p.Size
	})
	return nil
}

// note records a part, unless an earlier run did, and counts it. It does so even if the
// transfer was cancelled meanwhile, since the vault has the part.
func (s *sender) note(ctx context.Context, p vault.Part) error {
	s.recording.Lock()
	defer s.recording.Unlock()
	if s.Known[p.Offset] != p.TreeHash {
		if err := s.Record(context.WithoutCancel(ctx), p); err != nil {
			return err
		}
	}
	s.parts = append(s.parts, p)
	return nil
}

func (s *sender) outcome() Outcome {
	s.recording.Lock()
	defer s.recording.Unlock()
	sort.Slice(s.parts, func(i, j int) bool { return s.parts[i].Offset < s.parts[j].Offset })
	out := Outcome{Parts: s.parts, Adopted: s.adopted, Sent: s.sent, Retries: s.meter.now.Retries}
	for _, p := range s.parts {
		out.Size += p.Size
	}
	return out
}
