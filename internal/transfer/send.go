package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sort"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"firn/treehash"
	"firn/vault"
)

// Options is what Send needs. Vault, ID, Plan, Source, Record and Concurrency
// are required.
type Options struct {
	Vault  vault.Uploader
	ID     vault.UploadID
	Plan   Plan
	Source Source

	// Held is what the vault already has, by offset. A held part is adopted if
	// the local bytes have its length and tree hash, and sent again otherwise.
	Held map[int64]vault.Part
	// Known are tree hashes of local bytes by offset, from an earlier run over a
	// source that is proved to be the same; these bytes are not read again.
	Known map[int64]treehash.Hash
	// Record makes an acknowledged part durable. It is called for one part at a
	// time, before the part counts as done; its error ends the transfer.
	Record func(ctx context.Context, p vault.Part) error

	Concurrency int           // parts in flight, at least 1
	Limiter     *rate.Limiter // for the bytes of all parts together; nil: no limit
	IdleTimeout time.Duration // an attempt in which no byte moves for so long fails; 0: 3 minutes
	RetryFor    time.Duration // how long to go on without an acknowledged part; 0: 20 hours
	// Drain asks, when closed, to start no new parts. Those in flight get
	// DrainTimeout (0: 10 s) to finish. Send then returns ErrInterrupted.
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Progress may be nil. It is called before the first byte moves and at every
	// change, one call at a time, and must be quick.
	Progress func(Progress)
}

// Defaults of Options. Three minutes is what a few MiB in the system's send
// buffer need on a line of 200 kbit/s; at 24 idle hours the service may drop the
// upload.
const (
	DefaultIdleTimeout  = 3 * time.Minute
	DefaultRetryFor     = 20 * time.Hour
	DefaultDrainTimeout = 10 * time.Second
)

// Outcome is what Send achieved, complete or not.
type Outcome struct {
	Parts   []vault.Part // acknowledged or adopted, by offset
	Size    int64        // bytes of Parts
	Adopted int          // how many of Parts were there before
	Sent    int64        // bytes acknowledged in this run
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

const (
	hashBuffer     = 256 << 10
	checksumTries  = 3
	maxConcurrency = 1024
)

// Send brings every piece of the source into the upload: adopts what the vault
// holds and the local bytes prove, sends the rest. Errors that time may heal are
// retried; others end the transfer and wrap their class: those of package vault,
// ErrSourceChanged, ErrGaveUp, ErrInterrupted. The Outcome is valid with an
// error, too: it tells what was acknowledged.
func Send(ctx context.Context, o Options) (Outcome, error) {
	s := newSender(o)
	begin := time.Now()
	s.meter.change(func(*Progress) {}) // the plan
	err := s.run(ctx)
	out := s.outcome()
	out.Busy = time.Since(begin)
	return out, err
}

type sender struct {
	Options
	pace    *pace
	meter   meter
	buffers chan []byte // one for each core; holding one is the right to hash
	hands   chan struct{}

	mu          sync.Mutex
	parts       []vault.Part
	adopted     int
	sent        int64
	lastMoved   time.Time
	interrupted bool
}

func newSender(o Options) *sender {
	o.Concurrency = min(max(1, o.Concurrency), maxConcurrency)
	setDefault(&o.IdleTimeout, DefaultIdleTimeout)
	setDefault(&o.RetryFor, DefaultRetryFor)
	setDefault(&o.DrainTimeout, DefaultDrainTimeout)
	s := &sender{
		Options:   o,
		pace:      newPace(o.Concurrency),
		buffers:   make(chan []byte, runtime.GOMAXPROCS(0)),
		hands:     make(chan struct{}, o.Concurrency+1), // one is hashed while the others are sent
		lastMoved: time.Now(),
	}
	for range cap(s.buffers) {
		s.buffers <- nil // made at first use
	}
	s.meter.report = o.Progress
	s.meter.now = Progress{Size: o.Plan.Size, PartSize: o.Plan.PartSize, Concurrency: o.Concurrency}
	for _, p := range o.Held {
		s.meter.now.Held += p.Size
	}
	if o.Plan.Size != Unknown {
		s.meter.now.Parts = o.Plan.Parts()
	}
	return s
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

func (s *sender) run(ctx context.Context) error {
	ctx, stop := UntilDrained(ctx, s.Drain, s.DrainTimeout)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	starting, stopStarting := UntilDrained(ctx, s.Drain, 0)
	defer stopStarting()
	err := s.dispatch(ctx, starting, group)
	if failed := group.Wait(); failed != nil {
		err = failed // it came first: dispatch only saw the context end
	}
	if err == nil && s.interrupted {
		err = ErrInterrupted
	}
	return err
}

// dispatch takes pieces from the source as hands become free and starts a
// goroutine of the group for each, until the source or starting ends.
func (s *sender) dispatch(ctx, starting context.Context, group *errgroup.Group) error {
	for {
		select {
		case <-starting.Done():
			return s.unlessDraining(ctx, context.Cause(starting))
		case s.hands <- struct{}{}:
		}
		piece, err := s.Source.Next(starting)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.unlessDraining(ctx, err)
		}
		group.Go(func() error {
			defer func() { <-s.hands }()
			defer piece.Release()
			return s.unlessDraining(ctx, s.bring(ctx, starting, piece))
		})
	}
}

// unlessDraining notes that a drain began, and then lets the parts in flight
// finish: an error would end them. Other errors come back as they are.
func (s *sender) unlessDraining(ctx context.Context, err error) error {
	if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interrupted = true
	return nil
}

// bring adopts a piece or sends it until it is acknowledged. An attempt that has
// begun ends with ctx; none begins once starting has ended.
func (s *sender) bring(ctx, starting context.Context, piece Piece) error {
	held, isHeld := s.Held[piece.Offset]
	isHeld = isHeld && held.Size == piece.Size && !held.TreeHash.IsZero()
	if isHeld && s.Known[piece.Offset] == held.TreeHash {
		return s.adopt(ctx, held)
	}
	sums := piece.Sums
	if sums.Tree.IsZero() {
		var err error
		if sums, err = s.hash(starting, piece); err != nil {
			return err
		}
	}
	if isHeld && sums.Tree == held.TreeHash {
		return s.adopt(ctx, held)
	}
	return s.send(ctx, starting, piece, vault.Part{
		Offset: piece.Offset, Size: piece.Size, TreeHash: sums.Tree, SHA256: sums.SHA256,
	})
}

// hash reads a piece once, on one core, through one small buffer.
func (s *sender) hash(ctx context.Context, piece Piece) (treehash.Sums, error) {
	var buffer []byte
	select {
	case buffer = <-s.buffers:
	case <-ctx.Done():
		return treehash.Sums{}, context.Cause(ctx)
	}
	if buffer == nil {
		buffer = make([]byte, hashBuffer)
	}
	defer func() { s.buffers <- buffer }()

	sums, err := treehash.Read(ctx, io.NewSectionReader(piece.Data, 0, piece.Size), buffer)
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

// send repeats attempts until the part is acknowledged or there is no hope.
func (s *sender) send(ctx, starting context.Context, piece Piece, part vault.Part) error {
	clock := &patienceClock{
		Retry: Retry{For: s.RetryFor, Waiting: s.waiting, Stop: s.Drain},
		moved: s.moved,
	}
	for mismatches := 0; ; {
		epoch, err := s.pace.acquire(starting)
		if err != nil {
			return err
		}
		err = s.attempt(ctx, epoch, piece, part)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case errors.Is(err, vault.ErrChecksum):
			if mismatches++; mismatches == checksumTries {
				return fmt.Errorf("bytes %d to %d reached the vault changed %d times: %w",
					part.Offset, part.Offset+part.Size-1, mismatches, err)
			}
			if err := s.proveUnchanged(ctx, piece, part); err != nil {
				return err
			}
		case !repeatable(err):
			return err
		}
		if err := clock.wait(ctx, err); err != nil {
			return err
		}
	}
}

// proveUnchanged hashes the piece again after the vault found other bytes than
// were hashed: either the source changed in between, or the way there did it.
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

// attempt sends the part once, in the turn of an epoch.
func (s *sender) attempt(ctx context.Context, epoch int, piece Piece, part vault.Part) error {
	said := neutral
	defer func() { s.pace.done(epoch, said) }()

	guarded, dog, stop := guard(ctx, s.IdleTimeout)
	defer stop()
	b := &body{
		SectionReader: io.NewSectionReader(piece.Data, 0, piece.Size),
		ctx:           guarded, limiter: s.Limiter, dog: dog, moved: s.meter.moved,
	}
	answer, err := s.Vault.UploadPart(guarded, s.ID, part, b)
	if err == nil && answer.TreeHash != part.TreeHash {
		err = &vault.ChecksumError{Sent: part.TreeHash, Computed: answer.TreeHash}
	}
	if err == nil {
		said = good
		return s.acknowledged(ctx, answer, b.at)
	}
	s.meter.moved(-b.at)
	if failure := b.sourceFailure(); failure != nil {
		return failure
	}
	if context.Cause(guarded) == errStalled { //nolint:errorlint // the cause is this very value
		err = errStalled
	}
	if errors.Is(err, vault.ErrThrottled) {
		said = tooQuick
	}
	return err
}

// acknowledged records a part that was sent.
func (s *sender) acknowledged(ctx context.Context, p vault.Part, inFlight int64) error {
	if err := s.note(ctx, p); err != nil {
		return err
	}
	s.mu.Lock()
	s.sent += p.Size
	s.lastMoved = time.Now()
	s.mu.Unlock()
	s.meter.change(func(now *Progress) {
		now.PartsDone++
		now.Done += p.Size
		now.InFlight -= inFlight
		now.Concurrency = s.pace.now()
		now.Waiting = nil
	})
	return nil
}

// adopt records a part that was there before.
func (s *sender) adopt(ctx context.Context, p vault.Part) error {
	if err := s.note(ctx, p); err != nil {
		return err
	}
	s.mu.Lock()
	s.adopted++
	s.mu.Unlock()
	s.meter.change(func(now *Progress) {
		now.PartsDone++
		now.PartsResumed++
		now.Done += p.Size
		now.Resumed += p.Size
	})
	return nil
}

// note makes a part durable, unless an earlier run did, and counts it. The
// record is made even if the transfer was cancelled meanwhile: the vault has it.
func (s *sender) note(ctx context.Context, p vault.Part) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Known[p.Offset] != p.TreeHash {
		if err := s.Record(context.WithoutCancel(ctx), p); err != nil {
			return err
		}
	}
	s.parts = append(s.parts, p)
	return nil
}

func (s *sender) moved() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastMoved
}

func (s *sender) waiting(cause error, wait time.Duration) {
	s.meter.change(func(now *Progress) {
		now.Retries++
		now.Concurrency = s.pace.now()
		now.Waiting = cause
		now.Until = time.Now().Add(wait)
	})
}

func (s *sender) outcome() Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.Slice(s.parts, func(i, j int) bool { return s.parts[i].Offset < s.parts[j].Offset })
	out := Outcome{Parts: s.parts, Adopted: s.adopted, Sent: s.sent, Retries: s.meter.now.Retries}
	for _, p := range s.parts {
		out.Size += p.Size
	}
	return out
}
